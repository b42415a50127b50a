import { describe, expect, it } from "vitest";
import { dailyTrend, storeHeat, turnoverNote, turnoverOf } from "./executive";

describe("turnover of the whole", () => {
  const row = {
    category: "",
    currency: "GBP",
    stock_days: 28,
    cost_of_sales: "1",
    gross_margin: "1",
    days_of_inventory: null,
    gmroi: null,
  };
  it("weighs categories by the stock they tie up", () => {
    expect(
      turnoverOf([
        { ...row, mean_stock_value: "100", turnover: 12 },
        { ...row, mean_stock_value: "300", turnover: 4 },
      ]),
    ).toBe(6);
  });
  it("is unknown without stock", () =>
    expect(turnoverOf([{ ...row, mean_stock_value: null, turnover: null }])).toBeNull());
  it("is said to be none only once that was answered", () => {
    expect(turnoverNote(null, "waiting")).toBe("being asked for");
    expect(turnoverNote(null, "failed")).toBe("could not be loaded");
    expect(turnoverNote(null, "answered")).toBe("no daily snapshots of stock yet");
    expect(turnoverNote(4, "answered")).toBe("times a year");
  });
});

describe("the trend", () => {
  it("has every date, with gaps where nothing is known", () => {
    const rows = [
      { business_date: "2026-03-01", revenue: "5" },
      { business_date: "2026-03-03", revenue: "7" },
    ];
    const spec = dailyTrend(rows, { from: "2026-02-28", to: "2026-03-03" }, "GBP", "2026-03-03");
    expect(spec.x.values).toEqual(["2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03"]);
    expect(spec.series[0]?.values).toEqual([null, 5, null, 7]);
    expect(spec.x.running).toBe("2026-03-03");
  });
});

describe("stores by day", () => {
  const day = (store_id: number, business_date: string, revenue: string) => ({
    store_id,
    store_name: `s${store_id}`,
    business_date,
    currency: "GBP",
    revenue,
    sales: 1,
    target_revenue: null,
    attainment: null,
  });
  it("show the best store first and know whose each row is", () => {
    const rows = [day(1, "2026-03-01", "1"), day(2, "2026-03-01", "5"), day(2, "2026-03-02", "6")];
    const { spec, stores } = storeHeat(rows, "GBP", "2026-03-02");
    expect([spec.ys, spec.values]).toEqual([
      ["s2", "s1"],
      [
        [5, 6],
        [1, null],
      ],
    ]);
    expect(stores).toEqual([2, 1]);
    expect(spec.xs).toEqual(["Sun, Mar 1", "Mon, Mar 2 so far"]);
    expect(storeHeat(rows, "GBP", null, 1), "the best of two").toMatchObject({ stores: [2], of: 2 });
  });
});
