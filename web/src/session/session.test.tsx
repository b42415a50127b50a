// @vitest-environment jsdom
import "../test_setup";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";

// The client takes fetch when it is made, which is when it is imported.
const asked = vi.hoisted(() => {
  const made = vi.fn<(request: Request) => Promise<Response>>();
  globalThis.fetch = made as unknown as typeof fetch;
  return made;
});
const { heldActs } = await import("../acts/held");
const { SessionProvider, useSession } = await import("./session");

const session = (name: string) => ({
  name,
  role: "analyst",
  all_stores: true,
  stores: [],
  csrf_token: "t",
});
const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });

function Person() {
  const { session, signIn, signOut, notOut } = useSession();
  return (
    <>
      <p>{session ? `signed in: ${session.user}` : "nobody"}</p>
      <p role="alert">{notOut}</p>
      <button onClick={() => void signOut()}>Sign out</button>
      <button onClick={() => void signIn("eve", "password123")}>Sign in</button>
    </>
  );
}

/** Everything that was asked for, in order. */
let order: string[] = [];
let deleted: () => Response;

beforeEach(() => {
  order = [];
  deleted = () => new Response(null, { status: 204 });
  heldActs.clear();
  asked.mockReset();
  asked.mockImplementation((request) => {
    order.push(request.method);
    if (request.method === "DELETE") return Promise.resolve(deleted());
    return Promise.resolve(json(200, session(request.method === "POST" ? "eve" : "ann")));
  });
});

async function show() {
  const queries = new QueryClient();
  render(
    <QueryClientProvider client={queries}>
      <SessionProvider>
        <Person />
      </SessionProvider>
    </QueryClientProvider>,
  );
  await screen.findByText("signed in: ann");
  return queries;
}
const hold = (run: () => Promise<unknown>) =>
  heldActs.hold({ keys: ["tea"], label: "Approved: tea", becomes: "approved", run });

describe("signing out", () => {
  it("first sends what this person decided", async () => {
    await show();
    hold(() => Promise.resolve(order.push("decision")));
    fireEvent.click(screen.getByText("Sign out"));
    await screen.findByText("nobody");
    expect(order).toEqual(["GET", "decision", "DELETE"]);
    expect(heldActs.read()).toEqual([]);
  });
  it("says so when it did not work, and whoever it is is still signed in", async () => {
    await show();
    deleted = () => json(503, { error: { kind: "unavailable", message: "the warehouse is away" } });
    fireEvent.click(screen.getByText("Sign out"));
    await waitFor(() =>
      expect(screen.getByRole("alert").textContent).toBe("Not signed out: the warehouse is away"),
    );
    expect(screen.getByText("signed in: ann")).toBeTruthy();
  });
  it("waits when a decision was refused, until that was seen", async () => {
    await show();
    hold(() => Promise.reject(new Error("over the limit")));
    fireEvent.click(screen.getByText("Sign out"));
    await waitFor(() => expect(screen.getByRole("alert").textContent).toContain("was refused"));
    expect(heldActs.read()[0]).toMatchObject({ state: "failed", message: "over the limit" });
    fireEvent.click(screen.getByText("Sign out"));
    await screen.findByText("nobody");
    expect(heldActs.read()).toEqual([]);
  });
});

describe("a session that ended", () => {
  it("takes what was held with it: nothing goes out in the next person's name", async () => {
    const queries = await show();
    const run = vi.fn(() => Promise.resolve());
    hold(run);
    queries.setQueryData(["session"], null);
    await screen.findByText("nobody");
    await waitFor(() => expect(heldActs.read()[0]?.state).toBe("failed"));
    fireEvent.click(screen.getByText("Sign in"));
    await screen.findByText("signed in: eve");
    expect(heldActs.read()).toEqual([]);
    expect(run).not.toHaveBeenCalled();
  });
});
