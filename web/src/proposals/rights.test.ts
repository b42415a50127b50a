import { describe, expect, it } from "vitest";
import { limitText, mayDecide } from "./rights";

describe("a role", () => {
  it("decides up to its limit, or without one; with a limit of 0, and signed out, nothing", () => {
    const limits = [null, "2000", "0.5", "0", "0.0"];
    expect(limits.map((orderLimit) => mayDecide({ orderLimit }))).toEqual([true, true, true, false, false]);
    expect(mayDecide(null)).toBe(false);
  });
  it("hears of its limit before it is tried", () => {
    expect(limitText({ orderLimit: "2000" }, "GBP")).toContain("£2,000");
    for (const session of [null, { orderLimit: null }, { orderLimit: "0" }])
      expect(limitText(session, "GBP")).toBe("");
  });
});
