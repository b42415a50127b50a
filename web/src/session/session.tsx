import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { createContext, useContext, useMemo, type ReactNode } from "react";
import { answered, carry, client, Refused, type Session } from "../api/client";

export interface Signed {
  user: string;
  role: Session["role"];
  allStores: boolean;
  stores: number[];
}

interface SessionState {
  /** Nobody: asks for a sign-in. */
  session: Signed | null;
  asking: boolean;
  problem: Error | null;
  signIn: (name: string, password: string) => Promise<void>;
  signOut: () => void;
}

const Context = createContext<SessionState | null>(null);

export function useSession(): SessionState {
  const state = useContext(Context);
  if (!state) throw new Error("useSession is used outside of SessionProvider");
  return state;
}

function taken(session: Session): Signed {
  carry(session.csrf_token);
  return { user: session.name, role: session.role, allStores: session.all_stores, stores: session.stores };
}

/** Nothing of another person's stays. The session itself is changed, not removed: who looks at it would not be told. */
function forget(queries: QueryClient) {
  queries.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const asked = useQuery({
    queryKey: ["session"],
    queryFn: async () => {
      try {
        return taken(await answered(client.GET("/v1/session")));
      } catch (error) {
        if (error instanceof Refused && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: 5 * 60_000,
    refetchInterval: 5 * 60_000,
    retry: 1,
  });
  const state = useMemo<SessionState>(
    () => ({
      session: asked.data ?? null,
      asking: asked.isPending,
      problem: asked.data === undefined ? asked.error : null,
      signIn: async (name, password) => {
        const session = await answered(client.POST("/v1/session", { body: { name, password } }));
        forget(queries);
        queries.setQueryData(["session"], taken(session));
      },
      signOut: () => {
        void client
          .DELETE("/v1/session")
          .catch(() => undefined)
          .then(() => {
            carry(null);
            forget(queries);
            queries.setQueryData(["session"], null);
          });
      },
    }),
    [asked.data, asked.error, asked.isPending, queries],
  );
  return <Context value={state}>{children}</Context>;
}
