// How long people wait for what they see, as one JSON object; benchmarks/screens.py asks for it:
//   SHELFCAST_WEB=http://127.0.0.1:8501 npx vite-node browser/timing.ts
// Each page is opened by a visitor whose browser knows nothing yet. Interactions are pressed in it when it has settled,
// and measured as the browser does for INP: from the press to the next paint.
import { openBrowser, settled, visit } from "./browser";

const url = process.env["SHELFCAST_WEB"] ?? "http://127.0.0.1:8501";
const pages = ["home", "live", "history", "inventory", "forecasts", "orders", "anomalies", "executive"];

interface Waits {
  first_contentful_paint_ms: number;
  settled_ms: number;
  interactions: number;
  slowest_interaction_ms: number;
  slowest_interaction: string;
}

/** Watches every press of the document from now on; what takes less than 16 ms counts as 16. */
function watchPresses(): void {
  const found: { name: string; ms: number }[] = [];
  Object.assign(window, { shelfcastPresses: found });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as PerformanceEventTiming[]) {
      if ("interactionId" in entry && entry.interactionId !== 0) {
        found.push({ name: entry.name, ms: entry.duration });
      }
    }
  }).observe({ type: "event", durationThreshold: 16 } as PerformanceObserverInit);
}

const browser = await openBrowser();
const waits: Record<string, Waits> = {};
for (const name of pages) {
  const { page } = await visit(browser, url);
  await page.addInitScript(watchPresses);
  const began = performance.now();
  await page.goto(`${url}/${name}`);
  await settled(page);
  const settledMs = performance.now() - began;
  const paint = await page.evaluate(
    () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN,
  );
  let interactions = 0;
  const press = async (act: () => Promise<void>) => {
    await act();
    ++interactions;
    // The observer is told after the paint.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
  };
  await press(() => page.keyboard.press("Control+k"));
  const search = page.getByRole("searchbox").or(page.locator(".mantine-Spotlight-search")).first();
  await search.waitFor();
  for (const letter of "stock") await press(() => page.keyboard.press(letter));
  await press(() => page.keyboard.press("Escape"));
  await search.waitFor({ state: "hidden" });
  const views = page.locator("main").getByRole("radiogroup", { name: /^View of/ });
  for (let at = 0; at < Math.min(2, await views.count()); ++at) {
    await press(() => views.nth(at).locator("label").filter({ hasText: "Table" }).click());
  }
  const next = page
    .getByRole("navigation")
    .getByRole("link", { name: name === "executive" ? "Home" : "Executive", exact: true })
    .first();
  await press(() => next.click());
  await settled(page);
  const presses = await page.evaluate(
    () => (window as unknown as { shelfcastPresses: { name: string; ms: number }[] }).shelfcastPresses,
  );
  const slowest = presses.reduce((a, b) => (b.ms > a.ms ? b : a), { name: "none above 16 ms", ms: 16 });
  waits[name] = {
    first_contentful_paint_ms: Math.round(paint),
    settled_ms: Math.round(settledMs),
    interactions,
    slowest_interaction_ms: Math.round(slowest.ms),
    slowest_interaction: slowest.name,
  };
  await page.context().close();
}
await browser.close();
console.log(JSON.stringify(waits));
