import type { Schemas } from "../../api/client";
import type { BarSpec } from "../../charts/spec";
import { plain, share, type Unit } from "../../format/format";
import type { MeasureName } from "../../measures/measures";

export type Registered = Schemas["RegisteredModel"];
type Model = NonNullable<Registered["model"]>;
type Measures = Schemas["AccuracyMeasures"];

export interface Registry {
  in_use: string | null;
  before: string | null;
  models: Registered[];
}

interface Line {
  key: Exclude<keyof Measures, "series" | "rows">;
  name: string;
  measure?: MeasureName;
  unit: Unit;
  /** How far from right a value is; less is better. */
  off: (value: number) => number;
}

const itself = (value: number) => value;
/** The measures that two models are compared by; the first is what training goes by. */
export const lines: readonly Line[] = [
  { key: "wql", name: "Weighted quantile loss", measure: "wql", unit: plain, off: itself },
  { key: "wmape", name: "wMAPE", measure: "wmape", unit: share, off: itself },
  { key: "rmse", name: "RMSE", measure: "rmse", unit: plain, off: itself },
  { key: "mae", name: "MAE", measure: "mae", unit: plain, off: itself },
  { key: "r2", name: "R²", measure: "r2_score", unit: plain, off: (value) => -value },
  { key: "bias", name: "Bias", measure: "bias", unit: share, off: Math.abs },
  {
    key: "coverage_80",
    name: "80 % band holds",
    measure: "coverage",
    unit: share,
    off: (value) => Math.abs(value - 0.8),
  },
  {
    key: "coverage_95",
    name: "95 % band holds",
    measure: "coverage",
    unit: share,
    off: (value) => Math.abs(value - 0.95),
  },
];

export interface Compared {
  line: Line;
  ours: number | null;
  theirs: number | null;
  /** Null: it cannot be said. */
  verdict: "better" | "worse" | "same" | null;
}

export interface Comparison {
  rows: Compared[];
  /** The days that each was measured on; one text where they are the same days. */
  days: string[];
}

const daysOf = (model: Model): string => `${model.held_back.from} – ${model.held_back.to}`;

/** Less than half a hundredth either way is nothing to choose by, and reads the same. */
const verdictOf = (gain: number, of: number): "better" | "worse" | "same" =>
  Math.abs(gain) <= 0.005 * Math.abs(of) ? "same" : gain > 0 ? "better" : "worse";

/** A model beside the one in use: on the same days where training compared the two, else each on its own. */
export function compare(registry: Registry, version: string): Comparison | null {
  const model = registry.models.find((one) => one.version === version)?.model;
  const inUse = registry.models.find((one) => one.version === registry.in_use)?.model;
  if (!model) return null;
  const together =
    model.held_back.champion?.version === registry.in_use ? model.held_back.champion.measures : null;
  const theirs = together ?? inUse?.held_back.measures ?? null;
  const apart = together === null && inUse !== undefined && daysOf(inUse) !== daysOf(model);
  return {
    rows: lines.map((line) => {
      const [a, b] = [model.held_back.measures[line.key], theirs?.[line.key] ?? null];
      const gain = a === null || b === null ? null : line.off(b) - line.off(a);
      return {
        line,
        ours: a,
        theirs: b,
        verdict: gain === null || b === null ? null : verdictOf(gain, line.off(b)),
      };
    }),
    days: apart && inUse ? [daysOf(model), daysOf(inUse)] : [daysOf(model)],
  };
}

const most = 15;
/** What the trees of a model made of each feature; what is left of many is told apart. */
export function importance(model: Model | undefined): BarSpec {
  const all = model?.importance ?? [];
  const shown = all.slice(0, most);
  const rest = all.slice(most).reduce((sum, one) => sum + one.gain_share, 0);
  const bars = [
    ...shown.map((one) => ({ name: one.feature.replaceAll("_", " "), value: one.gain_share })),
    ...(all.length > most ? [{ name: `${all.length - most} others`, value: rest }] : []),
  ];
  return {
    kind: "bar",
    label: "Share of the gain",
    unit: share,
    category: "Feature",
    horizontal: true,
    names: bars.map((bar) => bar.name),
    series: [{ name: "share", values: bars.map((bar) => bar.value) }],
  };
}
