import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HeldActs, holdMs } from "./held";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const act = (run: () => Promise<unknown>, key = "tea") => ({
  keys: [key],
  label: "Approve tea",
  becomes: "approved",
  run,
});

describe("a held act", () => {
  it("is asked for once, after ten seconds", async () => {
    const run = vi.fn(() => Promise.resolve());
    const held = new HeldActs();
    held.hold(act(run));
    await vi.advanceTimersByTimeAsync(holdMs - 1);
    expect(run).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(run).toHaveBeenCalledTimes(1);
    expect(held.read()).toEqual([]);
  });
  it("was never asked for when it is undone", async () => {
    const run = vi.fn(() => Promise.resolve());
    const held = new HeldActs();
    held.hold(act(run));
    held.undoLast();
    await vi.advanceTimersByTimeAsync(2 * holdMs);
    expect(run).not.toHaveBeenCalled();
  });
  it("goes out at once when the page is left, and not again", async () => {
    const run = vi.fn<(leaving: boolean) => Promise<unknown>>(() => Promise.resolve());
    const held = new HeldActs();
    held.hold({ ...act(() => Promise.resolve()), run });
    held.leave();
    await vi.advanceTimersByTimeAsync(2 * holdMs);
    expect(run.mock.calls).toEqual([[true]]);
  });
  it("gives way to a second thought about the same thing", async () => {
    const [first, second, other] = [
      vi.fn(() => Promise.resolve()),
      vi.fn(() => Promise.resolve()),
      vi.fn(() => Promise.resolve()),
    ];
    const held = new HeldActs();
    held.hold(act(first));
    held.hold(act(other, "milk"));
    held.hold(act(second));
    await vi.advanceTimersByTimeAsync(holdMs);
    expect([first, second, other].map((one) => one.mock.calls.length)).toEqual([0, 1, 1]);
  });
  it("stays, with the reason, when it was refused", async () => {
    const held = new HeldActs();
    held.hold(act(() => Promise.reject(new Error("over the limit of 500 GBP"))));
    await vi.advanceTimersByTimeAsync(holdMs);
    expect(held.read()[0]).toMatchObject({ state: "failed", message: "over the limit of 500 GBP" });
  });
});
