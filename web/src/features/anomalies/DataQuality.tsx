import { useScope } from "../../api/catalog";
import { freshnessOf, useScreen } from "../../api/screens";
import { ChartPanel } from "../../charts/ChartPanel";
import { useParam } from "../../filters/useFilters";
import { count, formatAge, formatInstant, hours, plain } from "../../format/format";
import { ScreenTable } from "../../ui/ScreenTable";
import { Status } from "../../ui/Status";
import { Empty } from "../../ui/states";
import { useSession } from "../../session/session";
import { results } from "./anomalies";
import { DeadLetters } from "./DeadLetters";

/** Whether figures can be trusted: checks, silent stores, what was not accepted, whether the layers agree. */
export function DataQuality() {
  const { session } = useSession();
  return (
    <div className="grid">
      <Checks />
      <Stores />
      {session?.allStores ? (
        <>
          <Reasons />
          <Epochs />
          <Differences />
          <DeadLetters />
        </>
      ) : null}
    </div>
  );
}

function Checks() {
  const { undated, catalog } = useScope();
  return (
    <ScreenTable
      title="Checks"
      screen="anomalies_quality"
      filters={{ ...undated, limit: 2_000 }}
      className="wide"
      rowKey={(row) => `${row.check_name} ${row.topic} ${row.store_id}`}
      sortBy={{ key: "status", descending: true }}
      most={12}
      empty={
        <Empty title="No check has run yet">
          <code>retail_data_quality</code> runs every hour, at five past.
        </Empty>
      }
      columns={[
        { key: "check", title: "Check", value: (row) => row.check_name.replaceAll("_", " ") },
        { key: "store", title: "Store", value: (row) => catalog.storeName(row.store_id) },
        { key: "topic", title: "Topic", value: (row) => row.topic, minor: true },
        {
          key: "status",
          title: "Result",
          value: (row) => ["pass", "warn", "fail"].indexOf(row.status),
          cell: (row) => <Status level={results[row.status] ?? "none"}>{row.status}</Status>,
        },
        {
          key: "observed",
          title: "Measured",
          unit: plain,
          value: (row) => row.observed ?? null,
          minor: true,
        },
        { key: "detail", title: "Detail", value: (row) => row.detail, minor: true },
        { key: "failed", title: "Hours failed, 7 days", unit: count, value: (row) => row.hours_failed },
        {
          key: "hour",
          title: "Hour",
          value: (row) => row.checked_hour,
          cell: (row) => formatInstant(row.checked_hour),
          minor: true,
        },
      ]}
    />
  );
}

function Stores() {
  const { undated } = useScope();
  return (
    <ScreenTable
      title="Stores and tills heard from"
      screen="anomalies_stores"
      measure="freshness"
      filters={{ ...undated, limit: 2_000 }}
      rowKey={(row) => String(row.store_id)}
      sortBy={{ key: "silent", descending: true }}
      most={12}
      columns={[
        { key: "store", title: "Store", value: (row) => row.store_name || row.store_code },
        {
          key: "silent",
          title: "Silent for",
          unit: hours,
          value: (row) => row.silent_h ?? 1e9,
          cell: (row) => (
            <Status level={row.is_silent ? "bad" : "good"}>
              {(row.silent_h ?? null) === null ? "never heard from" : formatAge((row.silent_h ?? 0) * 3_600)}
            </Status>
          ),
        },
        { key: "tills", title: "Tills", unit: count, value: (row) => row.tills },
        { key: "tills_silent", title: "Silent tills", unit: count, value: (row) => row.tills_silent },
        {
          key: "last",
          title: "Newest event",
          value: (row) => row.last_event_time,
          cell: (row) => formatInstant(row.last_event_time),
          minor: true,
        },
      ]}
    />
  );
}

function Reasons() {
  const { logged, wait } = useScope();
  const letters = useScreen("anomalies_dead_letters", logged, { wait });
  const [, setReason] = useParam("reason");
  return (
    <ChartPanel
      title="Not accepted, by reason"
      measure="late"
      query={letters}
      freshness={freshnessOf}
      height={260}
      note="By the day the log took them. Press a bar to see the messages."
      empty={<Empty title="Everything was accepted in these dates" />}
      onMark={(at, data) => setReason(data.rows[at]?.reason ?? null)}
      spec={(data) => ({
        kind: "bar",
        label: "Messages",
        unit: count,
        category: "Reason",
        horizontal: true,
        names: data.rows.map((row) => `${row.reason.replaceAll("_", " ")} (${row.source})`),
        series: [{ name: "messages", values: data.rows.map((row) => row.messages) }],
      })}
    />
  );
}

function Epochs() {
  return (
    <ScreenTable
      title="Live and batch, epoch by epoch"
      screen="anomalies_epochs"
      measure="reconciliation"
      filters={{ limit: 100 }}
      rowKey={(row) => String(row.epoch)}
      most={10}
      columns={[
        { key: "epoch", title: "Epoch", unit: count, value: (row) => row.epoch },
        { key: "state", title: "State", value: (row) => row.state },
        { key: "events", title: "Events", unit: count, value: (row) => row.events },
        { key: "refused", title: "Refused", unit: count, value: (row) => row.rejections, minor: true },
        {
          key: "equal",
          title: "Layers",
          value: (row) => row.differences,
          cell: (row) =>
            row.state === "open" ? (
              <Status level="none">open</Status>
            ) : row.differences === 0 ? (
              <Status level="good">equal</Status>
            ) : (
              <Status level="bad">{`${row.differences} differ`}</Status>
            ),
        },
      ]}
    />
  );
}

function Differences() {
  return (
    <ScreenTable
      title="Differences between the layers"
      screen="anomalies_reconciliation"
      measure="reconciliation"
      filters={{ limit: 200 }}
      rowKey={(row) => `${row.generation} ${row.epoch} ${row.table_name} ${row.key}`}
      most={10}
      empty={
        <Empty title="None: live and batch agreed at every key">Each epoch is compared when it closes.</Empty>
      }
      columns={[
        { key: "epoch", title: "Epoch", unit: count, value: (row) => row.epoch },
        { key: "table", title: "Table", value: (row) => row.table_name },
        { key: "key", title: "Key", value: (row) => row.key },
        { key: "speed", title: "Live", value: (row) => row.speed },
        { key: "batch", title: "Batch, which won", value: (row) => row.batch },
      ]}
    />
  );
}
