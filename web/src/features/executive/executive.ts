import type { Row } from "../../api/screens";
import type { HeatSpec, LineSpec } from "../../charts/spec";
import { datesBetween, type Dates } from "../../filters/filters";
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

/** What a tile without turnover says: only an answer says that there is none. */
export function turnoverNote(turns: number | null, asked: "waiting" | "failed" | "answered"): string {
  if (turns !== null) return "times a year";
  if (asked === "answered") return "no daily snapshots of stock yet";
  return asked === "failed" ? "could not be loaded" : "being asked for";
}

/** Revenue of every date of a span; a date of which nothing is known stays a gap. */
export function dailyTrend(
  rows: readonly Pick<Row<"history_days">, "business_date" | "revenue">[],
  span: Dates,
  currency: string,
  running: string | null,
): LineSpec {
  const byDate = new Map(rows.map((row) => [row.business_date, toNumber(row.revenue)]));
  const dates = datesBetween(span.from, span.to);
  return {
    kind: "line",
    label: "Revenue",
    unit: money(currency),
    x: { label: "Date", kind: "date", values: dates, running },
    series: [{ name: "revenue", values: dates.map((date) => byDate.get(date) ?? null) }],
  };
}

/** Stores by day, the store with most revenue first; `stores`: whose each row is; `of`: how many there are. */
export function storeHeat(
  rows: readonly Row<"executive_store_days">[],
  currency: string,
  running: string | null,
  most = 20,
): { spec: HeatSpec; stores: number[]; of: number } {
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
      xs: dates.map((date) => formatDate(date, "weekday") + (date === running ? " so far" : "")),
      ys: stores.map(([, store]) => store.name),
      values,
    },
    stores: stores.map(([id]) => id),
    of: totals.size,
  };
}
