import type { Row } from "../../api/screens";
import type { LineSpec } from "../../charts/spec";
import { addDays } from "../../filters/filters";
import { toNumber, units } from "../../format/format";

type Demand = Row<"forecast_demand">;

interface SoldDay {
  business_date: string;
  units: string | number;
}

/** What was sold, to compare with: through the last day that is over, so that a running one looks like no drop. */
export interface Sold {
  rows: readonly SoldDay[];
  lastOver: string | null;
  /** Newest business date: beyond it lies what is to come. */
  newest: string | null;
}

/**
 * One line of the coherent forecast: the total, a store, a category or a region, with its bands; before it what was sold,
 * and a mark between the two.
 */
export function demandTrend(rows: readonly Demand[], level: string, key: string, sold: Sold): LineSpec {
  const own = new Map(
    rows
      .filter((row) => row.level === level && keyOf(row) === key)
      .map((row) => [row.business_date, row] as const),
  );
  const bought = own.size > 0 ? soldByDate(sold) : new Map<string, number>();
  const { lastOver, newest } = sold;
  const dates = [...new Set([...bought.keys(), ...(newest ? [newest] : []), ...own.keys()])].sort();
  const told = (of: (row: Demand) => number) =>
    dates.map((date) => {
      const row = own.get(date);
      return row ? of(row) : null;
    });
  const forecast = {
    name: "forecast",
    role: "forecast" as const,
    values: told((row) => row.predicted_demand),
  };
  return {
    kind: "line",
    label: "Demand",
    unit: units,
    x: { label: "Date", kind: "date", values: dates },
    series:
      bought.size > 0
        ? [{ name: soldName, values: dates.map((date) => bought.get(date) ?? null) }, forecast]
        : [forecast],
    ...(bought.size > 0 && newest
      ? { divide: { at: dates.indexOf(newest), name: newest === lastOver ? "last day known" : "today" } }
      : {}),
    bands: [
      { name: "80 %", lower: told((row) => row.lower_80), upper: told((row) => row.upper_80) },
      { name: "95 %", lower: told((row) => row.lower_95), upper: told((row) => row.upper_95) },
    ],
  };
}

/** A day without a row sold nothing, between the first one that has one and the last one that is over. */
function soldByDate({ rows, lastOver }: Sold): Map<string, number> {
  const first = rows.reduce<string | null>(
    (least, { business_date }) => (least === null || business_date < least ? business_date : least),
    null,
  );
  const sums = new Map<string, number>();
  if (first === null || lastOver === null) return sums;
  for (let date = first; date <= lastOver; date = addDays(date, 1)) sums.set(date, 0);
  for (const row of rows) {
    const sum = sums.get(row.business_date);
    // One row a currency: units of all of them are units.
    if (sum !== undefined) sums.set(row.business_date, sum + (toNumber(row.units) ?? 0));
  }
  return sums;
}

const soldName = "sold less returned";

/** Which sales a line of the forecast is to be compared with, as filters of a screen; null: not known which. */
export function soldFilters(
  level: string,
  key: string,
): { store?: number[]; region?: string[]; category?: string[] } | null {
  switch (level) {
    case "total":
      return {};
    case "store":
      return key ? { store: [Number(key)] } : null;
    case "category":
      return key ? { category: [key] } : null;
    case "region":
      return key ? { region: [key] } : null;
    default:
      return null;
  }
}

function keyOf(row: Demand): string {
  switch (row.level) {
    case "store":
      return String(row.store_id);
    case "category":
      return row.category;
    case "region":
      return row.region;
    default:
      return "";
  }
}

/** What can be chosen at a level. */
export function keysOf(rows: readonly Demand[], level: string): string[] {
  return [...new Set(rows.filter((row) => row.level === level).map(keyOf))].sort();
}

interface Measured {
  forecasts: number;
  absolute_error: number;
  actual_units: string | number;
  predicted_units: number;
  coverage_80: number;
  coverage_95: number;
  rmse: number;
  actual_variance: number;
  forecasts_with_sales: number;
  mape: number | null;
}

/** Accuracy over several days, from sums: a mean of ratios would weigh a quiet day like a busy one. */
export function overall(rows: readonly Measured[]): {
  wmape: number | null;
  bias: number | null;
  mae: number | null;
  rmse: number | null;
  r2: number | null;
  mape: number | null;
  coverage80: number | null;
  coverage95: number | null;
  forecasts: number;
} {
  const forecasts = rows.reduce((sum, row) => sum + row.forecasts, 0);
  const actual = rows.reduce((sum, row) => sum + (toNumber(row.actual_units) ?? 0), 0);
  const absolute = rows.reduce((sum, row) => sum + row.absolute_error, 0);
  const predicted = rows.reduce((sum, row) => sum + row.predicted_units, 0);
  const weighted = (of: (row: Measured) => number) =>
    forecasts === 0 ? null : rows.reduce((sum, row) => sum + of(row) * row.forecasts, 0) / forecasts;
  const square = weighted((row) => row.rmse ** 2);
  return {
    forecasts,
    wmape: actual > 0 ? absolute / actual : null,
    bias: actual > 0 ? (predicted - actual) / actual : null,
    mae: forecasts > 0 ? absolute / forecasts : null,
    rmse: square === null ? null : Math.sqrt(square),
    r2: explained(rows, actual / forecasts),
    mape: relative(rows),
    coverage80: weighted((row) => row.coverage_80),
    coverage95: weighted((row) => row.coverage_95),
  };
}

/** R² over several days: the variance of all that was sold is what lies within days and between them. */
function explained(rows: readonly Measured[], mean: number): number | null {
  let [missed, spread] = [0, 0];
  for (const row of rows) {
    const between = (toNumber(row.actual_units) ?? 0) / row.forecasts - mean;
    missed += row.forecasts * row.rmse ** 2;
    spread += row.forecasts * (row.actual_variance + between ** 2);
  }
  return spread > 0 ? 1 - missed / spread : null;
}

/** Mean relative error of all forecasts of what was sold at all. */
function relative(rows: readonly Measured[]): number | null {
  const all = rows.reduce((sum, row) => sum + row.forecasts_with_sales, 0);
  return all > 0
    ? rows.reduce((sum, row) => sum + (row.mape ?? 0) * row.forecasts_with_sales, 0) / all
    : null;
}
