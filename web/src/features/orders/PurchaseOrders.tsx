import { Button, CloseButton, Select } from "@mantine/core";
import type { Order } from "../../api/client";
import { useScope } from "../../api/catalog";
import { act, actionsOf, dueText, stateName, useOrder, useOrders } from "../../proposals/orders";
import { usePending } from "../../acts/held";
import { useParam } from "../../filters/useFilters";
import { count, formatInstant, money, units } from "../../format/format";
import { DataTable } from "../../ui/DataTable";
import { ProductLink } from "../../ui/PageLink";
import { CutNote, Panel } from "../../ui/Panel";
import { Status, type Level } from "../../ui/Status";
import { Empty } from "../../ui/states";
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
  const wanted = (order: Order) => !isFiltered || meant.has(order.store_id);
  return (
    <div className={open ? css["split"] : ""}>
      <Panel
        title="Purchase orders"
        query={orders}
        isEmpty={(data) => data.orders.filter(wanted).length === 0}
        empty={
          <Empty title="No purchase orders">
            An approved proposal becomes a line of its supplier’s draft.
          </Empty>
        }
        tools={() => (
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
        )}
      >
        {(data) => (
          <>
            <DataTable
              label="Purchase orders"
              rows={data.orders.filter(wanted)}
              rowKey={(order) => order.order_number}
              onOpen={(order) => setOpen(order.order_number)}
              openLabel={(order) => `${order.order_number}, ${stateName(order.state)}`}
              columns={[
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
                {
                  key: "lines",
                  title: "Lines",
                  unit: count,
                  value: (order) => order.lines.length,
                  minor: true,
                },
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
              ]}
            />
            {data.next ? <CutNote rows={data.orders.length} /> : null}
          </>
        )}
      </Panel>
      {open ? <OrderDetail number={open} onClose={() => setOpen(null)} /> : null}
    </div>
  );
}

function OrderDetail({ number, onClose }: { number: string; onClose: () => void }) {
  const { catalog } = useScope();
  const order = useOrder(number);
  const pending = usePending().get(number);
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
                  value: (line) => line.product_id,
                  cell: (line) => <ProductLink product={line.product_id} store={data.order.store_id} />,
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
            {pending ? null : (
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
              </div>
            )}
            <ol className={`bare ${css["steps"]}`}>
              {data.history.map((event, at) => (
                <li key={at}>
                  <strong>{event.action.replaceAll("_", " ")}</strong>
                  {event.product_id ? ` ${event.product_id}` : ""} by {event.actor}
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
