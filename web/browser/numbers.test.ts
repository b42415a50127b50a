import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { openBrowser, settled, tile, visit } from "./browser";
import { login } from "./instance";

const { url } = inject("instance");
const basic = { Authorization: `Basic ${Buffer.from(`${login.name}:${login.password}`).toString("base64")}` };
let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** Exact sums of decimals that come as texts: in units of the seventh place. */
function exactSum(texts: readonly string[]): bigint {
  return texts.reduce((sum, text) => {
    const [whole = "0", part = ""] = text.replace("-", "").split(".");
    const units = BigInt(whole) * 10_000_000n + BigInt(part.padEnd(7, "0"));
    return sum + (text.startsWith("-") ? -units : units);
  }, 0n);
}

describe("headline figures", () => {
  it("are the sums of the API's file of the same rows", async () => {
    const { page } = await visit(browser, url);
    await page.goto(`${url}/history?period=7d`);
    await settled(page);
    const shown = Number(await tile(page, "period_revenue"));
    const asked = page.url();
    expect(asked).toContain("period=7d");
    const answer = await fetch(`${url}/v1/screens/history_days?limit=10000`, { headers: basic });
    const { business_date: newest } = (await answer.json()) as { business_date: string };
    const from = new Date(Date.parse(newest) - 6 * 86_400_000).toISOString().slice(0, 10);
    const file = await fetch(`${url}/v1/screens/history_days?from=${from}&to=${newest}&format=csv`, {
      headers: basic,
    });
    const [head = "", ...lines] = (await file.text()).trim().split(/\r?\n/);
    const columns = head.replaceAll('"', "").split(",");
    const rows = lines.map((line) => line.replaceAll('"', "").split(","));
    const at = (name: string) => columns.indexOf(name);
    const currency =
      (await page
        .locator("[aria-label='Currency of amounts']")
        .inputValue()
        .catch(() => "")) ||
      (rows[0]?.[at("currency")] ?? "");
    const wanted = exactSum(
      rows.filter((row) => row[at("currency")] === currency).map((row) => row[at("revenue")] ?? ""),
    );
    expect(BigInt(Math.round(shown * 100))).toBe((wanted + 50_000n) / 100_000n);
    await page.context().close();
  });
});
