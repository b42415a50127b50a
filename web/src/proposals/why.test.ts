import { describe, expect, it } from "vitest";
import { refusal, why } from "./why";

const terms = {
  review_period_days: 1,
  lead_time_days: 2,
  protection_demand_units: "40.250",
  safety_stock_units: 11.5,
  reorder_point_units: 51.75,
  order_up_to_units: "51.750",
  on_hand_units: 10.125,
  on_order_units: 0,
  in_transit_units: 6,
  reserved_units: 0,
  pack_adjustment_units: 0.375,
  min_order_adjustment_units: 0,
  capacity_adjustment_units: "-12",
  order_quantity: 24,
  service_level: 0.95,
  limited_by: "capacity",
  reason: "covers 3 days",
};

describe("why 24?", () => {
  it("re-adds to the thousandth", () => {
    const { terms: steps, quantity, missing } = why(terms);
    expect(steps.map((term) => [term.label, term.units])).toEqual([
      ["order up to", 51.75],
      ["on hand", -10.125],
      ["in transit", -6],
      ["up to whole packs", 0.375],
      ["down to the room on the shelf", -12],
    ]);
    expect([quantity, missing]).toEqual([24, 0]);
  });
  it("says how the level came about", () => {
    expect(why(terms).level.map((term) => term.units)).toEqual([40.25, 11.5]);
    expect(why({ ...terms, order_up_to_units: 60 }).level[2]).toMatchObject({ units: 8.25 });
    expect(why(terms).days).toBe(3);
  });
  it("says what terms of an older row miss", () =>
    expect(why({ ...terms, capacity_adjustment_units: undefined }).missing).toBe(-12));
  it("shows what is on hand even when it is nothing", () =>
    expect(why({ order_up_to_units: 5, order_quantity: 5 }).terms.map((term) => term.units)).toEqual([
      5, -0,
    ]));
});

describe("an edited quantity", () => {
  it("is whole packs and what the supplier delivers, or nothing", () => {
    expect(refusal(24, 12, 12)).toBeNull();
    expect(refusal(0, 12, 12)).toBeNull();
    expect(refusal(13, 12, 12)).toBe("whole packs of 12");
    expect(refusal(12, 12, 24)).toContain("at least 24");
    expect(refusal(-1, 1, 0)).toContain("0 or more");
    expect(refusal(0.125, 0, 0)).toBeNull();
  });
});
