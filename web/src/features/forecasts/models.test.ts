import { describe, expect, it } from "vitest";
import { compare, importance, type Registered, type Registry } from "./models";

const measures = (wql: number, bias: number, coverage_80: number) => ({
  series: 3,
  rows: 21,
  rmse: 2,
  mae: 1,
  r2: 0.5,
  mape: null,
  wmape: 0.3,
  wrmsse: 0.8,
  bias,
  wql,
  coverage_80,
  coverage_95: 0.95,
});

function model(
  version: string,
  to: string,
  own: ReturnType<typeof measures>,
  champion: string | null,
): Registered {
  return {
    version,
    is_champion: false,
    model: {
      trained_at: "2026-11-29T02:00:00.000Z",
      training_seconds: 10,
      data: { from: "2026-01-01", to, series: 3, rows: 100 },
      held_back: {
        from: "2026-11-22",
        to,
        measures: own,
        champion: champion === null ? null : { version: champion, measures: measures(0.5, 0.2, 0.7) },
        is_better: true,
        verdict: "",
      },
      remarks: [],
      importance: [],
    },
  };
}

describe("a model beside the one in use", () => {
  const old = model("a", "2026-11-20", measures(0.1, -0.01, 0.8), null);
  const fresh = model("b", "2026-11-28", measures(0.4, -0.1, 0.75), "a");
  it("is compared on the same days where training did so", () => {
    const registry: Registry = { in_use: "a", before: null, models: [old, fresh] };
    const found = compare(registry, "b");
    expect(found?.days).toEqual(["2026-11-22 – 2026-11-28"]);
    const row = (key: string) => found?.rows.find((one) => one.line.key === key);
    expect(row("wql")).toMatchObject({ ours: 0.4, theirs: 0.5, verdict: "better" });
    expect(row("bias")).toMatchObject({ ours: -0.1, theirs: 0.2, verdict: "better" });
    expect(row("coverage_80")).toMatchObject({ verdict: "better" });
    expect(row("rmse")).toMatchObject({ verdict: "same" });
  });
  it("says that the days differ where they were measured apart", () => {
    const registry: Registry = { in_use: "b", before: "a", models: [old, fresh] };
    const found = compare(registry, "a");
    expect(found?.days).toEqual(["2026-11-22 – 2026-11-20", "2026-11-22 – 2026-11-28"]);
    expect(found?.rows[0]).toMatchObject({ ours: 0.1, theirs: 0.4, verdict: "better" });
  });
  it("stands alone where no model is in use, and is nothing where it cannot be read", () => {
    expect(compare({ in_use: null, before: null, models: [old] }, "a")?.rows[0]).toMatchObject({
      theirs: null,
      verdict: null,
    });
    expect(
      compare(
        { in_use: null, before: null, models: [{ version: "x", is_champion: false, fault: "?" }] },
        "x",
      ),
    ).toBeNull();
  });
});

describe("feature importance", () => {
  it("shows the greatest, and the rest as one, so that all add up", () => {
    const entry = model("a", "2026-11-20", measures(1, 0, 0.8), null).model;
    if (!entry) throw new Error("there is a model");
    entry.importance = Array.from({ length: 20 }, (_, at) => ({ feature: `lag_${at}`, gain_share: 0.05 }));
    const spec = importance(entry);
    expect(spec.names).toHaveLength(16);
    expect(spec.names.at(-1)).toBe("5 others");
    expect(spec.series[0]?.values.reduce<number>((sum, value) => sum + (value ?? 0), 0)).toBeCloseTo(1);
    expect(importance(undefined).names).toEqual([]);
  });
});
