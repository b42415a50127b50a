import { Select, Tabs } from "@mantine/core";
import { useEffect, useRef, type ReactNode } from "react";
import { useScope } from "../../api/catalog";
import { freshnessOf, useScreen, type Row } from "../../api/screens";
import { ChartPanel } from "../../charts/ChartPanel";
import { useParam } from "../../filters/useFilters";
import { useGo } from "../../filters/useGo";
import { format, formatInstant, plain } from "../../format/format";
import { Frame, Panel } from "../../ui/Panel";
import { ProductLink } from "../../ui/PageLink";
import { ScreenTable } from "../../ui/ScreenTable";
import { severityLevel, Status } from "../../ui/Status";
import { Empty } from "../../ui/states";
import { Acknowledge } from "./Acknowledge";
import { incidentWord } from "../../measures/kinds";
import { datesAround, markedHours, partOf, whyNoHours } from "./anomalies";
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
      {open ? <Opened key={open} id={open} onClose={() => setOpen(null)} /> : <Series />}
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
        openLabel={(row) => `${incidentWord(row.kind)}: ${row.reason}`}
        columns={[
          {
            key: "severity",
            title: "Severity",
            value: (row) => ["info", "warning", "critical"].indexOf(row.severity),
            cell: (row) => <Status level={severityLevel(row.severity)}>{row.severity}</Status>,
          },
          { key: "kind", title: "What", value: (row) => incidentWord(row.kind) },
          {
            key: "where",
            title: "Where",
            value: (row) => catalog.storeName(row.store_id),
            cell: (row) => (
              <>
                {catalog.storeName(row.store_id)}
                {row.product_id ? <span className="quiet"> · {row.product_name}</span> : null}
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
const pins =
  "Pins: three deviations or more from the 24 hours before, or from the same hour of the week. Hours on your clock.";

interface HoursProps {
  query: ReturnType<typeof useScreen<"anomalies_hours">>;
  note: ReactNode;
  tools?: ReactNode;
  empty?: ReactNode;
  /** Whose hours stand out. */
  incident?: string;
}

/** One store's hours. An hour leads to its incident, else to what the store took that day. */
function HoursPanel({ query, note, tools, empty, incident }: HoursProps) {
  const { catalog } = useScope();
  const [, setIncident] = useParam("incident");
  const go = useGo();
  return (
    <ChartPanel
      title={seriesTitle}
      measure="anomaly"
      query={query}
      freshness={freshnessOf}
      height={280}
      note={note}
      tools={tools}
      empty={empty}
      onMark={(at, data) => {
        const hour = data.rows[at];
        if (hour?.incident_id) setIncident(hour.incident_id);
        else if (hour)
          go({
            to: "/history",
            search: { store: String(hour.store_id), from: hour.business_date, to: hour.business_date },
          });
      }}
      spec={(data) => markedHours(data.rows, catalog.currencyOf(data.rows[0]?.store_id ?? 0), incident)}
    />
  );
}

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
    <HoursPanel
      query={hours}
      note={`${pins} An hour leads to its incident, or to its day.`}
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
    />
  );
}

/** The hours of an incident's own store around it. */
function IncidentHours({ incident }: { incident: Row<"anomalies_incidents"> }) {
  const { catalog } = useScope();
  const reason = whyNoHours(incident);
  const hours = useScreen(
    "anomalies_hours",
    { ...datesAround(incident), store: [incident.store_id], limit: 10_000 },
    { wait: reason !== null },
  );
  if (reason !== null)
    return (
      <Frame title={seriesTitle}>
        <Empty title="No hours of this incident">{reason}</Empty>
      </Frame>
    );
  return (
    <HoursPanel
      query={hours}
      note={
        <>
          <strong>{catalog.storeName(incident.store_id)}, around the incident. </strong>
          {partOf(incident)}
          {pins}
        </>
      }
      empty={<Empty title="The store sold nothing in these days" />}
      incident={incident.incident_id}
    />
  );
}

/** An incident, and the hours of its store in the place of the most unusual store's. */
function Opened({ id, onClose }: { id: string; onClose: () => void }) {
  const { dated, wait } = useScope();
  const incidents = useScreen("anomalies_incidents", { ...dated, limit: 10_000 }, { wait });
  const row = incidents.data?.rows.find((one) => one.incident_id === id);
  const place = useRef<HTMLDivElement>(null);
  // Opened far down in the table: its reader is brought to it.
  useEffect(() => place.current?.focus(), []);
  return (
    <div ref={place} tabIndex={-1} className={`stack ${css["opened"]}`}>
      <Incident query={incidents} row={row} onClose={onClose} />
      {row ? <IncidentHours incident={row} /> : null}
    </div>
  );
}

interface IncidentProps {
  query: ReturnType<typeof useScreen<"anomalies_incidents">>;
  row: Row<"anomalies_incidents"> | undefined;
  onClose: () => void;
}

function Incident({ query, row, onClose }: IncidentProps) {
  const { catalog } = useScope();
  return (
    <Panel
      title="Incident"
      query={query}
      freshness={freshnessOf}
      firstRows
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
              <strong>{incidentWord(row.kind)}</strong>
              <span>{catalog.storeName(row.store_id)}</span>
              {row.product_id ? (
                <ProductLink product={row.product_id} store={row.store_id || undefined}>
                  {row.product_name}
                </ProductLink>
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
          </div>
        )
      }
    </Panel>
  );
}
