import { Popover, UnstyledButton } from "@mantine/core";
import { useContext, useEffect, useState } from "react";
import { formatAge, formatInstant, formatMinute } from "../format/format";
import { StoreZones, zonedInstant } from "./zones";
import css from "./Stamp.module.css";

/** Of when figures are, through which place of the log, and who has not reported. */
export interface Freshness {
  asOf: string | null;
  epoch: number | null;
  messages: number | null;
  storesHeard: number | null;
  storesKnown: number | null;
  /** Nothing past that place of the log is in the figures. */
  isExact: boolean;
  silent: string[];
  /** Shown again because the network is away: when the program gave it; null: it is no such answer. */
  keptAt: string | null;
}

export function Stamp({ of, receivedAt, failing }: { of: Freshness; receivedAt: number; failing?: boolean }) {
  const age = useAge(of.keptAt ? Date.parse(of.keptAt) : receivedAt);
  // Figures of the question before, until this one's come, were received for that one: no age is known of them.
  const late = receivedAt > 0 && (failing || age > 120);
  const silent = of.silent.length;
  const inFull = zonedInstant(of.asOf, useContext(StoreZones));
  return (
    <Popover width={340} position="bottom-end" shadow="md" withinPortal>
      <Popover.Target>
        <UnstyledButton className={css["stamp"]} data-stamp={of.asOf ?? ""} title={inFull}>
          {of.keptAt ? (
            <span className={css["late"]}>▲ {keptText(of.keptAt, age)} · </span>
          ) : late ? (
            <span className={css["late"]}>▲ {formatAge(age)} old · </span>
          ) : null}
          <span>as of {of.asOf ? formatInstant(of.asOf) : "no events yet"}</span>
          {silent > 0 ? <span className={css["late"]}> · ▲ {silent} silent</span> : null}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <dl className={css["facts"]}>
          <dt>Newest event shown</dt>
          <dd>{inFull}</dd>
          {of.epoch === null ? null : (
            <>
              <dt>Through epoch</dt>
              <dd>{of.epoch}</dd>
            </>
          )}
          {of.messages === null ? null : (
            <>
              <dt>Log messages included</dt>
              <dd>
                {of.isExact ? "" : "at least "}
                {of.messages.toLocaleString()}
              </dd>
            </>
          )}
          {of.storesKnown === null ? null : (
            <>
              <dt>Stores heard from</dt>
              <dd>
                {of.storesHeard ?? "–"} of {of.storesKnown}
              </dd>
            </>
          )}
          <dt>Answer received</dt>
          <dd>{formatAge(age)} ago</dd>
        </dl>
        {silent > 0 ? (
          <p className={css["silent"]}>
            Silent: {of.silent.slice(0, 12).join(", ")}
            {silent > 12 ? ` and ${silent - 12} more` : ""}. Their figures may be missing.
          </p>
        ) : null}
      </Popover.Dropdown>
    </Popover>
  );
}

/** For what has no stamp of its own: only that it is shown again, and of when. */
export function KeptStamp({ keptAt }: { keptAt: string }) {
  const age = useAge(Date.parse(keptAt));
  return <span className={`${css["stamp"]} ${css["late"]}`}>▲ {keptText(keptAt, age)}</span>;
}

/** "offline, figures of 07:52, 3 min old" */
export function keptText(keptAt: string, ageS: number): string {
  return `offline, figures of ${formatMinute(keptAt)}, ${formatAge(ageS)} old`;
}

/** Seconds since then, looked at every ten. */
export function useAge(since: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, (now - since) / 1_000);
}
