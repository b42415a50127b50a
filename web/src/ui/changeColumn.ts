import type { ChangeKind } from "../api/changes";
import { notOver } from "../filters/filters";
import { formatChange, share } from "../format/format";
import type { Column } from "./DataTable";

/** A change in a word: what it is, or why there is none. */
export function changeText(change: number | null, kind: ChangeKind): string {
  return kind === "running" ? notOver : formatChange(kind === "known" ? change : null);
}

/** Change against the period before, where there is one to compare with. */
export function changeColumn<T extends { revenue_change: number | null }>(kind: ChangeKind): Column<T> {
  return {
    key: "change",
    title: "Change",
    unit: share,
    value: (row) => (kind === "known" ? row.revenue_change : null),
    cell: (row) => changeText(row.revenue_change, kind),
  };
}
