import { describe, expect, it } from "vitest";
import { storeHeat, turnoverOf } from "./executive";

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
    const { spec, stores } = storeHeat(
      [day(1, "2026-03-01", "1"), day(2, "2026-03-01", "5"), day(2, "2026-03-02", "6")],
      "GBP",
    );
    expect([spec.ys, spec.values]).toEqual([
      ["s2", "s1"],
      [
        [5, 6],
        [1, null],
      ],
    ]);
    expect(stores).toEqual([2, 1]);
  });
});
