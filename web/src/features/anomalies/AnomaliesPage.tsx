import { Select, Tabs } from "@mantine/core";
import { useScope } from "../../api/catalog";
import { freshnessOf, useScreen, type Row } from "../../api/screens";
import { ChartPanel } from "../../charts/ChartPanel";
import { useParam } from "../../filters/useFilters";
import { useGo } from "../../filters/useGo";
import { format, formatInstant, plain } from "../../format/format";
import { Panel } from "../../ui/Panel";
import { ProductLink } from "../../ui/PageLink";
import { ScreenTable } from "../../ui/ScreenTable";
import { severityLevel, Status } from "../../ui/Status";
import { Empty } from "../../ui/states";
import { Acknowledge } from "./Acknowledge";
import { kindName, markedHours } from "./anomalies";
import { DataQuality } from "./DataQuality";
import css from "./Anomalies.module.css";

/** What is unusual, and whether the data can be trusted. */
export default function AnomaliesPage() {
  const [part, setPart] = useParam("part");
  return (
    <Tabs
      value={part ?? "incidents"}
      onChange={(value) => setPart(value === "incidents" ? null : value)}
      keepMounted={false}
    >
      <Tabs.List mb="md">
        <Tabs.Tab value="incidents">Incidents</Tabs.Tab>
        <Tabs.Tab value="data">Data quality</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="incidents">
        <Incidents />
      </Tabs.Panel>
      <Tabs.Panel value="data">
        <DataQuality />
      </Tabs.Panel>
    </Tabs>
  );
}

const states = ["open", "acknowledged", "resolved"] as const;

function Incidents() {
  const { dated, catalog, wait } = useScope();
  const [state, setState] = useParam("state");
  const [open, setOpen] = useParam("incident");
  return (
    <div className="stack">
      <Series />
      {open ? <Incident id={open} onClose={() => setOpen(null)} /> : null}
      <ScreenTable
        title="Incidents"
        screen="anomalies_incidents"
        wait={wait}
        measure="anomaly"
        filters={{ ...dated, ...(state ? { state } : {}), limit: 500 }}
        rowKey={(row) => row.incident_id}
        most={20}
        note={
          <Select
            size="xs"
            w={160}
            aria-label="State"
            placeholder="All states"
            clearable
            clearButtonProps={{ "aria-label": "All states" }}
            data={[...states]}
            value={state ?? null}
            onChange={setState}
          />
        }
        empty={
          <Empty title="No incidents in these dates">
            Sales, prices, returns, tills and stock are watched all the time; what is unusual becomes an
            incident.
          </Empty>
        }
        onOpen={(row) => setOpen(row.incident_id)}
        openLabel={(row) => `${kindName(row.kind)}: ${row.reason}`}
        columns={[
          {
            key: "severity",
            title: "Severity",
            value: (row) => ["info", "warning", "critical"].indexOf(row.severity),
            cell: (row) => <Status level={severityLevel(row.severity)}>{row.severity}</Status>,
          },
          { key: "kind", title: "What", value: (row) => kindName(row.kind) },
          {
            key: "where",
            title: "Where",
            value: (row) => catalog.storeName(row.store_id),
            cell: (row) => (
              <>
                {catalog.storeName(row.store_id)}
                {row.product_id ? <span className="quiet"> · {row.product_id}</span> : null}
              </>
            ),
          },
          { key: "reason", title: "Why", value: (row) => row.reason, minor: true },
          { key: "score", title: "Score", unit: plain, value: (row) => row.score, minor: true },
          {
            key: "since",
            title: "Since",
            value: (row) => row.started_at,
            cell: (row) => formatInstant(row.started_at),
          },
          { key: "state", title: "State", value: (row) => row.state },
        ]}
      />
    </div>
  );
}

const seriesTitle = "Hours, the unusual ones marked";

function Series() {
  const { dated, wait } = useScope();
  const stores = useScreen("anomalies_hour_stores", { ...dated, limit: 10_000 }, { wait });
  if (stores.isSuccess) return <StoreHours stores={stores.data.rows} />;
  return (
    <Panel title={seriesTitle} query={stores} height={280}>
      {() => null}
    </Panel>
  );
}

/** `stores`: the most unusual first, with which it begins. */
function StoreHours({ stores }: { stores: Row<"anomalies_hour_stores">[] }) {
  const { dated, catalog } = useScope();
  const [chosen, setChosen] = useParam("hours_of");
  const store = (stores.find((row) => String(row.store_id) === chosen) ?? stores[0])?.store_id;
  const hours = useScreen("anomalies_hours", {
    ...dated,
    ...(store === undefined ? {} : { store: [store] }),
    limit: 10_000,
  });
  return (
    <ChartPanel
      title={seriesTitle}
      measure="anomaly"
      query={hours}
      freshness={freshnessOf}
      height={280}
      note="Pins: three deviations or more from the 24 hours before, or from the same hour of the week. Hours on your clock."
      tools={
        stores.length > 1 ? (
          <Select
            size="xs"
            className={css["of"] ?? ""}
            aria-label="Store of the hours"
            searchable
            allowDeselect={false}
            limit={200}
            data={stores.map((row) => ({
              value: String(row.store_id),
              label: `${catalog.storeName(row.store_id)} · ${row.unusual_hours} unusual`,
            }))}
            value={String(store)}
            onChange={setChosen}
          />
        ) : null
      }
      spec={(data) => markedHours(data.rows, catalog.currencyOf(data.rows[0]?.store_id ?? 0))}
    />
  );
}

function Incident({ id, onClose }: { id: string; onClose: () => void }) {
  const { undated, catalog } = useScope();
  const go = useGo();
  const incidents = useScreen("anomalies_incidents", { ...undated, limit: 10_000 });
  const row = incidents.data?.rows.find((one) => one.incident_id === id);
  return (
    <Panel
      title="Incident"
      query={incidents}
      freshness={freshnessOf}
      isEmpty={() => row === undefined}
      empty={<Empty title="This incident is not among those of these dates" />}
      tools={() => (
        <button type="button" className={css["close"]} onClick={onClose}>
          Close
        </button>
      )}
    >
      {() =>
        row === undefined ? null : (
          <div className="stack">
            <div className="row">
              <Status level={severityLevel(row.severity)}>{row.severity}</Status>
              <strong>{kindName(row.kind)}</strong>
              <span>{catalog.storeName(row.store_id)}</span>
              {row.product_id ? (
                <ProductLink product={row.product_id} store={row.store_id || undefined} />
              ) : null}
              {row.register_id ? <span>till {row.register_id}</span> : null}
            </div>
            <p>{row.reason}</p>
            <dl className={css["facts"]}>
              <dt>Began</dt>
              <dd>{formatInstant(row.started_at)}</dd>
              <dt>Over</dt>
              <dd>{row.ended_at ? formatInstant(row.ended_at) : "not yet"}</dd>
              <dt>{row.measure || "Observed"}</dt>
              <dd>
                {format(row.observed, plain)} instead of {format(row.expected, plain)}
              </dd>
              <dt>Score</dt>
              <dd>{format(row.score, plain)} deviations</dd>
              <dt>Looked at by</dt>
              <dd>
                {row.acknowledged_by
                  ? `${row.acknowledged_by}, ${formatInstant(row.acknowledged_at)}${row.note ? `: “${row.note}”` : ""}`
                  : "nobody yet"}
              </dd>
            </dl>
            <Acknowledge key={`${row.incident_id} ${row.note}`} incident={row} />
            {row.store_id > 0 ? (
              <div className="row">
                <button
                  type="button"
                  className={css["close"]}
                  onClick={() =>
                    go({
                      to: "/anomalies",
                      search: { hours_of: String(row.store_id), store: String(row.store_id) },
                    })
                  }
                >
                  Its hours
                </button>
              </div>
            ) : null}
          </div>
        )
      }
    </Panel>
  );
}
