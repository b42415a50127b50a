import { expect, it } from "vitest";
import { isKept } from "./client";

it("only a body that browsers keep is sent to outlive its page", () => {
  expect(isKept({})).toBe(true);
  expect(isKept({ note: "x".repeat(59_000) })).toBe(true);
  expect(isKept({ note: "x".repeat(60_000) })).toBe(false);
  expect(isKept({ note: "é".repeat(31_000) }), "bytes, not letters").toBe(false);
});
