import { useEffect, useState } from "react";
import type { Schemas } from "../../api/client";
import type { ScreenFilters } from "../../api/screens";

export type LiveFigures = Schemas["LiveFigures"];

export interface Live {
  figures: LiveFigures | null;
  receivedAt: number;
  /** Why nothing new comes, if so. */
  problem: string | null;
}

/** The figures as the program pushes them; paused: the last ones stay. A broken stream is taken up again by the browser. */
export function useLive(filters: ScreenFilters, paused: boolean): Live {
  const [live, setLive] = useState<Live>({ figures: null, receivedAt: 0, problem: null });
  const query = new URLSearchParams([
    ...(filters.store ?? []).map((id) => ["store", String(id)]),
    ...(filters.region ?? []).map((name) => ["region", name]),
  ]).toString();
  useEffect(() => {
    if (paused) return undefined;
    const source = new EventSource(`/v1/live${query ? `?${query}` : ""}`);
    source.addEventListener("figures", (event: MessageEvent<string>) =>
      setLive({ figures: JSON.parse(event.data) as LiveFigures, receivedAt: Date.now(), problem: null }),
    );
    source.addEventListener("problem", (event: MessageEvent<string>) => {
      const { error } = JSON.parse(event.data) as Schemas["Error"];
      setLive((before) => ({ ...before, problem: error.message }));
    });
    source.onerror = () =>
      setLive((before) => ({
        ...before,
        problem:
          source.readyState === EventSource.CLOSED
            ? "the stream was refused; reload to try again"
            : "the connection broke; trying again",
      }));
    return () => source.close();
  }, [query, paused]);
  return live;
}
