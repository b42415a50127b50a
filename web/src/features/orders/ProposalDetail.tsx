import { Button, CloseButton, NumberInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState, type FormEvent } from "react";
import type { Proposal } from "../../api/client";
import { editProposal, isUndecided } from "../../proposals/orders";
import { whoDecides } from "../../proposals/rights";
import { format, formatDate, formatInstant, money } from "../../format/format";
import { Icon } from "../../ui/Icon";
import { ProductLink } from "../../ui/PageLink";
import { Frame } from "../../ui/Panel";
import { State } from "./ProposalTable";
import { Arithmetic } from "../../proposals/Arithmetic";
import { refusal } from "../../proposals/why";
import css from "./Orders.module.css";

interface DetailProps {
  proposal: Proposal;
  name: string;
  currency: string;
  decides: boolean;
  pending: string | undefined;
  onClose: () => void;
  onAct: (action: "approve" | "reject") => void;
}

/** "Why 48?", and what to do about it. */
export function ProposalDetail({ proposal, name, currency, decides, pending, onClose, onAct }: DetailProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.focus(), []);
  const isOpen = isUndecided(proposal) && pending === undefined;
  const free = isOpen && decides;
  return (
    <div
      ref={place}
      tabIndex={-1}
      className={css["detail"]}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <Frame
        title={`Why ${proposal.order_quantity.toLocaleString()}?`}
        tools={<CloseButton aria-label="Close the arithmetic" onClick={onClose} />}
      >
        <div className="stack">
          <div className="spread">
            <ProductLink product={proposal.product_id} store={proposal.store_id}>
              {name}
            </ProductLink>
            <State state={pending ?? proposal.state} />
          </div>
          <Arithmetic proposal={proposal} />
          <Facts proposal={proposal} currency={currency} />
          {free ? <Edit proposal={proposal} /> : null}
          {free ? (
            <div className="row">
              <Button leftSection={<Icon name="check" size={16} />} onClick={() => onAct("approve")}>
                Approve {proposal.quantity.toLocaleString()}
              </Button>
              <Button variant="default" onClick={() => onAct("reject")}>
                Reject
              </Button>
            </div>
          ) : null}
          {isOpen && !decides ? <p className="quiet small">{whoDecides}</p> : null}
        </div>
      </Frame>
    </div>
  );
}

function Facts({ proposal, currency }: { proposal: Proposal; currency: string }) {
  return (
    <dl className={css["facts"]}>
      {proposal.state === "edited" ? (
        <>
          <dt>Changed</dt>
          <dd>
            from {proposal.order_quantity.toLocaleString()} to {proposal.quantity.toLocaleString()} by{" "}
            {proposal.decided_by ?? "somebody"}
          </dd>
        </>
      ) : null}
      <dt>Value</dt>
      <dd>
        {format(proposal.value, money(currency))}
        {proposal.unit_cost !== null ? ` at ${format(proposal.unit_cost, money(currency))}` : ""}
      </dd>
      <dt>Supplier</dt>
      <dd>{proposal.supplier || "not known"}</dd>
      <dt>Would come</dt>
      <dd>{formatDate(proposal.expected_delivery_date, "weekday")}</dd>
      <dt>Pack, least</dt>
      <dd>
        {proposal.pack_size.toLocaleString()}, {proposal.min_order_units.toLocaleString()}
      </dd>
      <dt>Computed</dt>
      <dd>{formatInstant(proposal.generated_at)}</dd>
      {proposal.order_number ? (
        <>
          <dt>Order</dt>
          <dd>{proposal.order_number}</dd>
        </>
      ) : null}
      {proposal.note ? (
        <>
          <dt>Note</dt>
          <dd>{proposal.note}</dd>
        </>
      ) : null}
    </dl>
  );
}

function Edit({ proposal }: { proposal: Proposal }) {
  const client = useQueryClient();
  const [quantity, setQuantity] = useState<number | string>(proposal.quantity);
  const [note, setNote] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const wrong =
    quantity === ""
      ? "a number of units, 0 or more"
      : refusal(Number(quantity), proposal.pack_size, proposal.min_order_units);
  const same = Number(quantity) === proposal.quantity;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wrong || same) return;
    setBusy(true);
    editProposal(proposal, Number(quantity), note)
      .then(() => {
        setProblem(null);
        return client.invalidateQueries({ queryKey: ["orders"] });
      })
      .catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)))
      .finally(() => setBusy(false));
  };
  return (
    <form className={css["edit"]} onSubmit={submit}>
      <NumberInput
        size="xs"
        label="Quantity"
        min={0}
        step={Math.max(1, proposal.pack_size)}
        decimalScale={3}
        value={quantity}
        onChange={setQuantity}
        error={wrong ?? problem}
      />
      <TextInput
        size="xs"
        label="Note"
        maxLength={2000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <Button size="xs" variant="default" type="submit" loading={busy} disabled={wrong !== null || same}>
        Change
      </Button>
    </form>
  );
}
