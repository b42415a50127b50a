import { Button, NumberInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import type { Order } from "../../api/client";
import { receivePart } from "../../proposals/orders";
import { receiptDoubt, receiptRefusal, receiptsOf } from "../../proposals/receipt";
import css from "./Orders.module.css";

interface PartReceiptProps {
  order: Order;
  nameOf: (product: string) => string;
  onDone: () => void;
}

/** What came in of each line so far. A line that is left as it is stays as it is. */
export function PartReceipt({ order, nameOf, onDone }: PartReceiptProps) {
  const [typed, setTyped] = useState<Record<string, number | string>>({});
  const receipts = receiptsOf(order.lines, typed);
  const isWrong = order.lines.some((line) => {
    const units = typed[line.product_id];
    return units !== undefined && receiptRefusal(line, units) !== null;
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isWrong || receipts.length === 0) return;
    receivePart(order, receipts);
    onDone();
  };
  return (
    <form className={css["part"]} onSubmit={submit} aria-label="Part of it came">
      <p className="quiet small">Units of each line that came in so far, with those of before.</p>
      {order.lines.map((line) => {
        const units = typed[line.product_id] ?? line.came_in_units;
        return (
          <NumberInput
            key={line.product_id}
            size="xs"
            label={nameOf(line.product_id)}
            description={receiptDoubt(line, units) ?? `of ${line.ordered_units.toLocaleString()} ordered`}
            min={0}
            decimalScale={3}
            value={units}
            onChange={(value) => setTyped((before) => ({ ...before, [line.product_id]: value }))}
            error={typed[line.product_id] === undefined ? null : receiptRefusal(line, units)}
          />
        );
      })}
      <Button size="xs" type="submit" disabled={isWrong || receipts.length === 0}>
        This came in
      </Button>
    </form>
  );
}
