import { useScope, inCurrency } from "../../api/catalog";
import type { Kept } from "../../api/network";
import { freshnessOf, useScreen } from "../../api/screens";
import { useStatus } from "../../api/status";
import { changeOf, count, format, formatAge, formatInstant, money, plain, units } from "../../format/format";
import { attentionWord } from "../../measures/kinds";
import { DataTable } from "../../ui/DataTable";
import { PageLink } from "../../ui/PageLink";
import { Panel } from "../../ui/Panel";
import { severityLevel, Status } from "../../ui/Status";
import { Empty } from "../../ui/states";
import { Tile } from "../../ui/Tile";
import { ChartPanel } from "../../charts/ChartPanel";
import { arrivals, underWay } from "./arrivals";
import { countKinds, sentence, targetOf } from "./attention";
import { Flow } from "./Flow";
import { Figures } from "../../ui/Figures";
import css from "./HomePage.module.css";

/** What needs somebody now; how the day goes; whether the figures can be trusted. */
export default function HomePage() {
  return (
    <div className="stack">
      <Kpis />
      <div className={css["columns"]}>
        <AttentionPanel />
        <FlowPanel />
      </div>
      <div className="grid">
        <Arrivals />
        <Freshness />
      </div>
    </div>
  );
}

function Kpis() {
  const { undated, currency } = useScope();
  const kpis = useScreen("home_kpis", undated, { everyMs: 10_000 });
  return (
    <Figures
      query={kpis}
      freshness={freshnessOf}
      isEmpty={(data) => data.rows.length === 0}
      empty={
        <Empty title="No sales yet">
          Receipts come in by <code>POST /v1/events</code> or <code>shelfcast import</code>.
        </Empty>
      }
    >
      {(data) => {
        const row = inCurrency(data.rows, currency)[0];
        if (!row) return <Empty title={`No sales in ${currency || "that currency"} today`} />;
        return (
          <>
            <Tile
              id="revenue_today"
              label="Revenue today"
              value={row.revenue}
              unit={money(row.currency)}
              measure="revenue"
              change={{ value: row.revenue_change ?? null, against: "against a week ago, by the same time" }}
            />
            <Tile
              id="sales_today"
              label="Receipt lines"
              value={row.sales}
              unit={count}
              change={{ value: changeOf(row.sales, row.sales_week_ago), against: "against a week ago" }}
            />
            <Tile
              id="units_today"
              label="Units sold"
              value={row.units}
              unit={units}
              measure="units_sold"
              change={{ value: changeOf(row.units, row.units_week_ago), against: "against a week ago" }}
            />
            <Tile label="Revenue yesterday" value={row.revenue_yesterday} unit={money(row.currency)}>
              the whole day
            </Tile>
            <Tile label="Stores selling" value={row.stores} unit={count}>
              of {data.completeness.stores_expected} known
            </Tile>
          </>
        );
      }}
    </Figures>
  );
}

const mostShown = 40;

function AttentionPanel() {
  const { undated, catalog } = useScope();
  const attention = useScreen("home_attention", { ...undated, limit: 200 }, { everyMs: 15_000 });
  return (
    <Panel
      title="Needs attention"
      query={attention}
      freshness={freshnessOf}
      height={320}
      firstRows
      isEmpty={(data) => data.rows.length === 0}
      empty={
        <Empty title="Nothing needs you now">
          No open alert, no incident, no silent store, nothing to order.
        </Empty>
      }
      tools={(data) => (
        <div className="row">
          {countKinds(data.rows).map((one) => (
            <Status
              key={one.kind}
              level={one.worst}
            >{`${one.count}${data.next_cursor ? "+" : ""} ${attentionWord(one.kind)}`}</Status>
          ))}
        </div>
      )}
    >
      {(data) => (
        <>
          <ul className={`bare ${css["list"]}`}>
            {data.rows.slice(0, mostShown).map((row) => (
              <li key={`${row.kind} ${row.item_id} ${row.store_id} ${row.product_id}`}>
                <PageLink {...targetOf(row)} className={css["item"]}>
                  <span className={css["kind"]}>
                    <Status level={severityLevel(row.severity)}>{attentionWord(row.kind)}</Status>
                  </span>
                  <span className={css["what"]}>
                    <strong>{row.product_name || row.product_id || catalog.storeName(row.store_id)}</strong>
                    {row.product_id && row.store_id ? (
                      <span className="quiet"> · {catalog.storeName(row.store_id)}</span>
                    ) : null}
                    <span className={css["why"]}>{sentence(row, catalog.storeName(row.store_id))}</span>
                  </span>
                  <span className={css["since"]}>{formatInstant(row.since)}</span>
                </PageLink>
              </li>
            ))}
          </ul>
          {data.rows.length > mostShown ? (
            <p className="quiet small">
              The {mostShown} most urgent of {data.rows.length}
              {data.next_cursor ? " and more" : ""}; choose a store above for its own.
            </p>
          ) : null}
        </>
      )}
    </Panel>
  );
}

function FlowPanel() {
  const status = useStatus();
  if (status.fetchStatus === "idle" && status.data === undefined) return null;
  return (
    <Panel
      title="Data flow"
      measure="lag"
      query={status}
      height={320}
      note="From tills to what you see, now."
    >
      {(data) => <Flow status={data} />}
    </Panel>
  );
}

function Arrivals() {
  const { undated } = useScope();
  const flow = useScreen("home_flow", undated, { everyMs: 15_000 });
  // An answer that is shown again is of the hour before it was given, not before now.
  const answeredAt = (data: Kept) => (data.kept_at ? Date.parse(data.kept_at) : flow.dataUpdatedAt);
  return (
    <ChartPanel
      title="Arrivals, last hour"
      measure="arrivals"
      query={flow}
      freshness={freshnessOf}
      height={220}
      note={`Messages that the log took in each minute, the last one so far. ${flow.data ? (underWay(flow.data.rows) ?? "") : ""}`}
      empty={
        <Empty title="Nothing arrived in the last hour">
          What tills send now shows here within a second.
        </Empty>
      }
      spec={(data) => arrivals(data.rows, answeredAt(data))}
    />
  );
}

function Freshness() {
  const { undated, catalog } = useScope();
  const freshness = useScreen("home_freshness", { ...undated, limit: 5_000 }, { everyMs: 30_000 });
  return (
    <Panel
      title="Freshness"
      measure="freshness"
      query={freshness}
      freshness={freshnessOf}
      isEmpty={(data) => data.rows.length === 0}
      empty={<Empty title="No store sold anything in 28 days" />}
    >
      {(data) => (
        <DataTable
          label="Freshness per store and layer"
          rows={data.rows}
          rowKey={(row) => `${row.store_id} ${row.layer}`}
          most={12}
          columns={[
            {
              key: "store",
              title: "Store",
              value: (row) => row.store_name || catalog.storeName(row.store_id),
            },
            { key: "layer", title: "Layer", value: (row) => (row.layer === "speed" ? "live" : row.layer) },
            {
              key: "last",
              title: "Newest event",
              value: (row) => row.last_event_time,
              cell: (row) => formatInstant(row.last_event_time),
              minor: true,
            },
            {
              key: "age",
              title: "Behind the newest",
              unit: plain,
              value: (row) => behind(row.last_event_time, data.as_of),
              cell: (row) => formatAge(behind(row.last_event_time, data.as_of)),
            },
            {
              key: "events",
              title: "Events today",
              unit: count,
              value: (row) => row.events,
              cell: (row) => format(row.events, count),
              minor: true,
            },
          ]}
          sortBy={{ key: "age", descending: true }}
        />
      )}
    </Panel>
  );
}

function behind(time: string, newest: string | null): number | null {
  return newest === null ? null : Math.max(0, (Date.parse(newest) - Date.parse(time)) / 1_000);
}
