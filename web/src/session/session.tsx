import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { heldActs } from "../acts/held";
import { forgetKept } from "../api/offline";
import { answered, carry, client, Refused, type Session } from "../api/client";

export interface Signed {
  user: string;
  role: Session["role"];
  allStores: boolean;
  stores: number[];
  /** The most that an order may come to that this person approves; null: any value. */
  orderLimit: string | null;
}

interface SessionState {
  /** Nobody: asks for a sign-in. */
  session: Signed | null;
  asking: boolean;
  problem: Error | null;
  signIn: (name: string, password: string) => Promise<void>;
  signOut: () => Promise<void>;
  /** Why signing out did not work; the person is still signed in. */
  notOut: string | null;
}

const Context = createContext<SessionState | null>(null);

export function useSession(): SessionState {
  const state = useContext(Context);
  if (!state) throw new Error("useSession is used outside of SessionProvider");
  return state;
}

function taken(session: Session): Signed {
  carry(session.csrf_token);
  return {
    user: session.name,
    role: session.role,
    allStores: session.all_stores,
    stores: session.stores,
    orderLimit: session.order_limit,
  };
}

/** Nothing of another person's stays. The session itself is changed, not removed: who looks at it would not be told. */
function forget(queries: QueryClient) {
  queries.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [notOut, setNotOut] = useState<string | null>(null);
  const lastUser = useRef<string | null>(null);
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
  const user = asked.data === undefined ? undefined : (asked.data?.user ?? null);
  useEffect(() => {
    if (user === null) heldActs.giveUp("the session ended before it was sent");
    else if (user !== undefined) lastUser.current = user;
  }, [user]);
  const state = useMemo<SessionState>(
    () => ({
      session: asked.data ?? null,
      asking: asked.isPending,
      problem: asked.data === undefined ? asked.error : null,
      signIn: async (name, password) => {
        const session = await answered(client.POST("/v1/session", { body: { name, password } }));
        if (session.name !== lastUser.current) heldActs.clear();
        forget(queries);
        queries.setQueryData(["session"], taken(session));
      },
      signOut: async () => {
        setNotOut(null);
        // Whatever becomes of the rest: who wants to leave leaves no figures behind.
        forgetKept();
        // What was decided was decided by this person; a refusal is read before there is nobody to read it.
        if (!(await heldActs.settle())) {
          setNotOut("A decision was refused, see there. Sign out again to leave it.");
          return;
        }
        try {
          await client.DELETE("/v1/session");
        } catch (error) {
          setNotOut(`Not signed out: ${error instanceof Error ? error.message : String(error)}`);
          return;
        }
        carry(null);
        heldActs.clear();
        forget(queries);
        queries.setQueryData(["session"], null);
      },
      notOut,
    }),
    [asked.data, asked.error, asked.isPending, notOut, queries],
  );
  return <Context value={state}>{children}</Context>;
}
