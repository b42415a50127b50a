import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { keepFilters, type Search } from "./useFilters";

export interface Place {
  to: string;
  /** Beside the filters, which go along. */
  search?: Search;
}

/** Goes to another page, with the filters. */
export function useGo(): (place: Place) => void {
  const navigate = useNavigate();
  return useCallback(
    ({ to, search }: Place) => {
      const options = { to, search: (before: Search) => ({ ...keepFilters(before), ...search }) };
      void navigate(options as unknown as Parameters<typeof navigate>[0]);
    },
    [navigate],
  );
}
