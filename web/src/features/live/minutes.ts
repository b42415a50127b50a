import type { Row } from "../../api/screens";
import type { LineSpec } from "../../charts/spec";
import { money, toNumber } from "../../format/format";

const minuteMs = 60_000;

/** The sixty minutes up to the newest event; a minute without a row took nothing. */
export function lastHour(
  rows: readonly Row<"realtime_minutes">[],
  currency: string,
  asOf: string | null,
): LineSpec {
  const byMinute = new Map(
    rows
      .filter((row) => row.currency === currency)
      .map((row) => [Date.parse(row.minute), toNumber(row.revenue)]),
  );
  const end = asOf === null ? null : Math.floor(Date.parse(asOf) / minuteMs) * minuteMs;
  const minutes = end === null ? [] : Array.from({ length: 60 }, (_, at) => end - (59 - at) * minuteMs);
  return {
    kind: "line",
    label: "Revenue per minute",
    unit: money(currency),
    x: { label: "Minute", kind: "minute", values: minutes.map((at) => new Date(at).toISOString()) },
    series: [{ name: "revenue", values: minutes.map((at) => byMinute.get(at) ?? 0) }],
  };
}

const hourMs = 60 * minuteMs;

/** Whether the hour of the newest event is still running. */
export function isRunning(asOf: string | null, now: number): boolean {
  return asOf !== null && Math.floor(Date.parse(asOf) / hourMs) === Math.floor(now / hourMs);
}

/** Hours of today against those of a week ago; hours to come are gaps, not nought. `running`: the newest is not over. */
export function againstLastWeek(
  rows: readonly Row<"realtime_hours">[],
  currency: string,
  running: boolean,
): LineSpec {
  const own = rows.filter((row) => row.currency === currency);
  const newest = Math.max(-1, ...own.filter((row) => row.sales > 0).map((row) => row.hour_of_day));
  const byHour = new Map(own.map((row) => [row.hour_of_day, row]));
  // Only the hours in which anybody sells, on either day.
  const open = own.filter((row) => row.sales > 0 || row.sales_week_ago > 0).map((row) => row.hour_of_day);
  const first = Math.min(24, ...open);
  const hours = Array.from({ length: Math.max(0, Math.max(-1, ...open) - first + 1) }, (_, at) => first + at);
  return {
    kind: "line",
    label: "Revenue per hour",
    unit: money(currency),
    x: {
      label: "Hour",
      kind: "text",
      values: hours.map(hourName),
      running: running && newest >= 0 ? hourName(newest) : null,
    },
    series: [
      {
        name: "today",
        values: hours.map((hour) => (hour > newest ? null : (toNumber(byHour.get(hour)?.revenue) ?? 0))),
      },
      {
        name: "a week ago",
        role: "comparison",
        values: hours.map((hour) => toNumber(byHour.get(hour)?.revenue_week_ago) ?? 0),
      },
    ],
  };
}

const hourName = (hour: number): string => `${String(hour).padStart(2, "0")}:00`;
