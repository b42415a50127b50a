import type { Row } from "../../api/screens";
import type { HeatSpec } from "../../charts/spec";
import { formatDate, money, toNumber } from "../../format/format";

/** Turnover of all categories together: costs over stock, each times the days that it is of. */
export function turnoverOf(rows: readonly Row<"inventory_turnover">[]): number | null {
  let stock = 0;
  let yearly = 0;
  for (const row of rows) {
    const value = toNumber(row.mean_stock_value);
    const turns = row.turnover ?? null;
    if (value === null || turns === null) continue;
    stock += value;
    yearly += turns * value;
  }
  return stock > 0 ? yearly / stock : null;
}

/** Stores by day, the store with most revenue first; `stores`: whose each row is. */
export function storeHeat(
  rows: readonly Row<"executive_store_days">[],
  currency: string,
  most = 20,
): { spec: HeatSpec; stores: number[] } {
  const totals = new Map<number, { name: string; revenue: number }>();
  for (const row of rows) {
    const known = totals.get(row.store_id) ?? { name: row.store_name || `store ${row.store_id}`, revenue: 0 };
    totals.set(row.store_id, { ...known, revenue: known.revenue + (toNumber(row.revenue) ?? 0) });
  }
  const stores = [...totals.entries()].sort((a, b) => b[1].revenue - a[1].revenue).slice(0, most);
  const dates = [...new Set(rows.map((row) => row.business_date))].sort();
  const byKey = new Map(rows.map((row) => [`${row.store_id} ${row.business_date}`, toNumber(row.revenue)]));
  const values = stores.map(([id]) => dates.map((date) => byKey.get(`${id} ${date}`) ?? null));
  return {
    spec: {
      kind: "heat",
      label: "Revenue",
      unit: money(currency),
      xLabel: "Date",
      yLabel: "Store",
      xs: dates.map((date) => formatDate(date, "weekday")),
      ys: stores.map(([, store]) => store.name),
      values,
    },
    stores: stores.map(([id]) => id),
  };
}
