import { Select } from "@mantine/core";
import { inCurrency, useScope } from "../../api/catalog";
import { freshnessOf, useScreen, type Row } from "../../api/screens";
import { ChartPanel } from "../../charts/ChartPanel";
import { useParam } from "../../filters/useFilters";
import { useGo } from "../../filters/useGo";
import { count, format, formatDate, formatInstant, money, plain, share, units } from "../../format/format";
import type { Column } from "../../ui/DataTable";
import { Figures } from "../../ui/Figures";
import { ScreenTable } from "../../ui/ScreenTable";
import { Status, type Level } from "../../ui/Status";
import { Empty } from "../../ui/states";
import { Tile } from "../../ui/Tile";
import { demandTrend, keysOf, overall, soldFilters } from "./forecasts";
import { ModelChoice } from "./ModelChoice";

/** What will be asked for, how right earlier forecasts were, and what it earned. */
export default function ForecastsPage() {
  return (
    <div className="stack">
      <Accuracy />
      <Demand />
      <div className="grid">
        <AccuracyDays />
        <Coverage />
        <AccuracyStores />
        <AccuracyProducts />
        <Impact />
        <Drift />
        <ModelChoice />
        <Models />
      </div>
    </div>
  );
}

const noForecasts = (
  <Empty title="No forecasts to measure in these dates">
    Forecasts are made daily at 10:00 (<code>retail_predict</code>, or <code>shelfcast predict</code>), once a
    model was trained; they are measured when their date is over.
  </Empty>
);

function Accuracy() {
  const { dated, wait } = useScope();
  const days = useScreen("forecast_accuracy_days", dated, { wait });
  return (
    <Figures
      query={days}
      freshness={freshnessOf}
      isEmpty={(data) => data.rows.length === 0}
      empty={noForecasts}
    >
      {(data) => {
        const told = overall(data.rows);
        return (
          <>
            <Tile id="wmape" label="wMAPE" measure="wmape" value={told.wmape} unit={share}>
              of {format(told.forecasts, count)} forecasts
            </Tile>
            <Tile label="Bias" measure="bias" value={told.bias} unit={share}>
              {told.bias === null ? null : told.bias > 0 ? "forecasts too high" : "forecasts too low"}
            </Tile>
            <Tile label="MAE" measure="mae" value={told.mae} unit={units} />
            <Tile label="RMSE" measure="rmse" value={told.rmse} unit={units} />
            <Tile label="R²" measure="r2_score" value={told.r2} unit={plain}>
              best is 1
            </Tile>
            <Tile label="MAPE" measure="mape" value={told.mape} unit={share}>
              of what was sold at all
            </Tile>
            <Tile label="80 % band holds" measure="coverage" value={told.coverage80} unit={share}>
              right is 80 %
            </Tile>
            <Tile label="95 % band holds" measure="coverage" value={told.coverage95} unit={share}>
              right is 95 %
            </Tile>
          </>
        );
      }}
    </Figures>
  );
}

const levelNames = [
  { value: "total", label: "Whole chain" },
  { value: "region", label: "Region" },
  { value: "category", label: "Category" },
  { value: "store", label: "Store" },
];

function Demand() {
  const { undated, catalog, around, newest, lastOver, wait } = useScope();
  const demand = useScreen("forecast_demand", { ...undated, ...around(1, 56), limit: 10_000 }, { wait });
  const [level, setLevel] = useParam("level");
  const [key, setKey] = useParam("of");
  const rows = demand.data?.rows ?? [];
  const offered = levelNames.filter((one) => rows.some((row) => row.level === one.value));
  const shown = offered.find((one) => one.value === level)?.value ?? offered[0]?.value ?? "total";
  const keys = keysOf(rows, shown);
  const of = key !== undefined && keys.includes(key) ? key : (keys[0] ?? "");
  const like = demand.data ? soldFilters(shown, of) : null;
  const before = useScreen(
    "history_days",
    { ...like, ...around(-56, 0), limit: 1_000 },
    { wait: wait || like === null },
  );
  // Of another line than the one chosen now: rather none than those.
  const sold = like === null || before.isPlaceholderData ? [] : (before.data?.rows ?? []);
  const name = (one: string) => (shown === "store" ? catalog.storeName(Number(one)) : one || "none");
  return (
    <ChartPanel
      title="Demand to come"
      measure="forecast"
      query={demand}
      freshness={freshnessOf}
      height={300}
      note={
        demand.data?.rows[0]
          ? `The last 8 weeks, then what is expected by ${demand.data.rows[0].model_version}, which knew sales up to ${formatDate(demand.data.rows[0].forecast_date)}.`
          : undefined
      }
      empty={
        <Empty title="No forecasts of days to come">
          They are made daily at 10:00 by the model in use (<code>shelfcast train</code>,{" "}
          <code>shelfcast predict</code>).
        </Empty>
      }
      tools={
        offered.length === 0 ? null : (
          <>
            <Select
              size="xs"
              w={130}
              aria-label="Level"
              allowDeselect={false}
              data={offered}
              value={shown}
              onChange={(value) => {
                setLevel(value);
              }}
            />
            {keys.length > 1 ? (
              <Select
                size="xs"
                w={170}
                aria-label="Which one"
                allowDeselect={false}
                searchable
                data={keys.map((one) => ({ value: one, label: name(one) }))}
                value={of}
                onChange={setKey}
              />
            ) : null}
          </>
        )
      }
      spec={(data) => demandTrend(data.rows, shown, of, { rows: sold, lastOver, newest })}
    />
  );
}

function AccuracyDays() {
  const { dated, wait } = useScope();
  const days = useScreen("forecast_accuracy_days", dated, { wait });
  return (
    <ChartPanel
      title="Forecast against sold"
      measure="wmape"
      query={days}
      freshness={freshnessOf}
      height={260}
      empty={noForecasts}
      spec={(data) => ({
        kind: "line",
        label: "Units",
        unit: units,
        x: { label: "Date", kind: "date", values: data.rows.map((row) => row.business_date) },
        series: [
          { name: "sold", values: data.rows.map((row) => Number(row.actual_units)) },
          { name: "forecast", role: "forecast", values: data.rows.map((row) => row.predicted_units) },
        ],
      })}
    />
  );
}

function Coverage() {
  const { dated, wait } = useScope();
  const days = useScreen("forecast_accuracy_days", dated, { wait });
  return (
    <ChartPanel
      title="Do the bands hold?"
      measure="coverage"
      query={days}
      freshness={freshnessOf}
      height={260}
      empty={noForecasts}
      spec={(data) => {
        const dates = data.rows.map((row) => row.business_date);
        return {
          kind: "line",
          label: "Share inside the band",
          unit: share,
          x: { label: "Date", kind: "date", values: dates },
          series: [
            { name: "80 % band", values: data.rows.map((row) => row.coverage_80) },
            { name: "95 % band", values: data.rows.map((row) => row.coverage_95) },
            { name: "80 %", role: "target", values: dates.map(() => 0.8) },
            { name: "95 %", role: "target", values: dates.map(() => 0.95) },
          ],
        };
      }}
    />
  );
}

/** The measures of a table, those that are read first on the left. */
function measures(): Column<Row<"forecast_accuracy_products"> | Row<"forecast_accuracy_stores">>[] {
  return [
    { key: "wmape", title: "wMAPE", unit: share, value: (row) => row.wmape ?? null },
    { key: "bias", title: "Bias", unit: share, value: (row) => row.bias ?? null },
    { key: "sold", title: "Sold", unit: units, value: (row) => row.actual_units },
    { key: "forecast", title: "Forecast", unit: units, value: (row) => row.predicted_units },
    { key: "mae", title: "MAE", unit: plain, value: (row) => row.mae },
    { key: "rmse", title: "RMSE", unit: plain, value: (row) => row.rmse },
    { key: "mape", title: "MAPE", unit: share, value: (row) => row.mape ?? null },
    { key: "r2", title: "R²", unit: plain, value: (row) => row.r2 ?? null },
    { key: "coverage", title: "80 % holds", unit: share, value: (row) => row.coverage_80 },
    { key: "coverage95", title: "95 % holds", unit: share, value: (row) => row.coverage_95 },
  ];
}

function AccuracyProducts() {
  const { dated, wait } = useScope();
  const go = useGo();
  return (
    <ScreenTable
      title="Accuracy by product"
      screen="forecast_accuracy_products"
      measure="wmape"
      filters={{ ...dated, limit: 500 }}
      wait={wait}
      className="wide"
      rowKey={(row) => row.product_id}
      most={10}
      empty={noForecasts}
      onOpen={(row) => go({ to: "/product", search: { product: row.product_id } })}
      openLabel={(row) => row.product_name || row.product_id}
      columns={[
        { key: "product", title: "Product", value: (row) => row.product_name || row.product_id },
        ...measures(),
      ]}
      sortBy={{ key: "sold", descending: true }}
    />
  );
}

function AccuracyStores() {
  const { dated, wait } = useScope();
  const go = useGo();
  return (
    <ScreenTable
      title="Accuracy by store"
      screen="forecast_accuracy_stores"
      measure="wmape"
      filters={dated}
      wait={wait}
      className="wide"
      rowKey={(row) => String(row.store_id)}
      most={10}
      empty={noForecasts}
      onOpen={(row) => go({ to: "/forecasts", search: { store: String(row.store_id) } })}
      openLabel={(row) => row.store_name}
      columns={[{ key: "store", title: "Store", value: (row) => row.store_name }, ...measures()]}
    />
  );
}

const driftLevels: Record<string, Level> = { ok: "good", warn: "watch", alert: "bad" };

function Drift() {
  const { undated, around, wait } = useScope();
  return (
    <ScreenTable
      title="Drift"
      screen="forecast_drift"
      measure="drift"
      filters={{ ...undated, ...around(-7, 1) }}
      wait={wait}
      rowKey={(row) => `${row.check_date} ${row.model_version} ${row.kind} ${row.name}`}
      most={10}
      sortBy={{ key: "status", descending: true }}
      rows={(data) => {
        const last = data.rows.reduce((most, row) => (row.check_date > most ? row.check_date : most), "");
        return data.rows.filter((row) => row.check_date === last);
      }}
      empty={
        <Empty title="No drift was looked for yet">
          It is watched daily at 11:00 (<code>retail_model_drift</code>), for those who see all stores.
        </Empty>
      }
      columns={[
        { key: "name", title: "Feature or measure", value: (row) => row.name },
        {
          key: "status",
          title: "State",
          value: (row) => ["ok", "warn", "alert"].indexOf(row.status),
          cell: (row) => <Status level={driftLevels[row.status] ?? "none"}>{row.status}</Status>,
        },
        { key: "value", title: "Now", unit: plain, value: (row) => row.value ?? null },
        {
          key: "baseline",
          title: "At training",
          unit: plain,
          value: (row) => row.baseline ?? null,
          minor: true,
        },
        { key: "alert", title: "Alert from", unit: plain, value: (row) => row.alert_from, minor: true },
      ]}
    />
  );
}

function Models() {
  const [, choose] = useParam("model");
  return (
    <ScreenTable
      title="Models"
      screen="forecast_models"
      filters={{ limit: 200 }}
      className="wide"
      rowKey={(row) => `${row.model_version} ${row.segment} ${row.horizon_days}`}
      rows={(data) => data.rows.filter((row) => row.horizon_days === 0)}
      onOpen={(row) => choose(row.model_version)}
      openLabel={(row) => `Compare ${row.model_version} with the model in use`}
      most={10}
      empty={
        <Empty title="No model was trained yet">
          <code>shelfcast train</code>, or Sundays at 02:00. Models are shown to those who see all stores.
        </Empty>
      }
      columns={[
        { key: "version", title: "Version", value: (row) => row.model_version },
        {
          key: "use",
          title: "In use",
          value: (row) => row.is_champion,
          cell: (row) => (row.is_champion === 1 ? <Status level="good">in use</Status> : ""),
        },
        { key: "measured", title: "Measured on", value: (row) => row.segment || "held-back days" },
        {
          key: "trained",
          title: "When",
          value: (row) => row.trained_at,
          cell: (row) => formatInstant(row.trained_at),
          minor: true,
        },
        {
          key: "data",
          title: "Data",
          value: (row) => row.data_from,
          cell: (row) => `${formatDate(row.data_from)} – ${formatDate(row.data_to)}`,
          minor: true,
        },
        { key: "wmape", title: "wMAPE", unit: share, value: (row) => row.wmape ?? null },
        { key: "mape", title: "MAPE", unit: share, value: (row) => row.mape ?? null, minor: true },
        { key: "rmse", title: "RMSE", unit: plain, value: (row) => row.rmse ?? null },
        { key: "mae", title: "MAE", unit: plain, value: (row) => row.mae ?? null, minor: true },
        { key: "r2", title: "R²", unit: plain, value: (row) => row.r2 ?? null },
        { key: "bias", title: "Bias", unit: share, value: (row) => row.bias ?? null, minor: true },
        {
          key: "coverage",
          title: "80 % holds",
          unit: share,
          value: (row) => row.coverage_80 ?? null,
          minor: true,
        },
      ]}
    />
  );
}

function Impact() {
  const { dated, currency, wait } = useScope();
  const impact = useScreen("forecast_impact", dated, { wait });
  return (
    <ChartPanel
      title="Business impact"
      measure="impact"
      query={impact}
      freshness={freshnessOf}
      height={260}
      note="What ordering this way saved a day, against the baseline policy; estimates by replay."
      empty={
        <Empty title="Nothing was measured in these dates">
          <code>retail_business_impact</code> measures at 03:30, from the day’s snapshot of stock.
        </Empty>
      }
      spec={(data) => {
        const rows = inCurrency(data.rows, currency);
        return {
          kind: "line",
          label: "Saving a day",
          unit: money(currency),
          x: { label: "Date", kind: "date", values: rows.map((row) => row.business_date) },
          series: [{ name: "saving", values: rows.map((row) => row.saving) }],
          bands: [
            {
              name: "95 %",
              lower: rows.map((row) => row.saving_lower),
              upper: rows.map((row) => row.saving_upper),
            },
          ],
        };
      }}
    />
  );
}
