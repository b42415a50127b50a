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
    const run = vi.fn(() => Promise.resolve());
    const held = new HeldActs();
    held.hold(act(run));
    held.leave();
    await vi.advanceTimersByTimeAsync(2 * holdMs);
    expect(run).toHaveBeenCalledTimes(1);
  });
  it("shows what it made until that is shown where it belongs, which is asked for once", async () => {
    const held = new HeldActs();
    let shown: (() => void) | undefined;
    held.refresh = vi.fn(() => new Promise<void>((resolve) => (shown = resolve)));
    held.hold(act(() => Promise.resolve()));
    await vi.advanceTimersByTimeAsync(holdMs + 1_000);
    expect(held.read()[0]).toMatchObject({ state: "sent", becomes: "approved" });
    shown?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(held.read()).toEqual([]);
    expect(held.refresh).toHaveBeenCalledTimes(1);
  });
  it("does not wait for ever for what cannot be shown", async () => {
    const held = new HeldActs();
    held.refresh = () => new Promise(() => undefined);
    held.hold(act(() => Promise.resolve()));
    await vi.advanceTimersByTimeAsync(holdMs + 10_000);
    expect(held.read()).toEqual([]);
  });
  it("goes out when its person signs out, who is told of a refusal", async () => {
    const held = new HeldActs();
    const run = vi.fn(() => Promise.resolve());
    held.hold(act(run));
    expect(await held.settle()).toBe(true);
    held.hold(act(() => Promise.reject(new Error("no")), "milk"));
    expect(await held.settle()).toBe(false);
    expect(run).toHaveBeenCalledTimes(1);
    expect(await held.settle(), "told once").toBe(true);
  });
  it("never goes out in another person's name", async () => {
    const held = new HeldActs();
    const run = vi.fn(() => Promise.resolve());
    held.hold(act(run));
    held.giveUp("the session ended");
    expect(held.read()[0]).toMatchObject({ state: "failed", message: "the session ended" });
    held.hold(act(run, "milk"));
    held.clear();
    await vi.advanceTimersByTimeAsync(2 * holdMs);
    expect([run.mock.calls.length, held.read()]).toEqual([0, []]);
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
