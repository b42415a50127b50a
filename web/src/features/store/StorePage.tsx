import { Button, Collapse, Select } from "@mantine/core";
import { useState } from "react";
import { useScope } from "../../api/catalog";
import type { Proposal } from "../../api/client";
import { freshnessOf, useScreen } from "../../api/screens";
import { useFilters } from "../../filters/useFilters";
import { useGo } from "../../filters/useGo";
import {
  changeOf,
  count,
  format,
  formatChange,
  formatDate,
  formatInstant,
  money,
  toNumber,
  type Figure,
} from "../../format/format";
import { Arithmetic } from "../../proposals/Arithmetic";
import { decide, proposalKey, useProductNames } from "../../proposals/orders";
import { mayDecide } from "../../proposals/rights";
import { attentionWord } from "../../measures/kinds";
import { useSession } from "../../session/session";
import { Icon } from "../../ui/Icon";
import { PageLink, ProductLink } from "../../ui/PageLink";
import { Figures } from "../../ui/Figures";
import { Frame, Panel } from "../../ui/Panel";
import { ScreenTable } from "../../ui/ScreenTable";
import { Risk, riskWord, severityLevel, Status } from "../../ui/Status";
import { Empty } from "../../ui/states";
import { Tile } from "../../ui/Tile";
import { NightPanel } from "./NightPanel";
import { nightOf } from "./overnight";
import { useIncidents, useWaiting } from "./queries";
import css from "./Store.module.css";

/** One store at eight in the morning, on a phone: what happened, what is red, what to approve. */
export default function StorePage() {
  const { session } = useSession();
  const [filters, change] = useFilters();
  const { catalog } = useScope();
  const store =
    filters.store?.[0] ??
    session?.stores[0] ??
    (catalog.stores.length === 1 ? catalog.stores[0]?.store_id : undefined);
  if (store === undefined) {
    return (
      <Frame title="Which store?">
        {catalog.known && catalog.stores.length === 0 ? (
          <Empty title="No stores are known yet">
            Stores come with <code>shelfcast import --table stores</code>, or with receipts and{" "}
            <code>--create-stores</code>.
          </Empty>
        ) : (
          <Select
            size="md"
            searchable
            limit={200}
            label="Store"
            placeholder="Name of the store"
            data={catalog.stores.map((one) => ({
              value: String(one.store_id),
              label: one.store_name || one.store_code,
            }))}
            value={null}
            onChange={(id) => {
              if (id) change({ store: [Number(id)] });
            }}
          />
        )}
      </Frame>
    );
  }
  return (
    <div className={css["page"]}>
      <Overnight store={store} />
      <Alerts store={store} />
      <ToApprove store={store} />
      <LowStock store={store} />
    </div>
  );
}

interface OfStore {
  store: number;
}

function Overnight({ store }: OfStore) {
  const { catalog } = useScope();
  const kpis = useScreen("home_kpis", { store: [store] }, { everyMs: 15_000 });
  // The store's zone says which day is over; without it another day would be asked for first.
  const isKnown = catalog.known && !kpis.isPlaceholderData;
  const newest = isKnown ? (kpis.data?.business_date ?? null) : null;
  const lastEvent = kpis.data?.rows[0]?.last_event_time ?? null;
  const night =
    newest === null ? null : nightOf({ date: newest, lastEvent }, catalog.zoneOf(store), new Date());
  // Before the first receipt of a morning the newest day is yesterday.
  const isOver = night !== null && night.day === newest;
  return (
    <section className="stack" aria-label="Summary">
      <p className={css["store"]}>
        <strong>{catalog.storeName(store)}</strong>{" "}
        <span className="quiet">
          {kpis.data?.business_date ? formatDate(kpis.data.business_date, "long") : ""}
        </span>
      </p>
      <Figures
        query={kpis}
        freshness={freshnessOf}
        isEmpty={(data) => data.rows.length === 0}
        empty={<Empty title="This store sold nothing yet" />}
      >
        {(data) =>
          data.rows
            .map((row) => (
              <Tile
                key={row.currency}
                id="store_revenue"
                label={isOver ? `${formatDate(row.business_date, "weekday")}, the whole day` : "Today so far"}
                measure="revenue"
                value={row.revenue}
                unit={money(row.currency)}
                change={{ value: row.revenue_change ?? null, against: "a week ago, by the same time" }}
              />
            ))
            .concat(
              data.rows.flatMap((row) => [
                <Tile
                  key="yesterday"
                  id="Yesterday"
                  label={isOver ? "The day before" : "Yesterday"}
                  value={row.revenue_yesterday}
                  unit={money(row.currency)}
                >
                  the whole day
                </Tile>,
                <Tile key="lines" label="Receipt lines" value={row.sales} unit={count}>
                  {formatChange(changeOf(row.sales, row.sales_week_ago))} on a week ago
                </Tile>,
              ]),
            )
        }
      </Figures>
      {night ? <NightPanel key={store} store={store} night={night} /> : null}
    </section>
  );
}

const mostRed = 12;

function Alerts({ store }: OfStore) {
  const attention = useScreen("home_attention", { store: [store], limit: 100 }, { everyMs: 15_000 });
  const incidents = useIncidents(store);
  const kindOf = (id: string) => incidents.data?.rows.find((row) => row.incident_id === id)?.kind;
  const red = attention.data?.rows.filter((row) => row.kind !== "proposals").length ?? 0;
  return (
    <Panel
      title="Red now"
      firstRows
      note={
        red > mostRed
          ? `The ${mostRed} most urgent of ${red}${attention.data?.next_cursor ? " and more" : ""}.`
          : undefined
      }
      measure="stock_out_risk"
      query={attention}
      freshness={freshnessOf}
      height={120}
      isEmpty={(data) => data.rows.filter((row) => row.kind !== "proposals").length === 0}
      empty={<Empty title="Nothing is red">No alert and no incident in this store.</Empty>}
    >
      {(data) => (
        <ul className={`bare ${css["list"]}`}>
          {data.rows
            .filter((row) => row.kind !== "proposals")
            .slice(0, mostRed)
            .map((row) => (
              <li key={`${row.kind} ${row.item_id}`}>
                <PageLink
                  className={css["alert"]}
                  {...(row.product_id
                    ? { to: "/product", search: { product: row.product_id, store: String(store) } }
                    : {
                        to: "/anomalies",
                        search: {
                          store: String(store),
                          ...(row.kind === "silent_store" ? { part: "data" } : { incident: row.item_id }),
                        },
                      })}
                >
                  <Status level={severityLevel(row.severity)}>
                    {attentionWord(row.kind, kindOf(row.item_id))}
                  </Status>
                  <span>
                    <strong>{row.product_name || row.product_id || "this store"}</strong>
                    <span className={css["why"]}>{row.reason || `since ${formatInstant(row.since)}`}</span>
                  </span>
                  <Icon name="right" size={16} />
                </PageLink>
              </li>
            ))}
        </ul>
      )}
    </Panel>
  );
}

function ToApprove({ store }: OfStore) {
  const { catalog } = useScope();
  const { restock, date, proposals, open: waiting } = useWaiting(store);
  const nameOf = useProductNames(restock.data?.rows);
  const go = useGo();
  const open = [...waiting].sort((a, b) => (riskOf(b) ?? -1) - (riskOf(a) ?? -1));
  const currency = catalog.currencyOf(store);
  if (date === null)
    return (
      <Panel
        title="To approve"
        query={restock}
        isEmpty={() => true}
        empty={<Empty title="Nothing to approve">The daily review at 10:30 proposes what to order.</Empty>}
      >
        {() => null}
      </Panel>
    );
  return (
    <Panel
      title="To approve"
      measure="proposal"
      query={proposals}
      height={200}
      isEmpty={() => open.length === 0}
      empty={<Empty title="Everything is decided">What was approved is in Orders.</Empty>}
      tools={() => (
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => go({ to: "/orders", search: { store: String(store) } })}
        >
          All {open.length}
        </Button>
      )}
    >
      {() => (
        <ul className={`bare ${css["list"]}`}>
          {open.slice(0, 8).map((one) => (
            <Approvable
              key={proposalKey(one)}
              proposal={one}
              name={nameOf(one.product_id)}
              currency={currency}
              nameOf={nameOf}
            />
          ))}
        </ul>
      )}
    </Panel>
  );
}

const riskOf = (one: Proposal): number | null => toNumber(one.terms?.["stock_out_probability"] as Figure);

function Approvable({
  proposal,
  name,
  currency,
  nameOf,
}: {
  proposal: Proposal;
  name: string;
  currency: string;
  nameOf: (product: string) => string;
}) {
  const [open, setOpen] = useState(false);
  const { session } = useSession();
  const risk = riskOf(proposal);
  return (
    <li className={css["proposal"]}>
      <div className={css["head"]}>
        <span className={css["what"]}>
          <ProductLink product={proposal.product_id} store={proposal.store_id}>
            {name}
          </ProductLink>
          <span className={css["why"]}>
            {format(proposal.value, money(currency))} · <Risk of={risk} />
          </span>
        </span>
        {mayDecide(session) ? (
          <Button
            size="md"
            className={css["order"] ?? ""}
            onClick={() => decide("approve", [proposal], currency, nameOf)}
            aria-label={`Order ${proposal.quantity.toLocaleString()} of ${name}`}
          >
            Order {proposal.quantity.toLocaleString()}
          </Button>
        ) : (
          <strong>{proposal.quantity.toLocaleString()} units</strong>
        )}
      </div>
      <button type="button" className={css["toggle"]} aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? "Hide the arithmetic" : `Why ${proposal.order_quantity.toLocaleString()}?`}
      </button>
      <Collapse expanded={open}>{open ? <Arithmetic proposal={proposal} /> : null}</Collapse>
    </li>
  );
}

function LowStock({ store }: OfStore) {
  const go = useGo();
  return (
    <ScreenTable
      title="Lowest stock"
      screen="inventory_items"
      measure="days_of_cover"
      filters={{ store: [store], limit: 50 }}
      rows={(data) => data.rows.filter((row) => row.on_hand_units !== null)}
      rowKey={(row) => row.product_id}
      most={12}
      onOpen={(row) => go({ to: "/product", search: { product: row.product_id, store: String(store) } })}
      openLabel={(row) => row.product_name}
      empty={<Empty title="No stock is known of this store">Count it, or send receipts of goods.</Empty>}
      columns={[
        { key: "product", title: "Product", value: (row) => row.product_name },
        {
          key: "risk",
          title: "Risk",
          value: (row) => row.stock_out_probability ?? -1,
          cell: (row) => <Status level={riskWord(row.risk).level}>{riskWord(row.risk).word}</Status>,
        },
        {
          key: "on_hand",
          title: "On hand",
          unit: count,
          value: (row) => row.on_hand_units,
          cell: (row) => format(row.on_hand_units, { kind: "units" }),
        },
      ]}
    />
  );
}
