import type { Row } from "../../api/screens";
import type { HeatSpec, SankeySpec, ScatterSpec } from "../../charts/spec";
import { days, plain, toNumber, units, type Unit } from "../../format/format";

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
    const category = large.has(row.category) ? row.category || "no category" : "other categories";
    add(`${row.cause}, in`, category, toNumber(row.units_in) ?? 0);
    add(category, `${row.cause}, out`, toNumber(row.units_out) ?? 0);
  }
  return { kind: "sankey", label: "Units moved", unit: units, links: [...links.values()] };
}

/** ABC by XYZ: how many items, or how much revenue, in each class. */
export function classMatrix(
  rows: readonly Row<"inventory_classes">[],
  unit: Unit,
  of: (row: Row<"inventory_classes">) => number | null,
): HeatSpec {
  const ys = ["A", "B", "C"];
  const xs = ["X", "Y", "Z", ""];
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
    values: ys.map((abc) => xs.map((xyz) => value(abc, xyz))),
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
