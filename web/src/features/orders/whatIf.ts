import type { Schemas } from "../../api/client";
import type { BarSpec } from "../../charts/spec";
import { count, days, money, plain, share, unitName, units, type Unit } from "../../format/format";
import type { MeasureName } from "../../measures/measures";
import type { Column } from "../../ui/DataTable";

export type Options = Schemas["WhatIfOptions"];
export type Assumptions = Schemas["WhatIfAssumptions"];
export type Figures = Schemas["ReplayedFigures"];
export interface Replayed {
  today: Figures;
  what_if: Figures;
  difference: Figures;
  assumptions: Assumptions;
}

const optionNames = [
  "days",
  "demand_percent",
  "lead_time_days",
  "service_percent",
  "budget",
  "cover_days",
  "review_period_days",
  "shelf_life_days",
  "pack_units",
  "margin_percent",
  "holding_percent_per_year",
  "order_cost",
] as const satisfies readonly (keyof Options & keyof Assumptions)[];
export type OptionName = (typeof optionNames)[number];

/** What of options is said and known, the store aside: that one is among the page's filters. */
export function saidOf(options: Options): Options {
  const said: Options = {};
  for (const name of optionNames) {
    const value = options[name];
    if (typeof value === "number" && Number.isFinite(value)) said[name] = value;
  }
  return said;
}

/** "demand_percent:120 lead_time_days:4", as the URL has them; whatever else stands there is left out. */
export function readOptions(text: string | undefined): Options {
  const pairs = (text ?? "").split(" ").map((part) => part.split(":"));
  return saidOf(
    Object.fromEntries(
      pairs.flatMap(([name, value]) =>
        name && value !== undefined && value !== "" ? [[name, Number(value)]] : [],
      ),
    ),
  );
}

/** Nothing: everything is as configured. */
export function writeOptions(options: Options): string | null {
  const said = Object.entries(saidOf(options)).map(([name, value]) => `${name}:${value}`);
  return said.length === 0 ? null : said.join(" ");
}

/** Whether two sets of options ask the same. */
export const isSame = (a: Options, b: Options): boolean => writeOptions(a) === writeOptions(b);

/** What today's stock is worth at cost, on average; null: holding it costs nothing, so nothing says so. */
export function stockValue(today: Figures, taken: Assumptions): number | null {
  const ofADay = (taken.holding_percent_per_year / 100 / 365) * taken.days;
  return ofADay > 0 && today.holding_cost > 0 ? today.holding_cost / ofADay : null;
}

const budgetSteps = 50;

/** Budgets that make a difference: round steps up to about twice the stock that there is, and up to the one chosen. */
export function budgetScale(value: number | null, chosen: number): { step: number; most: number } | null {
  const about = value === null ? chosen / 2 : value;
  if (about <= 0) return null;
  const exact = (2 * about) / budgetSteps;
  const power = 10 ** Math.floor(Math.log10(exact));
  const step = ([1, 2, 5, 10].find((one) => one * power >= exact) ?? 10) * power;
  // The last place is "no limit": the budget chosen lies before it.
  return { step, most: Math.max(budgetSteps, Math.ceil(chosen / step) + 1) * step };
}

export interface Line {
  key: keyof Figures;
  name: string;
  measure: MeasureName;
  unit: Unit;
  goodWhen: "more" | "less" | "neither";
  isMoney: boolean;
}

/** The figures of a replay, in the order in which they are read. */
export function lines(currency: string): Line[] {
  const cost = money(currency);
  const line = (
    key: keyof Figures,
    name: string,
    measure: MeasureName,
    unit: Unit,
    goodWhen: Line["goodWhen"] = "neither",
  ): Line => ({ key, name, measure, unit, goodWhen, isMoney: unit.kind === "money" });
  return [
    line("fill_rate", "Fill rate", "fill_rate", share, "more"),
    line("stock_out_days", "Days out of stock", "stock_out_days", count, "less"),
    line("average_stock_units", "Average stock", "average_stock", count, "less"),
    line("days_of_cover", "Days of cover", "replay_cover", days),
    line("wasted_units", "Waste", "wasted_units", count, "less"),
    line("demand_units", "Demand", "replay_demand", count),
    line("sold_units", "Sold", "replay_sold", count, "more"),
    line("orders", "Order lines", "order_lines", count),
    line("lost_margin", "Lost margin", "lost_margin", cost, "less"),
    line("waste_cost", "Cost of waste", "waste_cost", cost, "less"),
    line("holding_cost", "Cost of holding", "holding_cost", cost, "less"),
    line("ordering_cost", "Cost of ordering", "ordering_cost", cost, "less"),
    line("total_cost", "Total cost", "replay_cost", cost, "less"),
  ];
}

/** What is replayed, where that is more than the page's filters mean; null: it is just that. */
export function moreThanMeant(
  store: number | undefined,
  filters: { store?: number[]; region?: string },
): string | null {
  if (store !== undefined) return null;
  const chosen = filters.store?.length ?? 0;
  const meant = chosen > 0 ? `the ${chosen} chosen` : filters.region ? `those of ${filters.region}` : null;
  return meant && `All stores, not only ${meant}: a what-if replays one store, or the whole chain.`;
}

/** The figures of a replay as a file. */
export const measureFile = (answer: Replayed): Column<Line>[] => [
  { key: "measure", title: "Measure", value: (line) => line.name },
  {
    key: "unit",
    title: "Unit",
    value: (line) => (line.unit.kind === "share" ? "share, 0 to 1" : unitName(line.unit)),
  },
  { key: "today", title: "Today’s rule", value: (line) => answer.today[line.key] },
  { key: "what_if", title: "What if", value: (line) => answer.what_if[line.key] },
  { key: "difference", title: "Difference", value: (line) => answer.difference[line.key] },
];

/** Costs of both policies side by side. */
export function costs(answer: Replayed, currency: string): BarSpec {
  const shown = lines(currency).filter((line) => line.isMoney);
  return {
    kind: "bar",
    label: "Cost of the days",
    unit: money(currency),
    category: "Cost",
    horizontal: true,
    names: shown.map((line) => line.name),
    series: [
      { name: "what if", values: shown.map((line) => answer.what_if[line.key]) },
      { name: "today", role: "comparison", values: shown.map((line) => answer.today[line.key]) },
    ],
  };
}

const taken: { name: OptionName; says: string; unit: Unit; after?: string }[] = [
  { name: "cover_days", says: "today's rule covers", unit: days },
  { name: "review_period_days", says: "ordered every", unit: days },
  { name: "pack_units", says: "packs of", unit: units },
  { name: "margin_percent", says: "margin", unit: plain, after: " %" },
  { name: "holding_percent_per_year", says: "holding", unit: plain, after: " % a year" },
  { name: "order_cost", says: "an order line costs", unit: plain },
];
/** What was taken for given beside what the sliders say. */
export function alsoTaken(from: Assumptions, show: (value: number, unit: Unit) => string): string[] {
  return taken.map(({ name, says, unit, after }) =>
    name === "order_cost" && from[name] === 0
      ? "an order line costs nothing"
      : `${says} ${show(from[name], unit)}${after ?? ""}`,
  );
}
