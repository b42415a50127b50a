import { describe, expect, it } from "vitest";
import { demandTrend, keysOf, overall, soldFilters } from "./forecasts";

describe("demand trends", () => {
  const row = (level: string, region: string, business_date: string, predicted_demand: number) => ({
    level,
    region,
    business_date,
    predicted_demand,
    store_id: 0,
    category: "",
    forecast_date: "2026-03-01",
    lower_80: 1,
    upper_80: 2,
    lower_95: 0,
    upper_95: 3,
    model_version: "v1",
  });
  it("are of one key, in the order of dates", () => {
    const rows = [
      row("region", "North", "2026-03-03", 2),
      row("region", "North", "2026-03-02", 1),
      row("region", "South", "2026-03-02", 9),
      row("total", "", "2026-03-02", 10),
    ];
    const spec = demandTrend(rows, "region", "North", { rows: [], lastOver: null, newest: null });
    expect(spec.series.map((one) => one.values)).toEqual([[1, 2]]);
    expect(spec.divide).toBeUndefined();
    expect(keysOf(rows, "region")).toEqual(["North", "South"]);
  });
  it("follow what was sold, in every currency, through the last day that is over", () => {
    const rows = [row("total", "", "2026-03-03", 4)];
    const sold = [
      { business_date: "2026-02-27", units: "7" },
      { business_date: "2026-03-01", units: "2.5" },
      { business_date: "2026-03-01", units: "1" },
      { business_date: "2026-03-02", units: "0.5" },
    ];
    const spec = demandTrend(rows, "total", "", {
      rows: sold,
      lastOver: "2026-03-01",
      newest: "2026-03-02",
    });
    expect(spec.x.values).toEqual(["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03"]);
    expect(spec.series.map((one) => [one.name, one.values])).toEqual([
      ["sold less returned", [7, 0, 3.5, null, null]],
      ["forecast", [null, null, null, null, 4]],
    ]);
    expect(spec.divide).toEqual({ at: 3, name: "today" });
    expect(spec.bands?.[0]?.upper).toEqual([null, null, null, null, 2]);
  });
  it("are of no day where there is no forecast", () =>
    expect(
      demandTrend([], "total", "", {
        rows: [{ business_date: "2026-03-01", units: 1 }],
        lastOver: "2026-03-01",
        newest: "2026-03-01",
      }).series,
    ).toEqual([{ name: "forecast", role: "forecast", values: [null] }]));
  it("are compared with sales of the same stores or category", () => {
    expect(soldFilters("total", "")).toEqual({});
    expect(soldFilters("store", "12")).toEqual({ store: [12] });
    expect(soldFilters("category", "Dairy")).toEqual({ category: ["Dairy"] });
    expect(soldFilters("region", "North")).toEqual({ region: ["North"] });
    expect(soldFilters("category", "")).toBeNull();
  });
});

describe("accuracy over days", () => {
  const measured = {
    forecasts: 1,
    absolute_error: 1,
    actual_units: "1",
    predicted_units: 2,
    coverage_80: 1,
    coverage_95: 1,
    rmse: 3,
    actual_variance: 0,
    forecasts_with_sales: 1,
    mape: null,
  };
  it("weighs days by what they sold", () => {
    const told = overall([
      measured,
      {
        ...measured,
        forecasts: 3,
        absolute_error: 3,
        actual_units: "99",
        predicted_units: 98,
        coverage_80: 0,
        rmse: 1,
      },
    ]);
    expect(told).toMatchObject({ wmape: 0.04, bias: 0, mae: 1, coverage80: 0.25, forecasts: 4 });
    expect(told.rmse).toBeCloseTo(Math.sqrt(3), 12);
  });
  it("explains the variance within days and between them", () => {
    // Sold 1 and 3, then 5 and 9; foretold 2 and 2, then 5 and 7.
    const told = overall([
      {
        ...measured,
        forecasts: 2,
        actual_units: "4",
        rmse: 1,
        actual_variance: 1,
        forecasts_with_sales: 2,
        mape: 2 / 3,
      },
      {
        ...measured,
        forecasts: 2,
        actual_units: "14",
        rmse: Math.sqrt(2),
        actual_variance: 4,
        forecasts_with_sales: 1,
        mape: 1 / 9,
      },
    ]);
    const [sold, foretold] = [
      [1, 3, 5, 9],
      [2, 2, 5, 7],
    ];
    const mean = 4.5;
    const missed = sold.reduce((sum, value, at) => sum + (value - (foretold[at] ?? 0)) ** 2, 0);
    const spread = sold.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    expect(told.r2).toBeCloseTo(1 - missed / spread, 12);
    expect(told.mape).toBeCloseTo((2 * (2 / 3) + 1 / 9) / 3, 12);
  });
  it("has no R² where all was sold alike", () => expect(overall([measured, measured]).r2).toBeNull());
  it("is unknown where nothing was measured", () =>
    expect(overall([])).toMatchObject({ wmape: null, mae: null, r2: null, mape: null, coverage80: null }));
});
