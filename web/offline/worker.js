// The service worker: with the network away, the app and the last answers that this person had. What people decide it does
// not touch: that goes to the program at once or fails. Plain script: `offline_worker.ts` puts `shell` (version, files) in
// front of it. Its rules are in web/README.md, "Without a network", and tested by worker.test.ts.
/* global shell */
"use strict";

const shellCache = `shell ${shell.version}`;
/** Answers of one person; `whoKey` in it says whose they are and until when they may be shown. */
const keptCache = "kept";
const whoKey = "/kept/who";
const keptHeader = "X-Shelfcast-Kept-At";
const mostKept = 300;
const longestMs = 12 * 3_600_000;

/** Counts sign-ins and sign-outs: an answer that was on its way meanwhile is nobody's. */
let turn = 0;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(shellCache).then((cache) => cache.addAll(shell.files)));
});

// No skipWaiting: a page that is open keeps the files that it was made of. The first one is taken over at once.
self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith("shell ") && name !== shellCache) await caches.delete(name);
      }
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("message", (event) => {
  if (event.data === "forget") event.waitUntil(forget());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const at = new URL(request.url);
  if (at.origin !== self.location.origin) return;
  const of = kindOf(request, at);
  if (of === "session") event.respondWith(session(event));
  else if (of === "answer") event.respondWith(answer(event));
  else if (of === "page") event.respondWith(fetch(request).catch(() => ofShell("/")));
  else if (of === "file") event.respondWith(ofShell(request).then((known) => known ?? fetch(request)));
});

/** A stream has no last answer, and what was searched for is nobody's to find. */
const unkept = ["/v1/live", "/v1/search"];

/** What a request is of; null: none of ours, as a file to download. */
function kindOf(request, at) {
  if (at.pathname === "/v1/session") return "session";
  if (request.method !== "GET") return null;
  if (at.pathname.startsWith("/v1/"))
    return unkept.includes(at.pathname) || at.searchParams.has("format") ? null : "answer";
  if (request.mode === "navigate") return isOfTheApp(at.pathname) ? "page" : null;
  return shell.files.includes(at.pathname) ? "file" : null;
}

const isOfTheApp = (path) => path !== "/status" && !path.slice(path.lastIndexOf("/")).includes(".");

async function ofShell(request) {
  return (await caches.open(shellCache)).match(request, { ignoreSearch: true, ignoreVary: true });
}

/** Who is signed in, as the program says it; whatever changes that ends what was kept. */
async function session(event) {
  const { request } = event;
  const isOut = request.method === "DELETE";
  if (request.method !== "GET") turn += 1;
  const mine = turn;
  let response;
  try {
    response = await fetch(request);
  } catch (error) {
    if (isOut || request.method !== "GET") throw error;
    return (await kept(request)) ?? Response.error();
  }
  if (isOut || response.status === 401) await forget();
  else if (response.ok && mine === turn) {
    const told = await response.clone().json();
    await isNow(told);
    // Without the token: with the network away nothing is decided.
    await keep(new Request("/v1/session"), JSON.stringify({ ...told, csrf_token: null }));
  }
  return response;
}

/** The program's answer; the last one it gave to this person where it gives none. */
async function answer(event) {
  const { request } = event;
  const mine = turn;
  let response;
  try {
    response = await fetch(request);
  } catch {
    return (await kept(request)) ?? Response.error();
  }
  if (response.status === 401) await forget();
  else if (response.status === 200) {
    const copy = response.clone();
    event.waitUntil(
      copy
        .text()
        .then((body) => (mine === turn ? keep(request, body) : undefined))
        .catch(() => undefined),
    );
  }
  return response;
}

/** Whose answers are kept, and until when they may be shown; null: nobody's. */
async function who() {
  const found = await (await caches.open(keptCache)).match(whoKey);
  return found ? found.json() : null;
}

/** Somebody is signed in; what another person was told goes. */
async function isNow({ name, expires_at }) {
  const before = await who();
  if (before !== null && before.name !== name) await forget();
  const until = expires_at ? Date.parse(expires_at) : Date.now() + longestMs;
  await (await caches.open(keptCache)).put(whoKey, new Response(JSON.stringify({ name, until })));
}

async function forget() {
  turn += 1;
  await caches.delete(keptCache);
}

async function keep(request, body) {
  const mine = turn;
  if ((await who()) === null) return;
  const cache = await caches.open(keptCache);
  const headers = { "Content-Type": "application/json", [keptHeader]: new Date().toISOString() };
  await cache.put(request, new Response(body, { headers }));
  // Whoever signed out while it was written: it goes as the others went.
  if (mine !== turn) return void (await caches.delete(keptCache));
  const all = await cache.keys();
  const old = all.filter((one) => !one.url.endsWith(whoKey)).slice(0, Math.max(0, all.length - mostKept));
  await Promise.all(old.map((one) => cache.delete(one)));
}

async function kept(request) {
  const whose = await who();
  if (whose === null) return undefined;
  if (Date.now() >= whose.until) {
    await forget();
    return undefined;
  }
  return (await caches.open(keptCache)).match(request, { ignoreVary: true });
}
