import { toNumber, type Figure } from "../format/format";

/** The row of retail.reorder_predictions that a proposal was made from. */
export type Terms = Record<string, unknown>;

export interface Term {
  label: string;
  units: number;
  note?: string;
}

export interface Why {
  /** How the level came about. */
  level: Term[];
  /** From the level to the quantity; they re-add to it. */
  terms: Term[];
  quantity: number;
  /** What the terms miss of the quantity: 0, or the row is older than its terms. */
  missing: number;
  days: number | null;
  service: number | null;
  targetKind: string;
  limitedBy: string;
  reason: string;
}

const figure = (terms: Terms, name: string): number => toNumber(terms[name] as Figure) ?? 0;
const text = (terms: Terms, name: string): string => (typeof terms[name] === "string" ? terms[name] : "");

const adjustments: [string, string][] = [
  ["not_due_adjustment_units", "not below the reorder point yet"],
  ["pack_adjustment_units", "up to whole packs"],
  ["min_order_adjustment_units", "up to the least that is delivered"],
  ["capacity_adjustment_units", "down to the room on the shelf"],
  ["shelf_life_adjustment_units", "down to what sells within its life"],
  ["supplier_minimum_adjustment_units", "for the supplier's least order"],
  ["allocation_adjustment_units", "down to a fair share of the distribution centre's stock"],
  ["budget_adjustment_units", "down to what the budget buys"],
  ["data_adjustment_units", "nothing from data that cannot be trusted"],
];

/** "Why 48?": the arithmetic that is stored with the proposal, term by term, to the thousandth. */
export function why(terms: Terms): Why {
  const days = figure(terms, "review_period_days") + figure(terms, "lead_time_days");
  const reorder = figure(terms, "reorder_point_units");
  const upTo = figure(terms, "order_up_to_units");
  const batch = thousandths(upTo) - thousandths(reorder);
  const level: Term[] = [
    {
      label: "expected demand",
      units: figure(terms, "protection_demand_units"),
      note: `over ${days.toLocaleString()} days: review period ${figure(terms, "review_period_days").toLocaleString()} + lead time ${figure(terms, "lead_time_days").toLocaleString()}`,
    },
    {
      label: "safety stock",
      units: figure(terms, "safety_stock_units"),
      note: "because demand and delivery are uncertain",
    },
    ...(batch !== 0
      ? [{ label: "larger, rarer orders", units: batch / 1_000, note: "an order costs something too" }]
      : []),
  ];
  const steps: Term[] = [
    { label: "order up to", units: upTo },
    { label: "on hand", units: -figure(terms, "on_hand_units") },
    { label: "on order", units: -figure(terms, "on_order_units") },
    { label: "in transit", units: -figure(terms, "in_transit_units") },
    { label: "reserved for customers", units: figure(terms, "reserved_units") },
    ...adjustments.map(([name, label]) => ({ label, units: figure(terms, name) })),
  ].filter((term, at) => at < 2 || term.units !== 0);
  const quantity = figure(terms, "order_quantity");
  const sum = steps.reduce((total, term) => total + thousandths(term.units), 0);
  return {
    level,
    terms: steps,
    quantity,
    missing: (thousandths(quantity) - sum) / 1_000,
    days: days > 0 ? days : null,
    service: toNumber(terms["service_level"] as Figure),
    targetKind: text(terms, "target_kind"),
    limitedBy: text(terms, "limited_by"),
    reason: text(terms, "reason"),
  };
}

const thousandths = (units: number): number => Math.round(units * 1_000);

/** Why a quantity cannot be ordered, or null. As the desk judges it (docs/ORDERS.md). */
export function refusal(quantity: number, pack: number, least: number): string | null {
  if (!Number.isFinite(quantity) || quantity < 0) return "a number of units, 0 or more";
  if (quantity === 0) return null;
  if (pack > 1 && thousandths(quantity) % thousandths(pack) !== 0)
    return `whole packs of ${pack.toLocaleString()}`;
  if (quantity < least)
    return `at least ${least.toLocaleString()}, which is what the supplier delivers, or 0`;
  return null;
}
