import { describe, expect, it } from "vitest";
import {
  changeOf,
  format,
  formatAge,
  formatChange,
  formatDate,
  formatSigned,
  money,
  share,
  sumOf,
  toNumber,
  units,
} from "./format";

describe("figures", () => {
  it("add up what is known, and are unknown where nothing is", () => {
    const cost = (rows: (string | number | null)[]) => sumOf(rows, (row) => row);
    expect(cost(["1.5", null, 2])).toBe(3.5);
    expect(cost([null, ""])).toBeNull();
    expect(cost([])).toBeNull();
    expect(cost([0])).toBe(0);
  });
  it("says that something is unknown, and never nought for it", () => {
    for (const unknown of [null, undefined, "", "abc"]) expect(format(unknown, units)).toBe("–");
    expect(format(0, units)).toBe("0");
  });
  it("takes exact decimals that come as texts", () => {
    expect(toNumber("9141208.6000000")).toBe(9141208.6);
    expect(format("9141208.6000000", money("GBP"))).toBe("£9,141,208.60");
  });
  it("shortens money only where there is much of it", () => {
    expect(format(950.5, money("GBP"), "compact")).toBe("£950.50");
    expect(format(9_141_208.6, money("GBP"), "compact")).toBe("£9.1M");
    expect(format(0, money("GBP"), "compact")).toBe("£0");
  });
  it("shows amounts of a store without a currency without a sign", () => {
    expect(format(12.5, money(""))).toBe("12.50");
  });
  it("keeps thousandths of goods sold by weight", () => expect(format(0.125, units)).toBe("0.125"));
  it("shows shares as percentages", () => expect(format(0.1234, share)).toBe("12.3%"));
});

describe("change", () => {
  it("is none without anything to compare with", () => {
    expect(changeOf(5, 0)).toBeNull();
    expect(changeOf(5, null)).toBeNull();
    expect(formatChange(null)).toBe("–");
  });
  it("is against the size of what was", () => expect(changeOf("-5", "-10")).toBe(0.5));
  it("has a plus for more", () => expect(formatChange(0.042)).toBe("+4.2%"));
  it("is signed for terms of a sum", () => {
    expect(formatSigned(12)).toBe("+12");
    expect(formatSigned("-3.500")).toBe("−3.5");
    expect(formatSigned(0)).toBe("0");
  });
});

describe("time", () => {
  it("never moves a business date by the reader's zone", () =>
    expect(formatDate("2026-03-08")).toBe("Mar 8, 2026"));
  it("says ages in the unit that fits", () => {
    expect(formatAge(90)).toBe("90 s");
    expect(formatAge(5_400)).toBe("90 min");
    expect(formatAge(86_400 * 3)).toBe("3 days");
  });
});
