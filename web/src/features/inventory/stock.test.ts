import { describe, expect, it } from "vitest";
import { count } from "../../format/format";
import { classMatrix, drawn, goodsFlow, overUnder } from "./stock";

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
