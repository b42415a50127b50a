"""A year of a whole chain, a quarter of an hour of steady load, and a day of it in minutes."""

from __future__ import annotations

import json
import math
import statistics
import subprocess
import threading
import time
from pathlib import Path

from owner import BenchError, Deadline, Gateway, Owner
from processes import cpu_seconds, resident_bytes
from scenarios import Results, Site, directory_bytes, quantiles_ms

# Name: (over our views, over the raw rows of ClickHouse and DuckDB). The same questions to each.
QUESTIONS = {
    "revenue_by_day": (
        "select business_date, sum(revenue) from retail.daily_sales_summary group by 1 order by 1",
        "select business_date, sum(revenue) from {rows} group by 1 order by 1"),
    "top_10_products": (
        "select product_id, sum(revenue) as r from retail.sales_by_product "
        "group by 1 order by r desc, product_id limit 10",
        "select product_id, sum(revenue) as r from {rows} group by 1 "
        "order by r desc, product_id limit 10"),
    "heatmap_one_store": (
        "select day_of_week, hour_of_day, revenue from retail.peak_hours_by_day "
        "where store_id = 7 order by 1, 2",
        "select {weekday}, {hour}, sum(revenue) from {rows} where store_id = 7 "
        "group by 1, 2 order by 1, 2"),
    "heatmap_all_stores": (
        "select day_of_week, hour_of_day, sum(revenue) from retail.peak_hours_by_day "
        "group by 1, 2 order by 1, 2",
        "select {weekday}, {hour}, sum(revenue) from {rows} group by 1, 2 order by 1, 2"),
    "category_share": (
        "select category, sum(revenue) from retail.daily_sales_summary group by 1 order by 1",
        "select category, sum(revenue) from {rows} group by 1 order by 1"),
    "one_store_one_month": (
        "select product_id, sum(revenue) from retail.product_performance_summary where store_id = 7 "
        "and business_date between {from_date} and {to_date} group by 1 order by 1",
        "select product_id, sum(revenue) from {rows} where store_id = 7 "
        "and business_date between {from_date} and {to_date} group by 1 order by 1"),
    "raw_scan": (
        "select transaction_type, count(), sum(quantity) from retail.retail_events_unified "
        "group by 1 order by 1",
        "select transaction_type, count(*), sum(quantity) from {rows} group by 1 order by 1"),
}
CLICKHOUSE = {"rows": "retail_core.events_batch", "weekday": "toDayOfWeek(business_date)",
              "hour": "toHour(hour_start)"}
DUCKDB = {"weekday": "isodow(business_date)", "hour": "hour(hour_start)"}


def _timed(ask, runs: int) -> Results:
    """Milliseconds of so many runs after one that fills the caches."""
    ask()
    times = []
    for _ in range(runs):
        began = time.monotonic()
        ask()
        times.append(time.monotonic() - began)
    return {"p50_ms": round(statistics.median(times) * 1e3, 1),
            "p95_ms": round(sorted(times)[math.ceil(0.95 * len(times)) - 1] * 1e3, 1)}


def _views(owner: Owner, runs: int) -> Results:
    """The first hundred rows of every view, as a BI tool's preview asks for them.

    A view that takes longer than a minute, or more memory than there is, is reported as such.
    """
    names = owner.ask("select name from system.tables where database = 'retail' order by name")
    results: Results = {}
    for name in names.splitlines():
        question = (f"select * from retail.{name} limit 100 "
                    "settings max_execution_time = 60, timeout_before_checking_execution_speed = 0")
        try:
            results[name] = _timed(lambda text=question: owner.ask(text), runs)
        except BenchError as error:
            results[name] = {"failed": str(error)[:120]}
    return results


def _questions(owner: Owner, lake: str, days: tuple[str, str], runs: int) -> Results:
    dates = {"from_date": f"'{days[0]}'", "to_date": f"'{days[1]}'"}
    results: Results = {}
    try:
        import duckdb
    except ImportError:
        duckdb = None
    for name, (ours, theirs) in QUESTIONS.items():
        mine = ours.format(**dates)
        raw = theirs.format(**CLICKHOUSE, **dates)
        warehouse = owner.warehouse()  # Anew each time: the engine closes an idle connection.
        results[name] = {"views": _timed(lambda q=mine: owner.ask(q), runs),
                         "clickhouse_raw": _timed(lambda q=raw: warehouse.ask(q), max(3, runs // 4))}
        warehouse.close()
        if duckdb:
            link = duckdb.connect()
            files = f"read_parquet('{lake}/retail_events/*/*.parquet')"
            text = theirs.format(rows=files, **DUCKDB, **dates)
            results[name]["duckdb_parquet"] = _timed(
                lambda q=text, at=link: at.execute(q).fetchall(), max(3, runs // 4))
    return results


def _rebuild_beside(owner: Owner, clients: int, site: Site) -> Results:
    """A rebuild while so many clients ask for the revenue by day."""
    stop = threading.Event()
    times: list[float] = []
    wrong: list[str] = []
    question = QUESTIONS["revenue_by_day"][0]
    expected = owner.ask(question)

    def client() -> None:
        gateway = Gateway(owner.gateway_port)
        while not stop.is_set():
            began = time.monotonic()
            if gateway.ask(question) != expected:
                wrong.append("another answer")
            times.append(time.monotonic() - began)
            stop.wait(0.2)
        gateway.close()

    threads = [threading.Thread(target=client, daemon=True) for _ in range(clients)]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    try:
        report = owner.command("rebuild", deadline=site.deadline("rebuild"))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    seconds = time.monotonic() - began
    if wrong or report["differing_keys"] or not report["switched"]:
        raise BenchError(f"rebuild: {report}, {len(wrong)} wrong answers meanwhile")
    return {"seconds": round(seconds, 1), "events_per_second": round(report["rows"] / seconds),
            "clients": clients, "questions": len(times), "question": quantiles_ms(times)}


def history(site: Site) -> Results:
    stores, products, days = (site.sizes.chain_stores, site.sizes.chain_products,
                              site.sizes.chain_days)
    directory = site.folder / "history"
    deadline = site.deadline("history")
    words = ["backfill", "--synthetic", "--stores", str(stores), "--products", str(products),
             "--days", str(days), "--seed", "7", "--no-batch"]
    results: Results = {"stores": stores, "products": products, "days": days}
    with Owner(site.binary, directory, deadline) as owner:
        began = time.monotonic()
        made = owner.command(*words, deadline=deadline)["contributions"][0]
        seconds = time.monotonic() - began
        events = made["events"]
        results["events"] = events
        results["generation"] = {"seconds": round(seconds, 1),
                                 "events_per_second": round(events / seconds),
                                 "lake_bytes_per_event": round(made["bytes"] / events, 1)}
        cpu = cpu_seconds(owner.pid)
        began = time.monotonic()
        report = owner.command("batch", deadline=deadline)
        seconds = time.monotonic() - began
        if report["differing_keys"] or report["epochs"][0]["accepted"] != events:
            raise BenchError(f"batch: {json.dumps(report)[:400]}")
        results["batch"] = {
            "seconds": round(seconds, 1), "events_per_second": round(events / seconds),
            "cpu_seconds_per_million": round((cpu_seconds(owner.pid) - cpu) / events * 1e6, 2)}
        results["disk_bytes_per_event"] = {
            name: round(directory_bytes(directory / name) / events, 1) for name in ("lake", "engine")}
        last = owner.ask("select max(business_date) from retail.daily_sales_summary")
        first = owner.ask("select max(business_date) - 30 from retail.daily_sales_summary")
        results["questions"] = _questions(owner, str(directory / "lake"), (first, last),
                                          site.sizes.query_runs)
        results["views"] = _views(owner, max(2, site.sizes.query_runs // 4))
        results["rebuild"] = _rebuild_beside(owner, 8, site)
    return results


def soak(site: Site) -> Results:
    """Steady load, a batch every minute or so; memory, parts and log must not grow with time."""
    seconds, rate = site.sizes.soak_seconds, site.sizes.soak_rate
    deadline = site.deadline("soak")
    samples: list[Results] = []
    with Owner(site.binary, Path(site.folder) / "soak", deadline) as owner:
        owner.wait_ready(deadline)
        events = int(seconds * rate)
        producer = subprocess.Popen(
            [site.binary, "--data-dir", owner.directory, "--json", "produce", "--receipts-only", "--rate", str(rate),
             "--events", str(events)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        began = time.monotonic()
        cpu = cpu_seconds(owner.pid)
        batches = 0
        try:
            while producer.poll() is None:
                if time.monotonic() - began > (batches + 1) * max(60, seconds / 10):
                    report = owner.command("batch", deadline=deadline)
                    if report["differing_keys"]:
                        raise BenchError(f"soak: {json.dumps(report)[:400]}")
                    batches += 1
                status = owner.status()
                samples.append({"at_s": round(time.monotonic() - began),
                                "program_rss": resident_bytes(owner.pid),
                                "engine_rss": resident_bytes(owner.engine_pid()),
                                "log_bytes": status["disk"]["log_bytes"],
                                "parts": status["disk"]["warehouse_parts"],
                                "waiting": status["lag"]["messages"]})
                time.sleep(min(5.0, deadline.left()))
            sent = json.loads(producer.communicate()[0])
        finally:
            producer.kill()
        wall = time.monotonic() - began
        owner.wait_count(sent["accepted"], deadline)
        used = cpu_seconds(owner.pid) - cpu
    tail = samples[len(samples) // 2:]
    return {"seconds": round(wall), "events": sent["accepted"],
            "events_per_second": round(sent["accepted"] / wall), "batches": batches,
            "cpu_cores": round(used / wall, 2), "samples": len(samples),
            "first_half_max": {key: max(s[key] for s in samples[:len(samples) // 2 + 1])
                               for key in samples[0]},
            "second_half_max": {key: max(s[key] for s in tail) for key in samples[0]}}


def _run_day(program: Path, folder: Path, deadline: Deadline, *words: int) -> Results:
    folder.mkdir()
    try:
        ended = subprocess.run([program, folder, *map(str, words)], stdin=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True, timeout=deadline.left())
    except subprocess.TimeoutExpired as error:
        raise BenchError(str(error)) from None
    if ended.returncode:
        raise BenchError(ended.stderr.splitlines()[-1])
    return json.loads((folder / "day.json").read_text())


def day(program: Path, site: Site) -> Results:
    """Hours of steady load by a simulated clock; first a small day that loses a flush."""
    deadline = site.deadline("day")
    try:
        _run_day(program, site.folder / "day-with-loss", deadline, 20, 1, 7)
        raise BenchError("a flush was lost, and nobody noticed")
    except BenchError as error:
        if "keys that differ" not in str(error):
            raise
    results = _run_day(program, site.folder / "day", deadline, site.sizes.day_rate,
                       site.sizes.day_hours)
    results["lost_flush_is_noticed"] = True
    half = site.sizes.day_hours // 2
    for part, hours in (("max_before_half", slice(1, half)), ("max_after_half", slice(half, None))):
        results[part] = {name: max(values[hours]) for name, values in results["by_hour"].items()}
    return results
