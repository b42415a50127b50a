import { describe, expect, it } from "vitest";
import type { ChangeKind } from "../api/changes";
import { changeColumn } from "./changeColumn";

describe("the column of changes", () => {
  const row = { revenue_change: -0.9 };
  const of = (kind: ChangeKind) => [changeColumn(kind).value(row), changeColumn(kind).cell?.(row)];
  it("has them of days that are over", () => expect(of("known")).toEqual([-0.9, "-90%"]));
  it("has none of a day that is running, also where it sorts", () =>
    expect(of("running")).toEqual([null, "not over yet"]));
  it("has none where there is nothing to compare with", () => expect(of("none")).toEqual([null, "–"]));
});
