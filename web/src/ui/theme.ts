import { createTheme, type MantineColorsTuple } from "@mantine/core";

// One accent, from DESIGN.md; greys of our own, so that text on every surface keeps AA.
const sea: MantineColorsTuple = [
  "#e6f4f8",
  "#cde8f0",
  "#9dd2e1",
  "#6bbad2",
  "#43a5c3",
  "#1f8cab",
  "#0b7391",
  "#0b6380",
  "#0a5069",
  "#083d51",
];
const dark: MantineColorsTuple = [
  "#e4e9ee",
  "#c9d1d9",
  "#a3afbb",
  "#7f8c99",
  "#4b5763",
  "#37424d",
  "#262f38",
  "#1a2129",
  "#131920",
  "#0d1217",
];

export const theme = createTheme({
  primaryColor: "sea",
  primaryShade: 7,
  colors: { sea, dark },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'DejaVu Sans Mono', monospace",
  headings: { fontFamily: "'Inter Variable', system-ui, sans-serif", fontWeight: "600" },
  defaultRadius: "md",
  respectReducedMotion: true,
  autoContrast: true,
  cursorType: "pointer",
});
