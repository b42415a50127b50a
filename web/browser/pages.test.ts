import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { failures, openBrowser, settled, tile, violations, visit } from "./browser";

/**
 * Each page, with what shows that its data are there: panels that must not be empty, tiles that must have a figure.
 * `lacking`: what must say that it is empty for receipts alone, which have neither counts, costs, orders nor places, and a
 * currency in which nothing came back; `without`: what is not there then, for amounts of two currencies are not added.
 */
const pages: {
  path: string;
  panels: string[];
  tiles: string[];
  lacking?: string[];
  without?: string[];
  /** Of the chain alone: what receipts have nothing for. */
  ofChain?: true;
}[] = [
  {
    path: "/home",
    panels: ["Needs attention", "Data flow", "Freshness"],
    tiles: ["revenue_today", "sales_today", "units_today"],
  },
  {
    path: "/orders",
    panels: ["Stores with something to order"],
    tiles: [],
    lacking: ["Stores with something to order"],
  },
  {
    path: "/orders?part=what_if",
    panels: ["Effect", "Costs", "All measures"],
    tiles: ["what_if_fill_rate", "what_if_total_cost"],
    without: ["Costs", "what_if_total_cost"],
  },
  {
    path: "/live",
    panels: ["Today by hour, against last week", "By category", "Best products today", "Stores today"],
    tiles: ["live_revenue"],
    lacking: ["Stores today"],
  },
  {
    path: "/inventory",
    panels: [
      "Items",
      "Stock by category",
      "Flow of goods",
      "Over and under stock",
      "ABC-XYZ",
      "Age of stock",
      "Restock first",
      "Turnover and GMROI",
    ],
    tiles: ["stock_value", "on_hand", "items_out", "On order"],
    lacking: [
      "Items",
      "Stock by category",
      "Over and under stock",
      "Age of stock",
      "Restock first",
      "Turnover and GMROI",
      "stock_value",
      "on_hand",
      "items_out",
    ],
  },
  {
    path: "/history",
    panels: [
      "Revenue by day",
      "Month over month, year over year",
      "Stores compared",
      "Peak hours",
      "Categories by month",
      "The year, day by day",
      "Products",
      "Return rates",
    ],
    tiles: ["period_revenue"],
    lacking: ["Return rates"],
  },
  {
    path: "/forecasts",
    panels: [
      "Demand to come",
      "Forecast against sold",
      "Accuracy by store",
      "Accuracy by product",
      "Do the bands hold?",
      "Business impact",
      "Drift",
      "Model",
      "Feature importance",
      "Models",
    ],
    tiles: ["wmape"],
    lacking: ["Business impact", "Drift"],
  },
  { path: "/anomalies", panels: ["Hours, the unusual ones marked"], tiles: [] },
  {
    path: "/anomalies?part=data",
    panels: ["Stores and tills heard from", "Live and batch, epoch by epoch"],
    tiles: [],
  },
  {
    path: "/executive",
    panels: ["Revenue, 90 days", "Regions", "Ten best products", "Stores, last 14 days", "Leaderboard"],
    tiles: ["executive_revenue"],
    lacking: ["Regions"],
  },
  {
    path: "/store",
    panels: ["Overnight", "Lowest stock"],
    tiles: ["store_revenue"],
    lacking: ["Lowest stock"],
  },
  { path: "/inventory?class=A/X", panels: ["Items of a class"], tiles: [], ofChain: true },
  { path: "/orders?store=1", panels: ["Proposals"], tiles: [], ofChain: true },
  { path: "/orders?part=orders", panels: ["Purchase orders"], tiles: [], ofChain: true },
  {
    path: "/product?product=TEA-0001&store=1",
    panels: ["Sold by day", "Stock at the end of the day", "Forecast", "Movements"],
    tiles: ["product_on_hand"],
    ofChain: true,
  },
];

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** Programs, and a store of each. */
const places = [
  { of: "a chain", instance: inject("instance"), store: 1 },
  { of: "receipts alone", instance: inject("receipts"), store: 1011 },
];
const looks = places.flatMap(({ of, instance, store }) =>
  pages
    .filter(({ ofChain }) => of === "a chain" || !ofChain)
    .map(({ path, panels, tiles, lacking, without }) => ({
      of,
      url: instance.url,
      path: path === "/store" ? `/store?store=${store}` : path,
      panels,
      tiles,
      empty: of === "a chain" ? [] : (lacking ?? []),
      missing: of === "a chain" ? [] : (without ?? []),
    })),
);

describe.each(looks)("$path of $of", ({ url, path, panels, tiles, empty, missing }) => {
  it("has its data, breaks no rule of the policy, and is accessible in light and in dark", async () => {
    for (const dark of [false, true]) {
      const { page, complaints } = await visit(browser, url, { dark });
      await page.goto(url + path);
      await settled(page);
      expect(await failures(page)).toEqual([]);
      for (const panel of panels) {
        const body = page.locator(`[data-panel="${panel}"]`);
        expect(await body.count(), `${panel} is there`).toBe(missing.includes(panel) ? 0 : 1);
        const isEmpty = (await body.locator("[data-state=empty]").count()) > 0;
        expect(isEmpty, `${panel} is empty`).toBe(empty.includes(panel));
      }
      for (const id of tiles) {
        const there = page.locator(`[data-tile="${id}"]`);
        expect(await there.count(), `${id} is there`).toBe(missing.includes(id) ? 0 : 1);
        if (missing.includes(id)) continue;
        expect((await tile(page, id)) === "", `${id} has no figure`).toBe(empty.includes(id));
      }
      expect(await violations(page), dark ? "dark" : "light").toEqual([]);
      expect(complaints.all).toEqual([]);
      await page.context().close();
    }
  });

  it("fits a phone", async () => {
    const { page, complaints } = await visit(browser, url, { width: 390, height: 844 });
    await page.goto(url + path);
    await settled(page);
    expect(await failures(page)).toEqual([]);
    const tooWide = await page.evaluate(() => {
      if (document.documentElement.scrollWidth <= 390) return [];
      return [...document.querySelectorAll("main *")]
        .filter((one) => one.getBoundingClientRect().right > 390.5)
        .map((one) => `${one.tagName} ${one.className.toString()} ${one.textContent?.slice(0, 30) ?? ""}`)
        .slice(0, 12);
    });
    expect(tooWide, "nothing to scroll sideways").toEqual([]);
    expect(await violations(page)).toEqual([]);
    expect(complaints.all).toEqual([]);
    await page.context().close();
  });
});

describe("before any script has come", () => {
  const { url } = inject("instance");
  it.each([false, true])("the page says what it is (dark: %s)", async (dark) => {
    const { page } = await visit(browser, url, { dark });
    await page.route("**/assets/*.js", (route) => route.abort());
    await page.goto(url);
    await page.locator(".opening").getByText("shelfcast").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.context().close();
  });
});
