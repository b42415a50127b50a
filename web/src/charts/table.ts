import { format, formatDate, formatHour, formatMinute, unitName, type Unit } from "../format/format";
import type { Column } from "../ui/DataTable";
import type { ChartSpec, LineSpec } from "./spec";

export interface TableColumn {
  name: string;
  unit?: Unit;
}

/** The figures of a chart as rows; texts and raw numbers, so that a file has all digits. */
export interface ChartTable {
  columns: TableColumn[];
  rows: (string | number | null)[][];
}

const named = (name: string, unit: Unit): TableColumn => ({ name, unit });

const xTexts: Record<LineSpec["x"]["kind"], (value: string) => string> = {
  date: (value) => formatDate(value, "weekday"),
  hour: formatHour,
  minute: formatMinute,
  text: (value) => value,
};

export function xText(x: LineSpec["x"], value: string): string {
  const text = xTexts[x.kind](value);
  return value === x.running ? `${text} so far` : text;
}

/** The first cell of a row, as people read it. */
export function headText(spec: ChartSpec, cell: string | number | null): string {
  const text = String(cell ?? "");
  return spec.kind === "line" ? xText(spec.x, text) : spec.kind === "calendar" ? formatDate(text) : text;
}

export function toTable(spec: ChartSpec): ChartTable {
  switch (spec.kind) {
    case "line": {
      const bands = spec.bands ?? [];
      return {
        columns: [
          { name: spec.x.label },
          ...spec.series.map((one) => named(one.name, spec.unit)),
          ...bands.flatMap((band) => [
            named(`${band.name}, from`, spec.unit),
            named(`${band.name}, to`, spec.unit),
          ]),
        ],
        rows: spec.x.values.map((x, at) => [
          x,
          ...spec.series.map((one) => one.values[at] ?? null),
          ...bands.flatMap((band) => [band.lower[at] ?? null, band.upper[at] ?? null]),
        ]),
      };
    }
    case "bar":
      return {
        columns: [{ name: spec.category }, ...spec.series.map((one) => named(one.name, spec.unit))],
        rows: spec.names.map((name, at) => [name, ...spec.series.map((one) => one.values[at] ?? null)]),
      };
    case "heat":
      return {
        columns: [{ name: spec.yLabel }, ...spec.xs.map((x) => named(x, spec.unit))],
        rows: spec.ys.map((y, at) => [y, ...spec.xs.map((_, x) => spec.values[at]?.[x] ?? null)]),
      };
    case "calendar":
      return {
        columns: [{ name: "Date" }, named(spec.label, spec.unit)],
        rows: spec.days.map((day) => [day.date, day.value]),
      };
    case "scatter":
      return {
        columns: [
          { name: "Name" },
          { name: "Group" },
          named(spec.x.label, spec.x.unit),
          named(spec.y.label, spec.y.unit),
        ],
        rows: spec.points.map((point) => [point.name, point.group, point.x, point.y]),
      };
    case "sankey":
      return {
        columns: [{ name: "From" }, { name: "To" }, named(spec.label, spec.unit)],
        rows: spec.links.map((link) => [link.source, link.target, link.value]),
      };
    case "map":
      return {
        columns: [
          { name: "Place" },
          { name: "Latitude" },
          { name: "Longitude" },
          named(spec.label, spec.unit),
        ],
        rows: spec.places.map((place) => [place.name, place.latitude, place.longitude, place.value]),
      };
  }
}

/** Rows of a table by its columns. Where the unit differs from row to row, it has a column of its own. */
export function rowsTable<T>(rows: readonly T[], columns: readonly Column<T>[]): ChartTable {
  const text = (value: ReturnType<Column<T>["value"]>) =>
    typeof value === "boolean" ? (value ? "yes" : "no") : (value ?? null);
  const parts = columns.flatMap(({ title, unit, value }) => {
    const own = (row: T) => text(value(row));
    if (typeof unit !== "function") return [{ column: { name: title, ...(unit ? { unit } : {}) }, of: own }];
    return [
      { column: { name: title }, of: own },
      { column: { name: `${title}, unit` }, of: (row: T) => unitName(unit(row)) },
    ];
  });
  return {
    columns: parts.map((part) => part.column),
    rows: rows.map((row) => parts.map((part) => part.of(row))),
  };
}

/** A cell that a spreadsheet would take for a formula is marked as text. */
function csvCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function toCsv(table: ChartTable): string {
  const heads = table.columns.map((column) => {
    const unit = column.unit ? unitName(column.unit) : "";
    return csvCell(unit ? `${column.name} (${unit})` : column.name);
  });
  return [heads, ...table.rows.map((row) => row.map(csvCell))]
    .map((cells) => `${cells.join(",")}\r\n`)
    .join("");
}

/** One sentence for a screen reader: what, how much of it, from where to where. */
export function summary(spec: ChartSpec): string {
  const table = toTable(spec);
  if (table.rows.length === 0) return `${spec.label}: nothing to show.`;
  const numbers = table.rows.flatMap((row) =>
    row.filter((cell, at) => typeof cell === "number" && at > 0),
  ) as number[];
  const span =
    numbers.length === 0
      ? ""
      : `, from ${format(Math.min(...numbers), spec.unit)} to ${format(Math.max(...numbers), spec.unit)}`;
  const names =
    spec.kind === "line" || spec.kind === "bar" ? ` of ${spec.series.map((one) => one.name).join(", ")}` : "";
  if (spec.kind === "scatter")
    return `${spec.label}: ${spec.points.length} points, ${spec.x.label} against ${spec.y.label}.`;
  if (spec.kind === "map") return `${spec.label}: ${spec.places.length} places on a map.`;
  return `${spec.label}${names}: ${table.rows.length} rows${span}. The table view has every figure.`;
}
