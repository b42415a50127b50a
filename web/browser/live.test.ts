import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { openBrowser, settled, tile, visit } from "./browser";
import { hostile, sell } from "./instance";

const { url } = inject("instance");
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
    const atFirst = Number(await tile(page, "live_revenue"));
    await sell(url, { product_id: "tea", quantity: 1, unit_price: 1 });
    const before = atFirst + 1;
    await expect.poll(() => tile(page, "live_revenue").then(Number), { timeout: 10_000 }).toBe(before);
    const begin = Date.now();
    await sell(url, { product_id: "tea", quantity: 3, unit_price: 4.25 });
    await expect
      .poll(() => tile(page, "live_revenue").then(Number), { timeout: 10_000, interval: 50 })
      .toBe(before + 12.75);
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
    const before = await tile(page, "live_revenue");
    await sell(url, { product_id: "tea", quantity: 1, unit_price: 2 });
    const go = page.getByRole("button", { name: "Go on" });
    await go.waitFor();
    expect(await tile(page, "live_revenue")).toBe(before);
    await go.click();
    await expect.poll(() => tile(page, "live_revenue").then(Number)).toBe(Number(before) + 2);
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
