// @vitest-environment jsdom
import "../test_setup";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";

// The client takes fetch when it is made, which is when it is imported.
const asked = vi.hoisted(() => {
  const made = vi.fn<(request: Request) => Promise<Response>>();
  globalThis.fetch = made as unknown as typeof fetch;
  return made;
});
const { useOrders } = await import("./orders");

const page = (numbers: string[], next: string | null) =>
  new Response(JSON.stringify({ orders: numbers.map((order_number) => ({ order_number })), next }));

function Orders() {
  const orders = useOrders(7, "sent");
  return (
    <>
      <p>{orders.data?.orders.map((order) => order.order_number).join(" ")}</p>
      {orders.hasNextPage ? <button onClick={() => void orders.fetchNextPage()}>more</button> : null}
    </>
  );
}

it("orders are loaded page by page, each from where the one before ended", async () => {
  asked.mockImplementation((request) =>
    Promise.resolve(
      new URL(request.url).searchParams.get("before") === "PO-2"
        ? page(["PO-1"], null)
        : page(["PO-3", "PO-2"], "PO-2"),
    ),
  );
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Orders />
    </QueryClientProvider>,
  );
  fireEvent.click(await screen.findByText("more"));
  await screen.findByText("PO-3 PO-2 PO-1");
  expect(screen.queryByText("more")).toBeNull();
  const query = new URL(asked.mock.calls[1]?.[0].url ?? "").searchParams;
  expect([query.get("store"), query.get("state"), query.get("before")]).toEqual(["7", "sent", "PO-2"]);
});
