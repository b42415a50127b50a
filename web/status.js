"use strict";
// Shows GET /v1/status every two seconds while the page is visible. Texts are set as text, never as markup.

const kPauseMs = 2000;
const kDeadlineMs = 10000;
const $ = (id) => document.getElementById(id);

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function count(value) {
  return value === null || value === undefined ? "–" : Number(value).toLocaleString("en");
}

function bytes(value) {
  if (value === null || value === undefined) return "–";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let at = 0;
  for (; value >= 1024 && at < units.length - 1; at += 1) value /= 1024;
  return `${at === 0 ? value : value.toFixed(1)} ${units[at]}`;
}

function age(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 0) return `${age(-seconds)} ahead`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

function time(text) {
  return text ? text.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC") : "–";
}

function tile(name, value, remark) {
  const list = element("dl");
  const detail = element("dd", value);
  if (remark) detail.append(element("small", remark));
  list.append(element("dt", name), detail);
  return list;
}

// heads: [[title, "number"?], …]; rows of cells: text or [text, class].
function table(id, heads, rows, nothing) {
  const head = element("tr");
  for (const [title, className] of heads) {
    const cell = element("th", title, className);
    cell.scope = "col";
    head.append(cell);
  }
  const top = element("thead");
  top.append(head);
  const body = element("tbody");
  for (const row of rows) {
    const line = element("tr");
    row.forEach((cell, at) => {
      const [text, className] = Array.isArray(cell) ? cell : [cell, heads[at][1]];
      line.append(element("td", text, className));
    });
    body.append(line);
  }
  if (rows.length === 0) {
    const line = element("tr");
    const cell = element("td", nothing, "quiet");
    cell.colSpan = heads.length;
    line.append(cell);
    body.append(line);
  }
  $(id).replaceChildren(top, body);
}

function showProblems(problems) {
  const faults = problems.filter((one) => one.level === "fault");
  $("problems").hidden = problems.length === 0;
  $("problems").classList.toggle("mild", faults.length === 0);
  $("problems").replaceChildren(...problems.flatMap((one) => [
    element("p", `${one.level === "fault" ? "Fault" : "Warning"}, ${one.check}: ${one.found}`,
      one.level),
    element("p", `Mend: ${one.remedy}`, "quiet"),
  ]));
  return faults.length;
}

// Code and name; once where they are the same.
function storeName(one) {
  const code = String(one.store_code || one.store_id);
  return one.store_name && one.store_name !== code ? `${code} ${one.store_name}` : code;
}

function show(status) {
  const faults = showProblems(status.problems);
  const [word, className] = faults > 0 ? [`${faults} fault${faults > 1 ? "s" : ""}`, "fault"]
    : status.state !== "ready" ? [status.state, "warning"]
    : status.problems.length > 0 ? ["running, with warnings", "warning"] : ["running, all well", "good"];
  $("state").textContent = word;
  $("state").className = `state ${className}`;
  $("as-of").textContent = `as of ${time(status.as_of)}`;
  $("version").textContent = `shelfcast ${status.version}`;
  document.title = faults > 0 ? "FAULT – shelfcast status" : "shelfcast status";
  $("empty").hidden = !status.empty;

  const layer = (name) => status.freshness.layers.find((one) => one.layer === name);
  const fresh = (name) => tile(`newest event, ${name} layer`,
    layer(name) ? age(layer(name).age_s) : "–", layer(name) ? time(layer(name).last_event_time) : "no rows");
  $("tiles").replaceChildren(
    status.rates
      ? tile("events per second", status.rates.accepted_per_s.toFixed(1), `last ${status.rates.window_s} s`)
      : tile("events per second", "–", "each worker's /metrics says its own"),
    tile("in the log, not in the views", count(status.lag.messages),
      status.lag.messages > 0 ? `oldest for ${age(status.lag.oldest_s)}` : "nothing waits"),
    fresh("speed"), fresh("batch"),
    tile(`open epoch ${status.epochs.open}`, count(status.epochs.open_messages),
      status.epochs.closed > 0 ? `messages; ${count(status.epochs.closed)} closed before` : "messages; none closed yet"),
    tile("engine", status.engine.state, status.engine.kind),
    tile("disk free", bytes(status.disk.free_bytes), `of ${bytes(status.disk.total_bytes)}`),
    tile("log", bytes(status.disk.log_bytes)),
    tile("lake", bytes(status.disk.lake_bytes), `${count(status.disk.lake_files)} files`),
    tile("warehouse", bytes(status.disk.warehouse_bytes), `${count(status.disk.warehouse_parts)} parts`));

  // The silent ones first.
  const stores = [...status.freshness.stores].sort((a, b) => b.age_s - a.age_s);
  table("stores", [["store"], ["newest event"], ["age", "number"]],
    stores.map((one) =>
      [storeName(one), time(one.last_event_time), age(one.age_s)]),
    "no store has events");
  table("batches", [["epoch", "number"], ["closed"], ["events", "number"], ["outcome"]],
    status.epochs.last.map((one) => [count(one.epoch), time(one.closed_at), count(one.events),
      one.differences > 0 ? [`✗ ${count(one.differences)} keys differ`, "fault"] : ["✓ layers equal", "good"]]),
    "no batch yet: shelfcast batch closes the open epoch");
  table("jobs", [["job"], ["next"], ["last"], ["outcome"]],
    status.schedule.jobs.map((one) => {
      const bad = one.last && !["done", "running"].includes(one.last.state);
      return [one.name, one.next ? time(one.next.at) : `started by: ${status.schedule.engine}`,
        one.last ? time(one.last.started_at) : "–",
        one.last ? [`${bad ? "✗" : "✓"} ${one.last.state.replaceAll("_", " ")}`, bad ? "fault" : "good"] : "never ran"];
    }), "none");
  table("rejections", [["reason"], ["messages", "number"], ["last"]],
    status.rejections.reasons.map((one) => [one.reason, count(one.messages), time(one.last_at)]), "none");
  table("differences", [["epoch", "number"], ["table"], ["key"], ["speed"], ["batch"]],
    status.reconciliation.newest.map((one) => [count(one.epoch), one.table, one.key, one.speed, one.batch]),
    status.epochs.closed > 0 ? "none: the layers agreed" : "nothing compared yet: no epoch is closed");
}

async function ask() {
  try {
    const answer = await fetch("/v1/status",
      { cache: "no-store", signal: AbortSignal.timeout(kDeadlineMs) });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.error ? body.error.message : `status ${answer.status}`);
    show(body);
    document.body.classList.remove("stale");
  } catch (broken) {
    document.body.classList.add("stale");
    document.title = "NO ANSWER – shelfcast status";
    $("state").textContent = `no answer: ${broken.message}`;
    $("state").className = "state fault";
  }
  setTimeout(next, kPauseMs);
}

// A hidden page asks nothing; it asks at once when it is seen again.
function next() {
  if (document.visibilityState === "visible") ask();
  else document.addEventListener("visibilitychange", next, { once: true });
}

next();
