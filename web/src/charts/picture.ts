import { formatInstant, unitName } from "../format/format";
import type { Freshness } from "../ui/Stamp";
import type { Palette } from "./palette";
import type { ChartSpec } from "./spec";

/** What a picture says of itself, away from the page that it was on. */
export interface Caption {
  title: string;
  /** Measure, unit and of when. */
  facts: string;
}

export function captionOf(title: string, spec: ChartSpec, of: Freshness | null): Caption {
  const named = (label: string, unit: string) => (unit ? `${label} (${unit})` : label);
  const what =
    spec.kind === "scatter"
      ? `${named(spec.y.label, unitName(spec.y.unit))} against ${named(spec.x.label, unitName(spec.x.unit))}`
      : named(spec.label, unitName(spec.unit));
  const when = of && `as of ${of.asOf ? formatInstant(of.asOf) : "no events yet"}`;
  const kept = of?.keptAt ? `offline, figures of ${formatInstant(of.keptAt)}` : null;
  return { title, facts: [what, when, kept].filter(Boolean).join(" · ") };
}

const font = "'Inter Variable', system-ui, sans-serif";

/** The chart under its caption, as a data URL; `scale`: pixels of the drawn chart per pixel of the page. */
export function pictureOf(
  drawn: HTMLCanvasElement,
  caption: Caption,
  palette: Palette,
  scale: number,
): string | null {
  const [margin, head] = [12 * scale, 52 * scale];
  const canvas = document.createElement("canvas");
  canvas.width = drawn.width;
  canvas.height = drawn.height + head;
  const brush = canvas.getContext("2d");
  if (!brush) return null;
  brush.fillStyle = palette.surface;
  brush.fillRect(0, 0, canvas.width, canvas.height);
  const write = (text: string, size: number, weight: number, colour: string, y: number) => {
    brush.font = `${weight} ${size * scale}px ${font}`;
    brush.fillStyle = colour;
    // What is too long is set narrower rather than cut off.
    brush.fillText(text, margin, y * scale, canvas.width - 2 * margin);
  };
  write(caption.title, 16, 600, palette.ink, 22);
  write(caption.facts, 12, 400, palette.quiet, 41);
  brush.drawImage(drawn, 0, head);
  return canvas.toDataURL("image/png");
}
