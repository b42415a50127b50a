import type { Row } from "../../api/screens";
import type { LineSpec } from "../../charts/spec";
import { toNumber, units } from "../../format/format";

type Demand = Row<"forecast_demand">;

/** One line of the coherent forecast: the total, a store, a category or a region, with its bands. */
export function demandTrend(rows: readonly Demand[], level: string, key: string): LineSpec {
  const own = rows
    .filter((row) => row.level === level && keyOf(row) === key)
    .sort((a, b) => a.business_date.localeCompare(b.business_date));
  return {
    kind: "line",
    label: "Expected demand",
    unit: units,
    x: { label: "Date", kind: "date", values: own.map((row) => row.business_date) },
    series: [{ name: "forecast", role: "forecast", values: own.map((row) => row.predicted_demand) }],
    bands: [
      { name: "80 %", lower: own.map((row) => row.lower_80), upper: own.map((row) => row.upper_80) },
      { name: "95 %", lower: own.map((row) => row.lower_95), upper: own.map((row) => row.upper_95) },
    ],
  };
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
  mape?: number | null;
}

/** Accuracy over several days, from sums: a mean of ratios would weigh a quiet day like a busy one. */
export function overall(rows: readonly Measured[]): {
  wmape: number | null;
  bias: number | null;
  mae: number | null;
  rmse: number | null;
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
    coverage80: weighted((row) => row.coverage_80),
    coverage95: weighted((row) => row.coverage_95),
  };
}
