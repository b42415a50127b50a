// @vitest-environment jsdom
import "../../test_setup";
import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backOffMs, useLive } from "./useLive";

/** A stream that says what it is told to. */
class Stream extends EventTarget {
  static readonly CLOSED = 2;
  static all: Stream[] = [];
  readyState = 1;
  onerror: (() => void) | null = null;
  constructor(readonly url: string) {
    super();
    Stream.all.push(this);
  }
  close() {
    this.readyState = 2;
  }
  push(revenue: string) {
    const data = JSON.stringify({ totals: [{ revenue }] });
    act(() => void this.dispatchEvent(new MessageEvent("figures", { data })));
  }
  refuse() {
    this.readyState = 2;
    act(() => this.onerror?.());
  }
}

beforeEach(() => {
  Stream.all = [];
  vi.stubGlobal("EventSource", Stream);
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});
const newest = () => Stream.all.at(-1) as Stream;
const show = (store: number, paused = false) =>
  renderHook(({ store, paused }) => useLive({ store: [store] }, paused), { initialProps: { store, paused } });

describe("live figures", () => {
  it("are asked for again after a refusal, later each time, until they come", () => {
    const { result } = show(1);
    newest().refuse();
    expect(result.current.problem).toBe("the stream was refused; trying again in 1 s");
    act(() => void vi.advanceTimersByTime(1_000));
    expect(Stream.all).toHaveLength(2);
    newest().refuse();
    act(() => void vi.advanceTimersByTime(1_999));
    expect(Stream.all).toHaveLength(2);
    act(() => void vi.advanceTimersByTime(1));
    newest().push("5");
    expect(result.current).toMatchObject({ problem: null, figures: { totals: [{ revenue: "5" }] } });
    newest().refuse();
    expect(result.current.problem, "it begins anew").toContain("in 1 s");
    expect([1, 2, 3, 9].map(backOffMs)).toEqual([1_000, 2_000, 4_000, 30_000]);
  });
  it("of one store are never shown for another, not even while paused", () => {
    const { result, rerender } = show(1);
    newest().push("5");
    rerender({ store: 2, paused: false });
    expect(result.current.figures).toBeNull();
    expect(Stream.all[0]?.readyState).toBe(Stream.CLOSED);
    newest().push("7");
    rerender({ store: 2, paused: true });
    expect(result.current.figures).toMatchObject({ totals: [{ revenue: "7" }] });
    rerender({ store: 1, paused: true });
    expect(result.current.figures).toBeNull();
  });
  it("are not asked for any more once nobody looks", () => {
    const { unmount } = show(1);
    newest().refuse();
    unmount();
    act(() => void vi.advanceTimersByTime(60_000));
    expect(Stream.all).toHaveLength(1);
  });
});
