import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { failures, openBrowser, settled, violations, visit } from "./browser";
import { login } from "./instance";

const { url } = inject("instance");
let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

describe("signing in", () => {
  it("asks for it, says what was wrong, and then shows what was asked for", async () => {
    const { page } = await visit(browser, url, {}, false);
    await page.goto(`${url}/inventory?store=1`);
    await page.getByLabel("Name").fill(login.name);
    await page.getByLabel("Password", { exact: true }).fill("not this");
    await page.keyboard.press("Enter");
    await page.getByText("Not signed in").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel("Password", { exact: true }).fill(login.password);
    await page.keyboard.press("Enter");
    await page.locator('[data-panel="Items"]').waitFor();
    expect(page.url()).toContain("/inventory?store=1");
    await page.context().close();
  });
});

describe("habits", () => {
  it("filters are in the URL, and come back with it", async () => {
    const { page } = await visit(browser, url);
    await page.goto(`${url}/history?period=7d&store=1`);
    await settled(page);
    await page.getByRole("link", { name: "Executive", exact: true }).click();
    await page.waitForURL(/\/executive\?/);
    expect(page.url()).toMatch(/period=7d/);
    expect(page.url()).toMatch(/store=1/);
    await page.goBack();
    await page.waitForURL(/\/history/);
    await page.context().close();
  });

  it("each question is asked once, and with its dates", async () => {
    const { page } = await visit(browser, url);
    const asked: string[] = [];
    page.on("request", (request) => {
      const at = new URL(request.url());
      if (at.pathname.startsWith("/v1/screens/")) asked.push(at.pathname.slice(12) + at.search);
    });
    for (const path of ["/history", "/executive", "/forecasts"]) {
      asked.length = 0;
      await page.goto(url + path);
      await settled(page);
      expect(asked.filter((one, at) => asked.indexOf(one) < at)).toEqual([]);
      const dateless = asked.filter(
        (one) => /^(history|executive|forecast_acc)/.test(one) && !/from=/.test(one),
      );
      expect(dateless).toEqual([]);
      expect(asked.length).toBeGreaterThan(3);
    }
    await page.context().close();
  });

  it("stores that sold nothing have their empty panels, and none waits for a date for ever", async () => {
    const { page } = await visit(browser, url);
    await page.goto(`${url}/executive?store=987654`);
    await settled(page);
    expect(await failures(page)).toEqual([]);
    expect(await page.locator("main [data-state=empty]").count()).toBeGreaterThan(3);
    await page.context().close();
  });

  it("a category chosen is asked for where it can be, and said where not", async () => {
    const { page } = await visit(browser, url);
    await page.goto(`${url}/history`);
    await settled(page);
    const row = page.locator('[data-panel="Products"] tbody tr td:nth-child(2)').first();
    const category = (await row.textContent()) ?? "";
    for (const [path, panel] of [
      ["/executive", "Stores, last 14 days"],
      ["/history", "Peak hours"],
      ["/inventory", "Suppliers"],
      ["/live", "Stores today"],
    ] as const) {
      await page.goto(`${url}${path}?category=${encodeURIComponent(category)}`);
      await settled(page);
      expect(await failures(page), path).toEqual([]);
      const note = page.locator(`[data-panel="${panel}"]`).getByText(`All categories, not only ${category}.`);
      expect(await note.count(), `${path}, ${panel}`).toBe(1);
      expect(await violations(page)).toEqual([]);
    }
    await page.context().close();
  });

  it("a date that is none is told, in the address and where it is typed", async () => {
    const { page } = await visit(browser, url);
    await page.goto(`${url}/history?from=2026-02-01&to=2026-02-31`);
    await settled(page);
    await page.getByText("Not the dates of the address: the last date is not a date").waitFor();
    await page.goto(`${url}/history?from=2026-02-01&to=2026-02-10`);
    await settled(page);
    await page.getByRole("button", { name: /^Choose dates/ }).click();
    await page.getByLabel("From", { exact: true }).fill("2026-02-20");
    await page.getByRole("button", { name: "Show these dates" }).click();
    await page.getByText("the first date is after the last one").waitFor();
    expect(page.url()).toContain("from=2026-02-01");
    expect(await violations(page)).toEqual([]);
    await page.getByLabel("To, included").fill("2026-02-21");
    await page.getByRole("button", { name: "Show these dates" }).click();
    await page.waitForURL(/from=2026-02-20&to=2026-02-21/);
    await page.context().close();
  });

  it("a row leads to product and store, and back", async () => {
    const { page } = await visit(browser, url);
    await page.goto(`${url}/inventory`);
    await settled(page);
    await page.locator('[data-panel="Items"] tbody tr').first().click();
    await page.waitForURL(/\/product\?/);
    await settled(page);
    expect(page.url()).toMatch(/store=\d+/);
    expect(await failures(page)).toEqual([]);
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Back" }).click();
    await page.waitForURL(/\/inventory/);
    await page.context().close();
  });

  it("a mark of a chart leads to what it is of", async () => {
    const { page, complaints } = await visit(browser, url);
    await page.goto(`${url}/executive`);
    await settled(page);
    const box = await page.locator('[data-panel="Ten best products"] canvas').boundingBox();
    if (!box) throw new Error("there is no chart");
    // The bars begin somewhere near the top; between them is nothing to press.
    for (let y = 8; y < 80 && page.url().includes("/executive"); y += 6) {
      await page.mouse.click(box.x + box.width * 0.4, box.y + y);
    }
    await page.waitForURL(/\/product\?product=/);
    await page.goBack();
    await page.waitForURL(/\/executive/);
    expect(complaints.all).toEqual([]);
    await page.context().close();
  });

  it("every chart has a table with the same figures, and a file", async () => {
    const { page } = await visit(browser, url);
    await page.goto(`${url}/executive`);
    await settled(page);
    const panel = page.locator('[data-panel="Ten best products"]');
    await panel.getByText("Table").click({ force: true });
    expect(await panel.locator("tbody tr").count()).toBeGreaterThan(3);
    await panel.getByRole("button", { name: "Save Ten best products" }).click();
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: "CSV" }).click(),
    ]);
    expect(file.suggestedFilename()).toBe("ten-best-products.csv");
    // A row of the table leads where its mark does.
    await panel.locator("tbody tr").first().focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/product\?/);
    await page.context().close();
  });

  it("the palette finds pages and products by keyboard", async () => {
    const { page, complaints } = await visit(browser, url);
    await page.goto(`${url}/home`);
    await settled(page);
    await page.keyboard.press("Control+k");
    const search = page.getByRole("textbox", { name: "Search and commands" });
    await search.fill("forec");
    await page.getByRole("button", { name: /^Forecasts/ }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/forecasts/);
    expect(complaints.all).toEqual([]);
    await page.context().close();
  });

  it("is judged once it stands, not on its way", async () => {
    const { page } = await visit(browser, url, {}, false);
    await page.goto(`${url}/home`);
    await page.getByLabel("Name").waitFor();
    await page.evaluate(() => {
      const fading = [{ opacity: 0.2, easing: "step-end" }, { opacity: 1 }];
      document.querySelector("form")?.animate(fading, 8_000);
    });
    expect(await violations(page)).toEqual([]);
    await page.context().close();
  });

  it("nothing moves for those who asked for that", async () => {
    const { page } = await visit(browser, url, { reducedMotion: true });
    await page.goto(`${url}/live`);
    await settled(page);
    await page.keyboard.press("Control+k");
    await page.getByRole("textbox", { name: "Search and commands" }).waitFor();
    const moving = await page.evaluate(() =>
      document
        .getAnimations()
        .filter((one) => one.playState === "running")
        .map((one) => {
          const of = (one.effect as KeyframeEffect | null)?.target;
          return `${of?.className ?? ""} ${JSON.stringify(one.effect?.getComputedTiming())}`;
        }),
    );
    expect(moving).toEqual([]);
    await page.context().close();
  });

  it("each measure says its formula", async () => {
    const { page } = await visit(browser, url);
    await page.goto(`${url}/history`);
    await settled(page);
    await page.getByRole("button", { name: "How is Revenue computed?" }).first().click();
    await page.getByText(/quantity × unit price/).waitFor();
    await page.context().close();
  });
});
