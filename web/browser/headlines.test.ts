import { execFile } from "node:child_process";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { failures, openBrowser, settled, visit } from "./browser";
import { login, type Instance } from "./instance";

const basic = { Authorization: `Basic ${Buffer.from(`${login.name}:${login.password}`).toString("base64")}` };
const script = new URL("../../tests/system/tiles.py", import.meta.url).pathname;
/** Shares and means come with six places; sums that a page makes of decimals are good to nine digits. */
const places = 1e-6;
const precision = 1e-9;

type Tiles = Record<string, number | null>;

interface Looked {
  currency: string;
  from: string;
  to: string;
  store: number;
  product: string;
}

/** What each tile must say: of DuckDB, which knows nothing of the program's queries (tests/system/tiles.py). */
function computed(data: string, looked: Looked): Promise<Record<string, Tiles>> {
  const words = [data, looked.currency, looked.from, looked.to, String(looked.store), looked.product];
  return new Promise((resolve, reject) => {
    const python = process.env["SHELFCAST_PYTHON"] ?? "python3";
    execFile(python, ["-B", script, ...words], { maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${script}: ${stderr.slice(-3_000)}`));
      else resolve(JSON.parse(stdout) as Record<string, Tiles>);
    });
  });
}

async function rowsOf<Row>(url: string, screen: string): Promise<Row[]> {
  const answer = await fetch(`${url}/v1/screens/${screen}`, { headers: basic });
  if (!answer.ok) throw new Error(`${screen}: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { rows: Row[] }).rows;
}

const addDays = (date: string, days: number) =>
  new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);

function pathOf(page: string, looked: Looked): string {
  const dates = `from=${looked.from}&to=${looked.to}&`;
  const own: Record<string, string> = {
    history: dates,
    forecasts: dates,
    executive: dates,
    store: `store=${looked.store}&`,
    product: `product=${encodeURIComponent(looked.product)}&`,
  };
  return `/${page}?${own[page] ?? ""}currency=${looked.currency}`;
}

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** Each tile of each page against the computation, and no tile more or less. */
async function compare({ url, data }: Instance, looked: Looked): Promise<number> {
  const wanted = await computed(data, looked);
  let compared = 0;
  for (const [name, tiles] of Object.entries(wanted)) {
    const { page, complaints } = await visit(browser, url);
    // An answer that was kept is of an earlier moment.
    await page.setExtraHTTPHeaders({ "Cache-Control": "no-cache" });
    const path = pathOf(name, looked);
    await page.goto(url + path);
    await settled(page);
    const where = `${path} of ${looked.from} to ${looked.to}`;
    expect(await failures(page), where).toEqual([]);
    const shown = await page.evaluate(() =>
      [...document.querySelectorAll("main [data-tile]")].map((one) => [
        one.getAttribute("data-tile") ?? "",
        one.querySelector("[data-value]")?.getAttribute("data-value") ?? "",
      ]),
    );
    expect(shown.map(([tile]) => tile).sort(), where).toEqual(Object.keys(tiles).sort());
    for (const [tile = "", text = ""] of shown) {
      const figure = tiles[tile] ?? null;
      const said = `${tile} on ${where}`;
      if (figure === null) expect(text, said).toBe("");
      else {
        expect(text, said).not.toBe("");
        expect(Math.abs(Number(text) - figure), `${said}: ${text}, not ${figure}`).toBeLessThanOrEqual(
          Math.max(places, precision * Math.abs(figure)),
        );
      }
      ++compared;
    }
    expect(complaints.all, where).toEqual([]);
    await page.context().close();
  }
  return compared;
}

describe.each(["instance", "receipts"] as const)("headline figures of the %s", (which) => {
  const instance = inject(which);

  it("are what DuckDB computes from the lake and the log, in every currency", async () => {
    const stores = await rowsOf<{ store_id: number; currency: string }>(
      instance.url,
      "catalog_stores?limit=1000",
    );
    const heard = await rowsOf<{ store_id: number; last_event_time: string | null }>(
      instance.url,
      "anomalies_stores?limit=1000",
    );
    const newest = new Map(heard.map((one) => [one.store_id, one.last_event_time]));
    const selling = stores.filter((store) => newest.get(store.store_id));
    for (const currency of new Set(selling.map((store) => store.currency))) {
      const own = selling.filter((store) => store.currency === currency);
      const times = own.map((store) => newest.get(store.store_id) ?? "").sort();
      const to = times.at(-1)?.slice(0, 10) ?? "";
      const from = addDays(to, -27);
      const products = await rowsOf<{ product_id: string }>(
        instance.url,
        `history_products?from=${from}&to=${to}&store=${own[0]?.store_id ?? 0}&limit=1`,
      );
      const looked: Looked = {
        currency,
        from,
        to,
        store: own[0]?.store_id ?? 0,
        product: products[0]?.product_id ?? "",
      };
      expect(await compare(instance, looked), currency).toBeGreaterThan(20);
    }
  });
});
