import { useMemo } from "react";
import { addDays, datesOf, type Filters } from "../filters/filters";
import { useFilters } from "../filters/useFilters";
import { useScreen, type Row, type ScreenFilters } from "./screens";

type Store = Row<"catalog_stores">;

export interface Catalog {
  stores: Store[];
  regions: string[];
  currencies: string[];
  known: boolean;
  storeName: (id: number | null | undefined) => string;
  zoneOf: (id: number) => string | undefined;
  currencyOf: (id: number) => string;
}

/** The stores that the caller may see, and what follows from them. */
export function useCatalog(): Catalog {
  const { data } = useScreen("catalog_stores", { limit: 10_000 }, { everyMs: 5 * 60_000 });
  return useMemo(() => {
    const stores = data?.rows ?? [];
    const byId = new Map(stores.map((store) => [store.store_id, store]));
    return {
      stores,
      regions: [...new Set(stores.map((store) => store.region).filter((region) => region !== ""))].sort(),
      currencies: byFrequency(stores.map((store) => store.currency)),
      known: data !== undefined,
      storeName: (id) =>
        id === null || id === undefined || id === 0
          ? "the chain"
          : byId.get(id)?.store_name || byId.get(id)?.store_code || `store ${id}`,
      zoneOf: (id) => byId.get(id)?.time_zone,
      currencyOf: (id) => byId.get(id)?.currency ?? "",
    };
  }, [data]);
}

function byFrequency(texts: string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts.entries()].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([text]) => text);
}

export interface Scope {
  filters: Filters;
  catalog: Catalog;
  /** The one currency whose amounts are shown. */
  currency: string;
  /** Parameters of a screen that knows dates, of one that does not. */
  dated: ScreenFilters;
  undated: ScreenFilters;
  /** Newest business date of the stores chosen; null: nothing was sold, or not known yet. */
  newest: string | null;
  /** The dates meant; null: not known yet. */
  dates: { from: string; to: string } | null;
}

/** The filters of the URL as the API takes them. `categories`: the screens asked know that filter. */
export function useScope(): Scope {
  const [filters] = useFilters();
  const catalog = useCatalog();
  const undated = useMemo<ScreenFilters>(
    () => ({
      ...(filters.store?.length ? { store: filters.store } : {}),
      ...(filters.region ? { region: [filters.region] } : {}),
    }),
    [filters.store, filters.region],
  );
  // Of the stores chosen: a store whose receipts end years ago has its own last days.
  const { data: chosen } = useScreen(
    "catalog_stores",
    { ...undated, limit: 10_000 },
    { everyMs: 5 * 60_000 },
  );
  const newest = chosen?.business_date ?? null;
  return useMemo(() => {
    // All time: as much as a screen answers for at once.
    const all = filters.period === "all" && newest ? { from: addDays(newest, -1_095), to: newest } : null;
    const range = datesOf(filters, newest) ?? all;
    const inScope = filters.store?.length
      ? byFrequency(filters.store.map((id) => catalog.currencyOf(id)))
      : catalog.currencies;
    return {
      filters,
      catalog,
      undated,
      newest,
      dates: range,
      dated: { ...undated, ...(range ? range : {}) },
      currency:
        filters.currency && inScope.includes(filters.currency) ? filters.currency : (inScope[0] ?? ""),
    };
  }, [filters, catalog, undated, newest]);
}

/** With the category, for screens that know it. */
export function byCategory(filters: ScreenFilters, category: string | undefined): ScreenFilters {
  return category ? { ...filters, category: [category] } : filters;
}

/** Rows of the currency shown. */
export function inCurrency<T extends { currency: string }>(rows: readonly T[], currency: string): T[] {
  return rows.filter((row) => row.currency === currency);
}
