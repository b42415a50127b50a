import type { Proposal } from "../../api/client";
import { days, money, toNumber, units, type Figure } from "../../format/format";
import { stateName } from "../../proposals/orders";
import type { Column } from "../../ui/DataTable";

/** A figure that was stored with the proposal; null: it was not. */
export const term = (one: Proposal, name: string): number | null => toNumber(one.terms?.[name] as Figure);

/** What of proposals a file has: as the table, with what it hides on a phone and without its words for colours. */
export function proposalFile(
  currency: string,
  nameOf: (product: string) => string,
  becoming: (one: Proposal) => string | undefined,
): Column<Proposal>[] {
  return [
    { key: "store", title: "Store", value: (one) => one.store_id },
    { key: "review", title: "Review", value: (one) => one.review_date },
    { key: "id", title: "Product", value: (one) => one.product_id },
    { key: "name", title: "Name", value: (one) => nameOf(one.product_id) },
    { key: "supplier", title: "Supplier", value: (one) => one.supplier },
    { key: "quantity", title: "Order", unit: units, value: (one) => one.quantity },
    { key: "computed", title: "Computed", unit: units, value: (one) => one.order_quantity },
    { key: "on_hand", title: "On hand", unit: units, value: (one) => term(one, "on_hand_units") },
    { key: "demand", title: "Demand", unit: units, value: (one) => term(one, "protection_demand_units") },
    { key: "lead", title: "Lead time", unit: days, value: (one) => term(one, "lead_time_days") },
    { key: "value", title: "Value", unit: money(currency), value: (one) => one.value },
    { key: "risk", title: "Stock-out probability", value: (one) => term(one, "stock_out_probability") },
    { key: "state", title: "State", value: (one) => becoming(one) ?? stateName(one.state) },
  ];
}
