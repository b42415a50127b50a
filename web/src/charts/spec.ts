import type { Unit } from "../format/format";

/**
 * What a chart shows, without how it is drawn: the drawing, the table, the CSV file and the summary for a screen reader
 * all come from it.
 */
export type Role = "actual" | "comparison" | "forecast" | "target";

export interface Series {
  name: string;
  values: (number | null)[];
  role?: Role;
}

export interface Band {
  name: string;
  lower: (number | null)[];
  upper: (number | null)[];
}

interface Shared {
  /** Names the figures: "Revenue". */
  label: string;
  unit: Unit;
}

export interface LineSpec extends Shared {
  kind: "line";
  /** `running`: the value of x that is not over yet. */
  x: { label: string; kind: "date" | "hour" | "minute" | "text"; values: string[]; running?: string | null };
  series: Series[];
  bands?: Band[];
  /** Positions on x that stand out, with what they are. */
  flags?: { at: number; name: string }[];
  /** What lies left of it is over, what lies right of it is to come. */
  divide?: { at: number; name: string };
  /** Amounts begin at zero; an index or a rate need not. */
  fromZero?: boolean;
  /** A range can be picked with the mouse or a finger. */
  zoom?: boolean;
}

export interface BarSpec extends Shared {
  kind: "bar";
  category: string;
  names: string[];
  series: Series[];
  horizontal?: boolean;
  stacked?: boolean;
}

export interface HeatSpec extends Shared {
  kind: "heat";
  xLabel: string;
  yLabel: string;
  xs: string[];
  ys: string[];
  /** Row by row: values[y][x]. */
  values: (number | null)[][];
}

export interface CalendarSpec extends Shared {
  kind: "calendar";
  days: { date: string; value: number | null }[];
}

export interface ScatterSpec extends Shared {
  kind: "scatter";
  x: { label: string; unit: Unit };
  y: { label: string; unit: Unit };
  points: { name: string; x: number; y: number; size?: number; group: string }[];
  logarithmic?: boolean;
}

export interface SankeySpec extends Shared {
  kind: "sankey";
  links: { source: string; target: string; value: number }[];
}

export interface MapSpec extends Shared {
  kind: "map";
  places: { name: string; latitude: number; longitude: number; value: number | null; note?: string }[];
}

export type ChartSpec = LineSpec | BarSpec | HeatSpec | CalendarSpec | ScatterSpec | SankeySpec | MapSpec;

/** What has a place on the map. */
export function placed<T extends { latitude: number; longitude: number }>(rows: readonly T[]): T[] {
  return rows.filter((row) => row.latitude !== 0 || row.longitude !== 0);
}

export function isEmpty(spec: ChartSpec): boolean {
  switch (spec.kind) {
    case "line":
    case "bar":
      return spec.series.every((one) => one.values.every((value) => value === null));
    case "heat":
      return spec.values.every((row) => row.every((value) => value === null));
    case "calendar":
      return spec.days.every((day) => day.value === null);
    case "scatter":
      return spec.points.length === 0;
    case "sankey":
      return spec.links.length === 0;
    case "map":
      return spec.places.length === 0;
  }
}
