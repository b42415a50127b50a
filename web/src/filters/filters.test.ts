import { describe, expect, it } from "vitest";
import { addDays, datesOf, readFilters, writeFilters } from "./filters";

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
  it("cross months and leap days", () => expect(addDays("2024-02-28", 2)).toBe("2024-03-01"));
});
