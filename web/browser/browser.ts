import axe from "axe-core";
import { existsSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";
import { login } from "./instance";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env["SHELFCAST_CHROMIUM"] ?? places.find((path) => existsSync(path));
  if (!executablePath) throw new Error("there is no chromium: ./dev setup installs it");
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export interface Look {
  width?: number;
  height?: number;
  dark?: boolean;
  /** Of somebody who asked for less motion. */
  reducedMotion?: boolean;
  /** With the service worker, which asks a first page's questions once more. */
  keeps?: boolean;
}

/** Whatever a page complained about: the policy, scripts, requests that failed. */
export interface Complaints {
  all: string[];
}

/** A page of a new visitor, signed in unless told otherwise. */
export async function visit(
  browser: Browser,
  url: string,
  look: Look = {},
  signedIn = true,
): Promise<{ page: Page; complaints: Complaints }> {
  const context = await browser.newContext({
    viewport: { width: look.width ?? 1440, height: look.height ?? 900 },
    colorScheme: look.dark ? "dark" : "light",
    reducedMotion: look.reducedMotion ? "reduce" : "no-preference",
    serviceWorkers: look.keeps ? "allow" : "block",
    locale: "en-GB",
    timezoneId: "Europe/London",
    hasTouch: (look.width ?? 1440) < 600,
  });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const complaints: Complaints = { all: [] };
  page.on("console", (message) => {
    // A session that is not there yet is asked for once, and answered with 401.
    if (message.type() === "error" && !message.text().includes("401")) complaints.all.push(message.text());
  });
  page.on("pageerror", (error) => complaints.all.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.all.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) {
      complaints.all.push(`asked elsewhere: ${request.url()}`);
    }
  });
  if (signedIn) await signIn(page, url);
  return { page, complaints };
}

export async function signIn(page: Page, url: string): Promise<void> {
  const answer = await page.request.post(`${url}/v1/session`, {
    data: login,
    headers: { "X-Requested-With": "shelfcast" },
  });
  if (answer.status() !== 200) throw new Error(`signing in: ${answer.status()} ${await answer.text()}`);
}

/**
 * Until nothing waits any more: every panel has its data and not those of the question before, its words for none, or its
 * failure.
 */
export async function settled(page: Page): Promise<void> {
  await page.locator("main").waitFor();
  await page.waitForFunction(() => {
    const main = document.querySelector("main");
    return (
      main !== null &&
      main.textContent !== "" &&
      main.querySelector("[aria-busy=true]") === null &&
      main.querySelector("[data-drawn=no]") === null
    );
  });
  await still(page);
}

/**
 * Until nothing is on its way to somewhere: what fades in has a contrast of its own that nobody reads. Five frames without
 * a transition or an animation that ends; what a component has just asked for begins after two or three.
 */
export async function still(page: Page): Promise<void> {
  const stands = await page.evaluate(async (deadlineMs) => {
    const isMoving = () =>
      document
        .getAnimations()
        .some(
          (one) =>
            one.playState === "running" && Number.isFinite(one.effect?.getComputedTiming().endTime ?? 0),
        );
    const begin = performance.now();
    for (let frames = 0; frames < 5; frames = isMoving() ? 0 : frames + 1) {
      if (performance.now() - begin > deadlineMs) return false;
      await new Promise(requestAnimationFrame);
    }
    return true;
  }, 60_000);
  if (!stands) throw new Error("something on the page has moved for a minute");
}

/** Panels whose request failed, by name. */
export function failures(page: Page): Promise<string[]> {
  return page.locator("main [data-state=failed]").allTextContents();
}

/** What axe-core finds wrong once nothing moves, one line each. */
export async function violations(page: Page): Promise<string[]> {
  await still(page);
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const run = (window as unknown as { axe: typeof axe }).axe;
    const found = await run.run(document, { resultTypes: ["violations"] });
    return found.violations.map(
      (one) =>
        `${one.id}: ${one.help}: ${one.nodes
          .slice(0, 3)
          .map((node) => `${node.target.join(" ")} (${node.failureSummary ?? ""})`)
          .join("; ")}`,
    );
  });
}

/** The figure of a tile as the API sent it. */
export async function tile(page: Page, id: string): Promise<string> {
  return (await page.locator(`[data-tile="${id}"] [data-value]`).getAttribute("data-value")) ?? "";
}
