import type { Row } from "../../api/screens";
import type { CalendarSpec, HeatSpec, LineSpec } from "../../charts/spec";
import { addDays } from "../../filters/filters";
import { money, toNumber, weekdays } from "../../format/format";

type Day = Row<"history_days">;

/** Every date of a span: a day without a row sold nothing. */
export function datesBetween(from: string, to: string): string[] {
  const dates: string[] = [];
  for (let date = from; date <= to && dates.length < 1_200; date = addDays(date, 1)) dates.push(date);
  return dates;
}

/** Revenue by day; beside it, where there is one, the same days of another span. */
export function trend(
  rows: readonly Day[],
  currency: string,
  from: string,
  to: string,
  before: { rows: readonly Day[]; shift: number; name: string } | null,
): LineSpec {
  const byDate = (some: readonly Day[]) =>
    new Map(
      some
        .filter((row) => row.currency === currency)
        .map((row) => [row.business_date, toNumber(row.revenue)]),
    );
  const [now, then] = [byDate(rows), before ? byDate(before.rows) : null];
  const dates = datesBetween(from, to);
  const earlier =
    then && before && then.size > 0
      ? [
          {
            name: before.name,
            role: "comparison" as const,
            values: dates.map((date) => then.get(addDays(date, -before.shift)) ?? null),
          },
        ]
      : [];
  return {
    kind: "line",
    label: "Revenue",
    unit: money(currency),
    zoom: dates.length > 31,
    x: { label: "Date", kind: "date", values: dates },
    series: [{ name: "revenue", values: dates.map((date) => now.get(date) ?? 0) }, ...earlier],
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
    ys: [...weekdays],
    values: weekdays.map((_, day) => shown.map((hour) => byKey.get(`${day + 1} ${hour}`) ?? null)),
  };
}

/** Category by month, the categories with most revenue first. */
export function categoryMatrix(
  rows: readonly Row<"history_categories">[],
  currency: string,
  most = 14,
): HeatSpec {
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
    kind: "heat",
    label: "Revenue",
    unit: money(currency),
    xLabel: "Month",
    yLabel: "Category",
    xs: months.map((month) => month.slice(0, 7)),
    ys: categories.map((name) => name || "none"),
    values: categories.map((category) => months.map((month) => byKey.get(`${month} ${category}`) ?? null)),
  };
}

export interface Funnel {
  sold: number;
  returned: number;
  gross: number;
  taken: number;
}

/** What was sold, and what of it came back. */
export function funnel(rows: readonly Row<"history_returns">[], currency: string): Funnel {
  const own = rows.filter((row) => row.currency === currency);
  const sum = (of: (row: Row<"history_returns">) => string) =>
    own.reduce((total, row) => total + (toNumber(of(row)) ?? 0), 0);
  return {
    sold: sum((row) => row.units_sold),
    returned: sum((row) => row.units_returned),
    gross: sum((row) => row.gross_revenue),
    taken: sum((row) => row.returned_revenue),
  };
}

/** Whether days before compare with days now: a chain that had just begun sold on fewer, and what came after is no growth. */
export function comparable(before: readonly unknown[], now: readonly unknown[]): boolean {
  return before.length > 0 && before.length >= 0.9 * now.length;
}
