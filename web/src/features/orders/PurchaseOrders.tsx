import { Button, CloseButton, Select } from "@mantine/core";
import { useState } from "react";
import type { Order } from "../../api/client";
import { useScope } from "../../api/catalog";
import { useScreen } from "../../api/screens";
import { SaveRows } from "../../charts/SaveRows";
import {
  act,
  actionsOf,
  dueText,
  isAwaited,
  stateName,
  useOrder,
  useOrders,
  useProductNames,
} from "../../proposals/orders";
import { mayDecide, whoDecides } from "../../proposals/rights";
import { usePending } from "../../acts/held";
import { useSession } from "../../session/session";
import { useParam } from "../../filters/useFilters";
import { count, format, formatInstant, money, units } from "../../format/format";
import { DataTable, type Column } from "../../ui/DataTable";
import { ProductLink } from "../../ui/PageLink";
import { Panel } from "../../ui/Panel";
import { Status, type Level } from "../../ui/Status";
import { Empty } from "../../ui/states";
import { PartReceipt } from "./PartReceipt";
import css from "./Orders.module.css";

const levels: Record<Order["state"], Level> = {
  draft: "watch",
  approved: "watch",
  sent: "none",
  confirmed: "none",
  partly_received: "none",
  received: "good",
  cancelled: "none",
};
const states = Object.keys(levels) as Order["state"][];

export function PurchaseOrders() {
  const { filters, catalog, stores } = useScope();
  const [open, setOpen] = useParam("order");
  const [asked, setState] = useParam("state");
  const state = states.find((one) => one === asked);
  const orders = useOrders(filters.store?.length === 1 ? filters.store[0] : undefined, state);
  const meant = new Set(stores.map((store) => store.store_id));
  const isFiltered = (filters.store?.length ?? 0) > 0 || filters.region !== undefined;
  const known = orders.data?.orders ?? [];
  const rows = isFiltered ? known.filter((order) => meant.has(order.store_id)) : known;
  const columns: Column<Order>[] = [
    {
      key: "number",
      title: "Order",
      value: (order) => order.order_number,
      cell: (order) => <strong>{order.order_number}</strong>,
    },
    { key: "store", title: "Store", value: (order) => catalog.storeName(order.store_id) },
    { key: "supplier", title: "Supplier", value: (order) => order.supplier || "not known" },
    {
      key: "state",
      title: "State",
      value: (order) => states.indexOf(order.state),
      cell: (order) => <Status level={levels[order.state]}>{stateName(order.state)}</Status>,
    },
    { key: "lines", title: "Lines", unit: count, value: (order) => order.lines.length, minor: true },
    {
      key: "value",
      title: "Value",
      unit: (order) => money(catalog.currencyOf(order.store_id)),
      value: (order) => order.order_value,
    },
    {
      key: "due",
      title: "Expected",
      value: (order) => order.expected_date,
      cell: (order) => dueText(order.expected_date),
      minor: true,
    },
  ];
  return (
    <div className={open ? css["split"] : ""}>
      <Panel
        title="Purchase orders"
        query={orders}
        isEmpty={() => rows.length === 0 && !orders.hasNextPage}
        empty={
          <Empty title="No purchase orders">
            An approved proposal becomes a line of its supplier’s draft.
          </Empty>
        }
        tools={() => (
          <>
            <Select
              size="xs"
              aria-label="State"
              placeholder="All states"
              clearable
              clearButtonProps={{ "aria-label": "All states" }}
              value={state ?? null}
              onChange={setState}
              data={states.map((one) => ({ value: one, label: stateName(one) }))}
            />
            <SaveRows
              title="Purchase orders"
              rows={rows}
              columns={columns.map((one) =>
                one.key === "state" ? { ...one, value: (order: Order) => stateName(order.state) } : one,
              )}
            />
          </>
        )}
      >
        {() => (
          <>
            {rows.length === 0 ? null : (
              <DataTable
                label="Purchase orders"
                rows={rows}
                rowKey={(order) => order.order_number}
                onOpen={(order) => setOpen(order.order_number)}
                openLabel={(order) => `${order.order_number}, ${stateName(order.state)}`}
                columns={columns}
              />
            )}
            {orders.hasNextPage ? (
              <div className="spread">
                <span className="quiet small">
                  {rows.length < known.length
                    ? `${format(rows.length, count)} of the newest ${format(known.length, count)} orders are of these stores; there are older ones.`
                    : `The newest ${format(known.length, count)} orders; there are older ones.`}
                </span>
                <Button
                  size="xs"
                  variant="default"
                  loading={orders.isFetchingNextPage}
                  onClick={() => void orders.fetchNextPage()}
                >
                  Load more
                </Button>
              </div>
            ) : null}
          </>
        )}
      </Panel>
      {open ? <OrderDetail key={open} number={open} onClose={() => setOpen(null)} /> : null}
    </div>
  );
}

function OrderDetail({ number, onClose }: { number: string; onClose: () => void }) {
  const { catalog } = useScope();
  const order = useOrder(number);
  const pending = usePending().get(number);
  const { session } = useSession();
  const [isPart, setIsPart] = useState(false);
  const store = order.data?.order.store_id;
  // Names change seldom: they are asked for once.
  const named = useScreen(
    "inventory_items",
    { store: store === undefined ? [] : [store], limit: 10_000 },
    { wait: store === undefined, everyMs: 0 },
  );
  const nameOf = useProductNames(named.data?.rows);
  return (
    <div
      className={css["detail"]}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <Panel
        title={number}
        query={order}
        tools={() => <CloseButton aria-label="Close the order" onClick={onClose} />}
      >
        {(data) => (
          <div className="stack">
            <div className="spread">
              <span>
                {data.order.supplier || "supplier not known"} for {catalog.storeName(data.order.store_id)}
              </span>
              <Status level={levels[data.order.state]}>{pending ?? stateName(data.order.state)}</Status>
            </div>
            <DataTable
              label="Lines"
              rows={data.order.lines}
              rowKey={(line) => line.product_id}
              columns={[
                {
                  key: "product",
                  title: "Product",
                  value: (line) => nameOf(line.product_id),
                  cell: (line) => (
                    <ProductLink product={line.product_id} store={data.order.store_id}>
                      {nameOf(line.product_id)}
                    </ProductLink>
                  ),
                },
                { key: "ordered", title: "Ordered", unit: units, value: (line) => line.ordered_units },
                { key: "came", title: "Came", unit: units, value: (line) => line.came_in_units },
                {
                  key: "value",
                  title: "Value",
                  unit: money(catalog.currencyOf(data.order.store_id)),
                  value: (line) => line.line_value,
                },
              ]}
            />
            {pending ? null : mayDecide(session) ? (
              <div className="row">
                {actionsOf(data.order.state).map((one, at) => (
                  <Button
                    key={one.action}
                    size="xs"
                    variant={at === 0 ? "filled" : "default"}
                    onClick={() => act(data.order, one)}
                  >
                    {one.label}
                  </Button>
                ))}
                {isAwaited(data.order.state) ? (
                  <Button
                    size="xs"
                    variant="default"
                    aria-expanded={isPart}
                    onClick={() => setIsPart(!isPart)}
                  >
                    Part of it came
                  </Button>
                ) : null}
              </div>
            ) : actionsOf(data.order.state).length > 0 ? (
              <p className="quiet small">{whoDecides}</p>
            ) : null}
            {isPart && !pending && isAwaited(data.order.state) ? (
              <PartReceipt order={data.order} nameOf={nameOf} onDone={() => setIsPart(false)} />
            ) : null}
            <ol className={`bare ${css["steps"]}`}>
              {data.history.map((event, at) => (
                <li key={at}>
                  <strong>{event.action.replaceAll("_", " ")}</strong>
                  {event.product_id ? ` ${nameOf(event.product_id)}` : ""} by {event.actor}
                  <span className="quiet">
                    {" "}
                    · {formatInstant(event.at)}
                    {event.note ? `, “${event.note}”` : ""}
                  </span>
                </li>
              ))}
            </ol>
          </div>
        )}
      </Panel>
    </div>
  );
}
