import type { Row } from "../../api/screens";
import type { BarSpec, HeatSpec, SankeySpec, ScatterSpec } from "../../charts/spec";
import { days, money, plain, sumOf, toNumber, units, type Unit } from "../../format/format";

const noCategory = "no category";
const otherCategories = "other categories";

/** The goods' way: causes that bring in, the category, causes that take out. */
export function goodsFlow(rows: readonly Row<"inventory_movements">[], most = 8): SankeySpec {
  const size = new Map<string, number>();
  for (const row of rows)
    size.set(
      row.category,
      (size.get(row.category) ?? 0) + (toNumber(row.units_in) ?? 0) + (toNumber(row.units_out) ?? 0),
    );
  const large = new Set(
    [...size.entries()]
      .sort((a, b) => b[1] - a[1])
      .slice(0, most)
      .map(([name]) => name),
  );
  const links = new Map<string, { source: string; target: string; value: number }>();
  const add = (source: string, target: string, value: number) => {
    if (value <= 0) return;
    const key = `${source}\n${target}`;
    const link = links.get(key) ?? { source, target, value: 0 };
    link.value += value;
    links.set(key, link);
  };
  for (const row of rows) {
    const category = large.has(row.category) ? row.category || noCategory : otherCategories;
    add(`${row.cause}, in`, category, toNumber(row.units_in) ?? 0);
    add(category, `${row.cause}, out`, toNumber(row.units_out) ?? 0);
  }
  return { kind: "sankey", label: "Units moved", unit: units, links: [...links.values()] };
}

/** The category that a link of the goods' flow is of; null: of several, or of none. */
export function categoryOfLink(link: SankeySpec["links"][number] | undefined): string | null {
  const category = link?.target.endsWith(", out") ? link.source : link?.target;
  return category === undefined || category === noCategory || category === otherCategories ? null : category;
}

const steadiness = ["X", "Y", "Z", ""];

/** ABC by XYZ: how many items, or how much revenue, in each class. */
export function classMatrix(
  rows: readonly Row<"inventory_classes">[],
  unit: Unit,
  of: (row: Row<"inventory_classes">) => number | null,
): HeatSpec {
  const ys = ["A", "B", "C"];
  const value = (abc: string, xyz: string) => {
    const some = rows.filter((row) => row.abc_class === abc && row.xyz_class === xyz);
    return some.length === 0 ? null : some.reduce((sum, row) => sum + (of(row) ?? 0), 0);
  };
  return {
    kind: "heat",
    label: "ABC-XYZ",
    unit,
    xLabel: "Steadiness",
    yLabel: "Revenue class",
    xs: ["X steady", "Y varying", "Z irregular", "no units"],
    ys: ["A", "B", "C"],
    values: ys.map((abc) => steadiness.map((xyz) => value(abc, xyz))),
  };
}

/** The class of a cell of the matrix, as the URL has it: "A/X"; of a whole row "A"; "A/": no units sold. */
export function classAt(row: number, column: number | null): string | null {
  const abc = "ABC"[row];
  if (!abc) return null;
  return column === null ? abc : `${abc}/${steadiness[column] ?? ""}`;
}

/** "AX"; "A" with any steadiness; null: there is no such class. */
export function className(chosen: string | undefined): string | null {
  const match = /^([ABC])(\/([XYZ]?))?$/.exec(chosen ?? "");
  if (!match) return null;
  const [, abc, cell, xyz] = match;
  return cell === undefined ? `${abc}` : xyz ? `${abc}${xyz}` : `${abc}, no units`;
}

/** The items of a class as the URL has it. */
export function ofClass<T extends { abc_class: string; xyz_class: string }>(
  rows: readonly T[],
  chosen: string,
): T[] {
  const [abc, xyz] = chosen.split("/");
  return rows.filter((row) => row.abc_class === abc && (xyz === undefined || row.xyz_class === xyz));
}

type CategoryRow = Row<"inventory_categories">;
export type StockMeasure = "units" | "value";

/** Categories with the most stock first; those without any of it, or of which it is not known, are left out. */
export function largest(rows: readonly CategoryRow[], by: StockMeasure): CategoryRow[] {
  const size = (row: CategoryRow) =>
    by === "value"
      ? toNumber(row.stock_value)
      : (toNumber(row.on_hand_units) ?? 0) + (toNumber(row.on_order_units) ?? 0) || null;
  return rows.filter((row) => size(row) !== null).sort((a, b) => (size(b) ?? 0) - (size(a) ?? 0));
}

/** Stock by category: units in the stores and on their way, or what is in the stores at cost. */
export function categoryStock(rows: readonly CategoryRow[], by: StockMeasure, currency: string): BarSpec {
  const shared = {
    kind: "bar" as const,
    category: "Category",
    horizontal: true,
    names: rows.map((row) => row.category || "none"),
  };
  if (by === "value")
    return {
      ...shared,
      label: "Stock value",
      unit: money(currency),
      series: [{ name: "stock value", values: rows.map((row) => toNumber(row.stock_value)) }],
    };
  return {
    ...shared,
    label: "Stock",
    unit: units,
    series: [
      // Of a category in which nothing was ever counted nor received, only what is on order is known.
      {
        name: "on hand",
        values: rows.map((row) => (row.items > 0 ? toNumber(row.on_hand_units) : null)),
      },
      { name: "on order", values: rows.map((row) => toNumber(row.on_order_units)) },
    ],
  };
}

/** Cover against velocity: what lies too long, what will be missing. */
export function overUnder(
  rows: readonly Row<"inventory_items">[],
  storeName: (id: number) => string,
): ScatterSpec {
  return {
    kind: "scatter",
    label: "Over and under stock",
    unit: plain,
    logarithmic: true,
    x: { label: "Sells a day", unit: units },
    y: { label: "Days of cover", unit: days },
    points: drawn(rows).map((row) => ({
      name: `${row.product_name}, ${storeName(row.store_id)}`,
      x: row.units_sold_per_day,
      y: row.days_of_cover,
      group:
        row.days_of_cover > 60
          ? "over: more than 60 days"
          : row.risk === "high" || row.risk === "medium"
            ? "under: at risk"
            : "in between",
    })),
  };
}

type Item = Row<"inventory_items">;

/** The items that have a place on logarithmic axes, in the order of their points. */
export function drawn(
  rows: readonly Item[],
): (Item & { units_sold_per_day: number; days_of_cover: number })[] {
  return rows.flatMap((row) => {
    const { units_sold_per_day, days_of_cover } = row;
    return units_sold_per_day && days_of_cover && units_sold_per_day > 0 && days_of_cover > 0
      ? [{ ...row, units_sold_per_day, days_of_cover }]
      : [];
  });
}

/** The ages of stock, the youngest first. */
export function agesOf(rows: readonly { age: string; age_place: number }[]): string[] {
  return [...new Map(rows.map((row) => [row.age, row.age_place])).entries()]
    .sort((a, b) => a[1] - b[1])
    .map(([age]) => age);
}

/** Stock by its age: at cost, or in units where no cost is known. */
export function ageOfStock(rows: readonly Row<"inventory_ageing">[], currency: string): BarSpec {
  const isPriced = rows.some((row) => (toNumber(row.stock_value) ?? 0) > 0);
  const ages = agesOf(rows);
  return {
    kind: "bar",
    label: isPriced ? "Stock value" : "Units in stock",
    unit: isPriced ? money(currency) : units,
    category: "Age",
    names: ages,
    series: [
      {
        name: isPriced ? "stock value" : "on hand",
        values: ages.map((age) =>
          sumOf(
            rows.filter((row) => row.age === age),
            (row) => (isPriced ? row.stock_value : row.on_hand_units),
          ),
        ),
      },
    ],
  };
}
