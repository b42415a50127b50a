import { useRouter } from "@tanstack/react-router";
import { Button } from "@mantine/core";
import { useScope } from "../../api/catalog";
import { freshnessOf, useScreen, type Row } from "../../api/screens";
import { ChartPanel } from "../../charts/ChartPanel";
import { useParam } from "../../filters/useFilters";
import { useGo } from "../../filters/useGo";
import {
  days,
  format,
  formatInstant,
  formatSigned,
  money,
  share,
  sumOf,
  units,
  type Figure,
} from "../../format/format";
import { Figures } from "../../ui/Figures";
import { Icon } from "../../ui/Icon";
import { ScreenTable } from "../../ui/ScreenTable";
import { Risk } from "../../ui/Status";
import { Empty } from "../../ui/states";
import { Tile } from "../../ui/Tile";
import { demandSpec, salesSpec, stockSpec } from "./product";
import css from "./Product.module.css";

/** Where every figure ends: one product, in one store or in all that have it. */
export default function ProductPage() {
  const [product = ""] = useParam("product");
  const router = useRouter();
  return (
    <div className="stack">
      <div className="row">
        <Button
          size="xs"
          variant="default"
          leftSection={<Icon name="left" size={14} />}
          onClick={() => router.history.back()}
        >
          Back
        </Button>
      </div>
      <Head product={product} />
      <div className="grid">
        <Sales product={product} />
        <Stock product={product} />
        <Demand product={product} />
        <Stores product={product} />
        <Movements product={product} />
      </div>
    </div>
  );
}

interface OfProduct {
  product: string;
}

function Head({ product }: OfProduct) {
  const { undated, catalog, filters } = useScope();
  const known = useScreen("product_summary", { ...undated, product }, { everyMs: 30_000 });
  return (
    <Figures
      query={known}
      freshness={freshnessOf}
      isEmpty={(data) => data.rows.length === 0}
      empty={
        <Empty title={`Nothing is known of ${product} here`}>
          It was not sold in 13 weeks, and no stock of it is known in the stores chosen.
        </Empty>
      }
    >
      {(data) => {
        const [first] = data.rows;
        if (!first) return null;
        const all = (of: (row: Row<"product_summary">) => Figure) => sumOf(data.rows, of);
        const worst = data.rows.reduce<number | null>(
          (most, row) =>
            row.stock_out_probability === null || row.stock_out_probability === undefined
              ? most
              : Math.max(most ?? 0, row.stock_out_probability),
          null,
        );
        return (
          <>
            <div className={css["name"]}>
              <h2>{first.product_name || first.product_id}</h2>
              <p className="quiet">
                {[first.product_id, first.category, first.brand, first.supplier].filter(Boolean).join(" · ")}
              </p>
              <p>
                {filters.store?.length
                  ? filters.store.map((id) => catalog.storeName(id)).join(", ")
                  : `${data.rows.length} ${data.rows.length === 1 ? "store" : "stores"}`}
                {first.abc_class ? (
                  <span className="quiet">
                    {" "}
                    · class {first.abc_class}
                    {first.xyz_class}
                  </span>
                ) : null}
              </p>
            </div>
            <Tile
              id="product_on_hand"
              label="On hand"
              measure="on_hand"
              value={all((row) => row.on_hand_units)}
              unit={units}
            >
              {format(
                all((row) => row.on_order_units),
                units,
              )}{" "}
              on order
            </Tile>
            <Tile
              label="Cover"
              measure="days_of_cover"
              value={data.rows.length === 1 ? (first.days_of_cover ?? null) : null}
              unit={days}
            >
              {data.rows.length > 1 ? "of one store; choose one below" : null}
            </Tile>
            <Tile
              label={data.rows.length > 1 ? "Risk, the worst store" : "Risk"}
              measure="stock_out_risk"
              value={worst}
              unit={share}
            >
              <Risk of={worst} />
            </Tile>
            <Tile label="Units, 13 weeks" value={all((row) => row.net_units_13_weeks)} unit={units} />
          </>
        );
      }}
    </Figures>
  );
}

function Sales({ product }: OfProduct) {
  const { dated, wait } = useScope();
  const sold = useScreen("product_days", { ...dated, product, limit: 10_000 }, { wait });
  return (
    <ChartPanel
      title="Sold by day"
      measure="units_sold"
      query={sold}
      freshness={freshnessOf}
      height={240}
      className="wide"
      spec={(data) => salesSpec(data.rows)}
    />
  );
}

function Stock({ product }: OfProduct) {
  const { dated, wait } = useScope();
  const stock = useScreen("product_days", { ...dated, product, limit: 10_000 }, { wait });
  return (
    <ChartPanel
      title="Stock at the end of the day"
      measure="on_hand"
      query={stock}
      freshness={freshnessOf}
      height={260}
      empty={
        <Empty title="No daily snapshots of stock in these dates">
          They are made at 02:30 for dates that are over.
        </Empty>
      }
      spec={(data) => stockSpec(data.rows)}
    />
  );
}

function Demand({ product }: OfProduct) {
  const { undated, around, wait } = useScope();
  const series = useScreen(
    "forecast_series",
    { ...undated, product, ...around(-27, 56), limit: 10_000 },
    { wait },
  );
  return (
    <ChartPanel
      title="Forecast"
      measure="forecast"
      query={series}
      freshness={freshnessOf}
      height={260}
      empty={
        <Empty title="No forecasts of this product">They are made daily at 10:00 by the model in use.</Empty>
      }
      spec={(data) => demandSpec(data.rows)}
    />
  );
}

function Stores({ product }: OfProduct) {
  const { undated } = useScope();
  const go = useGo();
  return (
    <ScreenTable
      title="By store"
      screen="product_summary"
      filters={{ ...undated, product }}
      rowKey={(row) => String(row.store_id)}
      most={12}
      onOpen={(row) => go({ to: "/product", search: { product, store: String(row.store_id) } })}
      openLabel={(row) => row.store_name}
      columns={[
        { key: "store", title: "Store", value: (row) => row.store_name || `store ${row.store_id}` },
        {
          key: "risk",
          title: "Risk",
          value: (row) => row.stock_out_probability ?? -1,
          cell: (row) => <Risk of={row.stock_out_probability} />,
        },
        { key: "on_hand", title: "On hand", unit: units, value: (row) => row.on_hand_units ?? null },
        { key: "cover", title: "Cover", unit: days, value: (row) => row.days_of_cover ?? null, minor: true },
        {
          key: "revenue",
          title: "13 weeks",
          unit: (row) => money(row.currency),
          value: (row) => row.revenue_13_weeks,
        },
      ]}
    />
  );
}

function Movements({ product }: OfProduct) {
  const { dated, catalog, wait } = useScope();
  return (
    <ScreenTable
      wait={wait}
      title="Movements"
      screen="product_movements"
      measure="on_hand"
      filters={{ ...dated, product, limit: 500 }}
      rowKey={(row) => `${row.log_topic} ${row.log_partition} ${row.log_offset}`}
      most={12}
      columns={[
        {
          key: "time",
          title: "When",
          value: (row) => row.event_time,
          cell: (row) => formatInstant(row.event_time, catalog.zoneOf(row.store_id)),
        },
        { key: "store", title: "Store", value: (row) => catalog.storeName(row.store_id), minor: true },
        { key: "cause", title: "What", value: (row) => row.cause },
        {
          key: "units",
          title: "Units",
          unit: units,
          value: (row) => row.quantity_units,
          cell: (row) => formatSigned(row.quantity_units),
        },
        { key: "left", title: "Then on hand", unit: units, value: (row) => row.on_hand_units ?? null },
      ]}
    />
  );
}
