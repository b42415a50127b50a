import { useMemo } from "react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { heldActs } from "../acts/held";
import { format, formatDate, money, units } from "../format/format";
import { answered, client, isKept, type Order, type Proposal } from "../api/client";
import type { Receipt } from "./receipt";

export function useProposals(store: number | null, reviewDate: string | null) {
  return useQuery({
    queryKey: ["orders", "proposals", store, reviewDate],
    queryFn: ({ signal }) =>
      answered(
        client.GET("/v1/proposals", {
          params: { query: { store: store ?? 0, review_date: reviewDate ?? "", all: "1" } },
          signal,
        }),
      ),
    enabled: store !== null && reviewDate !== null,
    refetchInterval: 30_000,
  });
}

const ordersAPage = 200;

/** The newest orders, page by page as they are wanted; of one store, of one state, where those are given. */
export function useOrders(store: number | undefined, state: Order["state"] | undefined) {
  return useInfiniteQuery({
    queryKey: ["orders", "list", store ?? 0, state ?? ""],
    queryFn: ({ signal, pageParam }) =>
      answered(
        client.GET("/v1/orders", {
          params: {
            query: {
              ...(store ? { store } : {}),
              ...(state ? { state } : {}),
              ...(pageParam ? { before: pageParam } : {}),
              limit: ordersAPage,
            },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    select: ({ pages }) => {
      const keptAt = pages.find((page) => page.kept_at)?.kept_at;
      return { orders: pages.flatMap((page) => page.orders), ...(keptAt ? { kept_at: keptAt } : {}) };
    },
    refetchInterval: 30_000,
  });
}

export function useOrder(number: string | null) {
  return useQuery({
    queryKey: ["orders", "one", number],
    queryFn: ({ signal }) =>
      answered(client.GET("/v1/orders/{number}", { params: { path: { number: number ?? "" } }, signal })),
    enabled: number !== null,
  });
}

/** Names of the products that are to be ordered; the number where there is none. */
export function useProductNames(
  rows: readonly { product_id: string; product_name: string }[] | undefined,
): (product: string) => string {
  return useMemo(() => {
    const names = new Map((rows ?? []).map((row) => [row.product_id, row.product_name]));
    return (product) => names.get(product) || product;
  }, [rows]);
}

export const proposalKey = (one: { store_id: number; product_id: string; review_date: string }) =>
  `${one.store_id}/${one.product_id}/${one.review_date}`;

/** Undecided: somebody may still decide, and there is something to decide on. */
export function isUndecided(proposal: Proposal): boolean {
  return (proposal.state === "open" || proposal.state === "edited") && proposal.quantity > 0;
}

/** Holds a decision for ten seconds, then makes it of exactly what was seen. */
export function decide(
  action: "approve" | "reject",
  proposals: readonly Proposal[],
  currency: string,
  nameOf: (product: string) => string,
): void {
  const [first] = proposals;
  if (!first) return;
  const value = proposals.reduce<number | null>(
    (sum, one) => (sum === null || one.value === null ? null : sum + one.value),
    0,
  );
  const what =
    proposals.length === 1
      ? `${format(first.quantity, units)} × ${nameOf(first.product_id)}`
      : `${proposals.length} proposals`;
  heldActs.hold({
    keys: proposals.map(proposalKey),
    label: `${action === "approve" ? "Approved" : "Rejected"}: ${what}${value !== null && action === "approve" ? `, ${format(value, money(currency))}` : ""}`,
    becomes: action === "approve" ? "approved" : "rejected",
    run: () => (proposals.length === 1 ? decideOne(action, first) : decideMany(action, proposals)),
  });
}

/** Who leaves while it is on its way does not stop it. */
async function decideOne(action: "approve" | "reject", one: Proposal): Promise<void> {
  const body = action === "approve" ? seen(one) : {};
  await answered(
    client.POST("/v1/proposals/{store}/{product}/{review_date}/{action}", {
      params: {
        path: { store: one.store_id, product: one.product_id, review_date: one.review_date, action },
      },
      body,
      keepalive: isKept(body),
    }),
  );
}

async function decideMany(action: "approve" | "reject", proposals: readonly Proposal[]): Promise<void> {
  const body = {
    proposals: proposals.map((one) => ({
      store_id: one.store_id,
      product_id: one.product_id,
      review_date: one.review_date,
      ...(action === "approve" ? seen(one) : {}),
    })),
  };
  const done = await answered(
    client.POST("/v1/proposals/{action}", {
      params: { path: { action } },
      body,
      keepalive: isKept(body),
    }),
  );
  if (done.failed > 0) {
    const refused = done.results.find((one) => one.error);
    throw new Error(
      `${done.failed} of ${proposals.length}; ${refused?.product_id ?? ""}: ${refused?.error?.message ?? "no reason given"}`,
    );
  }
}

const seen = (one: Proposal) => ({
  quantity: one.quantity,
  ...(one.generated_at ? { generated_at: one.generated_at } : {}),
});

export async function editProposal(one: Proposal, quantity: number, note: string): Promise<void> {
  await answered(
    client.POST("/v1/proposals/{store}/{product}/{review_date}/{action}", {
      params: {
        path: { store: one.store_id, product: one.product_id, review_date: one.review_date, action: "edit" },
      },
      body: { quantity, ...(note ? { note } : {}) },
    }),
  );
}

type OrderAction = "approve" | "reject" | "send" | "confirm" | "receive" | "cancel";

/** What can be done with an order as it stands. */
export function actionsOf(state: Order["state"]): { action: OrderAction; label: string; becomes: string }[] {
  switch (state) {
    case "draft":
      return [
        { action: "approve", label: "Complete and approve", becomes: "approved" },
        { action: "reject", label: "Reject", becomes: "cancelled" },
      ];
    case "approved":
      return [
        { action: "send", label: "Mark as sent", becomes: "sent" },
        { action: "cancel", label: "Cancel", becomes: "cancelled" },
      ];
    case "sent":
      return [
        { action: "confirm", label: "Supplier confirmed", becomes: "confirmed" },
        { action: "receive", label: "Everything came in", becomes: "received" },
        { action: "cancel", label: "Cancel", becomes: "cancelled" },
      ];
    case "confirmed":
    case "partly_received":
      return [
        { action: "receive", label: "Everything came in", becomes: "received" },
        { action: "cancel", label: "Cancel the rest", becomes: "cancelled" },
      ];
    case "received":
    case "cancelled":
      return [];
  }
}

export function act(order: Order, { action, label, becomes }: ReturnType<typeof actionsOf>[number]): void {
  heldActs.hold({
    keys: [order.order_number],
    label: `${order.order_number}: ${label.toLowerCase()}`,
    becomes,
    run: () =>
      answered(
        client.POST("/v1/orders/{number}/{action}", {
          params: { path: { number: order.order_number, action } },
          body: {},
          keepalive: true,
        }),
      ),
  });
}

/** Whether goods of an order can come in. */
export const isAwaited = (state: Order["state"]): boolean =>
  actionsOf(state).some((one) => one.action === "receive");

/** Held as every decision is: what of an order came in so far. */
export function receivePart(order: Order, lines: readonly Receipt[]): void {
  heldActs.hold({
    keys: [order.order_number],
    label: `${order.order_number}: part of it came in, ${lines.length === 1 ? "1 line" : `${lines.length} lines`}`,
    becomes: "partly received",
    run: () => {
      const body = { lines: [...lines] };
      return answered(
        client.POST("/v1/orders/{number}/{action}", {
          params: { path: { number: order.order_number, action: "receive" } },
          body,
          keepalive: isKept(body),
        }),
      );
    },
  });
}

export const stateName = (state: string): string => state.replaceAll("_", " ");
export const dueText = (date: string | null): string => (date ? formatDate(date, "weekday") : "–");
