import { byCategory, inCurrency, useScope } from "../../api/catalog";
import { useChanges } from "../../api/changes";
import { freshnessOf, useScreen } from "../../api/screens";
import { ChartPanel } from "../../charts/ChartPanel";
import { comparable, compared } from "../../filters/compared";
import { addDays, notOver } from "../../filters/filters";
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
  sumOf,
  toNumber,
  units,
} from "../../format/format";
import { AllCategories } from "../../ui/AllCategories";
import { changeColumn } from "../../ui/changeColumn";
import { Figures } from "../../ui/Figures";
import { MostNote, Panel } from "../../ui/Panel";
import { ScreenTable } from "../../ui/ScreenTable";
import { Empty } from "../../ui/states";
import { Tile } from "../../ui/Tile";
import { calendar, categoryMatrix, isLike, isZoomed, peakHours, trend } from "./history";
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
  const scope = useScope();
  const filtered = { ...byCategory(scope.over, scope.filters.category), limit: 10_000 };
  const days = useScreen("history_days", filtered, { wait: scope.wait });
  return { ...scope, dates: scope.datesOver, days, filtered };
}

function Totals() {
  const { days, filtered, currency, dates, lastOver, wait } = useDays();
  const spans = dates ? compared(dates, lastOver) : null;
  const before = useScreen(
    "history_days",
    { ...filtered, ...(spans?.before ?? {}) },
    { wait: wait || spans === null },
  );
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
        const over = rows.filter((row) => spans !== null && row.business_date <= spans.now.to);
        const isKnown = !days.isPlaceholderData && !before.isPlaceholderData && comparable(daysBefore, over);
        const trends = rows.map((row) => toNumber(row.revenue));
        const change = (of: (row: (typeof rows)[number]) => string | number) =>
          spans === null
            ? dates === null
              ? {}
              : { change: { value: null, against: "", without: notOver } }
            : {
                change: {
                  value: isKnown ? changeOf(sumOf(over, of), sumOf(daysBefore, of)) : null,
                  against: `${over.length < rows.length ? "of days that are over, " : ""}against the ${spans.days} days before`,
                },
              };
        const gross = sumOf(rows, (row) => row.gross_revenue);
        const returned = sumOf(rows, (row) => row.returned_revenue);
        return (
          <>
            <Tile
              id="period_revenue"
              label="Revenue"
              measure="revenue"
              value={sumOf(rows, (row) => row.revenue)}
              unit={money(currency)}
              trend={trends}
              {...change((row) => row.revenue)}
            />
            <Tile
              label="Receipt lines"
              value={sumOf(rows, (row) => row.sales)}
              unit={count}
              {...change((row) => row.sales)}
            />
            <Tile
              label="Units sold"
              measure="units_sold"
              value={sumOf(rows, (row) => row.units)}
              unit={units}
              {...change((row) => row.units)}
            />
            <Tile
              label="Return rate"
              measure="return_rate"
              value={gross !== null && gross > 0 && returned !== null ? returned / gross : null}
              unit={share}
            >
              {format(returned, money(currency), "compact")} came back
            </Tile>
          </>
        );
      }}
    </Figures>
  );
}

function Trend() {
  const { days, filtered, currency, dates, newest, lastOver, wait } = useDays();
  const year = dates ? { from: addDays(dates.from, -364), to: addDays(dates.to, -364) } : {};
  const before = useScreen("history_days", { ...filtered, ...year }, { wait: wait || dates === null });
  const [, change] = useFilters();
  const spec = (data: NonNullable<typeof days.data>) =>
    trend(
      data.rows,
      currency,
      dates ?? { from: data.rows[0]?.business_date ?? "", to: data.rows.at(-1)?.business_date ?? "" },
      { newest, lastOver },
      before.data && !before.isPlaceholderData && !days.isPlaceholderData
        ? { rows: before.data.rows, shift: 364, name: "a year ago" }
        : null,
    );
  return (
    <ChartPanel
      title="Revenue by day"
      measure="change"
      query={days}
      freshness={freshnessOf}
      height={300}
      note={`Press a day to look at it alone${dates && isZoomed(dates) ? "; drag the handles below for a range" : ""}. A year ago: 364 days, so that weekdays match.`}
      onMark={(row, data) => {
        const day = spec(data).x.values[row];
        if (day) change({ from: day, to: day, period: undefined });
      }}
      spec={spec}
    />
  );
}

function Months() {
  const { undated, currency, newest, lastOver, around, wait } = useScope();
  const months = useScreen("history_months", { ...undated, ...around(-730, 0) }, { wait });
  const isRunning = (month: string) =>
    newest !== null && newest !== lastOver && month.slice(0, 7) === newest.slice(0, 7);
  return (
    <Panel
      title="Month over month, year over year"
      measure="change"
      query={months}
      freshness={freshnessOf}
      height={260}
      note={
        <>
          Set against months that traded about as many days. <AllCategories />
        </>
      }
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
                      {formatDate(row.month, "month")}
                      {isRunning(row.month) ? <span className="quiet"> so far</span> : null}
                    </th>
                    <td className="number">{format(row.revenue, money(currency), "compact")}</td>
                    <Signed value={isLike(data.rows, row, 1) ? row.month_over_month : null} />
                    <Signed value={isLike(data.rows, row, 12) ? row.year_over_year : null} />
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
  const { over, filters, currency, wait } = useScope();
  const changes = useChanges();
  const go = useGo();
  return (
    <ScreenTable
      title="Stores compared"
      screen="history_stores"
      measure="change"
      filters={byCategory(over, filters.category)}
      wait={wait}
      rows={(data) => inCurrency(data.rows, currency)}
      rowKey={(row) => String(row.store_id)}
      most={10}
      onOpen={(row) => go({ to: "/store", search: { store: String(row.store_id) } })}
      openLabel={(row) => row.store_name || row.store_code}
      columns={[
        { key: "rank", title: "#", unit: count, value: (row) => row.revenue_rank },
        { key: "store", title: "Store", value: (row) => row.store_name || row.store_code },
        { key: "revenue", title: "Revenue", unit: money(currency), value: (row) => row.revenue },
        changeColumn(changes),
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
  const { over, currency, wait } = useScope();
  const hours = useScreen("history_peak_hours", over, { wait });
  return (
    <ChartPanel
      title="Peak hours"
      measure="peak_hours"
      query={hours}
      freshness={freshnessOf}
      height={280}
      note={
        <>
          <AllCategories />
          Mean revenue of a trading day’s hour, on the stores’ own clocks.
        </>
      }
      spec={(data) => peakHours(data.rows, currency)}
    />
  );
}

function Matrix() {
  const { undated, filters, currency, around, wait } = useScope();
  const categories = useScreen(
    "history_categories",
    { ...byCategory(undated, filters.category), ...around(-364, 0), limit: 10_000 },
    { wait },
  );
  const go = useGo();
  const shownOf = (data: NonNullable<typeof categories.data>) => {
    const { spec, of } = categoryMatrix(data.rows, currency);
    return { shown: spec.ys.length, of };
  };
  return (
    <ChartPanel
      title="Categories by month"
      measure="revenue"
      query={categories}
      freshness={freshnessOf}
      height={340}
      note={<>The last year. {categories.data ? <MostNote {...shownOf(categories.data)} /> : null}</>}
      onMark={(row, data) => {
        const name = categoryMatrix(data.rows, currency).spec.ys[row];
        if (name && name !== "none") go({ to: "/history", search: { category: name } });
      }}
      spec={(data) => categoryMatrix(data.rows, currency).spec}
    />
  );
}

function CalendarPanel() {
  const { undated, filters, currency, around, wait } = useScope();
  const days = useScreen(
    "history_days",
    { ...byCategory(undated, filters.category), ...around(-364, 0), limit: 10_000 },
    { wait },
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
      onMark={(row, data) => {
        const day = calendar(data.rows, currency).days[row];
        if (day) change({ from: day.date, to: day.date, period: undefined });
      }}
      spec={(data) => calendar(data.rows, currency)}
    />
  );
}

function Products() {
  const { over, filters, currency, wait } = useScope();
  const changes = useChanges();
  const go = useGo();
  return (
    <ScreenTable
      title="Products"
      screen="history_products"
      measure="revenue"
      filters={{ ...byCategory(over, filters.category), limit: 500 }}
      wait={wait}
      rows={(data) => inCurrency(data.rows, currency)}
      rowKey={(row) => `${row.product_id} ${row.currency}`}
      most={10}
      onOpen={(row) => go({ to: "/product", search: { product: row.product_id } })}
      openLabel={(row) => row.product_name || row.product_id}
      columns={[
        { key: "product", title: "Product", value: (row) => row.product_name || row.product_id },
        { key: "category", title: "Category", value: (row) => row.category, minor: true },
        { key: "revenue", title: "Revenue", unit: money(currency), value: (row) => row.revenue },
        changeColumn(changes),
        { key: "units", title: "Units", unit: units, value: (row) => row.units, minor: true },
      ]}
    />
  );
}

function useReturns() {
  const { over, filters, currency, wait } = useScope();
  return { filtered: { ...byCategory(over, filters.category), limit: 10_000 }, currency, wait };
}

function ComesBack() {
  const { filtered, currency, wait } = useReturns();
  const returns = useScreen("history_returns", filtered, { wait });
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
        const own = inCurrency(data.rows, currency);
        const sold = sumOf(own, (row) => row.units_sold);
        const returned = sumOf(own, (row) => row.units_returned);
        const kept = sold === null || returned === null ? null : sold - returned;
        return {
          kind: "bar",
          label: "Units",
          unit: units,
          category: "Step",
          horizontal: true,
          names: ["sold", "returned", "kept"],
          series: [{ name: "units", values: [sold, returned, kept] }],
        };
      }}
    />
  );
}

function ReturnRates() {
  const { filtered, currency, wait } = useReturns();
  const go = useGo();
  return (
    <ScreenTable
      title="Return rates"
      screen="history_returns"
      measure="return_rate"
      filters={filtered}
      wait={wait}
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
