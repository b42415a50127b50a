import { describe, expect, it } from "vitest";
import { calendar, categoryMatrix, isLike, isZoomed, peakHours, trend } from "./history";

const day = (business_date: string, revenue: string, currency = "GBP") => ({
  business_date,
  currency,
  revenue,
  stores: 1,
  gross_revenue: revenue,
  returned_revenue: "0",
  sales: 1,
  returns: 0,
  units: "1",
});

describe("the trend", () => {
  it("has every date, nought where nothing sold, one currency only", () => {
    const spec = trend(
      [day("2026-03-01", "5"), day("2026-03-03", "7.5"), day("2026-03-02", "99", "CNY")],
      "GBP",
      { from: "2026-03-01", to: "2026-03-03" },
      { newest: "2026-03-03", lastOver: "2026-03-03" },
      null,
    );
    expect(spec.x.running).toBeNull();
    expect(spec.x.values).toEqual(["2026-03-01", "2026-03-02", "2026-03-03"]);
    expect(spec.series[0]?.values).toEqual([5, 0, 7.5]);
  });
  it("lays the same weekdays of a year ago beside it, with gaps where nothing is known", () => {
    const spec = trend(
      [day("2026-03-02", "5")],
      "GBP",
      { from: "2026-03-01", to: "2026-03-04" },
      { newest: "2026-03-03", lastOver: "2026-03-02" },
      { rows: [day("2025-03-03", "4")], shift: 364, name: "a year ago" },
    );
    expect(spec.series[0]?.values, "nought only between the first day known and the newest").toEqual([
      null,
      5,
      0,
      null,
    ]);
    expect(spec.x.running).toBe("2026-03-03");
    expect(spec.series[1]).toEqual({ name: "a year ago", role: "comparison", values: [null, 4, 0, 0] });
  });
  it("has handles where it is long", () => {
    expect(isZoomed({ from: "2026-02-01", to: "2026-02-28" })).toBe(false);
    expect(isZoomed({ from: "2026-01-01", to: "2026-03-31" })).toBe(true);
  });
});

describe("matrices", () => {
  it("show the hours in which anybody sells, weekday by weekday", () => {
    const hour = (day_of_week: number, hour_of_day: number, revenue_per_day: number) => ({
      day_of_week,
      hour_of_day,
      currency: "GBP",
      trading_days: 1,
      revenue: "1",
      sales: 1,
      revenue_per_day,
    });
    const spec = peakHours([hour(1, 9, 3), hour(7, 11, 4)], "GBP");
    expect(spec.xs).toEqual(["09:00", "10:00", "11:00"]);
    expect([spec.values[0], spec.values[6]]).toEqual([
      [3, null, null],
      [null, null, 4],
    ]);
  });
  it("order categories by revenue", () => {
    const row = (category: string, month: string, revenue: string) => ({
      category,
      month,
      revenue,
      currency: "GBP",
      returned_revenue: "0",
      sales: 1,
      units: "1",
      revenue_share: null,
    });
    const rows = [row("Tea", "2026-01-01", "1"), row("Milk", "2026-02-01", "5")];
    const { spec, of } = categoryMatrix(rows, "GBP");
    expect(of).toBe(2);
    expect(categoryMatrix(rows, "GBP", 1), "the best of two").toMatchObject({
      spec: { ys: ["Milk"] },
      of: 2,
    });
    expect([spec.ys, spec.xs, spec.values]).toEqual([
      ["Milk", "Tea"],
      ["Jan 2026", "Feb 2026"],
      [
        [null, 5],
        [1, null],
      ],
    ]);
  });
  it("leave other currencies out of the calendar", () =>
    expect(calendar([day("2026-03-01", "5", "CNY")], "GBP").days).toEqual([]));
});

describe("what is compared", () => {
  it("are months that traded about as many days", () => {
    const month = (name: string, trading_days: number, currency = "GBP") => ({
      month: `${name}-01`,
      currency,
      trading_days,
    });
    const begun = month("2026-03", 4);
    const whole = month("2026-02", 24);
    const older = month("2026-01", 26);
    const other = month("2026-02", 4, "CNY");
    const rows = [older, other, whole, begun];
    expect(isLike(rows, whole, 1)).toBe(true);
    expect(isLike(rows, begun, 1)).toBe(false);
    // The year before is not among them: what the program says stands.
    expect(isLike(rows, whole, 12)).toBe(true);
  });
});
