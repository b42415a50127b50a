import { useEffect, useState } from "react";
import type { Schemas } from "../../api/client";
import type { PlaceFilters } from "../../api/screens";

export type LiveFigures = Schemas["LiveFigures"];

export interface Live {
  figures: LiveFigures | null;
  receivedAt: number;
  /** Why nothing new comes, if so. */
  problem: string | null;
}

const nothing: Live = { figures: null, receivedAt: 0, problem: null };

/** How long to wait before the stream is asked for again, after so many refusals in a row: 1 s, 2 s, 4 s … 30 s. */
export function backOffMs(refusals: number): number {
  return Math.min(30_000, 1_000 * 2 ** Math.max(0, refusals - 1));
}

/**
 * The figures as the program pushes them; paused: the last ones stay. A stream that broke is taken up again by the browser,
 * one that was refused here. Figures of other stores are nobody's.
 */
export function useLive(filters: PlaceFilters, paused: boolean): Live {
  const query = new URLSearchParams([
    ...(filters.store ?? []).map((id) => ["store", String(id)]),
    ...(filters.region ?? []).map((name) => ["region", name]),
  ]).toString();
  const [live, setLive] = useState<Live & { query: string }>({ ...nothing, query });
  useEffect(() => {
    if (paused) return undefined;
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let refusals = 0;
    const tell = (problem: string) =>
      setLive((before) => ({ ...(before.query === query ? before : nothing), query, problem }));
    const open = () => {
      const stream = new EventSource(`/v1/live${query ? `?${query}` : ""}`);
      source = stream;
      stream.addEventListener("figures", (event: MessageEvent<string>) => {
        refusals = 0;
        const figures = JSON.parse(event.data) as LiveFigures;
        setLive({ query, figures, receivedAt: Date.now(), problem: null });
      });
      stream.addEventListener("problem", (event: MessageEvent<string>) =>
        tell((JSON.parse(event.data) as Schemas["Error"]).error.message),
      );
      stream.onerror = () => {
        if (stream.readyState !== EventSource.CLOSED) return tell("the connection broke; trying again");
        refusals += 1;
        const waitMs = backOffMs(refusals);
        tell(`the stream was refused; trying again in ${waitMs / 1_000} s`);
        timer = setTimeout(open, waitMs);
      };
    };
    open();
    return () => {
      clearTimeout(timer);
      source?.close();
    };
  }, [query, paused]);
  return live.query === query ? live : nothing;
}
