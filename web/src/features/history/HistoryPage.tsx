import { byCategory, inCurrency, useScope } from "../../api/catalog";
import { freshnessOf, useScreen } from "../../api/screens";
import { ChartPanel } from "../../charts/ChartPanel";
import { addDays } from "../../filters/filters";
import { useFilters } from "../../filters/useFilters";
import { useGo } from "../../filters/useGo";
import {
  changeOf,
  count,
  format,
  formatChange,
  formatDate,
  money,
  share,
  toNumber,
  units,
} from "../../format/format";
import { Figures } from "../../ui/Figures";
import { Panel } from "../../ui/Panel";
import { ScreenTable } from "../../ui/ScreenTable";
import { Empty } from "../../ui/states";
import { Tile } from "../../ui/Tile";
import { calendar, categoryMatrix, comparable, funnel, peakHours, trend } from "./history";
import css from "./History.module.css";

/** What was sold: over time, against before, by category, store, hour and product. */
export default function HistoryPage() {
  return (
    <div className="stack">
      <Totals />
      <Trend />
      <div className="grid">
        <Months />
        <StoresCompared />
        <PeakHours />
        <Matrix />
        <CalendarPanel />
        <Products />
        <ReturnRates />
        <ComesBack />
      </div>
    </div>
  );
}

function useDays() {
  const { dated, filters, currency, dates, newest } = useScope();
  const days = useScreen(
    "history_days",
    { ...byCategory(dated, filters.category), limit: 10_000 },
    { enabled: dates !== null || newest === null },
  );
  return { days, currency, dates, filters, dated };
}

const sum = <T,>(rows: readonly T[], of: (row: T) => string | number) =>
  rows.reduce((total, row) => total + (toNumber(of(row)) ?? 0), 0);

function Totals() {
  const { dated, filters, currency, dates } = useScope();
  const days = useScreen("history_days", { ...byCategory(dated, filters.category), limit: 10_000 });
  const length = dates ? Math.round((Date.parse(dates.to) - Date.parse(dates.from)) / 86_400_000) + 1 : 0;
  const earlier = dates ? { from: addDays(dates.from, -length), to: addDays(dates.from, -1) } : {};
  const before = useScreen(
    "history_days",
    { ...byCategory({ ...dated, ...earlier }, filters.category), limit: 10_000 },
    { enabled: dates !== null },
  );
  const against = `against the ${length} days before`;
  const daysBefore = inCurrency(before.data?.rows ?? [], currency);
  return (
    <Figures
      query={days}
      freshness={freshnessOf}
      isEmpty={(data) => data.rows.length === 0}
      empty={<Empty title="Nothing was sold in these dates">Choose other dates above.</Empty>}
    >
      {(data) => {
        const rows = inCurrency(data.rows, currency);
        const rowsBefore = comparable(daysBefore, rows) ? daysBefore : [];
        const trends = rows.map((row) => toNumber(row.revenue));
        const change = (of: Parameters<typeof sum<(typeof rows)[number]>>[1]) => ({
          value: changeOf(sum(rows, of), rowsBefore.length > 0 ? sum(rowsBefore, of) : null),
          against,
        });
        return (
          <>
            <Tile
              id="period_revenue"
              label="Revenue"
              measure="revenue"
              value={sum(rows, (row) => row.revenue)}
              unit={money(currency)}
              trend={trends}
              change={change((row) => row.revenue)}
            />
            <Tile
              label="Receipt lines"
              value={sum(rows, (row) => row.sales)}
              unit={count}
              change={change((row) => row.sales)}
            />
            <Tile
              label="Units sold"
              measure="units_sold"
              value={sum(rows, (row) => row.units)}
              unit={units}
              change={change((row) => row.units)}
            />
            <Tile
              label="Return rate"
              measure="return_rate"
              value={
                sum(rows, (row) => row.gross_revenue) > 0
                  ? sum(rows, (row) => row.returned_revenue) / sum(rows, (row) => row.gross_revenue)
                  : null
              }
              unit={share}
            >
              {format(
                sum(rows, (row) => row.returned_revenue),
                money(currency),
                "compact",
              )}{" "}
              came back
            </Tile>
          </>
        );
      }}
    </Figures>
  );
}

function Trend() {
  const { days, currency, dates, filters, dated } = useDays();
  const year = dates ? { from: addDays(dates.from, -364), to: addDays(dates.to, -364) } : {};
  const before = useScreen(
    "history_days",
    { ...byCategory({ ...dated, ...year }, filters.category), limit: 10_000 },
    { enabled: dates !== null },
  );
  const [, change] = useFilters();
  return (
    <ChartPanel
      title="Revenue by day"
      measure="change"
      query={days}
      freshness={freshnessOf}
      height={300}
      note="Press a day to look at it alone; drag the handles below for a range. A year ago: 364 days, so that weekdays match."
      onMark={(mark, data) => {
        const own = dates
          ? trend(data.rows, currency, dates.from, dates.to, null).x.values[mark.index]
          : undefined;
        if (own) change({ from: own, to: own, period: undefined });
      }}
      spec={(data) =>
        trend(
          data.rows,
          currency,
          dates?.from ?? data.rows[0]?.business_date ?? "2000-01-01",
          dates?.to ?? data.rows.at(-1)?.business_date ?? "1999-12-31",
          before.data ? { rows: before.data.rows, shift: 364, name: "a year ago" } : null,
        )
      }
    />
  );
}

function Months() {
  const { undated, currency, newest } = useScope();
  const months = useScreen(
    "history_months",
    { ...undated, ...(newest ? { from: addDays(newest, -730), to: newest } : {}) },
    { enabled: newest !== null },
  );
  return (
    <Panel
      title="Month over month, year over year"
      measure="change"
      query={months}
      freshness={freshnessOf}
      height={260}
      isEmpty={(data) => inCurrency(data.rows, currency).length === 0}
    >
      {(data) => (
        <div className={css["scroll"]} tabIndex={0} role="region" aria-label="Months, table">
          <table className={css["months"]}>
            <thead>
              <tr>
                <th scope="col">Month</th>
                <th scope="col" className="number">
                  Revenue
                </th>
                <th scope="col" className="number">
                  On the month before
                </th>
                <th scope="col" className="number">
                  On the year before
                </th>
              </tr>
            </thead>
            <tbody>
              {inCurrency(data.rows, currency)
                .reverse()
                .map((row) => (
                  <tr key={row.month}>
                    <th scope="row">
                      {formatDate(row.month)
                        .replace(/ 1,| 1 |^1 /, " ")
                        .trim()}
                    </th>
                    <td className="number">{format(row.revenue, money(currency), "compact")}</td>
                    <Signed value={row.month_over_month} />
                    <Signed value={row.year_over_year} />
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

function Signed({ value }: { value: number | null | undefined }) {
  const known = value ?? null;
  return (
    <td className={`number ${known === null ? "" : known >= 0 ? css["more"] : css["less"]}`}>
      {known === null ? "–" : `${known >= 0 ? "▲" : "▼"} ${formatChange(known)}`}
    </td>
  );
}

function StoresCompared() {
  const { dated, filters, currency } = useScope();
  const go = useGo();
  return (
    <ScreenTable
      title="Stores compared"
      screen="history_stores"
      measure="change"
      filters={byCategory(dated, filters.category)}
      rows={(data) => inCurrency(data.rows, currency)}
      rowKey={(row) => String(row.store_id)}
      most={10}
      onOpen={(row) => go({ to: "/store", search: { store: String(row.store_id) } })}
      openLabel={(row) => row.store_name || row.store_code}
      columns={[
        { key: "rank", title: "#", unit: count, value: (row) => row.revenue_rank },
        { key: "store", title: "Store", value: (row) => row.store_name || row.store_code },
        { key: "revenue", title: "Revenue", unit: money(currency), value: (row) => row.revenue },
        {
          key: "change",
          title: "Change",
          unit: share,
          value: (row) => row.revenue_change ?? null,
          cell: (row) => formatChange(row.revenue_change),
        },
        {
          key: "returns",
          title: "Returns",
          unit: share,
          value: (row) => row.revenue_return_rate ?? null,
          minor: true,
        },
        {
          key: "target",
          title: "Of target",
          unit: share,
          value: (row) => row.attainment ?? null,
          minor: true,
        },
      ]}
    />
  );
}

function PeakHours() {
  const { dated, currency } = useScope();
  const hours = useScreen("history_peak_hours", dated);
  return (
    <ChartPanel
      title="Peak hours"
      measure="peak_hours"
      query={hours}
      freshness={freshnessOf}
      height={280}
      note="Mean revenue of a trading day’s hour, on the stores’ own clocks."
      spec={(data) => peakHours(data.rows, currency)}
    />
  );
}

function Matrix() {
  const { undated, filters, currency, newest } = useScope();
  const categories = useScreen(
    "history_categories",
    {
      ...byCategory(undated, filters.category),
      ...(newest ? { from: addDays(newest, -364), to: newest } : {}),
      limit: 10_000,
    },
    { enabled: newest !== null },
  );
  const go = useGo();
  return (
    <ChartPanel
      title="Categories by month"
      measure="revenue"
      query={categories}
      freshness={freshnessOf}
      height={340}
      note="The last year."
      onMark={(mark, data) => {
        const spec = categoryMatrix(data.rows, currency);
        const cells = spec.values.flatMap((row, y) => row.flatMap((value) => (value === null ? [] : [y])));
        const name = spec.ys[cells[mark.index] ?? -1];
        if (name && name !== "none") go({ to: "/history", search: { category: name } });
      }}
      spec={(data) => categoryMatrix(data.rows, currency)}
    />
  );
}

function CalendarPanel() {
  const { undated, filters, currency, newest } = useScope();
  const days = useScreen(
    "history_days",
    {
      ...byCategory(undated, filters.category),
      ...(newest ? { from: addDays(newest, -364), to: newest } : {}),
      limit: 10_000,
    },
    { enabled: newest !== null },
  );
  const [, change] = useFilters();
  return (
    <ChartPanel
      title="The year, day by day"
      measure="revenue"
      query={days}
      freshness={freshnessOf}
      height={200}
      className="wide"
      onMark={(mark, data) => {
        const day = calendar(data.rows, currency).days.filter((one) => one.value !== null)[mark.index];
        if (day) change({ from: day.date, to: day.date, period: undefined });
      }}
      spec={(data) => calendar(data.rows, currency)}
    />
  );
}

function Products() {
  const { dated, filters, currency } = useScope();
  const go = useGo();
  return (
    <ScreenTable
      title="Products"
      screen="history_products"
      measure="revenue"
      filters={{ ...byCategory(dated, filters.category), limit: 500 }}
      rows={(data) => inCurrency(data.rows, currency)}
      rowKey={(row) => `${row.product_id} ${row.currency}`}
      most={10}
      onOpen={(row) => go({ to: "/product", search: { product: row.product_id } })}
      openLabel={(row) => row.product_name || row.product_id}
      columns={[
        { key: "product", title: "Product", value: (row) => row.product_name || row.product_id },
        { key: "category", title: "Category", value: (row) => row.category, minor: true },
        { key: "revenue", title: "Revenue", unit: money(currency), value: (row) => row.revenue },
        {
          key: "change",
          title: "Change",
          unit: share,
          value: (row) => row.revenue_change ?? null,
          cell: (row) => formatChange(row.revenue_change),
        },
        { key: "units", title: "Units", unit: units, value: (row) => row.units, minor: true },
      ]}
    />
  );
}

function useReturns() {
  const { dated, filters, currency } = useScope();
  return { filtered: { ...byCategory(dated, filters.category), limit: 10_000 }, currency };
}

function ComesBack() {
  const { filtered, currency } = useReturns();
  const returns = useScreen("history_returns", filtered);
  return (
    <ChartPanel
      title="What comes back"
      measure="return_rate"
      query={returns}
      freshness={freshnessOf}
      height={150}
      className="wide"
      note="Units sold, and those of them that were returned."
      spec={(data) => {
        const told = funnel(data.rows, currency);
        return {
          kind: "bar",
          label: "Units",
          unit: units,
          category: "Step",
          horizontal: true,
          names: ["sold", "returned", "kept"],
          series: [{ name: "units", values: [told.sold, told.returned, told.sold - told.returned] }],
        };
      }}
    />
  );
}

function ReturnRates() {
  const { filtered, currency } = useReturns();
  const go = useGo();
  return (
    <ScreenTable
      title="Return rates"
      screen="history_returns"
      measure="return_rate"
      filters={filtered}
      rows={(data) => inCurrency(data.rows, currency).filter((row) => row.returns > 0)}
      rowKey={(row) => `${row.product_id} ${row.category}`}
      most={10}
      empty={<Empty title="Nothing came back in these dates" />}
      onOpen={(row) => go({ to: "/product", search: { product: row.product_id } })}
      openLabel={(row) => row.product_name || row.product_id}
      columns={[
        { key: "product", title: "Product", value: (row) => row.product_name || row.product_id },
        { key: "returned", title: "Returned", unit: units, value: (row) => row.units_returned },
        { key: "sold", title: "Sold", unit: units, value: (row) => row.units_sold, minor: true },
        { key: "rate", title: "Of units", unit: share, value: (row) => row.unit_return_rate ?? null },
        { key: "money", title: "Taken back", unit: money(currency), value: (row) => row.returned_revenue },
      ]}
    />
  );
}
