import { describe, expect, it } from "vitest";
import { count } from "../../format/format";
import {
  ageOfStock,
  agesOf,
  categoryOfLink,
  categoryStock,
  classAt,
  classMatrix,
  className,
  drawn,
  goodsFlow,
  largest,
  ofClass,
  overUnder,
} from "./stock";

describe("the goods' flow", () => {
  const move = (cause: string, category: string, units_in: string, units_out: string) => ({
    cause,
    category,
    units_in,
    units_out,
    movements: 1,
  });
  it("goes from causes through categories to causes, and leaves out what did not move", () => {
    expect(goodsFlow([move("receipt", "Dairy", "10", "0"), move("sale", "Dairy", "0", "7.5")]).links).toEqual(
      [
        { source: "receipt, in", target: "Dairy", value: 10 },
        { source: "Dairy", target: "sale, out", value: 7.5 },
      ],
    );
  });
  it("leads to the category that a link is of", () => {
    const { links } = goodsFlow([move("receipt", "Dairy", "10", "0"), move("sale", "Dairy", "0", "7.5")]);
    expect(links.map(categoryOfLink)).toEqual(["Dairy", "Dairy"]);
    expect(goodsFlow([move("sale", "", "0", "1")]).links.map(categoryOfLink)).toEqual([null]);
    expect(categoryOfLink(undefined)).toBeNull();
  });
  it("puts small categories together, and loses no unit", () => {
    const rows = Array.from({ length: 12 }, (_, at) => move("sale", `c${at}`, "0", String(at + 1)));
    const { links } = goodsFlow(rows, 3);
    expect(links.map((link) => link.source)).toContain("other categories");
    expect(links.reduce((sum, link) => sum + link.value, 0)).toBe(78);
  });
});

describe("the class matrix", () => {
  it("adds up a class, and leaves one without items open", () => {
    const row = { abc_class: "A", xyz_class: "X", currency: "GBP", items: 3, net_units: "1", revenue: "9" };
    expect(classMatrix([row, row], count, (one) => one.items).values).toEqual([
      [6, null, null, null],
      [null, null, null, null],
      [null, null, null, null],
    ]);
  });
});

describe("the items of a class", () => {
  const items = [
    { abc_class: "A", xyz_class: "X" },
    { abc_class: "A", xyz_class: "" },
    { abc_class: "B", xyz_class: "X" },
  ];
  it("are those of the cell that was pressed, or of the row of the table", () => {
    expect(ofClass(items, classAt(0, 0) ?? "")).toEqual([items[0]]);
    expect(ofClass(items, classAt(0, 3) ?? "")).toEqual([items[1]]);
    expect(ofClass(items, classAt(0, null) ?? "")).toEqual([items[0], items[1]]);
    expect(classAt(3, 0)).toBeNull();
  });
  it("have a name, and none where the URL says no class", () =>
    expect(["A/X", "A/", "C", "D", "A/W", undefined].map(className)).toEqual([
      "AX",
      "A, no units",
      "C",
      null,
      null,
      null,
    ]));
});

describe("stock by category", () => {
  const category = (name: string, on_hand: string, on_order: string, value: string | null, items = 1) =>
    ({
      category: name,
      currency: "GBP",
      items,
      on_hand_units: on_hand,
      on_order_units: on_order,
      stock_value: value,
    }) as Parameters<typeof largest>[0][number];
  const rows = [
    category("Tea", "5", "0", "9.5"),
    category("Dairy", "3", "4", null),
    category("Never counted", "0", "2", null, 0),
    category("None", "0", "0", "0"),
  ];
  it("has units, whether costs are known or not", () => {
    const shown = largest(rows, "units");
    expect(shown.map((row) => row.category)).toEqual(["Dairy", "Tea", "Never counted"]);
    expect(categoryStock(shown, "units", "GBP").series.map((one) => one.values)).toEqual([
      [3, 5, null],
      [4, 0, 2],
    ]);
  });
  it("has value where costs are known", () =>
    expect(categoryStock(largest(rows, "value"), "value", "GBP")).toMatchObject({
      names: ["Tea", "None"],
      series: [{ values: [9.5, 0] }],
    }));
});

describe("ages of stock", () => {
  it("come in their order, each once", () =>
    expect(
      agesOf([
        { age: "181+", age_place: 5 },
        { age: "0-7", age_place: 1 },
        { age: "0-7", age_place: 1 },
      ]),
    ).toEqual(["0-7", "181+"]));
  it("are at cost, or in units where no cost is known", () => {
    const row = {
      age: "0-7",
      age_place: 1,
      category: "Tea",
      currency: "GBP",
      items: 1,
      on_hand_units: "4",
      stock_value: "9",
    };
    expect(ageOfStock([row, row], "GBP").series[0]?.values).toEqual([18]);
    expect(ageOfStock([{ ...row, stock_value: "0" }], "GBP")).toMatchObject({
      label: "Units in stock",
      series: [{ values: [4] }],
    });
  });
});

describe("over and under stock", () => {
  const item = {
    store_id: 1,
    product_name: "tea",
    units_sold_per_day: 2,
    days_of_cover: 90,
    risk: "low",
  } as Parameters<typeof overUnder>[0][number];
  it("shows only what sells and has a cover", () => {
    const rows = [item, { ...item, days_of_cover: null }, { ...item, units_sold_per_day: 0 }];
    expect(overUnder(rows, (id) => `store ${id}`).points).toEqual([
      { name: "tea, store 1", x: 2, y: 90, group: "over: more than 60 days" },
    ]);
  });
  it("knows the store of each point, of a product in several too", () => {
    const rows = [{ ...item, days_of_cover: null }, item, { ...item, store_id: 2, days_of_cover: 5 }];
    expect(drawn(rows).map((row) => row.store_id)).toEqual([1, 2]);
  });
});
