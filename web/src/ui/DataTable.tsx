import { Checkbox } from "@mantine/core";
import {
  flexRender,
  getCoreRowModel,
  getSortedRowModel,
  useReactTable,
  type ColumnDef,
  type SortingState,
} from "@tanstack/react-table";
import { useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { format, type Figure, type Unit } from "../format/format";
import css from "./DataTable.module.css";

export interface Column<T> {
  key: string;
  title: string;
  /** What is sorted and exported. */
  value: (row: T) => Figure | boolean;
  unit?: Unit | ((row: T) => Unit);
  cell?: (row: T) => ReactNode;
  /** Left out on a phone. */
  minor?: boolean;
}

interface DataTableProps<T> {
  label: string;
  rows: T[];
  columns: Column<T>[];
  rowKey: (row: T) => string;
  onOpen?: ((row: T) => void) | undefined;
  openLabel?: (row: T) => string;
  selection?: {
    chosen: ReadonlySet<string>;
    onChange: (chosen: ReadonlySet<string>) => void;
    canChoose?: (row: T) => boolean;
  };
  /** Keys pressed on a row, beyond arrows, Enter and space. */
  onKey?: (row: T, key: string) => void;
  sortBy?: { key: string; descending: boolean };
  most?: number;
}

const unitOf = <T,>(column: Column<T>, row: T): Unit | undefined =>
  typeof column.unit === "function" ? column.unit(row) : column.unit;

/** A table that sorts, and that arrows, Enter and space work in. Shows `most` rows, more on demand. */
export function DataTable<T>({
  label,
  rows,
  columns,
  rowKey,
  onOpen,
  openLabel,
  selection,
  onKey,
  sortBy,
  most = 50,
}: DataTableProps<T>) {
  const [sorting, setSorting] = useState<SortingState>(
    sortBy ? [{ id: sortBy.key, desc: sortBy.descending }] : [],
  );
  const [shown, setShown] = useState(most);
  const body = useRef<HTMLTableSectionElement>(null);
  const definitions = useMemo<ColumnDef<T>[]>(
    () =>
      columns.map((column) => ({
        id: column.key,
        header: column.title,
        accessorFn: (row) => {
          const value = column.value(row);
          return typeof value === "string" && column.unit && value !== ""
            ? Number(value)
            : (value ?? undefined);
        },
        sortUndefined: "last",
        cell: (context) => cellOf(column, context.row.original),
      })),
    [columns],
  );
  const table = useReactTable({
    data: rows,
    columns: definitions,
    state: { sorting },
    onSortingChange: setSorting,
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
    getRowId: rowKey,
  });
  const model = table.getRowModel().rows;
  const visible = model.slice(0, shown);
  const selectable = (row: T) => selection?.canChoose?.(row) ?? true;

  const toggle = (row: T) => {
    if (!selection || !selectable(row)) return;
    const chosen = new Set(selection.chosen);
    const key = rowKey(row);
    if (!chosen.delete(key)) chosen.add(key);
    selection.onChange(chosen);
  };
  const pressed = (event: KeyboardEvent<HTMLTableRowElement>, row: T) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const lines = [...(body.current?.rows ?? [])];
    const at = lines.indexOf(event.currentTarget);
    const go = (to: number) => {
      lines[Math.max(0, Math.min(lines.length - 1, to))]?.focus();
      event.preventDefault();
    };
    if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") go(at - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(lines.length - 1);
    else if (event.key === "Enter" && onOpen) {
      onOpen(row);
      event.preventDefault();
    } else if (event.key === " " && selection) {
      toggle(row);
      event.preventDefault();
    } else onKey?.(row, event.key);
  };

  const choosable = rows.filter(selectable);
  const all =
    selection !== undefined &&
    choosable.length > 0 &&
    choosable.every((row) => selection.chosen.has(rowKey(row)));
  return (
    <div>
      <div className={css["scroll"]} tabIndex={0} role="region" aria-label={`${label}, table`}>
        <table className={css["table"]} aria-label={label}>
          <thead>
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id}>
                {selection ? (
                  <th scope="col" className={css["pick"]}>
                    <Checkbox
                      size="xs"
                      aria-label="Choose all"
                      checked={all}
                      indeterminate={!all && selection.chosen.size > 0}
                      onChange={() => selection.onChange(all ? new Set() : new Set(choosable.map(rowKey)))}
                    />
                  </th>
                ) : null}
                {group.headers.map((header) => {
                  const column = columns[header.index];
                  const sorted = header.column.getIsSorted();
                  return (
                    <th
                      key={header.id}
                      scope="col"
                      aria-sort={sorted === "asc" ? "ascending" : sorted === "desc" ? "descending" : "none"}
                      className={`${column?.unit ? "number" : ""} ${column?.minor ? css["minor"] : ""}`}
                    >
                      <button
                        type="button"
                        className={css["sort"]}
                        onClick={header.column.getToggleSortingHandler()}
                      >
                        {flexRender(header.column.columnDef.header, header.getContext())}
                        <span aria-hidden="true">
                          {sorted === "asc" ? " ↑" : sorted === "desc" ? " ↓" : ""}
                        </span>
                      </button>
                    </th>
                  );
                })}
              </tr>
            ))}
          </thead>
          <tbody ref={body}>
            {visible.map((line) => (
              <tr
                key={line.id}
                tabIndex={onOpen || selection || onKey ? 0 : undefined}
                data-row={line.id}
                className={`${onOpen ? css["open"] : ""} ${selection?.chosen.has(line.id) ? css["chosen"] : ""}`}
                aria-label={onOpen && openLabel ? openLabel(line.original) : undefined}
                onClick={onOpen ? () => onOpen(line.original) : undefined}
                onKeyDown={(event) => pressed(event, line.original)}
              >
                {selection ? (
                  <td className={css["pick"]} onClick={(event) => event.stopPropagation()}>
                    {selectable(line.original) ? (
                      <Checkbox
                        size="xs"
                        tabIndex={-1}
                        aria-label={`Choose ${line.id}`}
                        checked={selection.chosen.has(line.id)}
                        onChange={() => toggle(line.original)}
                      />
                    ) : null}
                  </td>
                ) : null}
                {line.getVisibleCells().map((cell, at) => (
                  <td
                    key={cell.id}
                    className={`${columns[at]?.unit ? "number" : ""} ${columns[at]?.minor ? css["minor"] : ""}`}
                  >
                    {flexRender(cell.column.columnDef.cell, cell.getContext())}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {model.length > shown ? (
        <button type="button" className={css["rest"]} onClick={() => setShown(shown + 4 * most)}>
          {shown} of {model.length.toLocaleString()} shown: more
        </button>
      ) : null}
    </div>
  );
}

function cellOf<T>(column: Column<T>, row: T): ReactNode {
  if (column.cell) return column.cell(row);
  const value = column.value(row);
  const unit = unitOf(column, row);
  if (unit) return format(typeof value === "boolean" ? Number(value) : value, unit);
  if (value === null || value === undefined || value === "") return "–";
  return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}
