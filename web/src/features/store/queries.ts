import { useScreen } from "../../api/screens";
import { usePending } from "../../acts/held";
import { isUndecided, proposalKey, useProposals } from "../../proposals/orders";

/** Incidents of a store: of the last four weeks, and older ones that are not resolved. */
export function useIncidents(store: number) {
  return useScreen("anomalies_incidents", { store: [store], limit: 1_000 });
}

/** What the store's newest review proposes, and of that what nobody decided on yet. */
export function useWaiting(store: number) {
  const restock = useScreen("inventory_restock", { store: [store], limit: 1_000 });
  const date = restock.data?.rows[0]?.review_date ?? null;
  const proposals = useProposals(store, date);
  const pending = usePending();
  const open = (proposals.data?.proposals ?? []).filter(
    (one) => isUndecided(one) && !pending.has(proposalKey(one)),
  );
  return { restock, date, proposals, open };
}
