import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { openBrowser, settled, signIn, tile, violations, visit } from "./browser";

const { url } = inject("instance");
let browser: Browser;
beforeAll(async () => {
  // So that the network is away for the service worker too, not for pages only.
  process.env["PW_EXPERIMENTAL_SERVICE_WORKER_NETWORK_EVENTS"] = "1";
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** Until the worker has what this page shows. */
async function kept(page: Page, path: string): Promise<void> {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const isKept = (wanted: string) =>
    page.evaluate(async (wanted) => {
      const answers = await (await caches.open("kept")).keys();
      return answers.some((one) => one.url.includes(wanted));
    }, wanted);
  await expect.poll(() => isKept(path), { timeout: 60_000 }).toBe(true);
}

describe("without a network", () => {
  it("the page stands with its figures and their age, decides nothing, and is fresh once the network is back", async () => {
    const { page } = await visit(browser, url, { keeps: true });
    await page.goto(`${url}/inventory`);
    await settled(page);
    await kept(page, "/v1/screens/inventory_items");
    await kept(page, "/v1/screens/inventory_categories");
    const value = await tile(page, "stock_value");

    await page.context().setOffline(true);
    await page.reload();
    await settled(page);
    expect(await tile(page, "stock_value")).toBe(value);
    const banner = page.locator("[data-away]");
    expect(await banner.textContent()).toMatch(
      /offline, figures of \d\d:\d\d, \d+ (s|min) old\. Nothing can/,
    );
    const items = page.locator('[data-panel="Items"]');
    expect(await items.locator("[data-stamp]").textContent()).toMatch(/▲ offline, figures of \d\d:\d\d, \d+/);
    expect(await items.locator("tbody tr").count()).toBeGreaterThan(3);
    expect(await violations(page)).toEqual([]);

    await page.context().setOffline(false);
    await banner.waitFor({ state: "detached" });
    // By the first answer, sooner than anything is asked again anyway.
    await expect
      .poll(() => items.locator("[data-stamp]").textContent(), { timeout: 30_000 })
      .not.toContain("offline");
    await page.context().close();
  });

  it("a decision is refused at once, in words", async () => {
    const { page } = await visit(browser, url, { keeps: true });
    const restock = await page.request.get(`${url}/v1/screens/inventory_restock?limit=1`);
    const { rows } = (await restock.json()) as { rows: { store_id: number }[] };
    await page.goto(`${url}/store?store=${rows[0]?.store_id ?? 0}`);
    await settled(page);
    await kept(page, "/v1/proposals");
    await kept(page, "/v1/screens/inventory_restock");
    await page.context().setOffline(true);
    await page.reload();
    await settled(page);
    const button = page.locator('[data-panel="To approve"]').getByRole("button", { name: /^Order / });
    const before = await button.count();
    await button.first().click();
    await page.getByText(/was refused: offline: nothing was sent/).waitFor();
    expect(await button.count(), "it is still to be decided").toBe(before);
    await page.context().close();
  });

  it("nothing is left of a person who signed out", async () => {
    const { page } = await visit(browser, url, { keeps: true });
    await page.goto(`${url}/inventory`);
    await settled(page);
    await kept(page, "/v1/screens/inventory_items");
    await page.getByRole("button", { name: "You and this view" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByLabel("Name").waitFor();
    const left = () =>
      page.evaluate(async () => (await (await caches.open("kept")).keys()).map((one) => one.url));
    await expect.poll(left, { timeout: 10_000 }).toEqual([]);
    await page.context().setOffline(true);
    await page.reload();
    await page.getByText("This could not be loaded").waitFor();
    expect(await page.getByText("Stock value").count()).toBe(0);
    await page.context().setOffline(false);
    await signIn(page, url);
    await page.reload();
    await settled(page);
    await page.context().close();
  });

  it("it can be installed: a manifest with icons of every kind, a worker under the policy", async () => {
    const { page, complaints } = await visit(browser, url, { keeps: true });
    await page.goto(`${url}/home`);
    await settled(page);
    const href = await page.locator("link[rel=manifest]").getAttribute("href");
    const answer = await page.request.get(url + (href ?? ""));
    expect(answer.headers()["content-type"]).toBe("application/manifest+json");
    const manifest = (await answer.json()) as {
      icons: { src: string; type: string; sizes: string; purpose?: string }[];
    };
    expect(manifest.icons.map((one) => one.sizes)).toEqual(expect.arrayContaining(["192x192", "512x512"]));
    expect(manifest.icons.some((one) => one.purpose === "maskable")).toBe(true);
    for (const icon of manifest.icons) {
      const picture = await page.request.get(url + icon.src);
      expect(picture.headers()["content-type"], icon.src).toBe(icon.type);
    }
    const worker = await page.request.get(`${url}/sw.js`);
    expect(worker.headers()["cache-control"]).toBe("no-cache");
    expect(worker.headers()["content-security-policy"]).toContain("worker-src 'self'");
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    expect(complaints.all).toEqual([]);
    await page.context().close();
  });
});
