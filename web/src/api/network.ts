import { useSyncExternalStore } from "react";

/** Set by the service worker (offline/worker.js) on an answer that it kept: when the program gave it. */
const keptHeader = "X-Shelfcast-Kept-At";

/** When an answer was given that is shown again because the network is away; undefined: just now. */
export interface Kept {
  kept_at?: string;
}

export interface Network {
  /** The last question was not answered by the program. */
  isAway: boolean;
  /** Newest of the answers shown again; null: none is. */
  keptAt: string | null;
}

let state: Network = { isAway: false, keptAt: null };
const listeners = new Set<() => void>();

function become(next: Network): void {
  if (next.isAway === state.isAway && next.keptAt === state.keptAt) return;
  state = next;
  for (const listener of listeners) listener();
}

export const keptAtIn = (response: Response): string | null => response.headers.get(keptHeader);

export const network = {
  read: (): Network => state,
  listen: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** Something answered: the program, or the service worker in its place. */
  answered(response: Response): void {
    const keptAt = keptAtIn(response);
    const newest = keptAt && (state.keptAt === null || keptAt > state.keptAt) ? keptAt : state.keptAt;
    become(keptAt ? { isAway: true, keptAt: newest } : { isAway: false, keptAt: null });
  },
  /** Nothing answered. */
  lost(): void {
    become({ ...state, isAway: true });
  },
};

export function useNetwork(): Network {
  return useSyncExternalStore(network.listen, network.read);
}

/** The time of a kept answer, where it is one. */
export function keptAtOf(data: unknown): string | null {
  return (data as Kept | null | undefined)?.kept_at ?? null;
}
