import { SegmentedControl } from "@mantine/core";
import { byCategory, inCurrency, useScope } from "../../api/catalog";
import { freshnessOf, useScreen, type Row } from "../../api/screens";
import { ChartPanel } from "../../charts/ChartPanel";
import { useParam } from "../../filters/useFilters";
import { useGo } from "../../filters/useGo";
import { count, days, format, money, plain, share, sumOf, toNumber, units } from "../../format/format";
import { AllCategories } from "../../ui/AllCategories";
import { Figures } from "../../ui/Figures";
import { ScreenTable } from "../../ui/ScreenTable";
import { Risk, riskWord, Status } from "../../ui/Status";
import { Empty } from "../../ui/states";
import { Tile } from "../../ui/Tile";
import { classMatrix, drawn, goodsFlow, overUnder } from "./stock";

/** What is there, what is missing, what lies too long. */
export default function InventoryPage() {
  return (
    <div className="stack">
      <Kpis />
      <Items />
      <div className="grid">
        <CategoryStock />
        <Restock />
        <Movements />
        <OverUnder />
        <Ageing />
        <Classes />
        <Turnover />
        <Suppliers />
      </div>
    </div>
  );
}

function useFiltered() {
  const { undated, dated, filters, currency, wait } = useScope();
  return {
    undated: byCategory(undated, filters.category),
    dated: byCategory(dated, filters.category),
    currency,
    wait,
  };
}

function Kpis() {
  const { undated, currency } = useFiltered();
  const stock = useScreen("inventory_categories", undated, { everyMs: 30_000 });
  return (
    <Figures
      query={stock}
      freshness={freshnessOf}
      isEmpty={(data) => data.rows.length === 0}
      empty={
        <Empty title="No stock is known yet">
          Stock follows counts (<code>inventory-updates</code>), receipts and sales.
        </Empty>
      }
    >
      {(data) => {
        const rows = inCurrency(data.rows, currency);
        const without = sumOf(rows, (row) => row.items_without_cost);
        const items = sumOf(rows, (row) => row.items) ?? 0;
        const unknown = sumOf(rows, (row) => row.items_unknown) ?? 0;
        // Of what was never counted nor received, only what went is known.
        const known = (figure: number | null) => (items > 0 ? figure : null);
        return (
          <>
            <Tile
              id="stock_value"
              label="Stock value"
              measure="stock_value"
              value={sumOf(rows, (row) => row.stock_value)}
              unit={money(currency)}
            >
              {without !== null && without > 0
                ? `${format(without, count)} items without a known cost left out`
                : items > 0 && rows.every((row) => row.stock_value === null)
                  ? "no costs are known"
                  : null}
            </Tile>
            <Tile
              id="on_hand"
              label="On hand"
              measure="on_hand"
              value={known(sumOf(rows, (row) => row.on_hand_units))}
              unit={units}
            >
              {unknown > 0
                ? `not known of ${format(unknown, count)} items: never counted nor received`
                : null}
            </Tile>
            <Tile
              label="On order"
              measure="on_order"
              value={sumOf(rows, (row) => row.on_order_units)}
              unit={units}
            />
            <Tile
              id="items_out"
              label="None left"
              value={known(sumOf(rows, (row) => row.items_out))}
              unit={count}
            >
              of {format(items, count)} items whose stock is known
            </Tile>
            <Tile
              label="Likely out"
              measure="stock_out_risk"
              value={known(sumOf(rows, (row) => row.items_at_risk))}
              unit={count}
            >
              {format(
                sumOf(rows, (row) => row.items_below_reorder_point),
                count,
              )}{" "}
              below the reorder point
            </Tile>
            <Tile
              label="Over-stocked"
              measure="days_of_cover"
              value={known(sumOf(rows, (row) => row.items_over_stock))}
              unit={count}
            >
              more than 60 days of cover
            </Tile>
          </>
        );
      }}
    </Figures>
  );
}

const risks = ["out", "high", "medium", "low"] as const;

function Items() {
  const { undated } = useFiltered();
  const { catalog } = useScope();
  const [risk, setRisk] = useParam("risk");
  const go = useGo();
  const chosen = risks.find((one) => one === risk);
  return (
    <ScreenTable
      title="Items"
      screen="inventory_items"
      measure="stock_out_risk"
      filters={{ ...undated, ...(chosen ? { risk: chosen } : {}), limit: 500 }}
      most={12}
      note={
        <SegmentedControl
          size="xs"
          aria-label="Risk"
          value={chosen ?? "all"}
          onChange={(value) => setRisk(value === "all" ? null : value)}
          data={[
            { value: "all", label: "All" },
            ...risks.map((one) => ({ value: one, label: riskWord(one).word })),
          ]}
        />
      }
      rows={(data) => (data.rows.some((row) => row.on_hand_units !== null) ? data.rows : [])}
      empty={
        chosen ? (
          <Empty title="No item is at this risk" />
        ) : (
          <Empty title="No stock is known yet">
            Stock follows counts (<code>inventory-updates</code>), receipts and sales.
          </Empty>
        )
      }
      rowKey={(row) => `${row.store_id} ${row.product_id}`}
      onOpen={(row) =>
        go({ to: "/product", search: { product: row.product_id, store: String(row.store_id) } })
      }
      openLabel={(row) => `${row.product_name} in ${catalog.storeName(row.store_id)}`}
      columns={[
        { key: "product", title: "Product", value: (row) => row.product_name },
        { key: "store", title: "Store", value: (row) => catalog.storeName(row.store_id), minor: true },
        {
          key: "risk",
          title: "Risk",
          value: (row) => row.stock_out_probability ?? (row.risk === "out" ? 2 : -1),
          cell: (row) => {
            const risk = riskWord(row.risk);
            return (
              <Status level={risk.level}>
                {row.stock_out_probability !== null && row.risk !== "out"
                  ? `${risk.word}, ${format(row.stock_out_probability, share)}`
                  : risk.word}
              </Status>
            );
          },
        },
        { key: "on_hand", title: "On hand", unit: units, value: (row) => row.on_hand_units },
        { key: "on_order", title: "On order", unit: units, value: (row) => row.on_order_units, minor: true },
        {
          key: "rate",
          title: "Sells a day",
          unit: plain,
          value: (row) => row.units_sold_per_day,
          minor: true,
        },
        { key: "cover", title: "Cover", unit: days, value: (row) => row.days_of_cover },
        {
          key: "reorder",
          title: "Reorder point",
          unit: units,
          value: (row) => row.reorder_point,
          minor: true,
        },
        {
          key: "value",
          title: "Value",
          unit: (row) => money(row.currency),
          value: (row) => row.stock_value,
          minor: true,
        },
        { key: "age", title: "Oldest", unit: days, value: (row) => row.oldest_stock_days, minor: true },
      ]}
    />
  );
}

function CategoryStock() {
  const { undated, currency } = useFiltered();
  const stock = useScreen("inventory_categories", undated, { everyMs: 30_000 });
  const go = useGo();
  const top = (data: NonNullable<typeof stock.data>) =>
    inCurrency(data.rows, currency)
      .filter((row) => row.stock_value !== null)
      .sort((a, b) => (toNumber(b.stock_value) ?? 0) - (toNumber(a.stock_value) ?? 0))
      .slice(0, 12);
  return (
    <ChartPanel
      title="Stock value by category"
      measure="stock_value"
      query={stock}
      freshness={freshnessOf}
      height={320}
      empty={
        <Empty title="No value is known">
          It takes what is in stock and what it costs: <code>shelfcast import --table products</code>.
        </Empty>
      }
      onMark={(at, data) => {
        const row = top(data)[at];
        if (row?.category) go({ to: "/inventory", search: { category: row.category } });
      }}
      spec={(data) => ({
        kind: "bar",
        label: "Stock value",
        unit: money(currency),
        category: "Category",
        horizontal: true,
        names: top(data).map((row) => row.category || "none"),
        series: [{ name: "stock value", values: top(data).map((row) => toNumber(row.stock_value)) }],
      })}
    />
  );
}

function Restock() {
  const { undated, catalog } = useScope();
  const go = useGo();
  return (
    <ScreenTable
      title="Restock first"
      screen="inventory_restock"
      measure="proposal"
      filters={{ ...undated, limit: 200 }}
      most={10}
      note={<AllCategories />}
      rowKey={(row) => `${row.store_id} ${row.product_id}`}
      empty={<Empty title="Nothing is to be ordered">Proposals come with the daily review at 10:30.</Empty>}
      onOpen={(row) =>
        go({
          to: "/orders",
          search: { store: String(row.store_id), review: row.review_date, proposal: row.product_id },
        })
      }
      openLabel={(row) => `Proposal: ${row.product_name}`}
      columns={[
        { key: "product", title: "Product", value: (row) => row.product_name },
        { key: "store", title: "Store", value: (row) => catalog.storeName(row.store_id), minor: true },
        { key: "quantity", title: "Order", unit: units, value: (row) => row.order_quantity },
        {
          key: "risk",
          title: "Risk",
          value: (row) => row.stock_out_probability ?? -1,
          cell: (row) => <Risk of={row.stock_out_probability} />,
        },
        { key: "ordered", title: "Ordered", value: (row) => row.is_ordered === 1, minor: true },
      ]}
    />
  );
}

function Movements() {
  const { dated, wait } = useFiltered();
  const movements = useScreen("inventory_movements", { ...dated, limit: 10_000 }, { wait });
  return (
    <ChartPanel
      title="Flow of goods"
      measure="on_hand"
      query={movements}
      freshness={freshnessOf}
      height={380}
      className="wide"
      note="Units that came in, by what they are, and how they left."
      spec={(data) => goodsFlow(data.rows)}
    />
  );
}

function OverUnder() {
  const { undated } = useFiltered();
  const { catalog } = useScope();
  const items = useScreen("inventory_items", { ...undated, limit: 2_000 });
  const go = useGo();
  return (
    <ChartPanel
      title="Over and under stock"
      measure="days_of_cover"
      query={items}
      freshness={freshnessOf}
      height={320}
      note="Each mark a product in a store; both axes logarithmic. The 2,000 at most risk."
      firstRows
      onMark={(at, data) => {
        const row = drawn(data.rows)[at];
        if (row) go({ to: "/product", search: { product: row.product_id, store: String(row.store_id) } });
      }}
      spec={(data) => overUnder(data.rows, catalog.storeName)}
    />
  );
}

function Ageing() {
  const { undated, currency } = useFiltered();
  const ageing = useScreen("inventory_ageing", undated);
  return (
    <ChartPanel
      title="Age of stock"
      measure="ageing"
      query={ageing}
      freshness={freshnessOf}
      height={280}
      spec={(data) => {
        const rows = inCurrency(data.rows, currency);
        const ages = [...new Map(rows.map((row) => [row.age, row.age_place])).entries()]
          .sort((a, b) => a[1] - b[1])
          .map(([age]) => age);
        return {
          kind: "bar",
          label: "Stock value",
          unit: money(currency),
          category: "Age",
          names: ages,
          series: [
            {
              name: "stock value",
              values: ages.map((age) =>
                sumOf(
                  rows.filter((row) => row.age === age),
                  (row) => row.stock_value,
                ),
              ),
            },
          ],
        };
      }}
    />
  );
}

function Classes() {
  const { undated, currency } = useScope();
  const classes = useScreen("inventory_classes", undated);
  return (
    <ChartPanel
      title="ABC-XYZ"
      measure="abc_xyz"
      query={classes}
      freshness={freshnessOf}
      height={260}
      note={
        <>
          <AllCategories />
          Products in stores of each class.
        </>
      }
      spec={(data) =>
        classMatrix(inCurrency(data.rows, currency), count, (row: Row<"inventory_classes">) => row.items)
      }
    />
  );
}

function Turnover() {
  const { dated, currency, wait } = useFiltered();
  return (
    <ScreenTable
      wait={wait}
      title="Turnover and GMROI"
      screen="inventory_turnover"
      measure="turnover"
      filters={dated}
      rows={(data) => inCurrency(data.rows, currency)}
      rowKey={(row) => row.category}
      sortBy={{ key: "value", descending: true }}
      most={10}
      empty={
        <Empty title="No stock values yet">
          The daily snapshot of stock (02:30) and unit costs of products make them.
        </Empty>
      }
      columns={[
        { key: "category", title: "Category", value: (row) => row.category || "none" },
        { key: "value", title: "Mean stock", unit: money(currency), value: (row) => row.mean_stock_value },
        { key: "turnover", title: "Turns a year", unit: plain, value: (row) => row.turnover },
        { key: "gmroi", title: "GMROI", unit: plain, value: (row) => row.gmroi },
        {
          key: "days",
          title: "Days in stock",
          unit: days,
          value: (row) => row.days_of_inventory,
          minor: true,
        },
      ]}
    />
  );
}

function Suppliers() {
  const { dated, wait } = useScope();
  return (
    <ScreenTable
      wait={wait}
      note={<AllCategories />}
      title="Suppliers"
      screen="inventory_suppliers"
      filters={dated}
      rowKey={(row) => row.supplier}
      sortBy={{ key: "deliveries", descending: true }}
      most={10}
      empty={
        <Empty title="No shipments announced in these dates">
          They come with the topic <code>supplier-shipments</code>.
        </Empty>
      }
      columns={[
        { key: "supplier", title: "Supplier", value: (row) => row.supplier || "not stated" },
        { key: "deliveries", title: "Deliveries", unit: count, value: (row) => row.deliveries },
        { key: "fill", title: "Filled", unit: share, value: (row) => row.fill_rate },
        { key: "time", title: "In time", unit: share, value: (row) => row.in_time_rate },
        { key: "lead", title: "Lead time", unit: days, value: (row) => row.mean_lead_time_days, minor: true },
      ]}
    />
  );
}
