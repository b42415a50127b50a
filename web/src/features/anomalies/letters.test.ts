import { describe, expect, it } from "vitest";
import { hexLines, isWhole, letterName, letterOf, maySendIn, reasonsOf } from "./letters";

describe("a dead letter", () => {
  it("is named by its place in the log, and found by that name", () => {
    const letter = { log_topic: "dead-letters", log_partition: 3, log_offset: 170 };
    expect(letterName(letter)).toBe("dead-letters/3/170");
    expect(letterOf("dead-letters/3/170")).toEqual(letter);
    for (const wrong of [undefined, "", "x", "a/b/1", "/1/1/x"]) expect(letterOf(wrong)).toBeNull();
  });
  it("is sent in again by administrators, once, and never a duplicate", () => {
    const broken = { reason: "broken_json", is_replayed: false };
    expect(maySendIn(broken, "administrator")).toBe(true);
    expect(maySendIn(broken, "executive")).toBe(false);
    expect(maySendIn({ ...broken, is_replayed: true }, "administrator")).toBe(false);
    expect(maySendIn({ ...broken, reason: "duplicate" }, "administrator")).toBe(false);
    expect([isWhole("too_long"), isWhole("broken_json")]).toEqual([false, true]);
  });
  it("shows bytes that are no text in hex, to a limit that it says", () => {
    expect(hexLines(btoa("\xff\xfe!"))).toEqual([`000000  ff fe 21${" ".repeat(39)}  ..!`]);
    const long = hexLines(btoa("a".repeat(40)), 2);
    expect(long).toHaveLength(3);
    expect(long[1]).toMatch(/^000010 {2}61 61/);
    expect(long[2]).toBe("and 8 bytes more");
    expect(hexLines("")).toEqual([]);
  });
  it("has its reason among those to choose from", () => {
    expect(reasonsOf([{ reason: "b" }, { reason: "a" }, { reason: "b" }])).toEqual(["a", "b"]);
  });
});
