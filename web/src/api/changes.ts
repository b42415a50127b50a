import { comparable, compared } from "../filters/compared";
import { byCategory, inCurrency, useScope } from "./catalog";
import { useScreen } from "./screens";

/**
 * What a change against the period before is worth: nothing while a day of the period is running, nor where the days
 * before are not all there. As long as that is not known it is none.
 */
export type ChangeKind = "known" | "running" | "none";

export function useChanges(): ChangeKind {
  const { over, datesOver, isOver, lastOver, filters, currency, wait } = useScope();
  const spans = datesOver ? compared(datesOver, lastOver) : null;
  const filtered = { ...byCategory(over, filters.category), limit: 10_000 };
  const now = useScreen("history_days", filtered, { wait });
  const before = useScreen(
    "history_days",
    { ...filtered, ...(spans?.before ?? {}) },
    { wait: wait || spans === null },
  );
  if (!isOver) return "running";
  if (!now.data || !before.data || now.isPlaceholderData || before.isPlaceholderData) return "none";
  return comparable(inCurrency(before.data.rows, currency), inCurrency(now.data.rows, currency))
    ? "known"
    : "none";
}
