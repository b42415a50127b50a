import { describe, expect, it } from "vitest";
import { countKinds, sentence, targetOf, type Attention } from "./attention";

const row = (changed: Partial<Attention>): Attention => ({
  kind: "incident",
  severity: "warning",
  item_id: "i1",
  store_id: 3,
  product_id: "",
  product_name: "",
  since: "2026-03-08T10:00:00.000Z",
  review_date: null,
  items: 1,
  reason: "",
  ...changed,
});

describe("what needs attention", () => {
  it("leads to where something can be done about it", () => {
    expect(targetOf(row({ kind: "proposals", review_date: "2026-03-08" }))).toEqual({
      to: "/orders",
      search: { store: "3", review: "2026-03-08" },
    });
    expect(targetOf(row({ kind: "restock_alert", product_id: "a/b" }))).toEqual({
      to: "/product",
      search: { product: "a/b", store: "3" },
    });
    expect(targetOf(row({ store_id: 0 }))).toEqual({ to: "/anomalies", search: { incident: "i1" } });
  });
  it("is said in the API's words where it has some", () => {
    expect(sentence(row({ reason: "half of Tuesday's usual" }), "Leeds")).toBe("half of Tuesday's usual");
    expect(sentence(row({ kind: "proposals", items: 1 }), "Leeds")).toBe(
      "1 product waits for a decision in Leeds",
    );
  });
  it("is counted by kind with the worst of each", () => {
    expect(
      countKinds([row({}), row({ severity: "critical" }), row({ kind: "proposals", severity: "info" })]),
    ).toEqual([
      { kind: "incident", count: 2, worst: "bad" },
      { kind: "proposals", count: 1, worst: "none" },
    ]);
  });
});
