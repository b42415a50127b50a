import { describe, expect, it } from "vitest";
import { dayOf, named, nightOf, outSince, raisedSince, waitingText } from "./overnight";

const morning = new Date("2026-06-10T07:00:00Z");
const close = "2026-06-09T19:58:00.000Z";

describe("the night", () => {
  it("begins with yesterday's last receipt, until today has one", () => {
    expect(nightOf({ date: "2026-06-09", lastEvent: close }, "Europe/London", morning)).toEqual({
      day: "2026-06-09",
      weekBefore: "2026-06-02",
      since: close,
      isClose: true,
    });
  });
  it("begins at midnight of the store once today has receipts", () => {
    const lastEvent = "2026-06-10T06:59:00.000Z";
    expect(nightOf({ date: "2026-06-10", lastEvent }, "Europe/London", morning)).toEqual({
      day: "2026-06-09",
      weekBefore: "2026-06-02",
      since: "2026-06-09T23:00:00.000Z",
      isClose: false,
    });
  });
});

describe("what a manager reads at eight", () => {
  const night = nightOf({ date: "2026-06-09", lastEvent: close }, "Europe/London", morning);
  const day = (business_date: string, revenue: string) => ({ business_date, currency: "GBP", revenue });
  it("is yesterday against the same weekday", () => {
    expect(dayOf([day("2026-06-02", "80"), day("2026-06-08", "1"), day("2026-06-09", "100")], night)).toEqual(
      {
        revenue: "100",
        currency: "GBP",
        change: 0.25,
      },
    );
    expect(dayOf([day("2026-06-09", "100")], night)?.change).toBeNull();
    expect(dayOf([day("2026-06-02", "80")], night), "closed").toBeNull();
  });
  it("is what came up since, not before", () => {
    const before = "2026-06-09T12:00:00Z";
    expect(raisedSince([{ detected_at: before }, { detected_at: "2026-06-10T02:00:00Z" }], close)).toEqual([
      { detected_at: "2026-06-10T02:00:00Z" },
    ]);
    expect(outSince([{ as_of: before }, { as_of: close }], close)).toEqual([{ as_of: close }]);
  });
  it("is how many proposals wait, and until when", () => {
    const open = [{ product_id: "tea" }, { product_id: "milk" }];
    const restock = [
      { product_id: "tea", order_by_date: "2026-06-12" },
      { product_id: "milk", order_by_date: null },
      { product_id: "decided", order_by_date: "2026-06-10" },
    ];
    expect(waitingText(open, restock)).toBe("2 proposals wait, the first until Fri, Jun 12");
    expect(waitingText([{ product_id: "milk" }], restock)).toBe("1 proposal waits, none of them urgent");
    expect(waitingText([], restock)).toBe("no proposal waits");
  });
  it("names a few", () => {
    expect(named("3 ran out", ["Milk", "Tea", "Salt"])).toBe("3 ran out: Milk, Tea and 1 more");
    expect(named("nothing ran out", [])).toBe("nothing ran out");
  });
});
