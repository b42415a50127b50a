import type { Row } from "../../api/screens";
import { severityLevel, type Level } from "../../ui/Status";

export type Attention = Row<"home_attention">;

/** One sentence, where the API gives no reason: the columns say it. */
export function sentence(row: Attention, storeName: string): string {
  if (row.reason) return row.reason;
  switch (row.kind) {
    case "proposals":
      return `${row.items.toLocaleString()} ${row.items === 1 ? "product waits" : "products wait"} for a decision in ${storeName}`;
    case "silent_store":
      return `nothing was heard from ${storeName}`;
    case "restock_alert":
      return `${row.product_name || row.product_id} is about to run out in ${storeName}`;
    default:
      return storeName;
  }
}

export interface Target {
  to: string;
  search?: Record<string, string>;
}

/** Where to do something about it. */
export function targetOf(row: Attention): Target {
  const store: Record<string, string> = row.store_id > 0 ? { store: String(row.store_id) } : {};
  switch (row.kind) {
    case "proposals":
      return { to: "/orders", search: { ...store, ...(row.review_date ? { review: row.review_date } : {}) } };
    case "incident":
      return { to: "/anomalies", search: { ...store, incident: row.item_id } };
    case "silent_store":
      return { to: "/anomalies", search: { ...store, part: "data" } };
    default:
      return row.product_id
        ? { to: "/product", search: { product: row.product_id, ...store } }
        : { to: "/inventory", search: store };
  }
}

/** How many there are of each kind. */
export function countKinds(rows: readonly Attention[]): { kind: string; count: number; worst: Level }[] {
  const order: Level[] = ["bad", "watch", "none", "good"];
  const kinds = new Map<string, { count: number; worst: Level }>();
  for (const row of rows) {
    const level = severityLevel(row.severity);
    const known = kinds.get(row.kind) ?? { count: 0, worst: "none" as Level };
    kinds.set(row.kind, {
      count: known.count + 1,
      worst: order.indexOf(level) < order.indexOf(known.worst) ? level : known.worst,
    });
  }
  return [...kinds].map(([kind, value]) => ({ kind, ...value }));
}
