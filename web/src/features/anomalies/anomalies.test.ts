import { describe, expect, it } from "vitest";
import { markedHours, mayAcknowledge } from "./anomalies";

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
