import { describe, expect, it } from "vitest";
import { demandTrend, keysOf, overall } from "./forecasts";

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
    expect(demandTrend(rows, "region", "North").series[0]?.values).toEqual([1, 2]);
    expect(keysOf(rows, "region")).toEqual(["North", "South"]);
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
  it("is unknown where nothing was measured", () =>
    expect(overall([])).toMatchObject({ wmape: null, mae: null, coverage80: null }));
});
