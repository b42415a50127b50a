import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { failures, openBrowser, settled, violations, visit } from "./browser";

const { url } = inject("instance");
let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

interface Proposal {
  product_id: string;
  review_date: string;
  store_id: number;
  state: string;
  quantity: number;
}

async function openProposals(page: Page): Promise<Proposal[]> {
  const restock = await page.request.get(`${url}/v1/screens/inventory_restock?limit=1000`);
  const { rows } = (await restock.json()) as { rows: { store_id: number; review_date: string }[] };
  const [first] = rows;
  if (!first) throw new Error("nothing is proposed");
  const asked = await page.request.get(
    `${url}/v1/proposals?store=${first.store_id}&review_date=${first.review_date}`,
  );
  const { proposals } = (await asked.json()) as { proposals: Proposal[] };
  return proposals.filter((one) => one.state === "open" && one.quantity > 0);
}

async function stateOf(page: Page, wanted: Proposal): Promise<string | undefined> {
  const asked = await page.request.get(
    `${url}/v1/proposals?store=${wanted.store_id}&review_date=${wanted.review_date}&all=1`,
  );
  const { proposals } = (await asked.json()) as { proposals: Proposal[] };
  return proposals.find((one) => one.product_id === wanted.product_id)?.state;
}

const rowKey = (one: Proposal) => `${one.store_id}/${one.product_id}/${one.review_date}`;

describe("orders", () => {
  it("an order is approved by keyboard only, within its ten seconds it can be undone", async () => {
    const { page, complaints } = await visit(browser, url);
    const [first, second] = (await openProposals(page)) as [Proposal, Proposal];
    await page.goto(`${url}/home`);
    await settled(page);
    // g o: to Orders; Enter on the store; Enter on a row says why, a approves it.
    await page.keyboard.press("g");
    await page.keyboard.press("o");
    await page.locator('[data-panel="Stores with something to order"]').waitFor();
    await settled(page);
    await focus(page, `[data-row="${first.store_id}"]`);
    await page.keyboard.press("Enter");
    await page.locator('[data-panel="Proposals"] tbody tr').first().waitFor();
    await settled(page);

    await focus(page, `[data-row="${rowKey(first)}"]`);
    await page.keyboard.press("Enter");
    const total = page.locator("[data-total]").last();
    await total.waitFor();
    expect(Number(await total.getAttribute("data-total"))).toBe(first.quantity);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");

    await focus(page, `[data-row="${rowKey(second)}"]`);
    await page.keyboard.press("a");
    await page.getByText(/^Approved: /).waitFor();
    await page.keyboard.press("z");
    await page.getByText(/^Approved: /).waitFor({ state: "detached" });

    await focus(page, `[data-row="${rowKey(first)}"]`);
    await page.keyboard.press("a");
    await page.getByText(/^Approved: /).waitFor();
    expect(await stateOf(page, first), "held, not asked for yet").toBe("open");
    await page.getByText(/^Approved: /).waitFor({ state: "detached", timeout: 30_000 });
    expect(await stateOf(page, first)).toBe("approved");
    expect(await stateOf(page, second), "undone: never asked for").toBe("open");

    await page.goto(`${url}/orders?part=orders`);
    await settled(page);
    expect(await failures(page)).toEqual([]);
    await page.getByText("draft").first().waitFor();
    expect(complaints.all).toEqual([]);
    await page.context().close();
  });

  it("what is held goes out when the page is left", async () => {
    const { page } = await visit(browser, url);
    const wanted = (await openProposals(page)).at(-1);
    if (!wanted) throw new Error("nothing is proposed");
    await page.goto(`${url}/orders?store=${wanted.store_id}`);
    await page.locator(`[data-row="${rowKey(wanted)}"]`).waitFor();
    await focus(page, `[data-row="${rowKey(wanted)}"]`);
    await page.keyboard.press("r");
    await page.getByText(/^Rejected: /).waitFor();
    await page.goto("about:blank");
    await page.goto(`${url}/orders`);
    await expect.poll(() => stateOf(page, wanted), { timeout: 20_000 }).toBe("rejected");
    await page.context().close();
  });

  it("one tap on a phone approves", async () => {
    const { page, complaints } = await visit(browser, url, { width: 390, height: 844 });
    const [first] = await openProposals(page);
    if (!first) throw new Error("nothing is proposed");
    await page.goto(`${url}/store?store=${first.store_id}`);
    await settled(page);
    const button = page
      .locator('[data-panel="To approve"]')
      .getByRole("button", { name: /^Order / })
      .first();
    await button.tap();
    await page.getByText(/^Approved: /).waitFor();
    await page.getByRole("button", { name: /^Undo/ }).tap();
    await page.getByText(/^Approved: /).waitFor({ state: "detached" });
    expect(complaints.all).toEqual([]);
    await page.context().close();
  });
});

/** Tab by tab, as who has no mouse. */
async function focus(page: Page, selector: string): Promise<void> {
  await page.locator(selector).waitFor();
  for (let pressed = 0; pressed < 150; ++pressed) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
  }
  throw new Error(`no Tab leads to ${selector}`);
}
