import { describe, expect, it } from "vitest";
import { demandSpec, salesSpec, stockSpec } from "./product";

const day = (store_id: number, business_date: string, units_sold: string, on_hand: string | null) => ({
  store_id,
  business_date,
  units_sold,
  units_returned: "0",
  revenue: "1",
  mean_unit_price: null,
  on_hand_units: on_hand,
  on_order_units: null,
  reorder_point: null,
  stock_out_hours: null,
});

describe("a product's days", () => {
  it("add stores up", () =>
    expect(
      salesSpec([day(1, "2026-03-01", "2", null), day(2, "2026-03-01", "3.5", null)]).series[0]?.values,
    ).toEqual([5.5]));
  it("leave out what no store knows, and never show it as nought", () => {
    const spec = stockSpec([day(1, "2026-03-01", "2", null), day(1, "2026-03-02", "2", "7")]);
    expect(spec.series.map((one) => [one.name, one.values])).toEqual([["on hand", [null, 7]]]);
  });
});

describe("its forecast", () => {
  const at = (store_id: number, business_date: string, predicted: number | null, sold: string | null) => ({
    store_id,
    product_id: "tea",
    business_date,
    forecast_date: null,
    predicted_demand: predicted,
    lower_80: predicted === null ? null : predicted - 1,
    upper_80: predicted === null ? null : predicted + 1,
    lower_95: null,
    upper_95: null,
    units_sold: sold,
    model_version: "v1",
  });
  it("follows what was sold", () => {
    const spec = demandSpec([at(1, "2026-03-01", null, "3"), at(1, "2026-03-02", 4, null)]);
    expect(spec.series.map((one) => one.values)).toEqual([
      [3, null],
      [null, 4],
    ]);
    expect(spec.bands?.[0]?.upper).toEqual([null, 5]);
  });
  it("has no bands over several stores", () =>
    expect(demandSpec([at(1, "2026-03-02", 4, null), at(2, "2026-03-02", 6, null)])).toMatchObject({
      series: [{ values: [null] }, { values: [10] }],
      bands: [],
    }));
});
