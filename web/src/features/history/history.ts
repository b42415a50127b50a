import type { Row } from "../../api/screens";
import type { CalendarSpec, HeatSpec, LineSpec } from "../../charts/spec";
import { addDays, datesBetween, type Dates } from "../../filters/filters";
import { formatDate, money, toNumber, weekdays } from "../../format/format";

type Day = Row<"history_days">;

/**
 * Whether a month may be set against the one so many before it: both traded about as many days. A month that has just
 * begun, or in which the history begins, is like no other.
 */
export function isLike(
  rows: readonly { month: string; currency: string; trading_days: number }[],
  row: { month: string; currency: string; trading_days: number },
  monthsBefore: number,
): boolean {
  const [year = 0, month = 0] = row.month.split("-").map(Number);
  const earlier = new Date(Date.UTC(year, month - 1 - monthsBefore, 1)).toISOString().slice(0, 10);
  const before = rows.find((one) => one.month === earlier && one.currency === row.currency);
  if (!before) return true;
  const days = [row.trading_days, before.trading_days];
  return Math.min(...days) >= 0.8 * Math.max(...days);
}

export interface Known {
  /** Newest date that there is; null: none. */
  newest: string | null;
  /** Of that the last one which is over. */
  lastOver: string | null;
}

/** Revenue of a date: a day without a row sold nothing, if it lies between the first one known and the newest. */
function byDate(
  rows: readonly Day[],
  currency: string,
  newest: string | null,
): (date: string) => number | null {
  const own = new Map(
    rows.filter((row) => row.currency === currency).map((row) => [row.business_date, toNumber(row.revenue)]),
  );
  const first = [...own.keys()].sort()[0];
  return (date) =>
    own.get(date) ?? (first !== undefined && newest !== null && date >= first && date <= newest ? 0 : null);
}

/** Whether the trend of a span can be narrowed by handles: fewer days are seen as well without. */
export function isZoomed(span: Dates): boolean {
  return datesBetween(span.from, span.to).length > 31;
}

/** Revenue by day; beside it, where there is one, the same days of another span. */
export function trend(
  rows: readonly Day[],
  currency: string,
  span: Dates,
  known: Known,
  before: { rows: readonly Day[]; shift: number; name: string } | null,
): LineSpec {
  const now = byDate(rows, currency, known.newest);
  const then = before ? byDate(before.rows, currency, known.newest) : null;
  const dates = datesBetween(span.from, span.to);
  const earlier =
    then && before && before.rows.some((row) => row.currency === currency)
      ? [
          {
            name: before.name,
            role: "comparison" as const,
            values: dates.map((date) => then(addDays(date, -before.shift))),
          },
        ]
      : [];
  return {
    kind: "line",
    label: "Revenue",
    unit: money(currency),
    zoom: isZoomed(span),
    x: {
      label: "Date",
      kind: "date",
      values: dates,
      running: known.newest !== known.lastOver ? known.newest : null,
    },
    series: [{ name: "revenue", values: dates.map(now) }, ...earlier],
  };
}

export function calendar(rows: readonly Day[], currency: string): CalendarSpec {
  return {
    kind: "calendar",
    label: "Revenue",
    unit: money(currency),
    days: rows
      .filter((row) => row.currency === currency)
      .map((row) => ({ date: row.business_date, value: toNumber(row.revenue) })),
  };
}

/** Day of the week by hour of the day, only the hours in which anybody sells. */
export function peakHours(rows: readonly Row<"history_peak_hours">[], currency: string): HeatSpec {
  const own = rows.filter((row) => row.currency === currency);
  const hours = own.map((row) => row.hour_of_day);
  const [first, last] = own.length === 0 ? [0, -1] : [Math.min(...hours), Math.max(...hours)];
  const byKey = new Map(own.map((row) => [`${row.day_of_week} ${row.hour_of_day}`, row.revenue_per_day]));
  const shown = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  return {
    kind: "heat",
    label: "Revenue an hour",
    unit: money(currency),
    xLabel: "Hour",
    yLabel: "Weekday",
    xs: shown.map((hour) => `${String(hour).padStart(2, "0")}:00`),
    ys: weekdays(),
    values: weekdays().map((_, day) => shown.map((hour) => byKey.get(`${day + 1} ${hour}`) ?? null)),
  };
}

/** Category by month, the categories with most revenue first; `of`: how many there are. */
export function categoryMatrix(
  rows: readonly Row<"history_categories">[],
  currency: string,
  most = 14,
): { spec: HeatSpec; of: number } {
  const own = rows.filter((row) => row.currency === currency);
  const months = [...new Set(own.map((row) => row.month))].sort();
  const totals = new Map<string, number>();
  for (const row of own)
    totals.set(row.category, (totals.get(row.category) ?? 0) + (toNumber(row.revenue) ?? 0));
  const categories = [...totals.entries()]
    .sort((a, b) => b[1] - a[1])
    .slice(0, most)
    .map(([name]) => name);
  const byKey = new Map(own.map((row) => [`${row.month} ${row.category}`, toNumber(row.revenue)]));
  return {
    spec: {
      kind: "heat",
      label: "Revenue",
      unit: money(currency),
      xLabel: "Month",
      yLabel: "Category",
      xs: months.map((month) => formatDate(month, "month")),
      ys: categories.map((name) => name || "none"),
      values: categories.map((category) => months.map((month) => byKey.get(`${month} ${category}`) ?? null)),
    },
    of: totals.size,
  };
}
