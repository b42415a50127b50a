// How much script the first page needs before any chart: at most 300 kB gzip. Reads web/dist as it was built.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const limit = 300_000;
const dist = new URL("../dist/", import.meta.url);
const text = (path) => readFileSync(new URL(path, dist));

// The entry, what it is told to load beside, and what those import in turn (not what they import on demand).
const index = text("index.html").toString();
const wanted = [...index.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map((match) => match[1]);
const seen = new Set();
while (wanted.length > 0) {
  const path = wanted.pop();
  if (path === undefined || seen.has(path)) continue;
  seen.add(path);
  for (const match of text(path)
    .toString()
    .matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) {
    wanted.push(`assets/${match[1]}`);
  }
}
const bytes = [...seen].reduce((sum, path) => sum + gzipSync(text(path), { level: 9 }).length, 0);
const charts = [...seen].filter((path) => /charts/i.test(path));
console.log(`${bytes} bytes of script, gzip, before the first page: ${[...seen].sort().join(" ")}`);
if (bytes > limit || charts.length > 0) {
  console.error(charts.length > 0 ? `charts are loaded at once: ${charts.join(" ")}` : `more than ${limit}`);
  process.exit(1);
}
