import { byCategory, inCurrency, useScope } from "../../api/catalog";
import { useChanges } from "../../api/changes";
import { freshnessOf, useScreen } from "../../api/screens";
import { ChartPanel } from "../../charts/ChartPanel";
import { placed } from "../../charts/spec";
import { addDays, notOver } from "../../filters/filters";
import { useGo } from "../../filters/useGo";
import { count, format, formatChange, money, plain, share, toNumber } from "../../format/format";
import { AllCategories } from "../../ui/AllCategories";
import { changeColumn, changeText } from "../../ui/changeColumn";
import { Figures } from "../../ui/Figures";
import { MostNote } from "../../ui/Panel";
import { ScreenTable } from "../../ui/ScreenTable";
import { Empty } from "../../ui/states";
import { Tile } from "../../ui/Tile";
import { dailyTrend, storeHeat, turnoverNote, turnoverOf } from "./executive";

/** Ten seconds: how much, whether more or less, what it is tied up in, what is missing. */
export default function ExecutivePage() {
  return (
    <div className="stack">
      <Kpis />
      <Trend />
      <div className="grid">
        <Regions />
        <TopTen />
        <StoreDays />
        <Leaderboard />
      </div>
    </div>
  );
}

function Kpis() {
  const { over, filters, currency, wait } = useScope();
  const changes = useChanges();
  const kpis = useScreen("executive_kpis", over, { everyMs: 30_000, wait });
  const turnover = useScreen("inventory_turnover", byCategory(over, filters.category), { wait });
  const turned = turnover.isPlaceholderData ? undefined : turnover.data;
  const askedTurnover = turned ? "answered" : turnover.error ? "failed" : "waiting";
  return (
    <Figures
      note={<AllCategories />}
      query={kpis}
      freshness={freshnessOf}
      isEmpty={(data) => data.rows.length === 0}
      empty={<Empty title="Nothing was sold in these dates" />}
    >
      {(data) => {
        const row = inCurrency(data.rows, currency)[0];
        if (!row) return <Empty title={`No figures in ${currency || "that currency"}`} />;
        const turns = turnoverOf(inCurrency(turned?.rows ?? [], currency));
        return (
          <>
            <Tile
              id="executive_revenue"
              label="Revenue"
              measure="revenue"
              value={row.revenue}
              unit={money(currency)}
              change={
                changes === "running"
                  ? { value: null, against: "", without: notOver }
                  : {
                      value: changes === "known" ? row.revenue_change : null,
                      against: "against the period before",
                    }
              }
            >
              {changes === "running"
                ? null
                : row.year_over_year === null
                  ? "nothing of a year ago"
                  : `${formatChange(row.year_over_year)} on a year ago`}
            </Tile>
            <Tile label="Stock value" measure="stock_value" value={row.stock_value} unit={money(currency)}>
              {row.stock_value === null ? "no stock with a known cost" : "now"}
            </Tile>
            <Tile label="Stock-outs" value={row.items > 0 ? row.items_out : null} unit={count}>
              {row.items > 0
                ? `${format(row.items_out / row.items, share)} of ${format(row.items, count)} items, now`
                : "nothing was counted or received yet"}
            </Tile>
            <Tile
              label="Likely out soon"
              measure="stock_out_risk"
              value={row.items > 0 ? row.items_at_risk : null}
              unit={count}
            >
              {format(row.open_alerts, count)} open alerts
            </Tile>
            <Tile label="Stock turnover" measure="turnover" value={turns} unit={plain}>
              {turnoverNote(turns, askedTurnover)}
            </Tile>
          </>
        );
      }}
    </Figures>
  );
}

function Trend() {
  const { undated, filters, currency, newest, lastOver, around, wait } = useScope();
  const days = useScreen(
    "history_days",
    { ...byCategory(undated, filters.category), ...around(-89, 0), limit: 10_000 },
    { wait },
  );
  const go = useGo();
  const spec = (data: NonNullable<typeof days.data>) => {
    const rows = inCurrency(data.rows, currency);
    const to = newest ?? rows.at(-1)?.business_date ?? "";
    const from = newest ? addDays(newest, -89) : (rows[0]?.business_date ?? "");
    return dailyTrend(rows, { from, to }, currency, newest !== lastOver ? newest : null);
  };
  return (
    <ChartPanel
      title="Revenue, 90 days"
      measure="revenue"
      query={days}
      freshness={freshnessOf}
      height={260}
      onMark={(at, data) => {
        const day = spec(data).x.values[at];
        if (day) go({ to: "/history", search: { from: day, to: day } });
      }}
      spec={spec}
    />
  );
}

function Regions() {
  const { over, filters, currency, wait } = useScope();
  const changes = useChanges();
  const regions = useScreen("executive_regions", byCategory(over, filters.category), { wait });
  const go = useGo();
  const shown = (data: NonNullable<typeof regions.data>) => placed(inCurrency(data.rows, currency));
  return (
    <ChartPanel
      title="Regions"
      measure="revenue"
      query={regions}
      freshness={freshnessOf}
      height={320}
      note="Area of a mark: revenue of the period."
      empty={
        <Empty title="No store has a place">
          Regions, latitude and longitude come with <code>shelfcast import --table stores</code>.
        </Empty>
      }
      onMark={(at, data) => {
        const row = shown(data)[at];
        if (row?.region) go({ to: "/executive", search: { region: row.region } });
      }}
      spec={(data) => ({
        kind: "map",
        label: "Revenue",
        unit: money(currency),
        places: shown(data).map((row) => ({
          name: row.region || row.country || "no region",
          latitude: row.latitude,
          longitude: row.longitude,
          value: toNumber(row.revenue),
          note: `${changeText(row.revenue_change, changes)}, ${row.stores} stores`,
        })),
      })}
    />
  );
}

function TopTen() {
  const { over, filters, currency, wait } = useScope();
  const products = useScreen(
    "history_products",
    { ...byCategory(over, filters.category), limit: 200 },
    { wait },
  );
  const go = useGo();
  const top = (data: NonNullable<typeof products.data>) => inCurrency(data.rows, currency).slice(0, 10);
  return (
    <ChartPanel
      title="Ten best products"
      measure="revenue"
      query={products}
      freshness={freshnessOf}
      height={320}
      firstRows
      onMark={(at, data) => {
        const row = top(data)[at];
        if (row) go({ to: "/product", search: { product: row.product_id } });
      }}
      spec={(data) => ({
        kind: "bar",
        label: "Revenue",
        unit: money(currency),
        category: "Product",
        horizontal: true,
        names: top(data).map((row) => row.product_name || row.product_id),
        series: [{ name: "revenue", values: top(data).map((row) => toNumber(row.revenue)) }],
      })}
    />
  );
}

function StoreDays() {
  const { undated, currency, newest, lastOver, around, wait } = useScope();
  const days = useScreen("executive_store_days", { ...undated, ...around(-13, 0), limit: 10_000 }, { wait });
  const go = useGo();
  const heat = (data: NonNullable<typeof days.data>) =>
    storeHeat(inCurrency(data.rows, currency), currency, newest !== lastOver ? newest : null);
  const shown = days.data ? heat(days.data) : null;
  return (
    <ChartPanel
      title="Stores, last 14 days"
      measure="revenue"
      query={days}
      freshness={freshnessOf}
      height={360}
      className="wide"
      note={
        <>
          <AllCategories />
          {shown ? <MostNote shown={shown.stores.length} of={shown.of} /> : null}
        </>
      }
      onMark={(row, data) => {
        const store = heat(data).stores[row];
        if (store) go({ to: "/store", search: { store: String(store) } });
      }}
      spec={(data) => heat(data).spec}
    />
  );
}

function Leaderboard() {
  const { over, filters, currency, wait } = useScope();
  const changes = useChanges();
  const go = useGo();
  return (
    <ScreenTable
      title="Leaderboard"
      screen="history_stores"
      measure="change"
      filters={byCategory(over, filters.category)}
      wait={wait}
      className="wide"
      rows={(data) => inCurrency(data.rows, currency)}
      rowKey={(row) => String(row.store_id)}
      most={10}
      onOpen={(row) => go({ to: "/store", search: { store: String(row.store_id) } })}
      openLabel={(row) => row.store_name || row.store_code}
      columns={[
        { key: "rank", title: "#", unit: count, value: (row) => row.revenue_rank },
        { key: "store", title: "Store", value: (row) => row.store_name || row.store_code },
        { key: "region", title: "Region", value: (row) => row.region, minor: true },
        { key: "revenue", title: "Revenue", unit: money(currency), value: (row) => row.revenue },
        changeColumn(changes),
        { key: "target", title: "Of target", unit: share, value: (row) => row.attainment ?? null },
        {
          key: "area",
          title: "Per square foot",
          unit: money(currency),
          value: (row) => row.revenue_per_square_foot ?? null,
          minor: true,
        },
      ]}
    />
  );
}
