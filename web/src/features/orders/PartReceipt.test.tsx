// @vitest-environment jsdom
import "../../test_setup";
import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { heldActs } from "../../acts/held";
import type { Order } from "../../api/client";
import { PartReceipt } from "./PartReceipt";

const order = {
  order_number: "PO-000042",
  lines: [
    { product_id: "tea", ordered_units: 24, received_units: 6, came_in_units: 6 },
    { product_id: "milk", ordered_units: 12, received_units: 0, came_in_units: 0 },
  ],
} as unknown as Order;

it("what came in is held once its numbers can be, and says what cannot", () => {
  const done = vi.fn();
  render(
    <MantineProvider>
      <PartReceipt order={order} nameOf={(product) => `Fine ${product}`} onDone={done} />
    </MantineProvider>,
  );
  const send = screen.getByRole<HTMLButtonElement>("button", { name: "This came in" });
  expect(send.disabled).toBe(true);
  const tea = screen.getByLabelText("Fine tea");
  fireEvent.change(tea, { target: { value: "5" } });
  expect(screen.getByText(/at least the 6 of before/)).toBeTruthy();
  expect(send.disabled).toBe(true);
  fireEvent.change(tea, { target: { value: "30" } });
  expect(screen.getByText("6 more than ordered")).toBeTruthy();
  fireEvent.click(send);
  expect(done).toHaveBeenCalled();
  expect(heldActs.read()).toMatchObject([
    { keys: ["PO-000042"], label: "PO-000042: part of it came in, 1 line", becomes: "partly received" },
  ]);
  heldActs.clear();
});
