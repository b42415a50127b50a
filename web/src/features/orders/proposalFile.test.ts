import { expect, it } from "vitest";
import type { Proposal } from "../../api/client";
import { rowsTable, toCsv } from "../../charts/table";
import { proposalFile } from "./proposalFile";

const proposal = {
  store_id: 1,
  product_id: "tea",
  review_date: "2026-03-08",
  state: "open",
  supplier: "",
  order_quantity: 24,
  quantity: 36,
  value: null,
  terms: { on_hand_units: "4.5", lead_time_days: 2 },
} as unknown as Proposal;

it("a file of proposals has their figures, gaps where they are not known, and what is being decided", () => {
  const columns = proposalFile(
    "GBP",
    () => "Green tea",
    () => "approved",
  );
  const [head, row] = toCsv(rowsTable([proposal], columns)).split("\r\n");
  expect(head).toBe(
    "Store,Review,Product,Name,Supplier,Order (units),Computed (units),On hand (units),Demand (units)," +
      "Lead time (days),Value (GBP),Stock-out probability,State",
  );
  expect(row).toBe("1,2026-03-08,tea,Green tea,,36,24,4.5,,2,,,approved");
});
