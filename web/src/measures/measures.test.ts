import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { measures } from "./measures";

const query = (name: string) => readFileSync(`../sql/queries/screens/${name}.sql`, "utf8");

describe("what the help says", () => {
  it("of the average basket is what the query divides", () => {
    expect(query("realtime_totals")).toMatch(/mean_basket Float64\?: gross revenue \/ transactions/);
    expect(measures.average_basket.formula).toBe("gross revenue ÷ transactions");
  });
  it("of suppliers is what the query has columns for", () => {
    for (const column of ["fill_rate", "in_time_rate", "mean_lead_time_days"])
      expect(query("inventory_suppliers")).toContain(`as ${column}`);
    for (const word of ["fill rate", "in time", "lead time"])
      expect(measures.suppliers.formula).toContain(word);
  });
});
