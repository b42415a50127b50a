import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { Freshness } from "../ui/Stamp";
import { answered, client, type Schemas, type Stamp } from "./client";
import { keptAtOf, type Kept } from "./network";
import type { paths } from "./schema";

/** The screens of the API: one question each, answered by rows of one kind. */
export type ScreenName =
  Extract<keyof paths, `/v1/screens/${string}`> extends `/v1/screens/${infer Name}` ? Name : never;
export type Row<Name extends ScreenName> = Name extends keyof Schemas ? Schemas[Name] : never;

export type Answer<Name extends ScreenName> = Stamp &
  Kept & { rows: Row<Name>[]; next_cursor: string | null };

export interface ScreenFilters {
  from?: string;
  to?: string;
  store?: number[];
  region?: string[];
  category?: string[];
  product?: string;
  risk?: Schemas["inventory_items"]["risk"];
  state?: string;
  reason?: string;
  limit?: number;
}

type FilterName = keyof ScreenFilters;
type Taken<Name extends ScreenName> = keyof NonNullable<
  paths[`/v1/screens/${Name}`]["get"]["parameters"]["query"]
>;

/** The filters that a screen takes. One that it does not take is an error of types here, and would be a 400 there. */
export type FiltersOf<Name extends ScreenName> = Pick<ScreenFilters, FilterName & Taken<Name>> & {
  [Other in Exclude<FilterName, Taken<Name>>]?: never;
};
export type PlaceFilters = Pick<ScreenFilters, "store" | "region">;
export type DatedFilters = Pick<ScreenFilters, "store" | "region" | "from" | "to">;

interface ScreenOptions {
  /** Asked again after so long, while the page is seen; 0: never, not even when the page is looked at again. */
  everyMs?: number;
  /** Not asked yet: what the filters mean is not known so far. */
  wait?: boolean;
}

export function useScreen<Name extends ScreenName>(
  name: Name,
  filters: FiltersOf<Name>,
  options: ScreenOptions = {},
): UseQueryResult<Answer<Name>> {
  return useQuery({
    queryKey: ["screens", name, filters],
    queryFn: ({ signal }) => askScreen(name, filters, signal),
    placeholderData: keepPreviousData,
    staleTime: options.everyMs === 0 ? Infinity : options.everyMs ? options.everyMs / 2 : 30_000,
    refetchInterval: options.everyMs === 0 ? false : (options.everyMs ?? 60_000),
    meta: { isPaused: options.everyMs === 0 },
    enabled: !options.wait,
  });
}

async function askScreen<Name extends ScreenName>(
  name: Name,
  filters: ScreenFilters,
  signal: AbortSignal,
): Promise<Answer<Name>> {
  // The paths differ in name only; their parameters are optional and of one kind.
  const ask = client.GET as unknown as (
    path: string,
    init: unknown,
  ) => Promise<{ data?: Answer<Name>; response: Response }>;
  return answered(ask(`/v1/screens/${name}`, { params: { query: filters }, signal }));
}

/** Where the whole of a screen is to be had as a file. */
export function screenFile(name: ScreenName, filters: ScreenFilters, format: "csv" | "parquet"): string {
  const query = new URLSearchParams({ format, limit: "1000000" });
  for (const [key, value] of Object.entries(filters)) {
    if (key === "limit" || value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) query.append(key, String(one));
  }
  return `/v1/screens/${name}?${query}`;
}

/** Of when an answer is, for the stamp of its panel. */
export function freshnessOf(stamp: Stamp & Kept): Freshness {
  return {
    asOf: stamp.as_of,
    epoch: stamp.through.open_epoch,
    messages: stamp.through.offsets.reduce((sum, one) => sum + one.offset, 0),
    storesHeard: stamp.completeness.stores_heard,
    storesKnown: stamp.completeness.stores_expected,
    isExact: stamp.through.is_exact,
    keptAt: keptAtOf(stamp),
    silent: stamp.completeness.silent.map((store) => store.store_name || `store ${store.store_id}`),
  };
}
