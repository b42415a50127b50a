import type { Row } from "../../api/screens";
import type { LineSpec } from "../../charts/spec";
import { toNumber, units } from "../../format/format";

type Day = Row<"product_days">;

/** Values of several stores by date; a date of which no store has a value stays open. */
function byDate<T extends { business_date: string }>(
  rows: readonly T[],
  of: (row: T) => string | number | null | undefined,
): Map<string, number | null> {
  const sums = new Map<string, number | null>();
  for (const row of rows) {
    const value = toNumber(of(row));
    const known = sums.get(row.business_date) ?? null;
    sums.set(row.business_date, value === null ? known : (known ?? 0) + value);
  }
  return sums;
}

const datesOf = (rows: readonly { business_date: string }[]): string[] =>
  [...new Set(rows.map((row) => row.business_date))].sort();

function line(
  label: string,
  dates: string[],
  series: LineSpec["series"],
  bands: LineSpec["bands"] = [],
): LineSpec {
  return {
    kind: "line",
    label,
    unit: units,
    x: { label: "Date", kind: "date", values: dates },
    series,
    bands,
  };
}

export function salesSpec(rows: readonly Day[]): LineSpec {
  const dates = datesOf(rows);
  const [sold, returned] = [byDate(rows, (row) => row.units_sold), byDate(rows, (row) => row.units_returned)];
  const cameBack = [...returned.values()].some((value) => (value ?? 0) > 0);
  return line("Units", dates, [
    { name: "sold", values: dates.map((date) => sold.get(date) ?? null) },
    ...(cameBack ? [{ name: "returned", values: dates.map((date) => returned.get(date) ?? null) }] : []),
  ]);
}

export function stockSpec(rows: readonly Day[]): LineSpec {
  const dates = datesOf(rows);
  const [stock, order, point] = [
    byDate(rows, (row) => row.on_hand_units),
    byDate(rows, (row) => row.on_order_units),
    byDate(rows, (row) => row.reorder_point),
  ];
  const known = (values: Map<string, number | null>) => [...values.values()].some((value) => value !== null);
  return line("Stock", dates, [
    { name: "on hand", values: dates.map((date) => stock.get(date) ?? null) },
    ...(known(order) ? [{ name: "on order", values: dates.map((date) => order.get(date) ?? null) }] : []),
    ...(known(point)
      ? [
          {
            name: "reorder point",
            role: "target" as const,
            values: dates.map((date) => point.get(date) ?? null),
          },
        ]
      : []),
  ]);
}

/** Sold, then expected. Quantiles of several stores do not add up, so bands are of one store only. */
export function demandSpec(rows: readonly Row<"forecast_series">[]): LineSpec {
  const dates = datesOf(rows);
  const one = new Set(rows.map((row) => row.store_id)).size === 1;
  const [sold, expected] = [
    byDate(rows, (row) => row.units_sold),
    byDate(rows, (row) => row.predicted_demand),
  ];
  const values = (of: (row: Row<"forecast_series">) => number | null | undefined) => {
    const map = byDate(rows, of);
    return dates.map((date) => map.get(date) ?? null);
  };
  return line(
    "Demand",
    dates,
    [
      { name: "sold", values: dates.map((date) => sold.get(date) ?? null) },
      { name: "forecast", role: "forecast", values: dates.map((date) => expected.get(date) ?? null) },
    ],
    one
      ? [
          { name: "80 %", lower: values((row) => row.lower_80), upper: values((row) => row.upper_80) },
          { name: "95 %", lower: values((row) => row.lower_95), upper: values((row) => row.upper_95) },
        ]
      : [],
  );
}
