import type { Proposal } from "../../api/client";
import { isUndecided, proposalKey, stateName } from "../../proposals/orders";
import { days, money, plain, units } from "../../format/format";
import { DataTable } from "../../ui/DataTable";
import { Risk, Status, type Level } from "../../ui/Status";
import { term } from "./proposalFile";
import css from "./Orders.module.css";

interface ProposalTableProps {
  rows: Proposal[];
  currency: string;
  nameOf: (product: string) => string;
  /** Whether who looks may decide: only then rows can be chosen, and the keys do something. */
  decides: boolean;
  /** What is held for ten seconds, and becomes of it. */
  pending: ReadonlyMap<string, string>;
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
  onOpen: (proposal: Proposal) => void;
  onAct: (action: "approve" | "reject", proposal: Proposal) => void;
}

export function ProposalTable({
  rows,
  currency,
  nameOf,
  decides,
  pending,
  chosen,
  onChoose,
  onOpen,
  onAct,
}: ProposalTableProps) {
  const free = (one: Proposal) => decides && isUndecided(one) && !pending.has(proposalKey(one));
  return (
    <DataTable
      label="Proposals"
      rows={rows}
      rowKey={proposalKey}
      most={100}
      onOpen={onOpen}
      openLabel={(one) =>
        `${nameOf(one.product_id)}: ${one.quantity} units, ${pending.get(proposalKey(one)) ?? stateName(one.state)}. Enter says why.`
      }
      {...(decides ? { selection: { chosen, onChange: onChoose, canChoose: free } } : {})}
      onKey={(one, key) => {
        if (!free(one)) return;
        if (key === "a") onAct("approve", one);
        else if (key === "r") onAct("reject", one);
        else if (key === "e") onOpen(one);
      }}
      sortBy={{ key: "risk", descending: true }}
      columns={[
        {
          key: "product",
          title: "Product",
          value: (one) => nameOf(one.product_id),
          cell: (one) => (
            <>
              <strong className={css["product"]}>{nameOf(one.product_id)}</strong>
              <span className={css["supplier"]}>{one.supplier || "supplier unknown"}</span>
            </>
          ),
        },
        {
          key: "quantity",
          title: "Order",
          unit: units,
          value: (one) => one.quantity,
          cell: (one) => <strong>{one.quantity.toLocaleString()}</strong>,
        },
        { key: "on_hand", title: "On hand", unit: units, value: (one) => term(one, "on_hand_units") },
        {
          key: "demand",
          title: "Demand",
          unit: plain,
          value: (one) => term(one, "protection_demand_units"),
          minor: true,
        },
        {
          key: "lead",
          title: "Lead time",
          unit: days,
          value: (one) => term(one, "lead_time_days"),
          minor: true,
        },
        { key: "value", title: "Value", unit: money(currency), value: (one) => one.value, minor: true },
        {
          key: "risk",
          title: "Risk",
          value: (one) => term(one, "stock_out_probability") ?? -1,
          cell: (one) => <Risk of={term(one, "stock_out_probability")} />,
        },
        {
          key: "state",
          title: "State",
          value: (one) => one.state,
          minor: true,
          cell: (one) => <State state={pending.get(proposalKey(one)) ?? one.state} />,
        },
      ]}
    />
  );
}

const stateLevels: Record<string, Level> = {
  approved: "good",
  rejected: "none",
  edited: "watch",
  open: "none",
};

export function State({ state }: { state: string }) {
  return <Status level={stateLevels[state] ?? "none"}>{stateName(state)}</Status>;
}
