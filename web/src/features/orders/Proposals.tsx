import { Button, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useScope } from "../../api/catalog";
import { decide, isUndecided, proposalKey, useProductNames, useProposals } from "../../proposals/orders";
import { limitText, mayDecide, whoDecides } from "../../proposals/rights";
import type { Proposal } from "../../api/client";
import { freshnessOf, useScreen, type Row } from "../../api/screens";
import { usePending } from "../../acts/held";
import { useParam } from "../../filters/useFilters";
import { useGo } from "../../filters/useGo";
import { count, format, formatDate, money, sumOf, units } from "../../format/format";
import { SaveRows } from "../../charts/SaveRows";
import { useSession } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { Icon } from "../../ui/Icon";
import { Panel } from "../../ui/Panel";
import { Empty } from "../../ui/states";
import { ProposalDetail } from "./ProposalDetail";
import { proposalFile } from "./proposalFile";
import { ProposalTable } from "./ProposalTable";
import css from "./Orders.module.css";

/** The proposals of one store's review: whose, if several may be meant, is asked first. */
export function Proposals() {
  const { undated, filters, catalog } = useScope();
  const reviews = useScreen("orders_reviews", { ...undated, limit: 10_000 });
  const [review] = useParam("review");
  const one =
    filters.store?.length === 1
      ? filters.store[0]
      : catalog.stores.length === 1
        ? catalog.stores[0]?.store_id
        : undefined;
  const restock = useScreen(
    "inventory_restock",
    { store: one === undefined ? [] : [one], limit: 10_000 },
    { wait: one === undefined },
  );
  const nameOf = useProductNames(restock.data?.rows);
  const date = review ?? reviews.data?.rows.find((known) => known.store_id === one)?.review_date;
  if (one !== undefined && date) return <Review store={one} date={date} nameOf={nameOf} />;
  return <Reviews query={reviews} />;
}

function Reviews({ query }: { query: ReturnType<typeof useScreen<"orders_reviews">> }) {
  const { catalog } = useScope();
  const go = useGo();
  const columns: Column<Row<"orders_reviews">>[] = [
    { key: "store", title: "Store", value: (row) => catalog.storeName(row.store_id) },
    {
      key: "date",
      title: "Review",
      value: (row) => row.review_date,
      cell: (row) => formatDate(row.review_date, "weekday"),
    },
    { key: "proposed", title: "Products to order", unit: count, value: (row) => row.proposed },
    { key: "urgent", title: "Likely out", unit: count, value: (row) => row.urgent },
    { key: "ordered", title: "Ordered", unit: count, value: (row) => row.ordered, minor: true },
    { key: "value", title: "Value", unit: (row) => money(row.currency), value: (row) => row.order_value },
  ];
  return (
    <Panel
      title="Stores with something to order"
      measure="proposal"
      query={query}
      freshness={freshnessOf}
      isEmpty={(data) => data.rows.length === 0}
      tools={(data) => <SaveRows title="Stores with something to order" rows={data.rows} columns={columns} />}
      empty={
        <Empty title="Nothing is proposed">
          Proposals come with the daily review, <code>retail_replenishment</code> at 10:30, or by{" "}
          <code>shelfcast replenish</code>. It needs forecasts and counted stock.
        </Empty>
      }
    >
      {(data) => (
        <DataTable
          label="Stores with something to order"
          rows={data.rows}
          rowKey={(row) => String(row.store_id)}
          onOpen={(row) => go({ to: "/orders", search: { store: String(row.store_id) } })}
          openLabel={(row) => `Proposals of ${catalog.storeName(row.store_id)}`}
          columns={columns}
        />
      )}
    </Panel>
  );
}

type Shown = "undecided" | "decided" | "all";

function Review({
  store,
  date,
  nameOf,
}: {
  store: number;
  date: string;
  nameOf: (product: string) => string;
}) {
  const { catalog } = useScope();
  const currency = catalog.currencyOf(store);
  const proposals = useProposals(store, date);
  const [shown, setShown] = useState<Shown>("undecided");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [open, setOpen] = useParam("proposal");
  const pending = usePending();
  const { session } = useSession();
  const decides = mayDecide(session);
  const go = useGo();
  const all = proposals.data?.proposals ?? [];
  const undecided = all.filter((one) => isUndecided(one) && !pending.has(proposalKey(one)));
  const rows =
    shown === "all"
      ? all
      : shown === "undecided"
        ? all.filter((one) => isUndecided(one))
        : all.filter((one) => one.state === "approved" || one.state === "rejected");
  const picked = undecided.filter((one) => chosen.has(proposalKey(one)));
  const act = (action: "approve" | "reject", some: readonly Proposal[]) => {
    decide(action, some, currency, nameOf);
    setChosen(new Set());
  };
  const detail = all.find((one) => one.product_id === open);
  return (
    <div className="stack">
      <div className="spread">
        <div className="row">
          {catalog.stores.length > 1 ? (
            <Button
              size="xs"
              variant="default"
              leftSection={<Icon name="left" size={14} />}
              onClick={() => go({ to: "/orders", search: { store: "", review: "" } })}
            >
              All stores
            </Button>
          ) : null}
          <strong>{catalog.storeName(store)}</strong>
          <span className="quiet">review of {formatDate(date, "weekday")}</span>
        </div>
        <SegmentedControl
          size="xs"
          aria-label="Proposals shown"
          value={shown}
          onChange={(value) => setShown(value as Shown)}
          data={[
            { value: "undecided", label: `To decide (${undecided.length})` },
            { value: "decided", label: "Decided" },
            { value: "all", label: "All" },
          ]}
        />
      </div>
      <div className={detail ? css["split"] : ""}>
        <Panel
          title="Proposals"
          measure="proposal"
          query={proposals}
          isEmpty={() => rows.length === 0}
          note={<Totals of={undecided} currency={currency} decides={decides} />}
          empty={
            <Empty title={shown === "undecided" ? "Everything is decided" : "None of these"}>
              {shown === "undecided"
                ? "What was approved is in Purchase orders, in a draft per supplier."
                : null}
            </Empty>
          }
          tools={() => (
            <div className="row">
              {decides ? (
                <>
                  <Button
                    size="compact-sm"
                    variant="default"
                    disabled={picked.length === 0}
                    onClick={() => act("reject", picked)}
                  >
                    Reject{picked.length > 0 ? ` ${picked.length}` : ""}
                  </Button>
                  <Button
                    size="compact-sm"
                    disabled={picked.length === 0}
                    onClick={() => act("approve", picked)}
                  >
                    Approve{picked.length > 0 ? ` ${picked.length}` : ""}
                  </Button>
                </>
              ) : null}
              <SaveRows
                title="Proposals"
                rows={rows}
                columns={proposalFile(currency, nameOf, (one) => pending.get(proposalKey(one)))}
              />
            </div>
          )}
        >
          {() => (
            <ProposalTable
              rows={rows}
              currency={currency}
              nameOf={nameOf}
              decides={decides}
              pending={pending}
              chosen={chosen}
              onChoose={setChosen}
              onOpen={(one) => setOpen(one.product_id)}
              onAct={(action, one) => act(action, [one])}
            />
          )}
        </Panel>
        {detail ? (
          <ProposalDetail
            key={proposalKey(detail)}
            proposal={detail}
            name={nameOf(detail.product_id)}
            currency={currency}
            decides={decides}
            pending={pending.get(proposalKey(detail))}
            onClose={() => setOpen(null)}
            onAct={(action) => act(action, [detail])}
          />
        ) : null}
      </div>
    </div>
  );
}

function Totals({ of, currency, decides }: { of: readonly Proposal[]; currency: string; decides: boolean }) {
  const { session } = useSession();
  const priced = of.filter((one) => one.value !== null);
  return (
    <>
      {format(of.length, count)} to decide,{" "}
      {format(
        sumOf(of, (one) => one.quantity),
        units,
      )}{" "}
      units
      {priced.length > 0
        ? `, ${format(
            sumOf(priced, (one) => one.value),
            money(currency),
          )}`
        : ""}
      {priced.length < of.length ? `; the cost of ${of.length - priced.length} is not known` : ""}.{" "}
      {limitText(session, currency)}
      {decides ? (
        <span className={css["keys"]}>
          Keys: arrows, space picks, Enter why, <kbd>a</kbd> approve, <kbd>r</kbd> reject, <kbd>z</kbd> undo.
        </span>
      ) : (
        whoDecides
      )}
    </>
  );
}
