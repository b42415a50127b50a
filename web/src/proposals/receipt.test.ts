import { describe, expect, it } from "vitest";
import { receiptDoubt, receiptRefusal, receiptsOf } from "./receipt";

const line = (product_id: string, received: number, cameIn = received) => ({
  product_id,
  ordered_units: 24,
  received_units: received,
  announced_units: 0,
  arrived_units: cameIn,
  short_units: 0,
  came_in_units: cameIn,
  open_units: 24 - cameIn,
  unit_cost: 2,
  line_value: 48,
});

describe("what came in of a line", () => {
  it("is a total so far, to the thousandth, and no less than before", () => {
    const six = line("tea", 6);
    expect([6, 10.125, "24"].map((units) => receiptRefusal(six, units))).toEqual([null, null, null]);
    expect(receiptRefusal(six, 5)).toContain("at least the 6 of before");
    expect(receiptRefusal(line("tea", 0, 12), 11)).toContain("at least the 12 of before");
    expect(receiptRefusal(six, -1)).toContain("0 or more");
    expect(receiptRefusal(six, "")).toContain("a number of units");
    expect(receiptRefusal(six, 7.0004)).toContain("three decimals");
  });
  it("may be more than was ordered, which is said", () => {
    expect(receiptRefusal(line("tea", 0), 30)).toBeNull();
    expect(receiptDoubt(line("tea", 0), 30)).toBe("6 more than ordered");
    expect(receiptDoubt(line("tea", 0), 24)).toBeNull();
  });
  it("is told of lines that changed only", () =>
    expect(receiptsOf([line("tea", 0), line("milk", 0, 6), line("rice", 0)], { tea: 12, milk: "6" })).toEqual(
      [{ product_id: "tea", received_units: 12 }],
    ));
});
