import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { heldActs } from "../../acts/held";
import { answered, client } from "../../api/client";
import { saidOf, writeOptions, type Options } from "./whatIf";

/** History replayed with these options. The last question wins: the one before it is given up when another is asked. */
export function useWhatIf(store: number | undefined, options: Options, enabled: boolean) {
  return useQuery({
    queryKey: ["what_if", store ?? 0, writeOptions(options)],
    queryFn: ({ signal }) =>
      answered(
        client.POST("/v1/simulate", {
          body: { ...saidOf(options), ...(store === undefined ? {} : { store_id: store }) },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    enabled,
  });
}

export function useScenarios() {
  return useQuery({
    // Among orders: what becomes of a removal that was held shows as theirs does.
    queryKey: ["orders", "scenarios"],
    queryFn: ({ signal }) => answered(client.GET("/v1/scenarios", { signal })),
    staleTime: 30_000,
  });
}

export async function keepScenario(name: string, options: Options): Promise<void> {
  await answered(client.PUT("/v1/scenarios/{name}", { params: { path: { name } }, body: options }));
}

export const scenarioKey = (name: string): string => `scenario/${name}`;

/** Held for ten seconds, as every decision is. */
export function removeScenario(name: string): void {
  heldActs.hold({
    keys: [scenarioKey(name)],
    label: `Removed: ${name}`,
    becomes: "removed",
    run: () =>
      answered(client.DELETE("/v1/scenarios/{name}", { params: { path: { name } }, keepalive: true })),
  });
}
