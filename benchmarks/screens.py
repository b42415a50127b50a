"""What people wait for on the screens: each page's queries over a year of a chain, and many who watch it live."""

from __future__ import annotations

import base64
import datetime
import http.client
import json
import math
import os
import random
import statistics
import subprocess
import threading
import time
import urllib.parse
from pathlib import Path

from owner import LOGIN, ROOT, BenchError, Deadline, EventsDoor, Owner, sql
from processes import cpu_seconds
from scenarios import Results, Site, quantiles_ms

PRODUCT = "?product="  # Of a query about one product; filled in.
BACK = "back"  # So many days back from the newest date; the usual 28 where it is not said.
WIDE = {"limit": 10_000}
QUIET_LOOKS = 5  # In a row, a second apart, without a merge.
# What each page asks when it opens, with the parameters it sends (web/src/features).
PAGES: dict[str, dict[str, Results]] = {
    "every": {"catalog_stores": WIDE, "catalog_categories": {}},
    "home": {"home_kpis": {}, "home_attention": {"limit": 200}, "home_flow": {},
             "home_freshness": {"limit": 5_000}},
    "live": {"realtime_totals": {}, "realtime_minutes": {}, "realtime_hours": {}, "realtime_target": {},
             "realtime_ticker": {}, "realtime_categories": {}, "realtime_products": {},
             "realtime_stores": {}},
    "history": {"history_days": {BACK: 364, **WIDE}, "history_months": {BACK: 730}, "history_peak_hours": {},
                "history_categories": WIDE, "history_stores": {}, "history_returns": {},
                "history_products": {}},
    "inventory": {"inventory_categories": {}, "inventory_items": {"limit": 2_000}, "inventory_ageing": {},
                  "inventory_classes": {}, "inventory_movements": {"limit": 5_000},
                  "inventory_restock": {"limit": 200}, "inventory_suppliers": {}, "inventory_turnover": {},
                  "inventory_class_items": {}},
    "forecasts": {"forecast_accuracy_days": {}, "forecast_accuracy_products": {},
                  "forecast_accuracy_stores": {}, "forecast_demand": {}, "forecast_impact": {},
                  "forecast_models": {}, "forecast_drift": {}},
    "orders": {"orders_reviews": WIDE, "inventory_restock": {"store": 7, "limit": 10_000}},
    "anomalies": {"anomalies_incidents": WIDE, "anomalies_hour_stores": WIDE,
                  "anomalies_hours": {"store": 7, "limit": 10_000}, "anomalies_dead_letters": {},
                  "anomalies_dead_letter_list": {}, "anomalies_reconciliation": {}, "anomalies_epochs": {},
                  "anomalies_quality": {}, "anomalies_stores": {}},
    "executive": {"executive_kpis": {}, "executive_regions": {}, "history_products": {"limit": 200},
                  "history_days": {BACK: 89, **WIDE}, "executive_store_days": {BACK: 13, **WIDE}},
    "store": {"home_kpis": {"store": 7}, "home_attention": {"store": 7, "limit": 100},
              "inventory_restock": {"store": 7, "limit": 1_000}},
    "product": {"product_summary": {"product": PRODUCT}, "product_days": {"product": PRODUCT},
                "product_movements": {"product": PRODUCT},
                "forecast_series": {"product": PRODUCT}},
}
# What an open live page asks beside what is pushed, and how often in seconds (web/src/features/live).
VIEWER_ASKS = {"realtime_ticker": 1.5, "realtime_target": 5, "realtime_categories": 5, "realtime_products": 5,
               "realtime_stores": 10, "realtime_hours": 15}
LIVE_S = 30
LIVE_RATE = 200  # Events a second meanwhile.


def login_headers() -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(":".join(LOGIN).encode()).decode()}


class _Screens:
    """Screens over one keep-alive connection, as a browser asks them."""

    def __init__(self, owner: Owner) -> None:
        self._link = http.client.HTTPConnection("127.0.0.1", owner.web_port, timeout=60)

    def ask(self, name: str, parameters: Results) -> bytes:
        query = urllib.parse.urlencode(parameters)
        self._link.request("GET", f"/v1/screens/{name}?{query}", headers=login_headers())
        answer = self._link.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise BenchError(f"{name}: {answer.status}: {body[:300]!r}")
        return body

    def close(self) -> None:
        self._link.close()


def _filled(parameters: Results, product: str, newest: datetime.date) -> Results:
    """A query's parameters with the product and the dates that are known by now."""
    filled = {key: product if value == PRODUCT else value for key, value in parameters.items()}
    if days := filled.pop(BACK, 0):
        filled |= {"from": newest - datetime.timedelta(days=days), "to": newest}
    return filled


def _page(screens: _Screens, queries: dict[str, Results], product: str, newest: datetime.date,
          runs: int) -> Results:
    """Of each query the first answer and so many after it; the slowest 95th percentile of them."""
    results: Results = {}
    for name, parameters in queries.items():
        filled = _filled(parameters, product, newest)
        times = []
        for _ in range(runs + 1):
            began = time.monotonic()
            body = screens.ask(name, filled)
            times.append((time.monotonic() - began) * 1e3)
        rest = sorted(times[1:])
        results[name] = {"rows": len(json.loads(body)["rows"]), "kbytes": round(len(body) / 1e3, 1),
                         "first_ms": round(times[0], 1), "p50_ms": round(statistics.median(rest), 1),
                         "p95_ms": round(rest[math.ceil(0.95 * len(rest)) - 1], 1)}
    return {"slowest_p95_ms": max(each["p95_ms"] for each in results.values()), "queries": results}


class _Viewer(threading.Thread):
    """Watches the pushed figures; `lags` are the seconds from the newest event's time to its arrival."""

    def __init__(self, owner: Owner, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self._owner, self._halt = owner, stop
        self.lags: list[float] = []
        self.fault: BaseException | None = None

    def run(self) -> None:
        link = http.client.HTTPConnection("127.0.0.1", self._owner.web_port, timeout=60)
        try:
            link.request("GET", "/v1/live", headers=login_headers())
            answer = link.getresponse()
            if answer.status != 200:
                raise BenchError(f"/v1/live: {answer.status}")
            while not self._halt.is_set():
                line = answer.readline()
                if line.startswith(b"data:"):
                    self._figures(json.loads(line[5:]))
        except (BenchError, OSError, http.client.HTTPException) as error:
            self.fault = error
        finally:
            link.close()

    def _figures(self, figures: Results) -> None:
        newest = max((row["last_event_time"] for row in figures.get("totals", ())), default=None)
        if newest:
            at = datetime.datetime.fromisoformat(newest.replace("Z", "+00:00"))
            self.lags.append(time.time() - at.timestamp())


def _wait_for_merges(warehouse: Gateway, deadline: Deadline) -> None:
    """Until what was loaded in minutes lies as it would had it come in over months."""
    quiet = 0
    while quiet < QUIET_LOOKS:
        quiet = quiet + 1 if int(warehouse.ask(sql("benchmarks/sql/screens_merges.sql"))) == 0 else 0
        time.sleep(min(1, deadline.left()))


def _in_browser(owner: Owner, deadline: Deadline) -> Results:
    """Each page in a real browser that opens it for the first time: web/browser/timing.ts."""
    web = ROOT / "web"
    try:
        ended = subprocess.run([web / "node_modules/.bin/vite-node", "browser/timing.ts"], cwd=web,
                               env=os.environ | {"SHELFCAST_WEB": f"http://127.0.0.1:{owner.web_port}"},
                               stdin=subprocess.DEVNULL, capture_output=True, text=True,
                               timeout=deadline.left(), check=False)
    except FileNotFoundError as error:
        raise BenchError("web/node_modules is not there: ./dev setup makes it") from error
    if ended.returncode != 0:
        raise BenchError(f"browser/timing.ts: {ended.stderr[-800:]}")
    return json.loads(ended.stdout)


def _body(pairs: list[list[str]], dice: random.Random, events: int) -> bytes:
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
    lines = []
    for store, product, category in dice.choices(pairs, k=events):
        lines.append(json.dumps({"event_time": now, "store_id": int(store), "product_id": product,
                                 "category": category, "transaction_type": "SALE", "quantity": 1,
                                 "unit_price": 2.5}))
    return ("\n".join(lines) + "\n").encode()


def _watched(owner: Owner, viewers: int, deadline: Deadline) -> Results:
    """So many have the live page open while events come in; each asks for its panels as the page does."""
    pairs = [line.split("\t") for line in owner.ask(sql("benchmarks/sql/screens_pairs.sql")).splitlines()]
    stop = threading.Event()
    watching = [_Viewer(owner, stop) for _ in range(viewers)]
    asked: list[float] = []
    faults: list[BaseException] = []

    def asking(number: int) -> None:
        screens = _Screens(owner)
        try:
            opened = time.monotonic()
            # Not all at once.
            due = {name: opened + every * number / viewers for name, every in VIEWER_ASKS.items()}
            while not stop.wait(max(0.0, min(due.values()) - time.monotonic())):
                name = min(due, key=due.__getitem__)
                began = time.monotonic()
                screens.ask(name, {})
                asked.append(time.monotonic() - began)
                due[name] = began + VIEWER_ASKS[name]
        except (BenchError, OSError, http.client.HTTPException) as error:
            faults.append(error)
        finally:
            screens.close()

    threads = [*watching, *(threading.Thread(target=asking, args=(number,), daemon=True)
                            for number in range(viewers))]
    door = EventsDoor(owner.web_port)
    dice = random.Random(11)
    posted = 0
    door.post(_body(pairs, dice, 1), deadline)
    for thread in threads:
        thread.start()
    began = time.monotonic()
    cpu, engine = cpu_seconds(owner.pid), owner.engine_pid()
    engine_cpu = cpu_seconds(engine)
    while (elapsed := time.monotonic() - began) < LIVE_S:
        if due := int(elapsed * LIVE_RATE) - posted:
            posted += door.post(_body(pairs, dice, due), deadline)["accepted"]
        stop.wait(0.02)
    seconds = time.monotonic() - began
    used = cpu_seconds(owner.pid) - cpu
    engine_used = cpu_seconds(engine) - engine_cpu
    stop.set()
    door.post(_body(pairs, dice, 1), deadline)  # The last figures, which end the viewers' waits.
    for thread in threads:
        thread.join(deadline.left())
    door.close()
    faults += [viewer.fault for viewer in watching if viewer.fault]
    if faults:
        raise BenchError(f"{len(faults)} viewers failed: {faults[0]}")
    # The first figures tell what was there before.
    lags = [lag for viewer in watching for lag in viewer.lags[1:]]
    return {"viewers": viewers, "seconds": round(seconds, 1), "events_per_second": round(posted / seconds),
            "figures_per_viewer_and_second": round(len(lags) / viewers / seconds, 2),
            "event_to_viewer": quantiles_ms(lags), "queries": len(asked), "query": quantiles_ms(asked),
            "cores": round(used / seconds, 2), "of_them_engine": round(engine_used / seconds, 2)}


def screens(site: Site) -> Results:
    """A year of a chain with stock, forecasts and proposals: every page, asked and seen, then many who watch."""
    sizes = site.sizes
    deadline = site.deadline("screens")
    with Owner(site.binary, Path(site.folder) / "screens", deadline) as owner:
        made = owner.command(
            "backfill", "--synthetic", "--stores", str(sizes.chain_stores), "--products",
            str(sizes.chain_products), "--days", str(sizes.chain_days), "--seed", "7", "--no-batch",
            deadline=deadline)["contributions"][0]
        report = owner.command("batch", deadline=deadline)
        if report["differing_keys"]:
            raise BenchError(f"batch: {json.dumps(report)[:400]}")
        warehouse = owner.warehouse()
        for name in ("inventory", "forecasts", "reorder"):
            warehouse.ask(sql(f"benchmarks/sql/screens_{name}.sql"))
        _wait_for_merges(warehouse, deadline)
        warehouse.close()
        product = owner.ask("select any(product_id) from retail.dim_product")
        newest = datetime.date.fromisoformat(owner.ask("select max(business_date) from retail.daily_sales_summary"))
        asking = _Screens(owner)
        pages = {page: _page(asking, queries, product, newest, sizes.query_runs)
                 for page, queries in PAGES.items()}
        asking.close()
        in_browser = _in_browser(owner, deadline)
        return {"stores": sizes.chain_stores, "products": sizes.chain_products, "days": sizes.chain_days,
                "events": made["events"], "pages": pages, "in_browser": in_browser,
                "watched": _watched(owner, sizes.viewers, deadline)}
