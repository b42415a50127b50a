// The parts of ECharts that our charts use; the page loads this file when the first chart is drawn.
import {
  BarChart,
  HeatmapChart,
  LineChart,
  SankeyChart,
  ScatterChart,
  type BarSeriesOption,
  type HeatmapSeriesOption,
  type LineSeriesOption,
  type SankeySeriesOption,
  type ScatterSeriesOption,
} from "echarts/charts";
import {
  CalendarComponent,
  DataZoomComponent,
  GeoComponent,
  GridComponent,
  LegendComponent,
  MarkPointComponent,
  TooltipComponent,
  VisualMapComponent,
  type CalendarComponentOption,
  type DataZoomComponentOption,
  type GeoComponentOption,
  type GridComponentOption,
  type LegendComponentOption,
  type TooltipComponentOption,
  type VisualMapComponentOption,
} from "echarts/components";
import { init, registerMap, use as register, type ComposeOption, type EChartsType } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { CanvasRenderer } from "echarts/renderers";

export type EChartsOption = ComposeOption<
  | BarSeriesOption
  | HeatmapSeriesOption
  | LineSeriesOption
  | SankeySeriesOption
  | ScatterSeriesOption
  | CalendarComponentOption
  | DataZoomComponentOption
  | GeoComponentOption
  | GridComponentOption
  | LegendComponentOption
  | TooltipComponentOption
  | VisualMapComponentOption
>;
export type { EChartsType };

register([
  BarChart,
  HeatmapChart,
  LineChart,
  SankeyChart,
  ScatterChart,
  CalendarComponent,
  DataZoomComponent,
  GeoComponent,
  GridComponent,
  LegendComponent,
  MarkPointComponent,
  TooltipComponent,
  VisualMapComponent,
  LabelLayout,
  CanvasRenderer,
]);

export { init };

let world: Promise<void> | undefined;

/** Outlines of the continents (Natural Earth, public domain), bundled: no tile server is asked. */
export function loadWorld(): Promise<void> {
  world ??= Promise.all([import("topojson-client"), import("world-atlas/countries-50m.json")]).then(
    ([topojson, atlas]) => {
      const topology = (atlas.default ?? atlas) as unknown as Parameters<typeof topojson.feature>[0];
      const countries = topology.objects["countries"];
      if (countries)
        registerMap(
          "world",
          topojson.feature(topology, countries) as unknown as Parameters<typeof registerMap>[1],
        );
    },
  );
  return world;
}
