// @vitest-environment jsdom
import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { network } from "./network";
import { comeBack } from "./offline";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("once something answers again, everything shown is asked anew but for what is paused", async () => {
  const queries = new QueryClient();
  const asked: string[] = [];
  const shown = (name: string, isPaused = false) =>
    new QueryObserver(queries, {
      queryKey: [name],
      queryFn: () => Promise.resolve(asked.push(name)),
      staleTime: Infinity,
      meta: { isPaused },
    }).subscribe(() => undefined);
  for (const [name, isPaused] of [
    ["session", false],
    ["stock", false],
    ["live", true],
  ] as const)
    shown(name, isPaused);
  await vi.advanceTimersByTimeAsync(0);
  asked.length = 0;
  comeBack(queries);

  network.lost();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked, "asks until there is an answer").toEqual(["session", "session"]);
  asked.length = 0;
  network.answered(new Response("{}", { headers: { "X-Shelfcast-Kept-At": "2026-03-08T07:52:00Z" } }));
  expect(network.read()).toEqual({ isAway: true, keptAt: "2026-03-08T07:52:00Z" });
  await vi.advanceTimersByTimeAsync(0);
  expect(asked, "an answer that was kept is none").toEqual([]);

  network.answered(new Response("{}"));
  await vi.advanceTimersByTimeAsync(30_000);
  expect(asked).toEqual(["stock"]);
  expect(network.read().isAway).toBe(false);
});
