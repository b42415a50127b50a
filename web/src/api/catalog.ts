import { useMemo } from "react";
import {
  addDays,
  datesByClock,
  lastDayOver,
  spansOf,
  type Dates,
  type Filters,
  type Spans,
} from "../filters/filters";
import { useFilters } from "../filters/useFilters";
import { useScreen, type DatedFilters, type PlaceFilters, type Row, type ScreenFilters } from "./screens";

type Store = Row<"catalog_stores">;

export interface Catalog {
  stores: Store[];
  regions: string[];
  known: boolean;
  storeName: (id: number | null | undefined) => string;
  zoneOf: (id: number) => string | undefined;
  currencyOf: (id: number) => string;
}

const catalogEveryMs = 5 * 60_000;
const catalogLimit = 10_000;

/** The stores that the caller may see, and what follows from them. */
function useCatalog(): Catalog {
  const { data } = useScreen("catalog_stores", { limit: catalogLimit }, { everyMs: catalogEveryMs });
  return useMemo(() => {
    const stores = data?.rows ?? [];
    const byId = new Map(stores.map((store) => [store.store_id, store]));
    return {
      stores,
      regions: [...new Set(stores.map((store) => store.region).filter((region) => region !== ""))].sort(),
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

/** The stores that the filters mean. */
export function storesMeant<T extends Pick<Store, "store_id" | "region">>(
  stores: readonly T[],
  filters: Pick<Filters, "store" | "region">,
): T[] {
  return stores.filter(
    (store) =>
      (!filters.store?.length || filters.store.includes(store.store_id)) &&
      (!filters.region || store.region === filters.region),
  );
}

/** The currencies of the stores that the filters mean, the most usual one first. */
export function currenciesMeant(
  stores: readonly Pick<Store, "store_id" | "region" | "currency">[],
  filters: Pick<Filters, "store" | "region">,
): string[] {
  return byFrequency(storesMeant(stores, filters).map((store) => store.currency));
}

/** The zones of their clocks, each once. */
export function zonesOf(stores: readonly Pick<Store, "time_zone">[]): string[] {
  return [...new Set(stores.map((store) => store.time_zone).filter((zone) => zone !== ""))];
}

export interface Scope extends Spans {
  filters: Filters;
  catalog: Catalog;
  /** The stores that the filters mean, and the zones of their clocks. */
  stores: Store[];
  zones: string[];
  /** The one currency whose amounts are shown, and those there are in the stores chosen. */
  currency: string;
  currencies: string[];
  /** Parameters of a screen that knows dates, of one that compares them (`datesOver`), of one that knows none. */
  dated: DatedFilters;
  over: DatedFilters;
  undated: PlaceFilters;
  /** As `dated`, of what the program did by its own clock. */
  logged: DatedFilters;
  /** Newest business date of the stores chosen; null: nothing was sold, or not known yet. */
  newest: string | null;
  /** The newest date of which nothing more comes; later ones are running. */
  lastOver: string | null;
  /**
   * What the filters mean is not known yet: a screen with dates is not asked so far, so that it is asked once. Not so when
   * that cannot be found out, as of a store that is none: then each screen says so itself.
   */
  wait: boolean;
  /** From so many days after the newest business date to so many; none where nothing was sold. */
  around: (from: number, to: number) => Dates | Record<string, never>;
}

/** The filters of the URL as the API takes them. */
export function useScope(): Scope {
  const [filters] = useFilters();
  const catalog = useCatalog();
  const undated = useMemo<PlaceFilters>(
    () => ({
      ...(filters.store?.length ? { store: filters.store } : {}),
      ...(filters.region ? { region: [filters.region] } : {}),
    }),
    [filters.store, filters.region],
  );
  // Of the stores chosen: a store whose receipts end years ago has its own last days.
  const chosen = useScreen(
    "catalog_stores",
    { ...undated, limit: catalogLimit },
    { everyMs: catalogEveryMs },
  );
  const newest = chosen.data?.business_date ?? null;
  const wait = chosen.isPending || chosen.isPlaceholderData;
  return useMemo(() => {
    const now = new Date();
    const stores = storesMeant(catalog.stores, filters);
    // Of the answer that says which date is the newest: nothing is asked for dates that another answer moves.
    const zones = zonesOf(chosen.data?.rows ?? []);
    const lastOver = newest ? lastDayOver(newest, zones, now) : null;
    const spans = spansOf(filters, newest, lastOver);
    const currencies = currenciesMeant(catalog.stores, filters);
    return {
      filters,
      catalog,
      stores,
      zones,
      lastOver,
      undated,
      newest,
      wait,
      ...spans,
      dated: { ...undated, ...spans.dates },
      over: { ...undated, ...spans.datesOver },
      logged: { ...undated, ...datesByClock(spans.dates, newest, now) },
      around: (from, to) => (newest ? { from: addDays(newest, from), to: addDays(newest, to) } : {}),
      currencies,
      currency:
        filters.currency && currencies.includes(filters.currency) ? filters.currency : (currencies[0] ?? ""),
    };
  }, [filters, catalog, undated, chosen.data, newest, wait]);
}

/** With the category, for screens that know it. */
export function byCategory<F extends ScreenFilters>(
  filters: F,
  category: string | undefined,
): F & Pick<ScreenFilters, "category"> {
  return category ? { ...filters, category: [category] } : filters;
}

/** Rows of the currency shown. */
export function inCurrency<T extends { currency: string }>(rows: readonly T[], currency: string): T[] {
  return rows.filter((row) => row.currency === currency);
}
