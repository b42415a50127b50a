import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Stamp, type Freshness } from "./Stamp";
import { CutNote, cutAt } from "./Panel";
import { Failed, Waiting } from "./states";
import css from "./Figures.module.css";

interface FiguresProps<T> {
  query: UseQueryResult<T>;
  freshness: (data: T) => Freshness;
  isEmpty?: (data: T) => boolean;
  empty?: ReactNode;
  note?: ReactNode;
  children: (data: T) => ReactNode;
}

/** A row of tiles that one answer fills, with its stamp. */
export function Figures<T>({ query, freshness, isEmpty, empty, note, children }: FiguresProps<T>) {
  const { data, error } = query;
  if (data === undefined)
    return (
      <div className={css["alone"]}>
        {error ? <Failed error={error} onAgain={() => void query.refetch()} /> : <Waiting height={92} />}
      </div>
    );
  if (isEmpty?.(data)) return <div className={css["alone"]}>{empty}</div>;
  const cut = cutAt(data);
  return (
    <section aria-label="Figures" aria-busy={query.isPlaceholderData || undefined}>
      <div className={`tiles ${query.isPlaceholderData || error ? css["stale"] : ""}`}>{children(data)}</div>
      {note ? <p className="quiet small">{note}</p> : null}
      {cut === null ? null : <CutNote rows={cut} />}
      <div className={css["stamp"]}>
        <Stamp of={freshness(data)} receivedAt={query.dataUpdatedAt} failing={error !== null} />
      </div>
    </section>
  );
}
