import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { failures, openBrowser, settled, tile, violations, visit } from "./browser";
import { login } from "./instance";

const { url } = inject("instance");
let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const budgetMs = 200;
const soon = { timeout: 20_000 };
const slider = (page: Page, label: string) => page.getByRole("slider", { name: label, exact: true });
const effect = (page: Page) =>
  page.locator("[aria-busy]").filter({ has: page.locator('[data-panel="Effect"]') });

/** What the program answers to the same question, asked by a machine. */
async function answer(options: Record<string, number>): Promise<Record<string, number>> {
  const asked = await fetch(`${url}/v1/simulate`, {
    method: "POST",
    headers: { Authorization: `Basic ${btoa(`${login.name}:${login.password}`)}` },
    body: JSON.stringify(options),
  });
  expect(asked.status).toBe(200);
  return ((await asked.json()) as { what_if: Record<string, number> }).what_if;
}

async function open(page: Page, more = ""): Promise<void> {
  await page.goto(`${url}/orders?part=what_if${more}`);
  await page.locator('[data-tile="what_if_total_cost"]').waitFor();
  await settled(page);
}

async function shows(page: Page, options: Record<string, number>): Promise<void> {
  const wanted = await answer(options);
  for (const key of ["fill_rate", "average_stock_units", "wasted_units", "total_cost"])
    await expect
      .poll(() => tile(page, `what_if_${key}`), { ...soon, message: key })
      .toBe(String(wanted[key]));
  await expect.poll(() => effect(page).getAttribute("aria-busy"), soon).toBe("false");
}

describe("what if", () => {
  it("the sliders move by keyboard, and the effect is what the program answers", async () => {
    const { page, complaints } = await visit(browser, url);
    await open(page);
    await shows(page, {});
    await slider(page, "Service level").focus();
    for (let press = 0; press < 6; ++press) await page.keyboard.press("ArrowRight");
    await shows(page, { service_percent: 98 });
    await slider(page, "Demand").focus();
    await page.keyboard.press("End");
    await shows(page, { service_percent: 98, demand_percent: 200 });
    await slider(page, "Lead time").focus();
    await page.keyboard.press("ArrowRight");
    await slider(page, "Shelf life").focus();
    await page.keyboard.press("Home");
    const all = { service_percent: 98, demand_percent: 200, lead_time_days: 4, shelf_life_days: 1 };
    await shows(page, all);
    expect(Number(await tile(page, "what_if_wasted_units"))).toBeGreaterThan(0);
    await slider(page, "Budget").focus();
    await page.keyboard.press("Home");
    const least = Number(await slider(page, "Budget").getAttribute("aria-valuenow"));
    await shows(page, { ...all, budget: least });
    // The URL has them: whoever opens it sees the same.
    await expect.poll(() => page.url(), soon).toContain("budget");
    await page.reload();
    await settled(page);
    await shows(page, { ...all, budget: least });
    await page.getByRole("button", { name: "As configured" }).click();
    await shows(page, {});
    expect(await failures(page)).toEqual([]);
    expect(await violations(page)).toEqual([]);
    expect(complaints.all).toEqual([]);
    await page.context().close();
  });

  it("what was asked last is shown, and what was there stays, dimmed, until it comes", async () => {
    const { page } = await visit(browser, url);
    await open(page);
    const before = await tile(page, "what_if_fill_rate");
    const late: (() => void)[] = [];
    await page.route("**/v1/simulate", async (route) => {
      if ((route.request().postData() ?? "").includes('"demand_percent":105'))
        await new Promise<void>((resolve) => late.push(resolve));
      await route.continue().catch(() => undefined); // It may have been given up meanwhile.
    });
    await slider(page, "Demand").focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => late.length, soon).toBe(1);
    expect(await effect(page).getAttribute("aria-busy")).toBe("true");
    expect(await tile(page, "what_if_fill_rate"), "the figure of before").toBe(before);
    await expect
      .poll(
        () => page.locator('[data-panel="Effect"]').evaluate((one) => getComputedStyle(one).opacity),
        soon,
      )
      .toBe("0.65");
    await page.keyboard.press("ArrowRight");
    await shows(page, { demand_percent: 110 });
    for (const release of late) release();
    await slider(page, "Demand").focus();
    await shows(page, { demand_percent: 110 });
    await page.context().close();
  });

  it("scenarios are saved, loaded and removed by name, from the keyboard", async () => {
    const { page, complaints } = await visit(browser, url);
    const name = "Autumn <b>peak</b>";
    await open(page, "&what_if=demand_percent:140");
    const field = page.getByRole("combobox", { name: "Scenario" });
    await field.focus();
    await page.keyboard.type(name);
    await page.keyboard.press("Enter");
    await page.getByText(`Saved ${name}.`).waitFor();
    const kept = async () => {
      const asked = await page.request.get(`${url}/v1/scenarios`);
      const { scenarios } = (await asked.json()) as {
        scenarios: { name: string; options: Record<string, number> }[];
      };
      return scenarios.find((one) => one.name === name)?.options;
    };
    expect((await kept())?.["demand_percent"]).toBe(140);

    await open(page);
    await field.focus();
    await page.keyboard.press("ArrowDown");
    await page.getByRole("option", { name }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByText(`Loaded ${name}.`).waitFor();
    await shows(page, { demand_percent: 140 });

    const remove = page.getByRole("button", { name: "Remove" });
    await remove.focus();
    await page.keyboard.press("Enter");
    await page.getByText(`Removed: ${name}`).waitFor();
    expect(await kept(), "held, not removed yet").toBeDefined();
    await page.keyboard.press("z");
    await page.getByText(`Removed: ${name}`).waitFor({ state: "detached" });
    expect(await kept()).toBeDefined();

    await field.fill(name);
    await page.keyboard.press("Escape");
    await remove.click();
    await page.getByText(`Removed: ${name}`).waitFor();
    await page.getByText(`Removed: ${name}`).waitFor({ state: "detached", timeout: 30_000 });
    expect(await kept()).toBeUndefined();
    expect(complaints.all).toEqual([]);
    await page.context().close();
  });

  it(`answers within ${budgetMs} ms, as a hand that moves asks`, async () => {
    const { page } = await visit(browser, url);
    await open(page);
    await slider(page, "Demand").focus();
    for (let press = 0; press < 20; ++press) {
      const answered = page.waitForResponse("**/v1/simulate");
      await page.keyboard.press("ArrowRight");
      await answered;
    }
    const took = await page.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .filter((one) => one.name.endsWith("/v1/simulate"))
        .map((one) => one.duration)
        .sort((a, b) => a - b),
    );
    const median = took[Math.floor(took.length / 2)] ?? Infinity;
    console.log(
      `${took.length} what-ifs through HTTP: median ${median.toFixed(1)} ms, most ${took.at(-1)?.toFixed(1)} ms`,
    );
    expect(took.length).toBeGreaterThanOrEqual(20);
    expect(median).toBeLessThan(budgetMs);
    await page.context().close();
  });
});
