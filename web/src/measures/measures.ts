/** What each measure means and how it is computed, as the views compute it (docs/DATA_DICTIONARY.md). */
interface Measure {
  name: string;
  formula: string;
  note?: string;
}

const all = {
  revenue: {
    name: "Revenue",
    formula: "Σ quantity × unit price of sales − the same of returns",
    note: "Exact decimals, rounded once, when shown. Amounts of two currencies are never added.",
  },
  transactions: { name: "Transactions", formula: "number of baskets; a sale without a basket counts as one" },
  average_basket: {
    name: "Average basket",
    formula: "gross revenue ÷ transactions",
    note: "Gross: returns are not taken off.",
  },
  units_sold: { name: "Units sold", formula: "Σ quantity of sales" },
  return_rate: { name: "Return rate", formula: "returned revenue ÷ gross revenue" },
  target: {
    name: "Today against target",
    formula: "revenue of the business date ÷ Σ sales targets of the stores that have one",
  },
  change: {
    name: "Change",
    formula: "(this period − the one before) ÷ |the one before|",
    note: "The period before is as long and ends where this one begins; a year ago is 364 days, so that weekdays match. Periods that count back end with the newest day that is over; dates you choose that are not over have no change.",
  },
  on_hand: {
    name: "On hand",
    formula: "last count + receipts + returns − sales − waste ± corrections since",
    note: "By the time events happened, not by when they arrived.",
  },
  on_order: { name: "On order", formula: "units ordered and neither delivered nor short" },
  days_of_cover: {
    name: "Days of cover",
    formula: "(on hand − reserved) ÷ units sold per day",
    note: "Sales velocity counts only open hours with stock.",
  },
  stock_out_risk: {
    name: "Stock-out risk",
    formula: "P(demand of the coming days > on hand)",
    note: "From the forecast in use; from sales velocity where there is none. Likely out from 80 %, at risk from 30 %.",
  },
  stock_value: {
    name: "Stock value",
    formula: "Σ on hand × unit cost",
    note: "Products without a known cost are left out.",
  },
  turnover: { name: "Stock turnover", formula: "cost of goods sold in a year ÷ mean stock value" },
  gmroi: { name: "GMROI", formula: "gross margin of a year ÷ mean stock value" },
  abc_xyz: {
    name: "ABC-XYZ",
    formula:
      "A: the products that make the first 80 % of revenue, B to 95 %, C the rest. X: variation of weekly units ≤ 0.5, Y ≤ 1, Z above",
  },
  ageing: { name: "Ageing", formula: "days since the oldest unit in stock came in, first in first out" },
  forecast: {
    name: "Forecast",
    formula: "expected demand; the band holds 80 % (95 %) of outcomes",
    note: "Quantiles of the model in use, widened by conformal intervals.",
  },
  rmse: { name: "RMSE", formula: "√ mean (forecast − sold)²" },
  mae: { name: "MAE", formula: "mean |forecast − sold|" },
  r2_score: { name: "R²", formula: "1 − Σ (sold − forecast)² ÷ Σ (sold − mean)²" },
  mape: { name: "MAPE", formula: "mean |forecast − sold| ÷ sold, over days with sales" },
  wmape: { name: "wMAPE", formula: "Σ |forecast − sold| ÷ Σ sold" },
  bias: { name: "Bias", formula: "Σ (forecast − sold) ÷ Σ sold; above 0: forecasts are too high" },
  coverage: {
    name: "Coverage",
    formula: "share of days whose sales fell inside the band; right is 80 % (95 %)",
  },
  wql: {
    name: "Weighted quantile loss",
    formula: "2 Σ max(q (sold − quantile), (q − 1) (sold − quantile)) ÷ Σ sold, mean over the quantiles q",
    note: "Judges the whole band; training compares models by it.",
  },
  importance: {
    name: "Feature importance",
    formula: "Σ gain of the splits on a feature ÷ Σ gain of all splits, mean over the model's ensembles",
    note: "What the trees made of a feature in training, not whether it causes sales.",
  },
  drift: {
    name: "Drift",
    formula:
      "population stability index of each feature, last 28 days against the 28 before training; 0.25 asks for a look",
  },
  impact: {
    name: "Business impact",
    formula:
      "cost of a baseline policy replayed over the same days − the real cost (lost margin + waste + holding + ordering)",
    note: "An estimate with a 95 % interval, not a book value.",
  },
  proposal: {
    name: "Order quantity",
    formula: "order-up-to level − on hand − on order − in transit + reserved, then each adjustment",
    note: "The order-up-to level is demand of the protection period + safety stock; the protection period is review period + lead time.",
  },
  service_level: { name: "Service level", formula: "P(no stock-out in a protection period)" },
  what_if: {
    name: "What if",
    formula:
      "the last days replayed twice over the same demand: by today's rule, mean × (cover days + lead time), and by a level for the service level, mean × P + z √P × deviation; P = lead time + review period",
    note: "Mean and deviation of the 28 days before each morning. Both begin with the same stock and run up to 28 days before they are counted. It compares policies; what proposals order also knows forecasts and supply terms.",
  },
  demand_factor: {
    name: "Demand",
    formula: "every day's demand × the factor",
    note: "Also the days that levels look back on: both policies know of it.",
  },
  lead_time: {
    name: "Lead time",
    formula: "days from an order to the goods",
    note: "Of both policies.",
  },
  shelf_life: {
    name: "Shelf life",
    formula: "days that goods can be sold; the day they come is the first",
    note: "Of both policies; the oldest are sold first.",
  },
  budget: {
    name: "Budget",
    formula: "Σ order-up-to level × unit cost ≤ budget, every morning",
    note: "Where the levels are worth more, the service level falls for all alike until they fit; what does not fit without safety stock is cut in proportion. Today's rule has no budget.",
  },
  suppliers: {
    name: "Suppliers’ performance",
    formula:
      "fill rate: units arrived ÷ units announced; in time: share of the deliveries with an expected time that came no later; lead time: mean days from announcement to arrival",
    note: "Of shipments announced in the period. A delivery is a product of a shipment to a store; late and arrived are judged by its first arrival.",
  },
  fill_rate: { name: "Fill rate", formula: "units sold ÷ units asked for" },
  stock_out_days: {
    name: "Days out of stock",
    formula: "days, per product and store, on which something asked for was missing",
  },
  average_stock: { name: "Average stock", formula: "Σ units on hand at close ÷ days" },
  replay_cover: { name: "Days of cover", formula: "Σ units on hand at close ÷ units asked for" },
  wasted_units: {
    name: "Waste",
    formula: "units thrown away when their shelf life was over",
    note: "Nothing is wasted while goods keep for ever (a shelf life of 0).",
  },
  replay_demand: {
    name: "Demand",
    formula: "Σ units asked for × demand factor",
    note: "Days with empty shelves are brought up to what they would have sold.",
  },
  replay_sold: {
    name: "Sold",
    formula: "Σ min(units asked for, units there)",
    note: "What is missing is lost.",
  },
  order_lines: { name: "Order lines", formula: "number of orders, per product and store" },
  lost_margin: { name: "Lost margin", formula: "(units asked for − units sold) × price × margin" },
  waste_cost: { name: "Cost of waste", formula: "units wasted × unit cost" },
  holding_cost: {
    name: "Cost of holding",
    formula: "Σ units on hand at close × unit cost × holding rate ÷ 365",
  },
  ordering_cost: { name: "Cost of ordering", formula: "order lines × cost of a line" },
  replay_cost: { name: "Total cost", formula: "lost margin + waste + holding + ordering" },
  freshness: { name: "Freshness", formula: "now − time of the newest event that the views show" },
  lag: { name: "Lag", formula: "messages in the log that the views do not show yet" },
  anomaly: {
    name: "Anomaly",
    formula: "|observed − expected| ÷ usual deviation, and an isolation forest",
    note: "A reason in words stands with each.",
  },
  peak_hours: {
    name: "Peak hours",
    formula: "mean revenue of that hour over the trading days of that weekday, on the store's clock",
  },
  arrivals: {
    name: "Arrivals",
    formula: "number of messages of tills that the event log took, minute by minute",
    note: "Under way: from the time of the event to the time the log took it. Late here: more than an hour. A minute without a bar took nothing.",
  },
  late: { name: "Late events", formula: "messages that arrived later than the allowed lateness" },
  reconciliation: {
    name: "Reconciliation",
    formula: "each key of each table that live and batch layer computed, compared exactly",
  },
} as const satisfies Record<string, Measure>;

export type MeasureName = keyof typeof all;
export const measures: Record<MeasureName, Measure> = all;
