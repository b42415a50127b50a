import { useComputedColorScheme } from "@mantine/core";
import { useReducedMotion } from "@mantine/hooks";
import { useEffect, useImperativeHandle, useMemo, useRef, useState, type Ref, type RefObject } from "react";
import type { EChartsType } from "./echarts";
import { columnOfMark, rowOfMark, toOption } from "./option";
import { readPalette } from "./palette";
import { pictureOf, type Caption } from "./picture";
import type { ChartSpec } from "./spec";
import { summary } from "./table";
import css from "./Chart.module.css";

export interface ChartHandle {
  /** The picture under its caption as a data URL, null before it is drawn. */
  picture: (caption: Caption) => string | null;
}

interface ChartProps {
  spec: ChartSpec;
  height?: number;
  /** A mark was pressed: which row of the chart's table it is, and which column where a row has several marks. */
  onMark?: ((row: number, column: number | null) => void) | undefined;
  handle?: Ref<ChartHandle>;
}

/** Pixels of a picture per pixel of the page, so that it stays sharp where it is shown larger. */
const pictureScale = 2;

/** The description of before, while the new one says the same: what did not change is not drawn again. */
function useSame(spec: ChartSpec): ChartSpec {
  const [kept, setKept] = useState(spec);
  if (kept === spec || JSON.stringify(kept) === JSON.stringify(spec)) return kept;
  setKept(spec);
  return spec;
}

/** Whoever is to be told now, without listening anew for each. */
function useLatest<T>(value: T): RefObject<T> {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  return latest;
}

/** Draws a description; `charts/ChartPanel` puts table, CSV and picture beside it. */
export function Chart({ spec: described, height = 280, onMark, handle }: ChartProps) {
  const spec = useSame(described);
  const marked = useLatest(onMark);
  const canMark = onMark !== undefined;
  const place = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType | null>(null);
  const [narrow, setNarrow] = useState(false);
  const scheme = useComputedColorScheme("light");
  const still = useReducedMotion();

  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    let made: EChartsType | null = null;
    let gone = false;
    const fits = new ResizeObserver(() => {
      // Hidden for a moment, while another part of the page is loaded: nothing can be laid out in no room.
      if (element.clientWidth === 0) return;
      setNarrow(element.clientWidth < 480);
      if (made) made.resize();
      else void draw();
    });
    const draw = async () => {
      const module = await import("./echarts");
      if (spec.kind === "map") await module.loadWorld();
      if (gone || made || element.clientWidth === 0) return;
      made = module.init(element);
      setChart(made);
    };
    fits.observe(element);
    return () => {
      gone = true;
      fits.disconnect();
      made?.dispose();
      setChart(null);
    };
  }, [spec.kind]);

  useEffect(() => {
    // The scheme is read from the style sheet; naming it here draws again when it changes.
    if (chart && scheme && chart.getWidth() > 0)
      chart.setOption(toOption(spec, readPalette(), narrow, still), { notMerge: true });
  }, [chart, spec, narrow, scheme, still]);

  useEffect(() => {
    if (!chart || !canMark) return undefined;
    // Along an axis the nearest place counts, not only the line's own pixels.
    const along = spec.kind === "line" || spec.kind === "bar";
    const pressedMark = (raw: unknown) => {
      const mark = raw as Parameters<typeof rowOfMark>[1];
      const row = along ? null : rowOfMark(spec, mark);
      if (row !== null) marked.current?.(row, columnOfMark(spec, mark));
    };
    const pressedPlace = (event: { offsetX: number; offsetY: number }) => {
      const point = [event.offsetX, event.offsetY];
      if (!along || !chart.containPixel({ gridIndex: 0 }, point)) return;
      const [x = 0, y = 0] = chart.convertFromPixel({ gridIndex: 0 }, point) as number[];
      marked.current?.(Math.round(spec.kind === "bar" && spec.horizontal ? y : x), null);
    };
    chart.on("click", pressedMark);
    const canvas = chart.getZr();
    canvas.on("click", pressedPlace);
    return () => {
      if (chart.isDisposed()) return;
      chart.off("click", pressedMark);
      canvas.off("click", pressedPlace);
    };
  }, [chart, canMark, marked, spec]);

  useImperativeHandle(
    handle,
    () => ({
      picture: (caption) => {
        if (!chart) return null;
        const palette = readPalette();
        const drawn = chart.renderToCanvas({ pixelRatio: pictureScale, backgroundColor: palette.surface });
        return pictureOf(drawn, caption, palette, pictureScale);
      },
    }),
    [chart],
  );

  const told = useMemo(() => summary(spec), [spec]);
  return (
    <div className={css["chart"]} role="img" aria-label={told} data-drawn={chart ? "yes" : "no"}>
      <div ref={place} className={css["canvas"]} style={{ height }} />
    </div>
  );
}
