import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { failures, openBrowser, settled, violations, visit } from "./browser";
import { ingestToken, sell } from "./instance";

const { url } = inject("instance");
let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const soon = { timeout: 90_000 };

async function rows<T>(page: Page, path: string): Promise<T[]> {
  const asked = await page.request.get(`${url}/v1/screens/${path}`);
  expect(asked.status()).toBe(200);
  return ((await asked.json()) as { rows: T[] }).rows;
}

describe("incidents", () => {
  interface Incident {
    incident_id: string;
    state: string;
    acknowledged_by: string;
    note: string;
  }
  it("are acknowledged with a note, which is kept as it was written", async () => {
    const { page, complaints } = await visit(browser, url);
    // A till asks a hundredth of what a product always cost.
    const [item] = await rows<{ product_id: string; store_id: number; category: string }>(
      page,
      "inventory_items?store=1&limit=1",
    );
    if (!item) throw new Error("store 1 has no products");
    await sell(url, { store_id: 1, product_id: item.product_id, category: item.category, unit_price: 0.01 });
    const open = () => rows<Incident>(page, "anomalies_incidents?state=open");
    await expect.poll(async () => (await open()).length, soon).toBeGreaterThan(0);
    const [incident] = await open();
    if (!incident) throw new Error("the incident is over already");

    await page.goto(`${url}/anomalies?incident=${incident.incident_id}`);
    await settled(page);
    const note = "Seen <b>it</b>: the label is “wrong”";
    const field = page.getByLabel("Note");
    await field.focus();
    await page.keyboard.type(note);
    await page.keyboard.press("Tab");
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Enter");
    await page.getByText(`: “${note}”`).waitFor();
    const kept = (await rows<Incident>(page, "anomalies_incidents")).find(
      (one) => one.incident_id === incident.incident_id,
    );
    expect(kept).toMatchObject({ state: "acknowledged", acknowledged_by: "default", note });
    expect(await failures(page)).toEqual([]);
    expect(complaints.all).toEqual([]);
    await page.context().close();
  });
});

describe("dead letters", () => {
  const product = `corrected ${Date.now()}`;
  const message = (store: string) =>
    `{"event_time":"${new Date().toISOString()}","${store}":1,"product_id":"${product}","category":"Tests",` +
    `"transaction_type":"SALE","quantity":7,"unit_price":2}`;
  interface Letter {
    log_topic: string;
    log_partition: number;
    log_offset: number;
    raw: string;
  }
  it("are opened, corrected and sent in again, and count once", async () => {
    const { page, complaints } = await visit(browser, url);
    const wrong = message("shop");
    const posted = await fetch(`${url}/v1/events`, {
      method: "POST",
      headers: { Authorization: `Bearer ${ingestToken}`, "Content-Type": "application/x-ndjson" },
      body: wrong,
    });
    expect(posted.status).toBe(202);
    const today = new Date().toISOString().slice(0, 10);
    const list = `anomalies_dead_letter_list?from=${today}&to=${today}`;
    const find = async () => (await rows<Letter>(page, list)).find((one) => one.raw === wrong);
    await expect.poll(async () => (await find()) !== undefined, soon).toBe(true);
    const letter = await find();
    if (!letter) throw new Error("the letter is gone");
    const name = `${letter.log_topic}/${letter.log_partition}/${letter.log_offset}`;

    await page.goto(`${url}/anomalies?part=data&from=${today}&to=${today}`);
    await settled(page);
    const row = page.locator(`[data-row="${name}"]`);
    await row.getByText("not counted").waitFor();
    await row.focus();
    await page.keyboard.press("Enter");
    const field = page.getByLabel("Message", { exact: true });
    expect(await field.inputValue()).toBe(wrong);
    await settled(page);
    expect(await violations(page)).toEqual([]);

    await page.getByRole("button", { name: "Send in as it is" }).click();
    await page.getByText(/^Refused again/).waitFor();
    await field.fill(wrong.replace("shop", "store_id"));
    await page.getByRole("button", { name: "Send in corrected" }).click();
    await row.getByText("replayed").waitFor();
    await expect
      .poll(
        async () =>
          (await rows<{ product_id: string }>(page, "realtime_ticker?store=1&limit=200")).filter(
            (one) => one.product_id === product,
          ).length,
        soon,
      )
      .toBe(1);
    expect(await page.getByRole("button", { name: /^Send in/ }).count(), "once ever").toBe(0);
    expect(await failures(page)).toEqual([]);
    expect(complaints.all).toEqual([]);
    await page.context().close();
  });
});

describe("models", () => {
  it("show what they look at, and which one is in use", async () => {
    const { page, complaints } = await visit(browser, url);
    const asked = await page.request.get(`${url}/v1/models`);
    const registry = (await asked.json()) as {
      in_use: string;
      models: { version: string; model: { importance: { feature: string; gain_share: number }[] } }[];
    };
    const model = registry.models.find((one) => one.version === registry.in_use)?.model;
    const [first] = model?.importance ?? [];
    if (!first) throw new Error("the model in use has no importance");
    await page.goto(`${url}/forecasts`);
    await settled(page);
    await page.locator('[data-panel="Model"]').getByText(registry.in_use).waitFor();
    const panel = page.locator('[data-panel="Feature importance"]');
    await panel.locator("label", { hasText: "Table" }).click();
    const top = panel.locator("tbody tr").first();
    await expect.poll(() => top.textContent(), soon).toContain(first.feature.replaceAll("_", " "));
    expect(await violations(page)).toEqual([]);
    expect(complaints.all).toEqual([]);
    await page.context().close();
  });
});
