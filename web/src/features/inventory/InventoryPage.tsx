import { Button, SegmentedControl } from "@mantine/core";
import type { ReactNode } from "react";
import { byCategory, inCurrency, useScope } from "../../api/catalog";
import { freshnessOf, useScreen, type Row } from "../../api/screens";
import { ChartPanel } from "../../charts/ChartPanel";
import { useParam } from "../../filters/useFilters";
import { useGo } from "../../filters/useGo";
import { count, days, format, money, plain, share, sumOf, units } from "../../format/format";
import { AllCategories } from "../../ui/AllCategories";
import { Figures } from "../../ui/Figures";
import { ScreenTable } from "../../ui/ScreenTable";
import { Risk, riskWord, Status } from "../../ui/Status";
import { Empty } from "../../ui/states";
import { Tile } from "../../ui/Tile";
import {
  ageOfStock,
  agesOf,
  categoryOfLink,
  categoryStock,
  classAt,
  classMatrix,
  className,
  drawn,
  goodsFlow,
  largest,
  ofClass,
  overUnder,
  type StockMeasure,
} from "./stock";

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
        <OfAge />
        <Classes />
        <ClassItems />
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

const mostCategories = 12;

function CategoryStock() {
  const { undated, currency } = useFiltered();
  const stock = useScreen("inventory_categories", undated, { everyMs: 30_000 });
  const [shownAs, setShownAs] = useParam("stock_as");
  const by: StockMeasure = shownAs === "value" ? "value" : "units";
  const go = useGo();
  const all = stock.data ? largest(inCurrency(stock.data.rows, currency), by) : [];
  const top = all.slice(0, mostCategories);
  return (
    <ChartPanel
      title="Stock by category"
      measure={by === "value" ? "stock_value" : "on_hand"}
      query={stock}
      freshness={freshnessOf}
      height={320}
      note={
        <div className="row">
          <SegmentedControl
            size="xs"
            aria-label="Stock in"
            value={by}
            onChange={(value) => setShownAs(value === "value" ? value : null)}
            data={[
              { value: "units", label: "Units" },
              { value: "value", label: "Value" },
            ]}
          />
          {all.length > top.length ? (
            <span>
              The largest {top.length} of {all.length} categories.
            </span>
          ) : null}
        </div>
      }
      empty={
        by === "value" ? (
          <Empty title="No value is known">
            It takes what is in stock and what it costs: <code>shelfcast import --table products</code>.
          </Empty>
        ) : (
          <Empty title="No stock is known yet">
            Stock follows counts (<code>inventory-updates</code>), receipts and sales.
          </Empty>
        )
      }
      onMark={(at) => {
        const row = top[at];
        if (row?.category) go({ to: "/inventory", search: { category: row.category } });
      }}
      spec={() => categoryStock(top, by, currency)}
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
  const go = useGo();
  return (
    <ChartPanel
      title="Flow of goods"
      measure="on_hand"
      query={movements}
      freshness={freshnessOf}
      height={380}
      className="wide"
      note="Units that came in, by what they are, and how they left."
      onMark={(at, data) => {
        const category = categoryOfLink(goodsFlow(data.rows).links[at]);
        if (category) go({ to: "/inventory", search: { category } });
      }}
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
  const [, setAge] = useParam("age");
  const rowsOf = (data: NonNullable<typeof ageing.data>) => inCurrency(data.rows, currency);
  return (
    <ChartPanel
      title="Age of stock"
      measure="ageing"
      query={ageing}
      freshness={freshnessOf}
      height={280}
      note="Press an age to see its categories."
      onMark={(at, data) => setAge(agesOf(rowsOf(data))[at] ?? null)}
      spec={(data) => ageOfStock(rowsOf(data), currency)}
    />
  );
}

/** The categories of an age, once one was pressed; from there to the items of a category. */
function OfAge() {
  const { undated, currency } = useFiltered();
  const [age, setAge] = useParam("age");
  const go = useGo();
  if (age === undefined) return null;
  return (
    <ScreenTable
      title="Stock of an age, by category"
      screen="inventory_ageing"
      measure="ageing"
      filters={undated}
      rows={(data) => inCurrency(data.rows, currency).filter((row) => row.age === age)}
      rowKey={(row) => row.category}
      sortBy={{ key: "value", descending: true }}
      most={10}
      note={<Picked of={age === "unknown" ? "Age unknown" : `${age} days`} onClose={() => setAge(null)} />}
      empty={<Empty title="Nothing in stock is of this age" />}
      onOpen={(row) => {
        if (row.category) go({ to: "/inventory", search: { category: row.category } });
      }}
      openLabel={(row) => `Items of ${row.category || "no category"}`}
      columns={[
        { key: "category", title: "Category", value: (row) => row.category || "none" },
        { key: "items", title: "Items", unit: count, value: (row) => row.items },
        { key: "on_hand", title: "On hand", unit: units, value: (row) => row.on_hand_units },
        { key: "value", title: "Value", unit: money(currency), value: (row) => row.stock_value },
      ]}
    />
  );
}

/** Which mark a table is of, and how to be rid of the table. */
function Picked({ of, onClose, children }: { of: string; onClose: () => void; children?: ReactNode }) {
  return (
    <div className="spread">
      <span>
        <strong>{of}</strong>
        {children}
      </span>
      <Button size="compact-xs" variant="default" onClick={onClose}>
        Close
      </Button>
    </div>
  );
}

function Classes() {
  const { undated, currency } = useScope();
  const classes = useScreen("inventory_classes", undated);
  const [, setClass] = useParam("class");
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
          Products in stores of each class. Press a class to see them.
        </>
      }
      onMark={(row, _data, column) => setClass(classAt(row, column))}
      spec={(data) =>
        classMatrix(inCurrency(data.rows, currency), count, (row: Row<"inventory_classes">) => row.items)
      }
    />
  );
}

/** The products of a class, once one was pressed. The screen knows no class: those that came are looked through. */
function ClassItems() {
  const { undated, currency, catalog } = useScope();
  const [chosen, setClass] = useParam("class");
  const go = useGo();
  const name = className(chosen);
  const filters = { ...undated, limit: 10_000 };
  const items = useScreen("inventory_class_items", filters, { wait: name === null });
  if (chosen === undefined || name === null) return null;
  const lookedAt = items.data?.rows.length ?? 0;
  return (
    <ScreenTable
      title="Items of a class"
      screen="inventory_class_items"
      measure="abc_xyz"
      filters={filters}
      className="wide"
      rows={(data) =>
        ofClass(
          data.rows.filter((row) => catalog.currencyOf(row.store_id) === currency),
          chosen,
        )
      }
      rowKey={(row) => `${row.store_id} ${row.product_id}`}
      sortBy={{ key: "revenue", descending: true }}
      most={12}
      note={
        <Picked of={`Class ${name}`} onClose={() => setClass(null)}>
          <span className="quiet">
            {" "}
            · {format(lookedAt, count)} items looked at
            {items.data?.next_cursor ? ", those with the most revenue" : ""}
          </span>
        </Picked>
      }
      empty={<Empty title="None of the items looked at is of this class" />}
      onOpen={(row) =>
        go({ to: "/product", search: { product: row.product_id, store: String(row.store_id) } })
      }
      openLabel={(row) => `${row.product_name} in ${catalog.storeName(row.store_id)}`}
      columns={[
        { key: "product", title: "Product", value: (row) => row.product_name },
        { key: "store", title: "Store", value: (row) => catalog.storeName(row.store_id) },
        { key: "category", title: "Category", value: (row) => row.category || "none", minor: true },
        { key: "class", title: "Class", value: (row) => `${row.abc_class}${row.xyz_class}` },
        { key: "revenue", title: "13 weeks", unit: money(currency), value: (row) => row.revenue },
        { key: "share", title: "Of the store", unit: share, value: (row) => row.revenue_share, minor: true },
        { key: "units", title: "Units", unit: units, value: (row) => row.net_units, minor: true },
        {
          key: "variation",
          title: "Variation",
          unit: plain,
          value: (row) => row.coefficient_of_variation ?? null,
          minor: true,
        },
      ]}
    />
  );
}

function Turnover() {
  const { dated, currency, wait } = useFiltered();
  const go = useGo();
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
      onOpen={(row) => {
        if (row.category) go({ to: "/inventory", search: { category: row.category } });
      }}
      openLabel={(row) => `Stock of ${row.category || "no category"}`}
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
      measure="suppliers"
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
