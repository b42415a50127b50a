// Every page as it looks, light, dark and at a phone's width, into web/screenshots:
//   SHELFCAST_WEB=http://127.0.0.1:8501 npx vite-node browser/screenshots.ts [PAGE…]
import { mkdirSync } from "node:fs";
import { openBrowser, settled, visit } from "./browser";

const url = process.env["SHELFCAST_WEB"] ?? "http://127.0.0.1:8501";
const store = process.env["SHELFCAST_STORE"] ?? "1";
const pages: Record<string, string> = {
  home: "/home",
  orders: "/orders",
  proposals: `/orders?store=${store}`,
  purchase_orders: "/orders?part=orders",
  what_if: "/orders?part=what_if&what_if=demand_percent:120%20service_percent:98",
  live: "/live",
  inventory: "/inventory",
  history: "/history?period=90d",
  forecasts: "/forecasts",
  anomalies: "/anomalies",
  data_quality: "/anomalies?part=data",
  executive: "/executive",
  store: `/store?store=${store}`,
  product: `/product?product=TEA-0001&store=${store}`,
};
const looks = [
  { name: "light", width: 1440, height: 900, dark: false },
  { name: "dark", width: 1440, height: 900, dark: true },
  { name: "phone", width: 390, height: 844, dark: false },
];
const wanted = process.argv.slice(2);
const folder = new URL("../screenshots/", import.meta.url).pathname;
mkdirSync(folder, { recursive: true });

const browser = await openBrowser();
for (const look of looks) {
  const { page, complaints } = await visit(browser, url, look);
  for (const [name, path] of Object.entries(pages)) {
    if (wanted.length > 0 && !wanted.includes(name) && !wanted.includes(look.name)) continue;
    await page.goto(url + path);
    await settled(page).catch((error: unknown) =>
      console.log(`${name} ${look.name}: ${String(error).slice(0, 200)}`),
    );
    await page.screenshot({ path: `${folder}${name}-${look.name}.png`, fullPage: true });
  }
  if (complaints.all.length > 0) console.log(look.name, [...new Set(complaints.all)]);
  await page.context().close();
}
await browser.close();
