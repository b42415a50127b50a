import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { byCategory, inCurrency, useScope } from "../../api/catalog";
import { freshnessOf, useScreen } from "../../api/screens";
import { ChartPanel, useChartView } from "../../charts/ChartPanel";
import { useGo } from "../../filters/useGo";
import { count, format, formatInstant, money, share, toNumber, units } from "../../format/format";
import { placed } from "../../charts/spec";
import { AllCategories } from "../../ui/AllCategories";
import figuresCss from "../../ui/Figures.module.css";
import { Gauge } from "../../ui/Gauge";
import { Icon } from "../../ui/Icon";
import { ProductLink } from "../../ui/PageLink";
import { Frame, Panel } from "../../ui/Panel";
import { Stamp } from "../../ui/Stamp";
import { Empty, Waiting } from "../../ui/states";
import { Tile } from "../../ui/Tile";
import { againstLastWeek, isRunning, lastHour } from "./minutes";
import { useLive, type Live } from "./useLive";
import css from "./Live.module.css";

const everyMs = 5_000;

/** Sales as they happen: pushed, never reloaded. */
export default function LivePage() {
  const [paused, setPaused] = useState(false);
  const { undated } = useScope();
  const live = useLive(undated, paused);
  const queries = useQueryClient();
  return (
    <div className="stack">
      <div className="spread">
        <LiveState live={live} paused={paused} />
        <Button
          size="xs"
          variant="default"
          leftSection={<Icon name={paused ? "play" : "pause"} size={14} />}
          onClick={() => {
            setPaused(!paused);
            if (paused) void queries.invalidateQueries({ queryKey: ["screens"] });
          }}
        >
          {paused ? "Go on" : "Pause"}
        </Button>
      </div>
      <Totals live={live} paused={paused} />
      <div className="grid">
        <LastHour live={live} paused={paused} />
        <Hours paused={paused} />
        <Target paused={paused} />
        <Ticker paused={paused} />
        <Categories paused={paused} />
        <Products paused={paused} end="top" />
        <Products paused={paused} end="bottom" />
        <Places paused={paused} />
      </div>
    </div>
  );
}

function LiveState({ live, paused }: { live: Live; paused: boolean }) {
  if (paused) return <span className="quiet">Paused; the figures stay as they were.</span>;
  if (live.problem)
    return (
      <span className={css["late"]} role="status">
        ▲ {live.problem}
      </span>
    );
  return (
    <span className={css["live"]} role="status">
      <span className={css["dot"]} aria-hidden="true" />
      {live.figures ? "Live" : "Connecting"}
    </span>
  );
}

function Totals({ live, paused }: { live: Live; paused: boolean }) {
  const { currency } = useScope();
  if (!live.figures)
    return (
      <div className={figuresCss["alone"]}>
        <NoFigures live={live} paused={paused} height={92} />
      </div>
    );
  const row = inCurrency(live.figures.totals, currency)[0];
  return (
    <section aria-label="Live figures">
      <p className="quiet small">
        <AllCategories />
      </p>
      <div className="tiles">
        <Tile
          id="live_revenue"
          label="Revenue today"
          measure="revenue"
          value={row?.revenue ?? 0}
          unit={money(currency)}
        />
        <Tile
          id="live_transactions"
          label="Transactions"
          measure="transactions"
          value={row?.transactions ?? 0}
          unit={count}
        />
        <Tile
          label="Average basket"
          measure="average_basket"
          value={row?.mean_basket ?? null}
          unit={money(currency)}
        />
        <Tile label="Units sold" measure="units_sold" value={row?.units ?? 0} unit={units} />
        <Tile label="Returns" value={row?.returns ?? 0} unit={count}>
          of {format(row?.sales ?? 0, count)} receipt lines
        </Tile>
      </div>
      <div className={figuresCss["stamp"]}>
        <Stamp
          of={freshnessOf(live.figures)}
          receivedAt={live.receivedAt}
          failing={paused || live.problem !== null}
        />
      </div>
    </section>
  );
}

/** Why there are none, and what to do about it. */
function NoFigures({ live, paused, height }: { live: Live; paused: boolean; height: number }) {
  if (paused) return <Empty title="Paused before any came">Go on to see figures of these stores.</Empty>;
  if (live.problem) return <Empty title="No live figures yet">{live.problem}</Empty>;
  return <Waiting height={height} />;
}

function LastHour({ live, paused }: { live: Live; paused: boolean }) {
  const { currency } = useScope();
  const spec = useMemo(
    () => (live.figures ? lastHour(live.figures.minutes, currency, live.figures.as_of) : null),
    [live.figures, currency],
  );
  const title = "Last hour, by minute";
  const view = useChartView({
    title,
    spec: spec !== null && spec.x.values.length > 0 ? spec : null,
    height: 220,
    freshness: live.figures ? freshnessOf(live.figures) : null,
  });
  return (
    <Frame
      title={title}
      measure="revenue"
      note={<AllCategories />}
      tools={view.tools}
      className="wide"
      foot={
        live.figures ? (
          <Stamp
            of={freshnessOf(live.figures)}
            receivedAt={live.receivedAt}
            failing={paused || live.problem !== null}
          />
        ) : undefined
      }
    >
      {spec === null ? (
        <NoFigures live={live} paused={paused} height={220} />
      ) : spec.x.values.length === 0 ? (
        <Empty title="Nothing was sold yet" />
      ) : (
        view.body
      )}
    </Frame>
  );
}

interface Paused {
  paused: boolean;
}

function Hours({ paused }: Paused) {
  const { undated, currency } = useScope();
  const hours = useScreen("realtime_hours", undated, { everyMs: paused ? 0 : 15_000 });
  return (
    <ChartPanel
      title="Today by hour, against last week"
      query={hours}
      freshness={freshnessOf}
      height={240}
      note={
        <>
          <AllCategories />
          Hours of the stores’ own clocks.
        </>
      }
      spec={(data) => againstLastWeek(data.rows, currency, isRunning(data.as_of, Date.now()))}
    />
  );
}

function Target({ paused }: Paused) {
  const { undated, currency } = useScope();
  const target = useScreen("realtime_target", undated, { everyMs: paused ? 0 : everyMs });
  return (
    <Panel
      title="Today against target"
      measure="target"
      query={target}
      freshness={freshnessOf}
      height={120}
      note={<AllCategories />}
      isEmpty={(data) => inCurrency(data.rows, currency).length === 0}
      empty={
        <Empty title="No targets for today">
          Load them with <code>shelfcast import --table sales_targets FILE</code>.
        </Empty>
      }
    >
      {(data) =>
        inCurrency(data.rows, currency).map((row) => (
          <div key={row.currency}>
            <p className={css["attained"]}>
              {format(row.attainment, share)}
              <span className="quiet"> of today’s target, {format(row.stores, count)} stores</span>
            </p>
            <Gauge
              label="Revenue today against target"
              value={toNumber(row.actual_revenue)}
              of={toNumber(row.target_revenue) ?? 0}
              unit={money(row.currency)}
            />
          </div>
        ))
      }
    </Panel>
  );
}

function Ticker({ paused }: Paused) {
  const { undated, filters, catalog } = useScope();
  const ticker = useScreen(
    "realtime_ticker",
    { ...byCategory(undated, filters.category), limit: 30 },
    { everyMs: paused ? 0 : 1_500 },
  );
  return (
    <Panel
      title="Ticker"
      query={ticker}
      freshness={freshnessOf}
      height={240}
      isEmpty={(data) => data.rows.length === 0}
      empty={<Empty title="Nothing came in within the last hour" />}
    >
      {(data) => (
        <ul className={`bare ${css["ticker"]}`} aria-label="Newest events">
          {data.rows.map((row) => (
            <li key={`${row.log_partition} ${row.log_offset}`}>
              <span className={css["time"]}>
                {formatInstant(row.event_time, catalog.zoneOf(row.store_id), false)}
              </span>
              <span className={css["sold"]}>
                {row.transaction_type === "SALE" ? "" : `${row.transaction_type.toLowerCase()}: `}
                {format(row.quantity, units)} ×{" "}
                <ProductLink product={row.product_id} store={row.store_id}>
                  {row.product_name || row.product_id}
                </ProductLink>{" "}
                <span className="quiet">{catalog.storeName(row.store_id)}</span>
              </span>
              <span>
                {row.transaction_type === "RESTOCK" ? "" : format(row.revenue, money(row.currency))}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

const mostCategories = 12;

function Categories({ paused }: Paused) {
  const { undated, filters, currency } = useScope();
  const categories = useScreen("realtime_categories", byCategory(undated, filters.category), {
    everyMs: paused ? 0 : everyMs,
  });
  const go = useGo();
  const all = categories.data ? inCurrency(categories.data.rows, currency) : [];
  return (
    <ChartPanel
      title="By category"
      measure="revenue"
      query={categories}
      freshness={freshnessOf}
      height={300}
      note={
        all.length > mostCategories ? `${mostCategories} of ${all.length} categories, by revenue.` : undefined
      }
      onMark={(at, data) => {
        const row = inCurrency(data.rows, currency)[at];
        if (row) go({ to: "/history", search: { category: row.category } });
      }}
      spec={(data) => {
        const rows = inCurrency(data.rows, currency).slice(0, mostCategories);
        return {
          kind: "bar",
          label: "Revenue today",
          unit: money(currency),
          category: "Category",
          horizontal: true,
          names: rows.map((row) => row.category || "none"),
          series: [{ name: "revenue", values: rows.map((row) => toNumber(row.revenue)) }],
        };
      }}
    />
  );
}

function Products({ paused, end }: Paused & { end: "top" | "bottom" }) {
  const { undated, filters, currency } = useScope();
  const products = useScreen("realtime_products", byCategory(undated, filters.category), {
    everyMs: paused ? 0 : everyMs,
  });
  const go = useGo();
  const rowsOf = (data: NonNullable<typeof products.data>) =>
    inCurrency(data.rows, currency)
      .filter((row) => row.end_of_list === end)
      .sort((a, b) => a.place - b.place)
      .slice(0, 10);
  return (
    <ChartPanel
      title={end === "top" ? "Best products today" : "Last products today"}
      measure="revenue"
      query={products}
      freshness={freshnessOf}
      height={300}
      onMark={(at, data) => {
        const row = rowsOf(data)[at];
        if (row) go({ to: "/product", search: { product: row.product_id } });
      }}
      spec={(data) => {
        const rows = rowsOf(data);
        return {
          kind: "bar",
          label: "Revenue today",
          unit: money(currency),
          category: "Product",
          horizontal: true,
          names: rows.map((row) => row.product_name || row.product_id),
          series: [{ name: "revenue", values: rows.map((row) => toNumber(row.revenue)) }],
        };
      }}
    />
  );
}

function Places({ paused }: Paused) {
  const { undated, currency } = useScope();
  const stores = useScreen("realtime_stores", undated, { everyMs: paused ? 0 : 10_000 });
  const go = useGo();
  const shown = (data: NonNullable<typeof stores.data>) => placed(inCurrency(data.rows, currency));
  return (
    <ChartPanel
      title="Stores today"
      measure="revenue"
      query={stores}
      freshness={freshnessOf}
      height={380}
      className="wide"
      note={
        <>
          <AllCategories />
          Area of a mark: revenue today.
        </>
      }
      empty={
        <Empty title="No store has a place">
          Latitude and longitude come with <code>shelfcast import --table stores</code>.
        </Empty>
      }
      onMark={(at, data) => {
        const row = shown(data)[at];
        if (row) go({ to: "/store", search: { store: String(row.store_id) } });
      }}
      spec={(data) => ({
        kind: "map",
        label: "Revenue today",
        unit: money(currency),
        places: shown(data).map((row) => ({
          name: row.store_name || row.store_code,
          latitude: row.latitude,
          longitude: row.longitude,
          value: toNumber(row.revenue),
          note: `a week ago ${format(row.revenue_week_ago, money(row.currency))}`,
        })),
      })}
    />
  );
}
