import { useQuery } from "@tanstack/react-query";
import { useSession } from "../session/session";
import { answered, client } from "./client";

/** The state of the whole program, for those who see all stores. */
export function useStatus() {
  const { session } = useSession();
  return useQuery({
    queryKey: ["status"],
    queryFn: ({ signal }) => answered(client.GET("/v1/status", { signal })),
    refetchInterval: 5_000,
    enabled: session?.allStores ?? false,
  });
}
