import { addDays, datesBetween, type Dates } from "./filters";

/** The days of a span that are over, and as many before it; null: none is over. */
export function compared(
  span: Dates,
  lastOver: string | null,
): { now: Dates; before: Dates; days: number } | null {
  if (lastOver === null || lastOver < span.from) return null;
  const to = lastOver < span.to ? lastOver : span.to;
  const days = datesBetween(span.from, to).length;
  return {
    now: { from: span.from, to },
    before: { from: addDays(span.from, -days), to: addDays(span.from, -1) },
    days,
  };
}

/** Whether days before compare with days now: a chain that had just begun sold on fewer, and what came after is no growth. */
export function comparable(before: readonly unknown[], now: readonly unknown[]): boolean {
  return before.length > 0 && before.length >= 0.9 * now.length;
}
