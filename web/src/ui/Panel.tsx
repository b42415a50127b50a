import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { MeasureName } from "../measures/measures";
import { Help } from "./Help";
import { keptAtOf } from "../api/network";
import { KeptStamp, Stamp, type Freshness } from "./Stamp";
import { Empty, Failed, Waiting } from "./states";
import css from "./Panel.module.css";

interface FrameProps {
  title: string;
  measure?: MeasureName | undefined;
  note?: ReactNode;
  tools?: ReactNode;
  foot?: ReactNode;
  className?: string | undefined;
  stale?: boolean;
  /** What is shown is of the question before; the answer is on its way. */
  busy?: boolean;
  children: ReactNode;
}

/** The frame of everything that is shown. */
export function Frame({ title, measure, note, tools, foot, className, stale, busy, children }: FrameProps) {
  return (
    <section className={`${css["panel"]} ${className ?? ""}`} aria-label={title} data-panel={title}>
      <div className={css["head"]}>
        <h2 className={css["title"]}>{title}</h2>
        {measure ? <Help of={measure} /> : null}
        <div className={css["tools"]}>{tools}</div>
      </div>
      {note ? <div className={css["note"]}>{note}</div> : null}
      <div className={`${css["body"]} ${stale || busy ? css["stale"] : ""}`} aria-busy={busy || undefined}>
        {children}
      </div>
      {foot ? <div className={css["foot"]}>{foot}</div> : null}
    </section>
  );
}

/** How many rows of an answer that was cut are there; null: all of them. */
export function cutAt(data: unknown): number | null {
  const answer = data as { rows?: unknown[]; next_cursor?: string | null } | undefined;
  return answer?.next_cursor && answer.rows ? answer.rows.length : null;
}

export function CutNote({ rows }: { rows: number }) {
  return <p className={css["cut"]}>▲ Only the first {rows.toLocaleString()} rows are in this.</p>;
}

/** Of a panel that shows the best of many: how many of how many. */
export function MostNote({ shown, of }: { shown: number; of: number }) {
  return shown < of ? (
    <>
      The {shown.toLocaleString()} with most revenue of {of.toLocaleString()}.
    </>
  ) : null;
}

interface PanelProps<T> extends Omit<FrameProps, "children" | "foot" | "stale" | "busy" | "tools"> {
  query: UseQueryResult<T>;
  /** The first rows are all that is meant: nothing is missing without the rest. */
  firstRows?: boolean | undefined;
  freshness?: (data: T) => Freshness;
  isEmpty?: (data: T) => boolean;
  empty?: ReactNode;
  height?: number;
  tools?: (data: T) => ReactNode;
  children: (data: T) => ReactNode;
}

/** A frame around what was asked for: waiting, empty, failed or stale until it is there. */
export function Panel<T>({
  query,
  freshness,
  isEmpty,
  empty,
  height = 200,
  tools,
  firstRows,
  children,
  ...frame
}: PanelProps<T>) {
  const { data, error, refetch } = query;
  const cut = firstRows ? null : cutAt(data);
  const keptAt = keptAtOf(data);
  const failing = error !== null && data !== undefined;
  return (
    <Frame
      {...frame}
      stale={failing}
      busy={query.isPlaceholderData}
      tools={data === undefined ? undefined : tools?.(data)}
      foot={
        data !== undefined && freshness ? (
          <Stamp of={freshness(data)} receivedAt={query.dataUpdatedAt} failing={failing} />
        ) : keptAt ? (
          <KeptStamp keptAt={keptAt} />
        ) : undefined
      }
    >
      <PanelBody
        data={data}
        error={error}
        again={() => void refetch()}
        isEmpty={isEmpty}
        empty={empty}
        height={height}
      >
        {children}
      </PanelBody>
      {cut === null ? null : <CutNote rows={cut} />}
    </Frame>
  );
}

interface BodyProps<T> {
  data: T | undefined;
  error: Error | null;
  again: () => void;
  isEmpty: ((data: T) => boolean) | undefined;
  empty: ReactNode;
  height: number;
  children: (data: T) => ReactNode;
}

function PanelBody<T>({ data, error, again, isEmpty, empty, height, children }: BodyProps<T>) {
  if (data === undefined)
    return error ? <Failed error={error} onAgain={again} /> : <Waiting height={height} />;
  if (isEmpty?.(data)) return <>{empty ?? <Empty title="Nothing here yet" />}</>;
  return <>{children(data)}</>;
}
