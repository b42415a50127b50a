import type { Row } from "../../api/screens";
import { addDays, lastDayOver, startOf } from "../../filters/filters";
import { changeOf, formatDate } from "../../format/format";

export interface Night {
  /** The store's newest day that is over, and the same weekday before it. */
  day: string;
  weekBefore: string;
  /** From when on it is news. */
  since: string;
  /** It is the day's last receipt; else, with today's receipts there, midnight of the store. */
  isClose: boolean;
}

/** The night that a manager comes back from. `newest`: the store's newest business date, with its newest event. */
export function nightOf(
  newest: { date: string; lastEvent: string | null },
  zone: string | undefined,
  now: Date,
): Night {
  const day = lastDayOver(newest.date, zone ? [zone] : [], now);
  const close = day === newest.date ? newest.lastEvent : null;
  return {
    day,
    weekBefore: addDays(day, -7),
    since: close ?? startOf(addDays(day, 1), zone ?? "UTC"),
    isClose: close !== null,
  };
}

type Day = Pick<Row<"history_days">, "business_date" | "currency" | "revenue">;

/** What the day took, and against the same weekday a week before; null: it sold nothing. */
export function dayOf(
  rows: readonly Day[],
  { day, weekBefore }: Night,
): { revenue: string; currency: string; change: number | null } | null {
  const on = rows.find((row) => row.business_date === day);
  if (!on) return null;
  const before = rows.find((row) => row.business_date === weekBefore && row.currency === on.currency);
  return { revenue: on.revenue, currency: on.currency, change: changeOf(on.revenue, before?.revenue) };
}

/** Incidents that were noticed since. */
export function raisedSince<T extends { detected_at: string }>(rows: readonly T[], since: string): T[] {
  return rows.filter((row) => Date.parse(row.detected_at) >= Date.parse(since));
}

/** Products with none left whose last unit went since. */
export function outSince<T extends { as_of: string }>(rows: readonly T[], since: string): T[] {
  return rows.filter((row) => Date.parse(row.as_of) >= Date.parse(since));
}

/** How many proposals wait, and until when the most urgent of them can. */
export function waitingText(
  open: readonly { product_id: string }[],
  restock: readonly { product_id: string; order_by_date: string | null }[],
): string {
  if (open.length === 0) return "no proposal waits";
  const products = new Set(open.map((one) => one.product_id));
  const first = restock
    .flatMap((row) => (products.has(row.product_id) && row.order_by_date ? [row.order_by_date] : []))
    .sort()[0];
  const wait = `${open.length.toLocaleString()} ${open.length === 1 ? "proposal waits" : "proposals wait"}`;
  return first ? `${wait}, the first until ${formatDate(first, "weekday")}` : `${wait}, none of them urgent`;
}

/** "3 ran out: Milk, Tea and 1 more" */
export function named(count: string, names: readonly string[], most = 2): string {
  if (names.length === 0) return count;
  const more = names.length - most;
  return `${count}: ${names.slice(0, most).join(", ")}${more > 0 ? ` and ${more.toLocaleString()} more` : ""}`;
}
