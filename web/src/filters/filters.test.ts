import { describe, expect, it } from "vitest";
import {
  addDays,
  datesBetween,
  datesByClock,
  datesOf,
  datesWrong,
  lastDayOver,
  overNote,
  readFilters,
  spansOf,
  startOf,
  writeFilters,
} from "./filters";

describe("filters in the URL", () => {
  it("come back as they were written", () => {
    const filters = {
      from: "2026-01-01",
      to: "2026-01-31",
      store: [1, 12],
      category: "Dairy & eggs",
      region: "North",
    };
    expect(readFilters(writeFilters(filters))).toEqual(filters);
  });
  it("leave out what is none", () => {
    expect(
      readFilters({ from: "2026-02-31x", to: "2026-01-01", store: "a,-1,0,2.5", category: "", period: "3y" }),
    ).toEqual({});
    expect(readFilters({ from: "2026-02-02", to: "2026-02-01" })).toEqual({});
  });
  it("take no day that there is not, and say what is wrong", () => {
    expect(readFilters({ from: "2026-02-01", to: "2026-02-31" })).toEqual({});
    expect(datesWrong("2026-02-01", "2026-02-31")).toBe("the last date is not a date");
    expect(datesWrong("", "2026-02-28")).toBe("the first date is not a date");
    expect(datesWrong("2026-03-01", "2026-02-28")).toBe("the first date is after the last one");
    expect(datesWrong("2024-02-29", "2024-02-29")).toBeNull();
  });
  it("do not say what goes without saying", () => expect(writeFilters({ period: "28d" })).toEqual({}));
});

describe("dates", () => {
  it("count back from the newest business date, both ends included", () => {
    expect(datesOf({ period: "7d" }, "2011-12-09")).toEqual({ from: "2011-12-03", to: "2011-12-09" });
  });
  it("are all of them when nothing is known, or all was asked for", () => {
    expect(datesOf({}, null)).toBeNull();
    expect(datesOf({ period: "all" }, "2011-12-09")).toBeNull();
  });
  it("go on to today for what the program did, when no message moves the newest date", () => {
    const now = new Date("2026-11-30T09:00:00Z");
    const week = { from: "2026-11-23", to: "2026-11-29" };
    expect(datesByClock(week, "2026-11-29", now)).toEqual({ from: "2026-11-23", to: "2026-11-30" });
    expect(datesByClock(week, "2026-12-01", now)).toEqual(week);
    expect(datesByClock({ ...week, to: "2026-12-01" }, "2026-12-01", now)?.to).toBe("2026-12-01");
    expect(datesByClock(null, null, now)).toBeNull();
  });
  it("are over when they are over in every zone, and no later than the newest one", () => {
    const now = new Date("2026-03-08T23:30:00Z");
    expect(lastDayOver("2026-03-09", ["Asia/Shanghai"], now)).toBe("2026-03-08");
    expect(lastDayOver("2026-03-09", ["Asia/Shanghai", "Europe/London"], now)).toBe("2026-03-07");
    expect(lastDayOver("2011-12-09", ["Europe/London"], now)).toBe("2011-12-09");
  });
  it("that count back end with a day that is over where days are compared", () => {
    expect(spansOf({ period: "1d" }, "2026-03-09", "2026-03-08")).toEqual({
      dates: { from: "2026-03-09", to: "2026-03-09" },
      datesOver: { from: "2026-03-08", to: "2026-03-08" },
      isOver: true,
    });
    expect(spansOf({}, "2026-03-09", "2026-03-08").datesOver).toEqual({
      from: "2026-02-09",
      to: "2026-03-08",
    });
    expect(spansOf({ period: "all" }, "2026-03-09", "2026-03-08").datesOver).toEqual({
      from: "2023-03-09",
      to: "2026-03-08",
    });
    expect(overNote(spansOf({}, "2026-03-09", "2026-03-08"))).toBe("days that are over");
    expect(overNote(spansOf({}, "2011-12-09", "2011-12-09"))).toBe("");
    expect(spansOf({}, null, null)).toEqual({ dates: null, datesOver: null, isOver: true });
  });
  it("that were chosen stay, and say whether they are over", () => {
    const chosen = { from: "2026-03-03", to: "2026-03-09" };
    expect(spansOf(chosen, "2026-03-09", "2026-03-08")).toEqual({
      dates: chosen,
      datesOver: chosen,
      isOver: false,
    });
    expect(overNote(spansOf(chosen, "2026-03-09", "2026-03-08"))).toBe("not over yet");
    expect(spansOf({ ...chosen, to: "2026-03-08" }, "2026-03-09", "2026-03-08").isOver).toBe(true);
  });
  it("cross the end of a year, and are none where nothing was sold yet", () => {
    expect(datesBetween("2025-12-31", "2026-01-01")).toEqual(["2025-12-31", "2026-01-01"]);
    expect(datesBetween("", "")).toEqual([]);
  });
  it("begin at midnight of the zone, also when clocks changed that night", () => {
    expect(startOf("2026-07-01", "Europe/London")).toBe("2026-06-30T23:00:00.000Z");
    expect(startOf("2026-03-29", "Europe/London")).toBe("2026-03-29T00:00:00.000Z");
    expect(startOf("2026-03-30", "Europe/London")).toBe("2026-03-29T23:00:00.000Z");
    expect(startOf("2026-03-09", "Asia/Shanghai")).toBe("2026-03-08T16:00:00.000Z");
    expect(startOf("2026-11-01", "America/New_York")).toBe("2026-11-01T04:00:00.000Z");
  });
  it("of a span are all of them, across the end of a year", () =>
    expect(datesBetween("2025-12-31", "2026-01-01")).toEqual(["2025-12-31", "2026-01-01"]));
  it("cross months and leap days", () => expect(addDays("2024-02-28", 2)).toBe("2024-03-01"));
});
