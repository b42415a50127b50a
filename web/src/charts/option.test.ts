import { describe, expect, it } from "vitest";
import { count, money, units } from "../format/format";
import { bounds, columnOfMark, rowOfMark, toOption } from "./option";
import type { Palette } from "./palette";
import type { ChartSpec } from "./spec";

const palette: Palette = {
  series: ["#1", "#2", "#3", "#4", "#5", "#6"],
  ink: "#i",
  quiet: "#q",
  line: "#l",
  surface: "#s",
  raised: "#r",
  accent: "#a",
  ramp: ["#e", "#f"],
  land: "#g",
};
interface Drawn {
  series: {
    name: string;
    data: unknown[];
    lineStyle?: { type?: string };
    endLabel?: { show: boolean; offset: number[] };
    stack?: string;
  }[];
  yAxis: { scale: boolean; name: string; minInterval?: number };
  tooltip: { renderMode: string; formatter: (raw: unknown) => string };
}
const draw = (spec: ChartSpec, narrow = false) => toOption(spec, palette, narrow, false) as unknown as Drawn;

const forecast: ChartSpec = {
  kind: "line",
  label: "Demand",
  unit: units,
  x: { label: "Date", kind: "date", values: ["2026-03-01", "2026-03-02"] },
  series: [
    { name: "sold", values: [3, null] },
    { name: "forecast", values: [null, 4], role: "forecast" },
  ],
  bands: [{ name: "80 %", lower: [null, 2], upper: [null, 7] }],
};

describe("charts drawn one way", () => {
  it("begin at zero and stand on their unit", () => {
    const { yAxis } = draw({ ...forecast, unit: money("GBP") } as ChartSpec);
    expect([yAxis.scale, yAxis.name]).toEqual([false, "GBP"]);
  });
  it("have no tick at half of a thing that is counted", () => {
    expect(draw({ ...forecast, unit: count }).yAxis.minInterval).toBe(1);
    expect(draw(forecast).yAxis.minInterval).toBeUndefined();
  });
  it("dash a forecast, keep gaps, and stack a band from its lower end", () => {
    const { series } = draw(forecast);
    expect(series[1]?.lineStyle?.type).toBe("dashed");
    expect(series[0]?.data).toEqual([3, null]);
    expect(series.slice(2).map((one) => one.data)).toEqual([
      [null, 2],
      [null, 5],
    ]);
  });
  it("divide what is over from what is to come by a named line", () => {
    const { xAxis, series } = toOption(
      { ...forecast, divide: { at: 1, name: "today" } } as ChartSpec,
      palette,
      false,
      true,
    ) as {
      xAxis: { splitLine: { interval: (at: number) => boolean } };
      series: { markPoint?: { data: { name: string; coord: number[] }[] } }[];
    };
    expect([0, 1].map(xAxis.splitLine.interval)).toEqual([false, true]);
    expect(series[0]?.markPoint?.data).toMatchObject([{ name: "today", coord: [1, 0] }]);
  });
  it("label series where they end, but not on a phone", () => {
    expect(draw(forecast).series[0]?.endLabel?.show).toBe(true);
    expect(draw(forecast, true).series[0]?.endLabel?.show).toBe(false);
  });
  it("name lines that end together one above the other", () => {
    const { series } = draw({
      ...forecast,
      kind: "line",
      bands: [],
      series: [
        { name: "today", values: [1, 50] },
        { name: "a week ago", values: [2, 51] },
        { name: "far below", values: [3, 5] },
      ],
    } as ChartSpec);
    const [today, ago, below] = series.map((one) => one.endLabel?.offset[1] ?? NaN);
    // The higher one goes up, by as much as the other goes down.
    expect(ago).toBeLessThan(0);
    expect(today).toBeGreaterThan(0);
    expect((today ?? 0) - (ago ?? 0)).toBeGreaterThan(10);
    expect(below).toBe(0);
  });
  it("tell names on the canvas, never as markup", () => {
    const { tooltip } = draw({
      kind: "bar",
      label: "Revenue",
      unit: units,
      category: "Product",
      names: ["<b>x</b>"],
      series: [{ name: "sold", values: [1] }],
    });
    expect(tooltip.renderMode).toBe("richText");
    expect(tooltip.formatter([{ dataIndex: 0 }])).toBe("<b>x</b>\nsold  1");
  });
  it("show a map around the places, with room", () => {
    expect(
      bounds([
        { name: "a", latitude: 50, longitude: 0, value: 1 },
        { name: "b", latitude: 54, longitude: 10, value: 2 },
      ]),
    ).toEqual([
      [-2, 56],
      [12, 48],
    ]);
  });
});

describe("a mark", () => {
  it("is the row of the table that it was drawn from, gaps and groups or not", () => {
    const heat = {
      kind: "heat",
      ys: ["Leeds", "York"],
      xs: ["Mon"],
      values: [[null], [3]],
    } as unknown as ChartSpec;
    expect(rowOfMark(heat, { dataIndex: 0, value: [0, 1, 3] })).toBe(1);
    expect(columnOfMark(heat, { value: [0, 1, 3] })).toBe(0);
    expect(columnOfMark(forecast, { value: 3 })).toBeNull();
    const flow = { kind: "sankey", links: [] } as unknown as ChartSpec;
    expect(rowOfMark(flow, { dataIndex: 2, dataType: "edge" })).toBe(2);
    expect(rowOfMark(flow, { dataIndex: 2, dataType: "node" })).toBeNull();
    const days = [
      { date: "2026-03-01", value: null },
      { date: "2026-03-02", value: 5 },
    ];
    const calendar = { kind: "calendar", days } as unknown as ChartSpec;
    expect(rowOfMark(calendar, { dataIndex: 0, value: ["2026-03-02", 5] })).toBe(1);
    const points = ["over", "under", "over"].map((group, at) => ({ name: `p${at}`, x: 1, y: 1, group }));
    const scatter = {
      kind: "scatter",
      points,
      unit: units,
      x: { unit: units },
      y: { unit: units },
    } as unknown as ChartSpec;
    const { series } = toOption(scatter, palette, false, true) as { series: { data: unknown[] }[] };
    expect(series.map((one) => one.data.map((data) => rowOfMark(scatter, { data })))).toEqual([[0, 2], [1]]);
  });
});
