import type { Query, QueryClient } from "@tanstack/react-query";
import { network } from "./network";

const askAgainMs = 5_000;

/**
 * While the network is away, asks who is signed in until something answers; then everything that is shown is asked anew, but
 * for what somebody paused.
 */
export function comeBack(queries: QueryClient): void {
  let timer: ReturnType<typeof setInterval> | undefined;
  let wasAway = false;
  const ask = () => void queries.refetchQueries({ queryKey: ["session"] });
  network.listen(() => {
    const { isAway } = network.read();
    if (isAway === wasAway) return;
    wasAway = isAway;
    clearInterval(timer);
    if (isAway) timer = setInterval(ask, askAgainMs);
    else
      void queries.invalidateQueries({
        predicate: ({ queryKey, meta }) => queryKey[0] !== "session" && meta?.["isPaused"] !== true,
      });
  });
  window.addEventListener("online", ask);
}

/**
 * Has the service worker of a build keep the app and its last answers. Browsers have one only over https and on the machine
 * itself; elsewhere the app is as it is without.
 */
export function workOffline(queries: QueryClient): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const workers = navigator.serviceWorker;
  if (workers.controller === null) {
    workers.addEventListener("controllerchange", () => void askThrough(queries), { once: true });
  }
  // Refused, as where storage is off: then there is none.
  workers.register("/sw.js").catch(() => undefined);
}

/**
 * What was asked before the worker came passed it by, and is asked again: who is signed in first, so that it knows whose
 * answers the others are.
 */
async function askThrough(queries: QueryClient): Promise<void> {
  await queries.refetchQueries({ queryKey: ["session"] });
  // Those on their way for the first time are not begun anew by an invalidation: they come once more.
  const early = queries.getQueryCache().findAll({ fetchStatus: "fetching", predicate: isFirst });
  await queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
  await queries.refetchQueries({ type: "active", predicate: (query) => early.includes(query) });
}

const isFirst = (query: Query) => query.state.data === undefined;

/** Nothing that was kept stays. */
export function forgetKept(): void {
  if (typeof navigator !== "undefined" && "serviceWorker" in navigator)
    navigator.serviceWorker.controller?.postMessage("forget");
}
