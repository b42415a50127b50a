import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { TestProject } from "vitest/node";

/**
 * A shelfcast of the tests' own, on free ports in a folder that goes with it. SHELFCAST_BINARY names the program;
 * SHELFCAST_WEB, if set, a running one instead (login default / password123, its data in SHELFCAST_WEB_DATA), which is left
 * as it is.
 */
export interface Instance {
  /** http://127.0.0.1:PORT */
  url: string;
  data: string;
}

declare module "vitest" {
  interface ProvidedContext {
    /** A synthetic chain with forecasts, proposals and a hostile product. */
    instance: Instance;
    /** The bundled receipts, of two countries and times, with forecasts of the newer ones. */
    receipts: Instance;
  }
}

export const login = { name: "default", password: "password123" };
export const ingestToken = "demo-ingest-token";
export const hostile = "<img src=x onerror=alert(1)>";
const deadlineMs = 120_000;

/** Runs a command of the program beside the running one; its standard output. */
export function command(data: string, ...words: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(binary(), [...words, "--data-dir", data], { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`shelfcast ${words.join(" ")}: ${error.message}\n${stderr.slice(-2_000)}`));
      else resolve(stdout);
    });
  });
}

function binary(): string {
  const path = process.env["SHELFCAST_BINARY"];
  if (!path) throw new Error("SHELFCAST_BINARY must name the program");
  return path;
}

/** `YYYY-MM-DD`, so many days before today, UTC. */
export function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

async function start(data: string): Promise<{ process: ChildProcess; url: string }> {
  const log: string[] = [];
  const environment = { ...process.env, SHELFCAST_SCHEDULE_ENGINE: "off" };
  const ports = ["--clickhouse-http-port", "0", "--clickhouse-native-port", "0", "--web-port", "0"];
  const child = spawn(binary(), ["up", "--demo", "--no-producer", "--data-dir", data, ...ports], {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text: Buffer) => log.push(text.toString()));
  }
  const end = Date.now() + deadlineMs;
  while (Date.now() < end) {
    if (child.exitCode !== null) throw new Error(`shelfcast ended: ${log.join("").slice(-3_000)}`);
    const owner = join(data, "owner.json");
    if (existsSync(owner)) {
      const { pid, web_port: port } = JSON.parse(readFileSync(owner, "utf-8")) as {
        pid: number;
        web_port: number;
      };
      const url = `http://127.0.0.1:${port}`;
      const ready = pid === child.pid && (await fetch(`${url}/readyz`).catch(() => null))?.ok;
      if (ready) return { process: child, url };
    }
    await pause(100);
  }
  throw new Error(`shelfcast was not ready in time: ${log.join("").slice(-3_000)}`);
}

/** History, models, forecasts whose dates are over and of days to come, stock of each day, proposals. */
async function fill(data: string): Promise<void> {
  const synthetic = ["--synthetic", "--stores", "3", "--products", "60", "--days", "120", "--seed", "7"];
  await command(data, "backfill", ...synthetic);
  await command(data, "schedule", "run", "retail_stock_snapshot");
  await command(data, "train", "--search-seconds", "0");
  for (const back of [15, 8]) await command(data, "predict", "--date", daysAgo(back));
  await command(data, "predict");
  await command(data, "replenish");
  await orderSomething(data);
  await command(data, "schedule", "run", "retail_data_quality", "--date", `${daysAgo(0)}T00:05`);
  await command(data, "schedule", "run", "retail_business_impact");
  await command(data, "schedule", "run", "retail_model_drift");
}

/** One purchase order, of the store that no test decides for. */
async function orderSomething(data: string): Promise<void> {
  const review = ["--store", "3", "--review-date", daysAgo(0)];
  const listed = JSON.parse(await command(data, "proposals", "list", ...review, "--json")) as {
    proposals: { product_id: string }[];
  };
  const product = listed.proposals[0]?.product_id;
  if (!product) throw new Error("nothing is proposed for store 3");
  await command(data, "proposals", "approve", ...review, "--product", product);
}

/** Until the watch over stock has looked, which it does once a minute: what is likely to run out comes from it. */
async function stockWatched(url: string): Promise<void> {
  const basic = Buffer.from(`${login.name}:${login.password}`).toString("base64");
  const headers = { Authorization: `Basic ${basic}`, "Cache-Control": "no-cache" };
  const end = Date.now() + deadlineMs;
  while (Date.now() < end) {
    const answer = await fetch(`${url}/v1/screens/inventory_categories`, { headers });
    const { rows = [] } = (await answer.json()) as { rows?: { items_at_risk: number }[] };
    if (rows.some((row) => row.items_at_risk > 0)) return;
    await pause(1_000);
  }
  throw new Error("the watch over stock has not looked in time");
}

/** What the demo imports, which has neither costs nor counts nor places; forecasts of two weeks. */
async function fillWithReceipts(data: string): Promise<void> {
  const receipts = new URL("../../data/", import.meta.url).pathname;
  const sets = [
    ["uci", "Europe/London", "GBP"],
    ["freshretail", "Asia/Shanghai", "CNY"],
  ] as const;
  for (const [name, zone, currency] of sets) {
    const stores = ["--create-stores", "--time-zone", zone, "--currency", currency];
    await command(data, "import", join(receipts, name, "events.parquet"), ...stores);
  }
  await command(data, "batch");
  await command(data, "train", "--search-seconds", "0");
  await command(data, "predict", "--date", "2024-05-28");
  await command(data, "predict");
}

/** Hands in a receipt of now; 202 means durable. */
export async function sell(url: string, changed: Record<string, unknown> = {}): Promise<void> {
  const event = {
    event_time: new Date().toISOString(),
    store_id: 1,
    product_id: hostile,
    category: "Tests",
    transaction_type: "SALE",
    quantity: 1,
    unit_price: 1,
    ...changed,
  };
  const answer = await fetch(`${url}/v1/events`, {
    method: "POST",
    headers: { Authorization: `Bearer ${ingestToken}`, "Content-Type": "application/x-ndjson" },
    body: JSON.stringify(event),
  });
  if (answer.status !== 202)
    throw new Error(`an event was answered with ${answer.status}: ${await answer.text()}`);
}

async function filled(
  folder: string,
  fillIt: (data: string, url: string) => Promise<void>,
  ending: (() => Promise<void>)[],
): Promise<Instance> {
  const data = join(folder, "data");
  const running = await start(data);
  ending.push(async () => {
    const ended = new Promise((resolve) => running.process.once("exit", resolve));
    running.process.kill("SIGTERM");
    await ended;
  });
  await fillIt(data, running.url);
  return { url: running.url, data };
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env["SHELFCAST_WEB"];
  if (given) {
    const one = { url: given, data: process.env["SHELFCAST_WEB_DATA"] ?? "" };
    project.provide("instance", one);
    project.provide("receipts", one);
    return () => Promise.resolve();
  }
  const folder = mkdtempSync(join(tmpdir(), "shelfcast-web-"));
  const ending: (() => Promise<void>)[] = [];
  const stop = async () => {
    await Promise.all(ending.map((end) => end()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    project.provide("receipts", await filled(join(folder, "receipts"), fillWithReceipts, ending));
    const synthetic = async (data: string, url: string) => {
      await fill(data);
      // A hostile name among the products.
      await sell(url);
      await stockWatched(url);
    };
    project.provide("instance", await filled(join(folder, "chain"), synthetic, ending));
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}
