/** The chart colours of the scheme in force, read from the style sheet: there they are stated once. */
export interface Palette {
  series: string[];
  ink: string;
  quiet: string;
  line: string;
  surface: string;
  raised: string;
  accent: string;
  /** One hue, pale to deep. */
  ramp: string[];
  land: string;
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const value = (name: string) => style.getPropertyValue(name).trim() || "#888888";
  const dark = document.documentElement.getAttribute("data-mantine-color-scheme") === "dark";
  return {
    series: [1, 2, 3, 4, 5, 6].map((at) => value(`--chart-${at}`)),
    ink: value("--ink"),
    quiet: value("--quiet"),
    line: value("--line"),
    surface: value("--surface"),
    raised: value("--raised"),
    accent: value("--accent"),
    ramp: dark
      ? ["#1c2a33", "#17404f", "#156079", "#2a88a6", "#63bfdb", "#bfeaf6"]
      : ["#eef5f8", "#c5e2ec", "#8fc7da", "#4b9fba", "#0b7391", "#083d51"],
    land: value("--sunk"),
  };
}
