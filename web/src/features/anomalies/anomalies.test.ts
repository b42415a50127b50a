import { describe, expect, it } from "vitest";
import { datesAround, markedHours, mayAcknowledge, partOf, whyNoHours } from "./anomalies";

const hour = (store_id: number, hour_start: string, is_anomaly: number) => ({
  store_id,
  hour_start,
  is_anomaly,
  business_date: "2026-03-08",
  revenue: "5.0000000",
  mean_24h: null,
  seasonal_mean: 4,
  z_score: null,
  seasonal_z_score: null,
  incident_id: "",
  incident_kind: "",
});
describe("marked hours", () => {
  it("have the unusual ones flagged where they are", () => {
    const spec = markedHours(
      [hour(1, "2026-03-08T09:00:00.000Z", 0), hour(1, "2026-03-08T10:00:00.000Z", 1)],
      "GBP",
    );
    expect(spec.x.values).toEqual(["2026-03-08T09:00:00.000Z", "2026-03-08T10:00:00.000Z"]);
    expect(spec.flags).toEqual([{ at: 1, name: "unusual" }]);
  });
});

describe("an incident's hours", () => {
  it("stand out among the others", () => {
    const rows = [
      hour(1, "2026-03-08T09:00:00.000Z", 0),
      { ...hour(1, "2026-03-08T10:00:00.000Z", 1), incident_id: "i1", incident_kind: "drop" },
    ];
    expect(markedHours(rows, "GBP", "i1").series[2]).toEqual({ name: "this incident", values: [null, 5] });
    expect(markedHours(rows, "GBP", "i2").series).toHaveLength(2);
  });
  it("are of the days around it, also while it lasts", () => {
    const started_at = "2026-03-01T23:30:00.000Z";
    expect(datesAround({ started_at, ended_at: "2026-03-04T01:00:00.000Z" })).toEqual({
      from: "2026-02-26",
      to: "2026-03-05",
    });
    expect(datesAround({ started_at, ended_at: null }).to).toBe("2026-03-02");
  });
  it("are not shown for what is not about revenue by the hour, with the reason", () => {
    const of = (kind: string, store_id = 1) => whyNoHours({ kind, store_id });
    expect(["spike", "drop", "silent_store", "unusual_returns"].map((kind) => of(kind))).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(of("price_error")).toContain("wrong price");
    expect(of("phantom_stock")).toContain("not about what a store takes by the hour");
    expect(of("drop", 0)).toContain("chain");
  });
  it("say that they are of the whole store where the incident is of a part of it", () => {
    expect(partOf({ product_id: "tea", category: "Hot drinks" })).toContain("not of the product alone");
    expect(partOf({ product_id: "", category: "Hot drinks" })).toContain("not of Hot drinks alone");
    expect(partOf({ product_id: "", category: "" })).toBe("");
  });
});

describe("looking at an incident", () => {
  const open = { state: "open", acknowledged_by: "" };
  const anns = { state: "acknowledged", acknowledged_by: "ann" };
  const resolved = { state: "resolved", acknowledged_by: "ann" };
  it("is for those who run stores, while it is not over, and nobody else looks", () => {
    const ann = { user: "ann", role: "store_manager" };
    const ben = { user: "ben", role: "administrator" };
    expect([open, anns, resolved].map((one) => mayAcknowledge(one, ann))).toEqual([true, true, false]);
    expect([open, anns, resolved].map((one) => mayAcknowledge(one, ben))).toEqual([true, false, false]);
    expect(mayAcknowledge(open, { user: "cy", role: "analyst" })).toBe(false);
  });
});
