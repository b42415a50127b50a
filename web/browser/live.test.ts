import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { openBrowser, settled, tile, visit } from "./browser";
import { hostile, sell } from "./instance";

const { url } = inject("instance");

/** What the tile shows, in cents: sums of prices are not exact as binary fractions. */
async function revenueCents(page: Page): Promise<number> {
  return Math.round(Number(await tile(page, "live_revenue")) * 100);
}

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

describe("real-time sales", () => {
  it("an event shows within two seconds, without a reload", async () => {
    const { page, complaints } = await visit(browser, url);
    await page.goto(`${url}/live?store=1`);
    await settled(page);
    await page.locator('[data-tile="live_revenue"]').waitFor();
    await settled(page);
    const atFirst = await revenueCents(page);
    await sell(url, { product_id: "tea", quantity: 1, unit_price: 1 });
    const before = atFirst + 100;
    await expect.poll(() => revenueCents(page), { timeout: 10_000 }).toBe(before);
    const begin = Date.now();
    await sell(url, { product_id: "tea", quantity: 3, unit_price: 4.25 });
    await expect.poll(() => revenueCents(page), { timeout: 10_000, interval: 50 }).toBe(before + 1275);
    const tookMs = Date.now() - begin;
    console.log(`event to screen: ${tookMs} ms`);
    expect(tookMs).toBeLessThan(2_000);
    expect(complaints.all).toEqual([]);
    await page.context().close();
  });

  it("pauses and goes on", async () => {
    const { page } = await visit(browser, url);
    await page.goto(`${url}/live?store=1`);
    await page.locator('[data-tile="live_revenue"]').waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    const before = await revenueCents(page);
    await sell(url, { product_id: "tea", quantity: 1, unit_price: 2 });
    const go = page.getByRole("button", { name: "Go on" });
    await go.waitFor();
    expect(await revenueCents(page)).toBe(before);
    await go.click();
    await expect.poll(() => revenueCents(page)).toBe(before + 200);
    await page.context().close();
  });

  it("shows a hostile name as text", async () => {
    const { page, complaints } = await visit(browser, url);
    await sell(url);
    await page.goto(`${url}/live?store=1`);
    await settled(page);
    const ticker = page.locator('[data-panel="Ticker"]');
    await ticker.getByText(hostile).first().waitFor();
    expect(await page.locator("main img").count()).toBe(0);
    await ticker.getByText(hostile).first().click();
    await page.waitForURL(/\/product/);
    await settled(page);
    await page.getByText(hostile).first().waitFor();
    expect(complaints.all).toEqual([]);
    await page.context().close();
  });
});
