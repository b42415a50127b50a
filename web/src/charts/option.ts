import type { EChartsOption } from "./echarts";
import { format, unitName, type Unit } from "../format/format";
import type { Palette } from "./palette";
import type {
  BarSpec,
  CalendarSpec,
  ChartSpec,
  HeatSpec,
  LineSpec,
  MapSpec,
  SankeySpec,
  ScatterSpec,
  Series,
} from "./spec";
import { xText } from "./table";

/** The way every chart is drawn (DESIGN.md), as an option of ECharts. Pure: same description, same option. */
export function toOption(spec: ChartSpec, palette: Palette, narrow: boolean, still: boolean): EChartsOption {
  const base: EChartsOption = {
    animation: !still,
    animationDuration: 0,
    animationDurationUpdate: 300,
    color: palette.series,
    textStyle: { fontFamily: "'Inter Variable', system-ui, sans-serif", fontSize: 12, color: palette.quiet },
    // Drawn on the canvas: names of products never become markup.
    tooltip: tooltip(palette),
    aria: { enabled: false },
  };
  switch (spec.kind) {
    case "line":
      return { ...base, ...lineOption(spec, palette, narrow) };
    case "bar":
      return { ...base, ...barOption(spec, palette, narrow) };
    case "heat":
      return { ...base, ...heatOption(spec, palette) };
    case "calendar":
      return { ...base, ...calendarOption(spec, palette, narrow) };
    case "scatter":
      return { ...base, ...scatterOption(spec, palette) };
    case "sankey":
      return { ...base, ...sankeyOption(spec, palette) };
    case "map":
      return { ...base, ...mapOption(spec, palette) };
  }
}

/** Which row of the chart's table a mark is, from what ECharts tells of it; null: of none. */
export function rowOfMark(
  spec: ChartSpec,
  mark: { dataIndex?: number; dataType?: string; value?: unknown; data?: unknown },
): number | null {
  switch (spec.kind) {
    case "heat":
      return (mark.value as [number, number] | undefined)?.[1] ?? null;
    case "calendar": {
      const date = (mark.value as [string] | undefined)?.[0];
      const row = spec.days.findIndex((day) => day.date === date);
      return row < 0 ? null : row;
    }
    case "scatter":
      return (mark.data as { row?: number } | undefined)?.row ?? null;
    case "sankey":
      // Its nodes are sums of rows.
      return mark.dataType === "edge" ? (mark.dataIndex ?? null) : null;
    case "line":
    case "bar":
    case "map":
      return mark.dataIndex ?? null;
  }
}

/** Which column of the table a mark is, from 0 behind the names, of charts whose rows have several marks; else null. */
export function columnOfMark(spec: ChartSpec, mark: { value?: unknown }): number | null {
  return spec.kind === "heat" ? ((mark.value as [number, number] | undefined)?.[0] ?? null) : null;
}

const short = (unit: Unit) => (value: number) => format(value, unit, "compact");
const clip = (text: string, length: number) =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;

function valueAxis(unit: Unit, palette: Palette, fromZero: boolean, name?: string) {
  return {
    type: "value" as const,
    name: name ?? unitName(unit),
    nameTextStyle: { color: palette.quiet, fontSize: 11, align: "left" as const },
    scale: !fromZero,
    splitNumber: 4,
    // Half of a thing that is counted is no tick.
    ...(unit.kind === "count" ? { minInterval: 1 } : {}),
    axisLabel: { color: palette.quiet, fontSize: 11, hideOverlap: true, formatter: short(unit) },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: palette.line, width: 1 } },
  };
}

function categoryAxis(names: string[], palette: Palette, shown: (name: string) => string) {
  return {
    type: "category" as const,
    data: names,
    axisLabel: { color: palette.quiet, fontSize: 11, hideOverlap: true, formatter: shown },
    axisLine: { lineStyle: { color: palette.line } },
    axisTick: { show: false },
  };
}

const seriesColor = (at: number, palette: Palette) =>
  palette.series[at % palette.series.length] ?? palette.accent;

/** Ink of a series: a comparison is paler and dashed, a forecast dashed. */
function stroke(series: Series, at: number, palette: Palette) {
  const color =
    series.role === "comparison" || series.role === "target" ? palette.quiet : seriesColor(at, palette);
  return {
    color,
    width: series.role === "comparison" ? 1.5 : 2,
    type: series.role === undefined || series.role === "actual" ? ("solid" as const) : ("dashed" as const),
    opacity: series.role === "comparison" ? 0.85 : 1,
  };
}

/** Pixels that the name at a line's end is moved down by, so that names of lines that end together stand apart. */
function namesApart(spec: LineSpec): number[] {
  const lineHeight = 15;
  const plotHeight = 190; // Of most charts; what is higher only gets more room.
  const figures = spec.series.flatMap((one) => one.values.filter((value) => value !== null));
  const least = (spec.fromZero ?? true) ? Math.min(0, ...figures) : Math.min(...figures);
  const span = Math.max(0, ...figures) - least || 1;
  const ends = spec.series
    .map((one, at) => ({ at, value: one.values.findLast((value) => value !== null) ?? null }))
    .flatMap(({ at, value }) => (value === null ? [] : [{ at, wanted: (-value / span) * plotHeight }]))
    .sort((a, b) => a.wanted - b.wanted);
  const moved = spec.series.map(() => 0);
  // Neighbours that would overlap make a group, which is spread about its middle.
  for (let first = 0; first < ends.length; ) {
    let last = first;
    while ((ends[last + 1]?.wanted ?? Infinity) - (ends[last]?.wanted ?? 0) < lineHeight) ++last;
    const group = ends.slice(first, last + 1);
    const middle = group.reduce((sum, one) => sum + one.wanted, 0) / group.length;
    group.forEach((one, place) => {
      moved[one.at] = middle + (place - (group.length - 1) / 2) * lineHeight - one.wanted;
    });
    first = last + 1;
  }
  return moved;
}

function lineOption(spec: LineSpec, palette: Palette, narrow: boolean): EChartsOption {
  const longest = Math.max(0, ...spec.series.map((one) => one.name.length));
  const labelled = !narrow && spec.series.length > 1 && spec.series.length <= 6;
  const apart = namesApart(spec);
  // A band is drawn over the first forecast, else the first series.
  const banded = Math.max(
    0,
    spec.series.findIndex((one) => one.role === "forecast"),
  );
  const bands = (spec.bands ?? []).flatMap((band, at) => [
    {
      type: "line" as const,
      name: `${band.name}, from`,
      data: band.lower,
      stack: `band ${at}`,
      symbol: "none",
      silent: true,
      lineStyle: { opacity: 0 },
      tooltip: { show: false },
      stackStrategy: "all" as const,
    },
    {
      type: "line" as const,
      name: band.name,
      stack: `band ${at}`,
      symbol: "none",
      silent: true,
      lineStyle: { opacity: 0 },
      stackStrategy: "all" as const,
      data: band.upper.map((upper, i) => {
        const lower = band.lower[i];
        return upper === null || lower === null || lower === undefined ? null : upper - lower;
      }),
      areaStyle: {
        color: seriesColor(banded, palette),
        opacity: at === 0 ? 0.22 : 0.12,
      },
      tooltip: { show: false },
    },
  ]);
  return {
    grid: {
      left: 8,
      right: labelled ? Math.min(150, 16 + longest * 6.5) : 16,
      top: 30,
      bottom: spec.zoom ? 56 : 8,
      containLabel: true,
    },
    tooltip: {
      ...tooltip(palette),
      trigger: "axis",
      axisPointer: { type: "line", lineStyle: { color: palette.quiet, type: "solid", width: 1 } },
      formatter: (raw: unknown) => {
        const at =
          (Array.isArray(raw) ? (raw[0] as { dataIndex: number } | undefined) : undefined)?.dataIndex ?? 0;
        const head = xText(spec.x, spec.x.values[at] ?? "");
        const rows = spec.series.map((one) => `${one.name}  ${format(one.values[at], spec.unit)}`);
        const between = (spec.bands ?? [])
          .filter((band) => band.lower[at] !== null && band.lower[at] !== undefined)
          .map(
            (band) =>
              `${band.name}  ${format(band.lower[at], spec.unit)} to ${format(band.upper[at], spec.unit)}`,
          );
        return [head, ...rows, ...between].join("\n");
      },
    },
    xAxis: {
      ...categoryAxis(spec.x.values, palette, (value) => xText(spec.x, value)),
      boundaryGap: false,
      ...(spec.divide
        ? {
            splitLine: {
              show: true,
              interval: (at: number) => at === spec.divide?.at,
              // Both ends of the axis are drawn beside it otherwise.
              showMinLine: false,
              showMaxLine: false,
              lineStyle: { color: palette.quiet, width: 1 },
            },
          }
        : {}),
    },
    yAxis: valueAxis(spec.unit, palette, spec.fromZero ?? true),
    ...(spec.zoom
      ? {
          dataZoom: [
            {
              type: "slider" as const,
              height: 24,
              bottom: 8,
              borderColor: palette.line,
              fillerColor: `${palette.accent}22`,
              handleStyle: { color: palette.accent },
              moveHandleSize: 4,
              labelFormatter: (_: number, value: string) => xText(spec.x, value),
              textStyle: { color: palette.quiet, fontSize: 10 },
              dataBackground: { lineStyle: { color: palette.quiet }, areaStyle: { color: palette.line } },
            },
            { type: "inside" as const, zoomOnMouseWheel: "ctrl" as const },
          ],
        }
      : {}),
    series: [
      ...spec.series.map((one, at) => ({
        type: "line" as const,
        name: one.name,
        data: one.values,
        connectNulls: false,
        showSymbol: one.values.filter((value) => value !== null).length < 3,
        symbolSize: 6,
        lineStyle: stroke(one, at, palette),
        itemStyle: { color: stroke(one, at, palette).color },
        z: one.role === "comparison" ? 2 : 3,
        endLabel: {
          show: labelled,
          formatter: "{a}",
          color: palette.ink,
          fontSize: 12,
          distance: 6,
          // A line that ends within the plot has what follows it to its right.
          ...(one.values.at(-1) === null
            ? {
                align: "right" as const,
                offset: [0, 16] as [number, number],
                backgroundColor: palette.surface,
                padding: [1, 4],
                borderRadius: 3,
              }
            : { offset: [0, apart[at] ?? 0] as [number, number] }),
        },
        ...(at === 0 && (spec.flags || spec.divide) ? { markPoint: standingOut(spec, one, palette) } : {}),
      })),
      ...bands,
    ],
  };
}

/** Pins on what is flagged, and the name of the line that divides. */
function standingOut(spec: LineSpec, first: Series, palette: Palette) {
  const flags = (spec.flags ?? []).map((flag) => ({
    name: flag.name,
    coord: [flag.at, first.values[flag.at] ?? 0] as [number, number],
  }));
  const name = spec.divide && {
    name: spec.divide.name,
    coord: [spec.divide.at, 0] as [number, number],
    // Above the plot, wherever its values lie.
    y: 18,
    symbol: "circle",
    symbolSize: 1,
    symbolOffset: [0, 0] as [number, number],
    itemStyle: { color: "transparent" },
    label: { show: true, formatter: "{b}", color: palette.ink, fontSize: 11 },
  };
  return {
    symbol: "triangle",
    symbolSize: 9,
    symbolRotate: 180,
    symbolOffset: [0, -10] as [number, number],
    itemStyle: { color: palette.series[1] ?? palette.accent },
    label: { show: false },
    data: name ? [...flags, name] : flags,
  };
}

function tooltip(palette: Palette) {
  return {
    renderMode: "richText" as const,
    confine: true,
    backgroundColor: palette.raised,
    borderColor: palette.line,
    padding: [8, 10],
    textStyle: { color: palette.ink, fontSize: 12 },
    transitionDuration: 0,
  };
}

function barOption(spec: BarSpec, palette: Palette, narrow: boolean): EChartsOption {
  const horizontal = spec.horizontal ?? false;
  const single = spec.series.length === 1;
  const names = {
    ...categoryAxis(spec.names, palette, (name) => clip(name, narrow ? 16 : 28)),
    ...(horizontal ? { inverse: true } : {}),
  };
  const values = {
    ...valueAxis(spec.unit, palette, true),
    ...(horizontal
      ? {
          name: unitName(spec.unit),
          nameLocation: "middle" as const,
          nameGap: 24,
          nameTextStyle: { color: palette.quiet, fontSize: 11 },
        }
      : {}),
  };
  return {
    grid: {
      left: 8,
      right: horizontal && single ? 64 : 16,
      top: single ? 30 : 44,
      bottom: 8,
      containLabel: true,
    },
    ...(single
      ? {}
      : {
          legend: {
            top: 0,
            left: 0,
            icon: "roundRect",
            itemWidth: 10,
            itemHeight: 10,
            textStyle: { color: palette.ink, fontSize: 12 },
          },
        }),
    tooltip: {
      ...tooltip(palette),
      trigger: "axis",
      axisPointer: { type: "shadow", shadowStyle: { color: palette.line, opacity: 0.4 } },
      formatter: (raw: unknown) => {
        const at =
          (Array.isArray(raw) ? (raw[0] as { dataIndex: number } | undefined) : undefined)?.dataIndex ?? 0;
        return [
          spec.names[at] ?? "",
          ...spec.series.map((one) => `${one.name}  ${format(one.values[at], spec.unit)}`),
        ].join("\n");
      },
    },
    xAxis: horizontal ? values : names,
    yAxis: horizontal ? names : values,
    series: spec.series.map((one, at) => ({
      type: "bar" as const,
      name: one.name,
      data: one.values,
      barMaxWidth: 22,
      barGap: "15%",
      ...(spec.stacked ? { stack: "all" } : {}),
      itemStyle: {
        color: one.role === "comparison" || one.role === "target" ? palette.quiet : seriesColor(at, palette),
        borderRadius: spec.stacked ? 0 : horizontal ? [0, 3, 3, 0] : [3, 3, 0, 0],
        opacity: one.role === "comparison" ? 0.45 : 1,
      },
      // Labelled directly where each mark has room.
      label: {
        show: single && horizontal,
        position: "right" as const,
        color: palette.ink,
        fontSize: 11,
        formatter: (mark: { value?: unknown }) => format(mark.value as number, spec.unit, "compact"),
      },
    })),
  };
}

function ramp(values: (number | null)[], unit: Unit, palette: Palette) {
  const known = values.filter((value): value is number => value !== null);
  return {
    min: Math.min(0, ...known),
    max: Math.max(1e-9, ...known),
    calculable: false,
    orient: "horizontal" as const,
    right: 8,
    top: 0,
    itemHeight: 90,
    itemWidth: 10,
    text: [short(unit)(Math.max(0, ...known)), short(unit)(Math.min(0, ...known))],
    textStyle: { color: palette.quiet, fontSize: 11 },
    inRange: { color: palette.ramp },
  };
}

function heatOption(spec: HeatSpec, palette: Palette): EChartsOption {
  return {
    grid: { left: 8, right: 8, top: 34, bottom: 8, containLabel: true },
    tooltip: {
      ...tooltip(palette),
      trigger: "item",
      formatter: (raw: unknown) => {
        const [x = 0, y = 0, value] = (raw as { value: [number, number, number] }).value;
        return `${spec.ys[y] ?? ""}, ${spec.xs[x] ?? ""}\n${spec.label}  ${format(value, spec.unit)}`;
      },
    },
    xAxis: { ...categoryAxis(spec.xs, palette, (name) => clip(name, 14)), splitArea: { show: false } },
    yAxis: { ...categoryAxis(spec.ys, palette, (name) => clip(name, 22)), inverse: true },
    visualMap: { type: "continuous", ...ramp(spec.values.flat(), spec.unit, palette) },
    series: [
      {
        type: "heatmap",
        data: spec.values.flatMap((row, y) =>
          row.flatMap((value, x) => (value === null ? [] : [[x, y, value]])),
        ),
        itemStyle: { borderColor: palette.surface, borderWidth: 1, borderRadius: 2 },
        emphasis: { itemStyle: { borderColor: palette.ink, borderWidth: 1 } },
      },
    ],
  };
}

function calendarOption(spec: CalendarSpec, palette: Palette, narrow: boolean): EChartsOption {
  const dates = spec.days.map((day) => day.date).sort();
  const [first = "2000-01-01", last = "2000-01-02"] = [dates[0], dates.at(-1)];
  return {
    tooltip: {
      ...tooltip(palette),
      trigger: "item",
      formatter: (raw: unknown) => {
        const [date, value] = (raw as { value: [string, number] }).value;
        return `${xText({ label: "", kind: "date", values: [] }, date)}\n${spec.label}  ${format(value, spec.unit)}`;
      },
    },
    visualMap: {
      type: "continuous",
      ...ramp(
        spec.days.map((day) => day.value),
        spec.unit,
        palette,
      ),
    },
    calendar: {
      range: [first, last],
      left: 34,
      right: 8,
      top: 56,
      bottom: 8,
      cellSize: narrow ? ["auto", 14] : ["auto", 16],
      splitLine: { show: true, lineStyle: { color: palette.quiet, width: 0.5 } },
      itemStyle: { color: "transparent", borderColor: palette.surface, borderWidth: 2 },
      dayLabel: { firstDay: 1, color: palette.quiet, fontSize: 10 },
      monthLabel: { color: palette.quiet, fontSize: 11 },
      yearLabel: { show: false },
    },
    series: [
      {
        type: "heatmap",
        coordinateSystem: "calendar",
        data: spec.days.flatMap((day) => (day.value === null ? [] : [[day.date, day.value]])),
      },
    ],
  };
}

function scatterOption(spec: ScatterSpec, palette: Palette): EChartsOption {
  const groups = [...new Set(spec.points.map((point) => point.group))];
  const kind = spec.logarithmic ? { type: "log" as const, logBase: 10 } : {};
  return {
    grid: { left: 8, right: 20, top: 54, bottom: 22, containLabel: true },
    ...(groups.length > 1
      ? {
          legend: {
            top: 0,
            left: 0,
            itemWidth: 10,
            itemHeight: 10,
            textStyle: { color: palette.ink, fontSize: 12 },
          },
        }
      : {}),
    tooltip: {
      ...tooltip(palette),
      trigger: "item",
      formatter: (raw: unknown) => {
        const point = (raw as { data: { name: string; value: [number, number] } }).data;
        return `${point.name}\n${spec.x.label}  ${format(point.value[0], spec.x.unit)}\n${spec.y.label}  ${format(point.value[1], spec.y.unit)}`;
      },
    },
    xAxis: {
      ...valueAxis(spec.x.unit, palette, true, spec.x.label),
      ...kind,
      nameLocation: "middle",
      nameGap: 26,
      nameTextStyle: { color: palette.quiet, fontSize: 11 },
    },
    yAxis: { ...valueAxis(spec.y.unit, palette, true, spec.y.label), ...kind },
    series: groups.map((group, at) => ({
      type: "scatter" as const,
      name: group,
      symbol: (["circle", "triangle", "rect", "diamond"] as const)[at % 4] ?? "circle",
      symbolSize: 8,
      itemStyle: { color: seriesColor(at, palette), opacity: 0.75 },
      data: spec.points.flatMap((point, row) =>
        point.group === group ? [{ name: point.name, value: [point.x, point.y], row }] : [],
      ),
    })),
  };
}

function sankeyOption(spec: SankeySpec, palette: Palette): EChartsOption {
  const names = [...new Set(spec.links.flatMap((link) => [link.source, link.target]))];
  return {
    tooltip: {
      ...tooltip(palette),
      trigger: "item",
      formatter: (raw: unknown) => {
        const mark = raw as {
          dataType?: string;
          name: string;
          value: number;
          data: { source?: string; target?: string };
        };
        return mark.dataType === "edge"
          ? `${mark.data.source} → ${mark.data.target}\n${format(mark.value, spec.unit)}`
          : `${mark.name}\n${format(mark.value, spec.unit)}`;
      },
    },
    series: [
      {
        type: "sankey",
        // It would grow for a second, whatever the chart says, and cut its names off until then.
        animation: false,
        left: 8,
        right: 120,
        top: 8,
        bottom: 8,
        nodeGap: 14,
        nodeWidth: 14,
        draggable: false,
        data: names.map((name, at) => ({
          name,
          itemStyle: { color: seriesColor(at, palette), borderWidth: 0 },
        })),
        links: spec.links,
        lineStyle: { color: "source", opacity: 0.28, curveness: 0.5 },
        label: {
          color: palette.ink,
          fontSize: 12,
          formatter: (mark: { name: string }) => clip(mark.name, 22),
        },
        emphasis: { focus: "adjacency" },
      },
    ],
  };
}

function mapOption(spec: MapSpec, palette: Palette): EChartsOption {
  const most = Math.max(1e-9, ...spec.places.map((place) => Math.abs(place.value ?? 0)));
  return {
    tooltip: {
      ...tooltip(palette),
      trigger: "item",
      formatter: (raw: unknown) => {
        const at = raw as { dataIndex: number; seriesType: string };
        const place = at.seriesType === "scatter" ? spec.places[at.dataIndex] : undefined;
        return place
          ? [
              place.name,
              `${spec.label}  ${format(place.value, spec.unit)}`,
              ...(place.note ? [place.note] : []),
            ].join("\n")
          : "";
      },
    },
    geo: {
      map: "world",
      roam: false,
      silent: true,
      left: 0,
      right: 0,
      top: 8,
      bottom: 8,
      boundingCoords: bounds(spec.places),
      // Degrees of longitude are shorter away from the equator; outlines keep their shape in any frame.
      aspectScale: Math.cos((middleLatitude(spec.places) * Math.PI) / 180),
      preserveAspect: true,
      itemStyle: { areaColor: palette.land, borderColor: palette.line, borderWidth: 1 },
      emphasis: { disabled: true },
    },
    series: [
      {
        type: "scatter",
        coordinateSystem: "geo",
        data: spec.places.map((place) => ({
          name: place.name,
          value: [place.longitude, place.latitude, place.value ?? 0],
        })),
        // Area goes by value; a place without any is a ring.
        symbolSize: (value: number[]) => 8 + 26 * Math.sqrt(Math.abs(value[2] ?? 0) / most),
        itemStyle: {
          color: palette.series[0] ?? palette.accent,
          opacity: 0.75,
          borderColor: palette.surface,
          borderWidth: 1,
        },
        label: {
          show: spec.places.length <= 25,
          formatter: "{b}",
          position: "right",
          color: palette.ink,
          fontSize: 11,
        },
        labelLayout: { hideOverlap: true },
      },
    ],
  };
}

function middleLatitude(places: MapSpec["places"]): number {
  const latitudes = places.map((place) => place.latitude);
  return Math.min(70, Math.abs((Math.min(...latitudes) + Math.max(...latitudes)) / 2));
}

/** North-west and south-east corner around the places, with room. */
export function bounds(places: MapSpec["places"]): [[number, number], [number, number]] {
  const longitudes = places.map((place) => place.longitude);
  const latitudes = places.map((place) => place.latitude);
  const [west, east] = [Math.min(...longitudes), Math.max(...longitudes)];
  const [south, north] = [Math.min(...latitudes), Math.max(...latitudes)];
  const room = Math.max(2, 0.15 * Math.max(east - west, north - south));
  return [
    [Math.max(-180, west - room), Math.min(85, north + room)],
    [Math.min(180, east + room), Math.max(-85, south - room)],
  ];
}
