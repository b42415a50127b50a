import { expect, it } from "vitest";
import { reviewsOf } from "./reviews";

type Row = Parameters<typeof reviewsOf>[0][number];
const row = (store_id: number, order_value: string | null, stock_out_probability: number | null = null) =>
  ({
    store_id,
    order_value,
    stock_out_probability,
    review_date: "2026-03-08",
    currency: "GBP",
    is_ordered: 0,
  }) as Row;

it("a review adds up what is known: a cost that nobody knows is none, not nought", () => {
  const reviews = reviewsOf([row(1, null), row(2, "2.5"), row(2, null), row(2, "1")]);
  expect(reviews.map((one) => [one.store, one.proposed, one.value])).toEqual([
    [2, 3, 3.5],
    [1, 1, null],
  ]);
});
