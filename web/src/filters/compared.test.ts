import { describe, expect, it } from "vitest";
import { comparable, compared } from "./compared";

describe("what is compared", () => {
  it("are days that are over, and as many before", () => {
    expect(compared({ from: "2026-03-01", to: "2026-03-07" }, "2026-03-06")).toEqual({
      now: { from: "2026-03-01", to: "2026-03-06" },
      before: { from: "2026-02-23", to: "2026-02-28" },
      days: 6,
    });
    expect(compared({ from: "2011-12-01", to: "2011-12-07" }, "2011-12-09")?.days).toBe(7);
    expect(compared({ from: "2026-03-07", to: "2026-03-07" }, "2026-03-06")).toBeNull();
  });
  it("is as many days, but for a closed one", () => {
    expect(comparable(Array(28).fill(0), Array(28).fill(0))).toBe(true);
    expect(comparable(Array(27).fill(0), Array(28).fill(0))).toBe(true);
    expect(comparable(Array(20).fill(0), Array(28).fill(0))).toBe(false);
    expect(comparable([], [])).toBe(false);
  });
});
