import { describe, expect, it } from "vitest";
import { zonedInstant } from "./zones";

const at = "2026-03-08T10:00:00Z";

describe("an instant in full", () => {
  it("names the reader's zone where a store's clock shows another time", () => {
    expect(zonedInstant(at, ["Europe/London", "Asia/Shanghai"], "UTC")).toBe("Mar 8, 2026, 10:00:00 AM UTC");
  });
  it("names none where the clocks agree, whatever the zones are called", () => {
    expect(zonedInstant(at, ["Europe/London"], "UTC")).toBe("Mar 8, 2026, 10:00:00 AM");
    expect(zonedInstant(at, [], "UTC")).toBe("Mar 8, 2026, 10:00:00 AM");
    expect(zonedInstant(null, ["Asia/Shanghai"], "UTC")).toBe("–");
  });
});
