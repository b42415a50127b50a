import type { Row } from "../../api/screens";
import { sumOf } from "../../format/format";

export interface Review {
  store: number;
  date: string;
  proposed: number;
  ordered: number;
  /** Of the products whose cost is known; null: none is. */
  value: number | null;
  currency: string;
  urgent: number;
}

/** Each store's newest review, the one with most to lose first. */
export function reviewsOf(rows: readonly Row<"inventory_restock">[]): Review[] {
  const reviews = new Map<number, Review>();
  for (const row of rows) {
    const review = reviews.get(row.store_id) ?? {
      store: row.store_id,
      date: row.review_date,
      proposed: 0,
      ordered: 0,
      value: null,
      currency: row.currency,
      urgent: 0,
    };
    review.proposed += 1;
    review.ordered += row.is_ordered ? 1 : 0;
    review.value = sumOf([review.value, row.order_value], (value) => value);
    review.urgent += (row.stock_out_probability ?? 0) >= 0.8 ? 1 : 0;
    reviews.set(row.store_id, review);
  }
  return [...reviews.values()].sort(
    (a, b) => b.urgent - a.urgent || b.proposed - a.proposed || a.store - b.store,
  );
}
