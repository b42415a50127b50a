import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it, vi } from "vitest";

const script = readFileSync(new URL("./worker.js", import.meta.url), "utf-8");
const origin = "https://shelf.test";

/** The browser's store of answers, as far as the worker uses it: in the order in which they were put. */
class Store {
  readonly entries = new Map<string, Response>();
  private readonly key = (request: Request | string) =>
    new URL(typeof request === "string" ? request : request.url, origin).href;
  match(request: Request | string) {
    return Promise.resolve(this.entries.get(this.key(request))?.clone());
  }
  put(request: Request | string, response: Response) {
    this.entries.delete(this.key(request));
    this.entries.set(this.key(request), response);
    return Promise.resolve();
  }
  delete(request: Request | string) {
    return Promise.resolve(this.entries.delete(this.key(request)));
  }
  keys() {
    return Promise.resolve([...this.entries.keys()].map((url) => new Request(url)));
  }
  addAll(files: string[]) {
    for (const file of files) this.entries.set(this.key(file), new Response(`file ${file}`));
    return Promise.resolve();
  }
}

type Program = (request: Request) => Response | Promise<Response>;

/** A worker that runs, with a program that can be taken off the network. */
class Worker {
  readonly stores = new Map<string, Store>();
  program: Program | null = null;
  private readonly listeners = new Map<string, (event: unknown) => void>();

  constructor(private readonly version = "v1") {
    this.run();
  }
  /** Browsers end a worker that has nothing to do, and run it anew: only the stores stay. */
  run() {
    const caches = {
      open: (name: string) => {
        const store = this.stores.get(name) ?? new Store();
        this.stores.set(name, store);
        return Promise.resolve(store);
      },
      keys: () => Promise.resolve([...this.stores.keys()]),
      delete: (name: string) => Promise.resolve(this.stores.delete(name)),
    };
    const self = {
      location: new URL(origin),
      clients: { claim: () => Promise.resolve() },
      addEventListener: (name: string, listener: (event: unknown) => void) =>
        this.listeners.set(name, listener),
    };
    const fetch = (request: Request) =>
      this.program === null
        ? Promise.reject(new TypeError("network"))
        : Promise.resolve(this.program(request));
    const OwnRequest = class extends Request {
      constructor(at: string, init?: RequestInit) {
        super(new URL(at, origin), init);
      }
    };
    const shell = { version: this.version, files: ["/", "/scheme.js", "/assets/a-1.js"] };
    new Function("self", "caches", "fetch", "Request", "shell", script)(
      self,
      caches,
      fetch,
      OwnRequest,
      shell,
    );
  }
  async tell(name: string, event: object = {}) {
    const work: Promise<unknown>[] = [];
    this.listeners.get(name)?.({ ...event, waitUntil: (one: Promise<unknown>) => work.push(one) });
    await Promise.all(work);
  }
  /** What the page gets; null: the worker leaves the request alone. */
  async ask(path: string, init: RequestInit & { navigates?: boolean } = {}): Promise<Response | null> {
    const request = new Request(new URL(path, origin), init);
    if (init.navigates) Object.defineProperty(request, "mode", { value: "navigate" });
    const work: Promise<unknown>[] = [];
    let answer: Promise<Response> | null = null;
    this.listeners.get("fetch")?.({
      request,
      respondWith: (one: Promise<Response>) => (answer = one),
      waitUntil: (one: Promise<unknown>) => work.push(one),
    });
    const response = await answer;
    await Promise.all(work);
    return response;
  }
  get kept(): string[] {
    return [...(this.stores.get("kept")?.entries.keys() ?? [])].map((url) => url.slice(origin.length));
  }
}

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const session = (name: string, expires_at: string | null = null) => ({
  name,
  expires_at,
  csrf_token: "secret",
});
const stock = "/v1/screens/inventory_items?store=1";

/** A program in which this person is signed in. */
const of =
  (name: string, expires_at: string | null = null): Program =>
  (request) =>
    request.method === "DELETE"
      ? new Response(null, { status: 204 })
      : json(request.url.endsWith("/v1/session") ? session(name, expires_at) : { of: name });

let worker: Worker;
beforeEach(async () => {
  worker = new Worker();
  await worker.tell("install");
  worker.program = of("ann");
  await worker.ask("/v1/session");
  await worker.ask(stock);
});

describe("with the network away", () => {
  it("the last answer comes, marked with when it was given", async () => {
    worker.program = null;
    worker.run();
    const answer = await worker.ask(stock);
    expect(await answer?.json()).toEqual({ of: "ann" });
    const age = Date.now() - Date.parse(answer?.headers.get("X-Shelfcast-Kept-At") ?? "");
    expect(age).toBeLessThan(10_000);
  });
  it("whose session it is is known, without the token that decisions need", async () => {
    worker.program = null;
    expect(await (await worker.ask("/v1/session"))?.json()).toMatchObject({ name: "ann", csrf_token: null });
    expect(
      JSON.stringify(await (await worker.stores.get("kept")?.match("/v1/session"))?.text()),
    ).not.toContain("secret");
  });
  it("what was never asked for fails, as does what the program refused", async () => {
    worker.program = () => json({ error: {} }, 503);
    expect((await worker.ask("/v1/screens/home_kpis"))?.status, "the program's word stands").toBe(503);
    worker.program = null;
    expect((await worker.ask("/v1/screens/home_kpis"))?.type).toBe("error");
  });
  it("a page is the app, a file of it is at hand", async () => {
    worker.program = null;
    expect(await (await worker.ask("/inventory?store=1", { navigates: true }))?.text()).toBe("file /");
    expect(await (await worker.ask("/assets/a-1.js"))?.text()).toBe("file /assets/a-1.js");
  });
});

describe("what is not kept", () => {
  it("is what people decide, streams, searches, files and other pages: they go by", async () => {
    for (const [path, init] of [
      ["/v1/proposals/approve", { method: "POST", body: "{}" }],
      ["/v1/live", {}],
      ["/v1/search?q=tea", {}],
      [`${stock}&format=csv`, {}],
      ["/status", { navigates: true }],
      ["https://elsewhere.test/v1/x", {}],
    ] as const)
      expect(await worker.ask(path, init), path).toBeNull();
  });
  it("is another person's", async () => {
    worker.program = of("eve");
    await worker.ask("/v1/session", { method: "POST", body: "{}" });
    expect(worker.kept).not.toContain(stock);
    worker.program = null;
    expect((await worker.ask(stock))?.type).toBe("error");
  });
  it("stays no longer than its person is signed in", async () => {
    await worker.ask("/v1/session", { method: "DELETE" });
    expect(worker.kept).toEqual([]);
  });
  it("goes when the program knows no session any more, and when the page says so", async () => {
    worker.program = () => json({ error: {} }, 401);
    await worker.ask(stock);
    expect(worker.kept).toEqual([]);
    worker.program = of("ann");
    await worker.ask("/v1/session");
    await worker.ask(stock);
    expect(worker.kept).toContain(stock);
    await worker.tell("message", { data: "forget" });
    expect(worker.kept).toEqual([]);
  });
  it("is an answer that was on its way when its person signed out", async () => {
    let come: ((response: Response) => void) | undefined;
    worker.program = () => new Promise<Response>((resolve) => (come = resolve));
    const late = worker.ask("/v1/screens/home_kpis");
    await vi.waitFor(() => expect(come).toBeDefined());
    const given = come as unknown as (response: Response) => void;
    worker.program = of("ann");
    await worker.ask("/v1/session", { method: "DELETE" });
    given(json({ of: "ann" }));
    await late;
    expect(worker.kept).toEqual([]);
  });
  it("is shown no longer than the session would last", async () => {
    worker.program = of("ann", new Date(Date.now() + 60_000).toISOString());
    await worker.ask("/v1/session");
    worker.program = null;
    expect((await worker.ask(stock))?.status).toBe(200);
    const now = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 61_000);
    expect((await worker.ask(stock))?.type).toBe("error");
    expect(worker.kept).toEqual([]);
    now.mockRestore();
  });
  it("is more than 300 answers: the oldest go", async () => {
    for (let at = 0; at < 310; at += 1) await worker.ask(`/v1/screens/home_kpis?store=${at}`);
    expect(worker.kept.length).toBeLessThanOrEqual(300);
    expect(worker.kept).toContain("/v1/screens/home_kpis?store=309");
    expect(worker.kept).not.toContain("/v1/screens/home_kpis?store=0");
    worker.program = null;
    expect((await worker.ask("/v1/screens/home_kpis?store=309"))?.status).toBe(200);
  });
});

describe("a new version", () => {
  it("takes the place of the files of the old one, not of what a person had", async () => {
    worker.stores.set("shell old", new Store());
    await worker.tell("activate");
    expect([...worker.stores.keys()].sort()).toEqual(["kept", "shell v1"]);
  });
});
