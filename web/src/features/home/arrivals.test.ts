import { describe, expect, it } from "vitest";
import { isEmpty } from "../../charts/spec";
import { formatMinute } from "../../format/format";
import { arrivals, underWay } from "./arrivals";

const minute = (time: string, events: number, late_events = 0, median_delay_s = 1.5) => ({
  minute: `2026-03-08T${time}:00.000Z`,
  events,
  stores: 1,
  median_delay_s,
  longest_delay_s: 2,
  late_events,
});
const at = Date.parse("2026-03-08T10:30:20Z");

describe("arrivals", () => {
  it("have every minute of the hour, so that an outage shows", () => {
    const { names, series } = arrivals([minute("10:20", 5), minute("10:30", 7)], at);
    const values = series[0]?.values ?? [];
    expect([names.length, names.at(-1)]).toEqual([60, formatMinute("2026-03-08T10:30:00Z")]);
    expect(values.slice(-11)).toEqual([5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]);
    expect(values.slice(0, -11).every((value) => value === 0)).toBe(true);
  });
  it("end now, not with the last that came", () =>
    expect(arrivals([minute("10:20", 5)], at).series[0]?.values.at(-11)).toBe(5));
  it("end with the newest where the reader's clock is behind", () =>
    expect(arrivals([minute("10:33", 5)], at).series[0]?.values.at(-1)).toBe(5));
  it("are none where none came", () => {
    expect(isEmpty(arrivals([], at))).toBe(true);
    expect(underWay([])).toBeNull();
  });
  it("say how long they were under way and how many were late", () => {
    expect(underWay([minute("10:20", 900, 2), minute("10:30", 334, 1)])).toMatch(
      /^At .*30.* half of them were 1.5 s under way or less\. Of the hour’s 1,234, 3 came more than an hour late\.$/,
    );
    expect(underWay([minute("10:30", 4, 0, -2)])).toMatch(
      /2 s ahead of the log, so clocks disagree.* none came/,
    );
  });
});
