import type { QueryClient } from "@tanstack/react-query";

/**
 * Has the service worker of a build keep the app and its last answers. Browsers have one only over https and on the machine
 * itself; elsewhere the app is as it is without.
 */
export function workOffline(queries: QueryClient): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const workers = navigator.serviceWorker;
  if (workers.controller === null) {
    // What was asked before it came passed it by: asked again, who is signed in first, so that it knows whose answers they are.
    workers.addEventListener(
      "controllerchange",
      () =>
        void queries
          .refetchQueries({ queryKey: ["session"] })
          .then(() => queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" })),
      { once: true },
    );
  }
  // Refused, as where storage is off: then there is none.
  workers.register("/sw.js").catch(() => undefined);
}

/** Nothing that was kept stays. */
export function forgetKept(): void {
  if (typeof navigator !== "undefined" && "serviceWorker" in navigator)
    navigator.serviceWorker.controller?.postMessage("forget");
}
