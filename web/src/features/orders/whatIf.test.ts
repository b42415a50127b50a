import { describe, expect, it } from "vitest";
import { rowsTable, toTable } from "../../charts/table";
import {
  alsoTaken,
  budgetScale,
  costs,
  isSame,
  lines,
  measureFile,
  moreThanMeant,
  readOptions,
  saidOf,
  stockValue,
  writeOptions,
  type Assumptions,
  type Figures,
} from "./whatIf";

const figures: Figures = {
  fill_rate: 0.9,
  demand_units: 100,
  sold_units: 90,
  stock_out_days: 3,
  average_stock_units: 40,
  days_of_cover: 11.2,
  wasted_units: 0,
  orders: 12,
  on_hand_at_start_units: 40,
  received_units: 90,
  on_hand_at_end_units: 40,
  lost_margin: 10,
  holding_cost: 28,
  waste_cost: 0,
  ordering_cost: 0,
  total_cost: 38,
};
const taken: Assumptions = {
  days: 28,
  service_percent: 95,
  demand_percent: 100,
  cover_days: 7,
  lead_time_days: 3,
  review_period_days: 1,
  shelf_life_days: 0,
  pack_units: 6,
  margin_percent: 30,
  holding_percent_per_year: 20,
  order_cost: 0,
  budget: 0,
};

describe("the options of a what-if question", () => {
  it("come back from the URL as they went there", () => {
    const options = { demand_percent: 120, lead_time_days: 4, service_percent: 97.5, budget: 0 };
    expect(readOptions(writeOptions(options) ?? undefined)).toEqual(options);
    expect(writeOptions({})).toBeNull();
    expect(readOptions(undefined)).toEqual({});
  });
  it("leave out what somebody else wrote there", () => {
    expect(
      readOptions("demand_percent:abc lead_time_days: nothing <script> __proto__:1 service_percent:99"),
    ).toEqual({
      service_percent: 99,
    });
  });
  it("are the same in any order, and another with another value", () => {
    expect(isSame({ budget: 5, lead_time_days: 2 }, { lead_time_days: 2, budget: 5 })).toBe(true);
    expect(isSame({ budget: 5 }, { budget: 6 })).toBe(false);
    expect(isSame({ budget: 5, store_id: 1 }, { budget: 5 }), "the store is a filter").toBe(true);
  });
  it("keep what the sliders do not show, such as a scenario's cover", () => {
    expect(saidOf({ cover_days: 5, budget: null, store_id: 3 })).toEqual({ cover_days: 5 });
  });
});

describe("the budget's scale", () => {
  it("knows the worth of today's stock from what holding it costs", () => {
    // 28 of money for 28 days at 20 % a year: 365 / 0.2 a day.
    expect(stockValue(figures, taken)).toBeCloseTo(1_825);
    expect(stockValue(figures, { ...taken, holding_percent_per_year: 0 })).toBeNull();
    expect(stockValue({ ...figures, holding_cost: 0 }, taken)).toBeNull();
  });
  it("has round steps to about twice that", () => {
    expect(budgetScale(1_825, 0)).toEqual({ step: 100, most: 5_000 });
    expect(budgetScale(1_000_000, 0)).toEqual({ step: 50_000, most: 2_500_000 });
  });
  it("reaches a budget that somebody chose beyond it, and ends past it with no limit", () => {
    const scale = budgetScale(1_825, 7_310);
    expect(scale).toEqual({ step: 100, most: 7_500 });
    expect(budgetScale(null, 400)).toEqual({ step: 10, most: 500 });
    expect(budgetScale(null, 0)).toBeNull();
  });
});

describe("the effect", () => {
  const answer = {
    today: figures,
    what_if: { ...figures, lost_margin: 4, total_cost: 32 },
    difference: figures,
    assumptions: taken,
  };
  it("stands costs of both policies side by side, which add up", () => {
    const table = toTable(costs(answer, "EUR"));
    expect(table.rows.at(-1)).toEqual(["Total cost", 32, 38]);
    const [, ...columns] = table.columns;
    expect(columns.map((column) => column.name)).toEqual(["what if", "today"]);
    const sum = table.rows.slice(0, -1).reduce((all, row) => all + Number(row[1]), 0);
    expect(sum).toBe(32);
  });
  it("gives every line a measure and a unit", () => {
    expect(new Set(lines("EUR").map((line) => line.key)).size).toBe(lines("EUR").length);
    expect(
      lines("EUR")
        .filter((line) => line.isMoney)
        .map((line) => line.key),
    ).toContain("total_cost");
  });
  it("says in words what else was taken", () => {
    const told = alsoTaken(taken, (value) => String(value));
    expect(told).toContain("an order line costs nothing");
    expect(told).toContain("packs of 6");
    expect(told).toContain("margin 30 %");
    expect(alsoTaken({ ...taken, order_cost: 5 }, (value) => String(value))).toContain(
      "an order line costs 5",
    );
  });
});

describe("whose history is replayed", () => {
  it("is said where it is more than what the filters mean", () => {
    expect(moreThanMeant(undefined, { store: [1, 2] })).toContain("All stores, not only the 2 chosen");
    expect(moreThanMeant(undefined, { region: "North" })).toContain("not only those of North");
    expect(moreThanMeant(undefined, {})).toBeNull();
    expect(moreThanMeant(1, { store: [1], region: "North" })).toBeNull();
  });
});

describe("a replay's file", () => {
  it("has both policies, and each line's unit", () => {
    const answer = {
      today: figures,
      what_if: figures,
      difference: { ...figures, fill_rate: 0 },
      assumptions: {} as Assumptions,
    };
    const table = rowsTable(lines("GBP").slice(0, 1), measureFile(answer));
    expect(table.rows).toEqual([["Fill rate", "share, 0 to 1", 0.9, 0.9, 0]]);
  });
});
