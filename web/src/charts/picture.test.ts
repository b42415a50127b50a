import { describe, expect, it } from "vitest";
import { formatInstant, money, plain, units } from "../format/format";
import type { Freshness } from "../ui/Stamp";
import { captionOf } from "./picture";
import type { ChartSpec } from "./spec";

const bars: ChartSpec = {
  kind: "bar",
  label: "Revenue today",
  unit: money("GBP"),
  category: "Category",
  names: ["Dairy"],
  series: [{ name: "revenue", values: [1] }],
};
const asOf = "2026-03-08T10:00:05.000Z";
const of = { asOf, keptAt: null } as Freshness;

describe("a picture's caption", () => {
  it("says what, in which unit, and of when", () =>
    expect(captionOf("By category", bars, of)).toEqual({
      title: "By category",
      facts: `Revenue today (GBP) · as of ${formatInstant(asOf)}`,
    }));
  it("says that its figures were kept", () =>
    expect(captionOf("By category", bars, { ...of, keptAt: asOf }).facts).toContain("offline, figures of"));
  it("names both measures of a scatter, and no time where none is known", () =>
    expect(
      captionOf(
        "Over and under stock",
        {
          kind: "scatter",
          label: "",
          unit: plain,
          x: { label: "Sells a day", unit: units },
          y: { label: "Turns", unit: plain },
          points: [],
        },
        null,
      ).facts,
    ).toBe("Turns against Sells a day (units)"));
});
