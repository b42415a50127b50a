import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { freshnessOf, useScreen } from "../../api/screens";
import { format, formatDate, money } from "../../format/format";
import { incidentWord } from "../../measures/kinds";
import { PageLink } from "../../ui/PageLink";
import { Panel } from "../../ui/Panel";
import { Change } from "../../ui/Tile";
import { dayOf, named, outSince, raisedSince, waitingText, type Night } from "./overnight";
import { useIncidents, useWaiting } from "./queries";
import css from "./Store.module.css";

const mostOut = 1_000;

/** What happened since the manager left, in a few lines. */
export function NightPanel({ store, night }: { store: number; night: Night }) {
  const days = useScreen("history_days", { store: [store], from: night.weekBefore, to: night.day });
  const incidents = useIncidents(store);
  const out = useScreen("inventory_items", { store: [store], risk: "out", limit: mostOut });
  const { restock, proposals, open, date } = useWaiting(store);
  const search = { store: String(store) };
  return (
    <Panel title="Overnight" measure="change" query={days} freshness={freshnessOf} height={120}>
      {(data) => {
        const took = dayOf(data.rows, night);
        return (
          <dl className={css["night"]}>
            <dt>{formatDate(night.day, "weekday")}</dt>
            <dd>
              {took === null ? (
                "nothing was sold"
              ) : (
                <>
                  <strong>{format(took.revenue, money(took.currency))}</strong>
                  <Change
                    value={took.change}
                    against={`against ${formatDate(night.weekBefore, "weekday")}`}
                  />
                </>
              )}
            </dd>
            <dt>{night.isClose ? "Since its close" : "Since midnight"}</dt>
            <dd>
              <PageLink to="/anomalies" search={search}>
                {told(incidents, ({ rows }) => {
                  const raised = raisedSince(rows, night.since);
                  const kinds = [...new Set(raised.map((row) => incidentWord(row.kind)))];
                  return named(countOf(raised.length, "incident", "incidents"), kinds);
                })}
              </PageLink>
              <PageLink to="/inventory" search={{ ...search, risk: "out" }}>
                {told(out, ({ rows, next_cursor }) => {
                  const gone = outSince(rows, night.since);
                  const count = `${countOf(gone.length, "product", "products")}${next_cursor ? " or more" : ""}`;
                  return named(
                    `${count} newly out`,
                    gone.map((row) => row.product_name),
                  );
                })}
              </PageLink>
            </dd>
            <dt>To approve</dt>
            <dd>
              <PageLink to="/orders" search={search}>
                {told(restock, ({ rows }) =>
                  date === null ? "nothing was proposed" : told(proposals, () => waitingText(open, rows)),
                )}
              </PageLink>
            </dd>
          </dl>
        );
      }}
    </Panel>
  );
}

const countOf = (count: number, one: string, several: string): string =>
  `${count === 0 ? "no" : count.toLocaleString()} ${count === 1 ? one : several}`;

/** One line does not wait for the others, nor hide them. */
function told<T>(query: UseQueryResult<T>, of: (data: T) => ReactNode): ReactNode {
  if (query.data !== undefined && !query.isPlaceholderData) return of(query.data);
  return query.error ? "could not be loaded" : "…";
}
