import { describe, expect, it } from "vitest";
import { xText } from "../../charts/table";
import { againstLastWeek, isRunning, lastHour } from "./minutes";

const minute = (at: string, revenue: string, currency = "GBP") => ({
  minute: at,
  currency,
  revenue,
  transactions: 1,
  sales: 1,
  returns: 0,
  mean_basket: null,
});

describe("the last hour", () => {
  it("has sixty minutes up to the newest event, nought where nothing sold", () => {
    const spec = lastHour(
      [minute("2026-03-08T10:00:00.000Z", "5.5000000"), minute("2026-03-08T10:00:00.000Z", "9", "CNY")],
      "GBP",
      "2026-03-08T10:01:30.000Z",
    );
    expect(spec.x.values).toHaveLength(60);
    expect(spec.x.values.at(-1)).toBe("2026-03-08T10:01:00.000Z");
    expect(spec.series[0]?.values.slice(-3)).toEqual([0, 5.5, 0]);
  });
  it("has no minutes when nothing was ever sold", () =>
    expect(lastHour([], "GBP", null).x.values).toEqual([]));
});

describe("today against last week", () => {
  it("knows an hour that is still running from one of years ago", () => {
    expect(isRunning("2026-03-08T10:05:00Z", Date.parse("2026-03-08T10:59:59Z"))).toBe(true);
    expect(isRunning("2026-03-08T10:05:00Z", Date.parse("2026-03-08T11:00:00Z"))).toBe(false);
    expect(isRunning(null, 0)).toBe(false);
  });
  it("leaves hours to come open, and counts hours without a sale as nought", () => {
    const hour = (hour_of_day: number, revenue: string, sales: number) => ({
      hour_of_day,
      currency: "GBP",
      revenue,
      revenue_week_ago: "2",
      sales,
      sales_week_ago: 1,
    });
    const spec = againstLastWeek([hour(9, "3", 1), hour(11, "4", 2), hour(15, "0", 0)], "GBP", true);
    expect(spec.x.values[0]).toBe("09:00");
    expect(spec.series[0]?.values).toEqual([3, 0, 4, null, null, null, null]);
    expect(spec.series[1]?.values.at(-1)).toBe(2);
    expect(xText(spec.x, "11:00")).toBe("11:00 so far");
    expect(xText(spec.x, "09:00")).toBe("09:00");
  });
});
