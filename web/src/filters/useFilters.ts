import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { readFilters, writeFilters, type Filters } from "./filters";

export type Search = Record<string, string>;

/** All parameters of the URL, as texts. */
export function useParams(): Search {
  return useSearch({ strict: false }) as Search;
}

/** A parameter of one page's own, and how to set it; it goes when it is set to nothing. */
export function useParam(name: string): [string | undefined, (value: string | null) => void] {
  const value = useParams()[name];
  const navigate = useNavigate();
  const set = useCallback(
    (next: string | null) => {
      void navigate({
        to: ".",
        replace: true,
        search: (before: Search) => {
          const rest = Object.fromEntries(Object.entries(before).filter(([key]) => key !== name));
          return next === null || next === "" ? rest : { ...rest, [name]: next };
        },
      } as Parameters<typeof navigate>[0]);
    },
    [navigate, name],
  );
  return [value, set];
}

const filterNames = ["period", "from", "to", "store", "category", "region", "currency"];

/** The filters of the URL, and how to change some of them. */
export function useFilters(): [Filters, (change: Partial<Record<keyof Filters, unknown>>) => void] {
  const search = useParams();
  const filters = useMemo(() => readFilters(search), [search]);
  const navigate = useNavigate();
  const change = useCallback(
    (changed: Partial<Record<keyof Filters, unknown>>) => {
      void navigate({
        to: ".",
        search: (before: Search) => {
          const merged = { ...readFilters(before), ...changed } as Filters;
          const own = Object.fromEntries(
            Object.entries(before).filter(([key]) => !filterNames.includes(key)),
          );
          return {
            ...own,
            ...writeFilters(
              Object.fromEntries(
                Object.entries(merged).filter(([, value]) => value !== undefined && value !== null),
              ) as Filters,
            ),
          };
        },
      } as Parameters<typeof navigate>[0]);
    },
    [navigate],
  );
  return [filters, change];
}

/** Of a page's parameters those that hold on every page. */
export function keepFilters(search: Search): Search {
  return writeFilters(readFilters(search));
}
