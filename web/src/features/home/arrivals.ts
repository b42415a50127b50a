import type { Row } from "../../api/screens";
import type { BarSpec } from "../../charts/spec";
import { count, format, formatMinute, plain } from "../../format/format";

type Minute = Row<"home_flow">;
const minuteMs = 60_000;
const shownMinutes = 60;

/** The hour up to a moment, minute by minute; a minute without a row took nothing, and keeps its place. */
export function arrivals(rows: readonly Minute[], now: number): BarSpec {
  const byMinute = new Map(rows.map((row) => [Date.parse(row.minute), row.events]));
  // A reader's clock that is behind hides nothing that came.
  const end = Math.max(Math.floor(now / minuteMs) * minuteMs, ...byMinute.keys());
  const minutes = Array.from(
    { length: rows.length === 0 ? 0 : shownMinutes },
    (_, at) => end - (shownMinutes - 1 - at) * minuteMs,
  );
  return {
    kind: "bar",
    label: "Messages",
    unit: count,
    category: "Minute",
    names: minutes.map((at) => formatMinute(new Date(at).toISOString())),
    series: [{ name: "messages", values: minutes.map((at) => byMinute.get(at) ?? 0) }],
  };
}

/** How long messages were under way, and how many of the hour were late; null: none came. */
export function underWay(rows: readonly Minute[]): string | null {
  const newest = rows.at(-1);
  if (!newest) return null;
  const events = rows.reduce((sum, row) => sum + row.events, 0);
  const late = rows.reduce((sum, row) => sum + row.late_events, 0);
  const delay = newest.median_delay_s;
  const way =
    delay < 0
      ? `stamped ${format(-delay, plain)} s ahead of the log, so clocks disagree`
      : `${format(delay, plain)} s under way`;
  const came = late === 0 ? "none" : format(late, count);
  return `At ${formatMinute(newest.minute)} half of them were ${way}${delay < 0 ? "" : " or less"}. Of the hour’s ${format(events, count)}, ${came} came more than an hour late.`;
}
