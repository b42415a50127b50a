"""The benchmarks that drive a running program: each takes a Site and returns its results."""

from __future__ import annotations

import http.client
import mmap
import os
import random
import signal
import statistics
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Iterator

import receipts
from owner import COUNT, TOTALS, BenchError, Deadline, EventsDoor, Gateway, Owner, sql
from processes import MemoryPeaks, cpu_seconds, has_ended

Results = dict[str, Any]
POLL_S = 0.005  # Between two looks of the freshness reader.
VISIBLE = sql("sql/queries/operations/event_is_visible.sql")


@dataclass(frozen=True)
class Sizes:
    events: int
    live_seconds: float
    live_pool: int
    freshness_probes: int
    freshness_rate: int
    freshness_warm_up_s: float
    dashboards_rate: int
    cold_runs: int
    cold_events: int
    chain_stores: int
    chain_products: int
    chain_days: int
    query_runs: int
    soak_seconds: int
    soak_rate: int
    day_hours: int
    day_rate: int
    stock_stores: int
    stock_products: int
    peers_events: int
    peers_latency_s: int
    scale_stores: int
    scale_products: int
    scale_days: int
    kills: int
    forecast_stores: int
    forecast_products: int
    viewers: int
    timeout_s: float  # Of one benchmark.


class Site:
    """A folder for one run: files made once, and the directory that import leaves to the next.

    No data directory is removed before the end of the run: for minutes ext4 passes over the inodes of
    a deleted one, each time a file is made, which the next benchmark would pay for.
    """

    def __init__(self, binary: Path, folder: Path, sizes: Sizes) -> None:
        self.binary = binary
        self.folder = folder
        self.sizes = sizes
        self.stores = receipts.write_stores(folder / "stores.csv")
        # Files with ULIDs of the same seed would be each other's duplicates, which no benchmark
        # puts into one directory.
        self._files: dict[tuple[str, int], receipts.Receipts] = {}
        self._imported: Owner | None = None

    def close(self) -> None:
        if self._imported:
            self._imported.stop()
            self._imported = None

    def deadline(self, what: str) -> Deadline:
        return Deadline(self.sizes.timeout_s, what)

    def file(self, kind: str, events: int) -> receipts.Receipts:
        if (kind, events) not in self._files:
            write = receipts.write_parquet if kind == "parquet" else receipts.write_ndjson
            made = write(self.folder / f"receipts-{events}.{kind}", events)
            self._files[kind, events] = made
        return self._files[kind, events]

    def start(self, name: str, deadline: Deadline) -> Owner:
        """A program on a fresh directory that knows the stores, by one opening event each."""
        owner = Owner(self.binary, self.folder / name, deadline)
        try:
            report = owner.import_files(self.stores.path, deadline=deadline)
            if report["stores_created"] != receipts.STORES:
                raise BenchError(f"{report['stores_created']} stores were created: {report}")
            owner.wait_count(self.stores.events, deadline)
            os.sync()  # What earlier benchmarks wrote is not written back during this one.
        except BaseException:
            owner.stop()
            raise
        return owner

    @contextmanager
    def fresh(self, name: str, deadline: Deadline) -> Iterator[Owner]:
        owner = self.start(name, deadline)
        try:
            yield owner
        finally:
            owner.stop()

    def keep_imported(self, owner: Owner) -> None:
        self._imported = owner

    def imported(self) -> Owner:
        """A program with BENCH_EVENTS events in its open epoch."""
        if self._imported is None:
            _import_file(self, "ndjson", keep=True)
        assert self._imported is not None
        return self._imported


def _rate(events: int, seconds: float) -> int:
    return round(events / max(seconds, 1e-6))


@contextmanager
def _measured(owner: Owner, events: list[int], results: Results) -> Iterator[None]:
    """CPU seconds and peak memory of owner and engine; events[0] is read at the end."""
    cpu = cpu_seconds(owner.pid)
    began = time.monotonic()
    with MemoryPeaks({owner.pid: "owner", owner.engine_pid(): "engine"}) as peaks:
        yield
    used = cpu_seconds(owner.pid) - cpu
    results["cpu_seconds"] = round(used, 2)
    results["cpu_cores"] = round(used / (time.monotonic() - began), 2)
    if events[0]:  # At a paced rate it would be the cost of time, not of events.
        results["cpu_seconds_per_million"] = round(used / events[0] * 1e6, 2)
    results["memory"] = peaks.report()


def quantiles_ms(seconds: list[float]) -> Results:
    ordered = sorted(seconds)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1e3, 1)

    return {"p50_ms": at(0.5), "p90_ms": at(0.9), "p99_ms": at(0.99),
            "max_ms": round(ordered[-1] * 1e3, 1)}


def directory_bytes(folder: Path) -> int:
    total = 0
    for at, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(at, name)).st_blocks * 512
            except FileNotFoundError:
                pass  # The engine merges and drops parts all the time.
    return total


def _import_file(site: Site, kind: str, keep: bool = False) -> Results:
    file = site.file(kind, site.sizes.events)
    deadline = site.deadline(f"import of {kind}")
    owner = site.start(f"import-{kind}", deadline)
    results: Results = {"events": file.events, "file_bytes": file.path.stat().st_size}
    try:
        with _measured(owner, [file.events], results):
            began = time.monotonic()
            report = owner.import_files(file.path, deadline=deadline)
            durable = time.monotonic()
            visible = owner.wait_count(site.stores.events + file.events, deadline)
        if report["accepted"] != file.events:
            raise BenchError(f"{report['accepted']} of {file.events} accepted: {report['reasons']}")
        count, revenue = owner.ask(TOTALS).split("\t")
        if Decimal(revenue) != file.revenue:
            raise BenchError(f"revenue is {revenue} of {count} events, not {file.revenue}")
        results["seconds_to_durable"] = round(durable - began, 2)
        results["seconds_to_queryable"] = round(visible - began, 2)
        results["events_per_second"] = _rate(file.events, visible - began)
        results["directory_bytes"] = directory_bytes(owner.directory)
        if keep:
            site.keep_imported(owner)
    finally:
        if not keep or "directory_bytes" not in results:
            owner.stop()
    return results


def import_files(site: Site) -> Results:
    results: Results = {}
    try:
        results["parquet"] = _import_file(site, "parquet")
    except ImportError:
        results["parquet"] = {"left_out": "no pyarrow: ./dev setup installs it"}
    results["ndjson"] = _import_file(site, "ndjson", keep=True)
    return results


def _bodies(marks: list[int]) -> Iterator[tuple[int, int]]:
    """First and last byte offset of bodies with 1,000 to 5,000 events, in a fixed order."""
    at = turn = 0
    while at < len(marks) - 1:
        end = min(at + 2 + turn * 3 % 9, len(marks) - 1)
        yield marks[at], marks[end]
        at = end
        turn += 1


def live(site: Site) -> Results:
    pool = site.file("ndjson", site.sizes.live_pool)
    deadline = site.deadline("live")
    results: Results = {"connections": 4}
    with site.fresh("live", deadline) as owner, pool.path.open("rb") as file, \
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as bytes_of_pool:
        bodies = _bodies(pool.marks)
        lock = threading.Lock()
        accepted = [0]
        durations: list[float] = []
        refused = [0]
        faults: list[BaseException] = []
        end = time.monotonic() + site.sizes.live_seconds

        def poster() -> None:
            door = EventsDoor(owner.web_port)
            try:
                while time.monotonic() < end and not faults:
                    with lock:
                        first, last = next(bodies, (0, 0))
                    if first == last:
                        return
                    began = time.monotonic()
                    answer = door.post(bytes_of_pool[first:last], deadline)
                    with lock:
                        accepted[0] += answer["accepted"]
                        durations.append(time.monotonic() - began)
            except (BenchError, OSError, http.client.HTTPException) as error:
                faults.append(error)
            finally:
                with lock:
                    refused[0] += door.refused
                door.close()

        threads = [threading.Thread(target=poster) for _ in range(results["connections"])]
        with _measured(owner, accepted, results):
            began = time.monotonic()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            posted = time.monotonic()
            if faults:
                raise BenchError(f"live: {faults[0]}")
            visible = owner.wait_count(site.stores.events + accepted[0], deadline)
        results |= {
            "events": accepted[0],
            "seconds": round(posted - began, 2),
            "events_per_second": _rate(accepted[0], posted - began),
            "queryable_lag_s": round(visible - posted, 3),
            "events_per_second_to_queryable": _rate(accepted[0], visible - began),
            "request": quantiles_ms(durations),
            "refused_requests": refused[0],
            # The receipts ran out before the time did: raise BENCH_LIVE_POOL.
            "pool_exhausted": accepted[0] == pool.events,
        }
    return results


# What open dashboards ask for, each again and again: of the last hour, of a store, of all.
DASHBOARD = (
    "select store_id, minute, sales, revenue from retail.sales_by_minute "
    "where minute > now() - interval 1 hour order by store_id, minute",
    "select store_id, sum(revenue) from retail.sales_by_minute "
    "where minute > now() - interval 5 minute group by store_id",
    "select * from retail.daily_sales_summary where business_date >= today() - 7",
    "select category, sum(revenue) from retail.sales_by_category group by category",
    "select * from retail.hourly_sales_summary where store_id = 3",
    "select * from retail.inventory_by_store where store_id = 3",
)
DASHBOARDS = 8
MOST_AT_ONCE = 5_000
DASHBOARD_EVERY_S = 1.0


def freshness(site: Site) -> Results:
    return _freshness(site, "freshness", site.sizes.freshness_rate, dashboards=0)


def dashboards(site: Site) -> Results:
    """Freshness while eight dashboards ask once a second, at the usual rate and at a great one."""
    return {f"at_{rate}_per_s": _freshness(site, f"dashboards-{rate}", rate, DASHBOARDS)
            for rate in (site.sizes.freshness_rate, site.sizes.dashboards_rate)}


def _freshness(site: Site, name: str, rate: int, dashboards: int) -> Results:
    deadline = site.deadline(name)
    results: Results = {"background_events_per_second": rate,
                        "warm_up_s": site.sizes.freshness_warm_up_s,
                        "probes": site.sizes.freshness_probes, "dashboards": dashboards}
    with site.fresh(name, deadline) as owner:
        stop = threading.Event()
        posted = [0]
        faults: list[BaseException] = []
        refreshes: list[float] = []

        def poster() -> None:
            door = EventsDoor(owner.web_port)
            source = receipts.LiveReceipts(seed=2)
            began = time.monotonic()
            try:
                # What is due by now, a hundred times a second; a late turn takes more, up to what a
                # body may hold: `background_events_per_second_reached` says what came of it.
                while not stop.wait(0.01):
                    if due := min(MOST_AT_ONCE, int((time.monotonic() - began) * rate) - posted[0]):
                        posted[0] += door.post(source.body(due), deadline)["accepted"]
            except (BenchError, OSError, http.client.HTTPException) as error:
                faults.append(error)
            finally:
                door.close()

        def dashboard(number: int) -> None:
            gateway = Gateway(owner.gateway_port)
            try:
                while not stop.wait(DASHBOARD_EVERY_S):
                    asked = time.monotonic()
                    gateway.ask(DASHBOARD[number % len(DASHBOARD)])
                    refreshes.append(time.monotonic() - asked)
                    number += 1
            except (BenchError, OSError, http.client.HTTPException) as error:
                faults.append(error)
            finally:
                gateway.close()

        threads = [threading.Thread(target=poster)]
        threads += [threading.Thread(target=dashboard, args=(n,)) for n in range(dashboards)]
        to_ack: list[float] = []
        to_visible: list[float] = []
        queries: list[float] = []
        began = time.monotonic()
        for thread in threads:
            thread.start()
        time.sleep(site.sizes.freshness_warm_up_s)
        with _measured(owner, [0], results):
            try:
                _probe(owner, site.sizes.freshness_probes, deadline, faults,
                       to_ack, to_visible, queries)
            finally:
                stop.set()
                for thread in threads:
                    thread.join()
            seconds = time.monotonic() - began
        if faults:
            raise BenchError(f"{name}: {faults[0]}")
        if refreshes:
            results["dashboard_query"] = {"asked": len(refreshes)} | quantiles_ms(refreshes)
        results |= {"seconds": round(seconds, 1),
                    "background_events_per_second_reached": _rate(posted[0], seconds),
                    "event_to_durable": quantiles_ms(to_ack),
                    "event_to_visible": quantiles_ms(to_visible),
                    "query": quantiles_ms(queries)}
    return results


def _probe(owner: Owner, probes: int, deadline: Deadline, faults: list[BaseException],
           to_ack: list[float], to_visible: list[float], queries: list[float]) -> None:
    door = EventsDoor(owner.web_port)
    gateway = Gateway(owner.gateway_port)
    source = receipts.LiveReceipts(seed=3)
    dice = random.Random(4)
    try:
        # The pace of writing depends on whether somebody looks: looking begins before counting.
        for number in range(-10, probes):
            if faults:
                return
            # An even beat would meet the writer's own always at the same moment.
            time.sleep(min(dice.uniform(0.0, 0.05), deadline.left()))
            body = source.body(1)
            began = time.monotonic()
            answer = door.post(body, deadline)
            durable = time.monotonic()
            position = answer["positions"][0]
            while True:
                asked = time.monotonic()
                seen = gateway.ask(VISIBLE, partition=position["partition"],
                                   offset=position["offset"])
                visible = time.monotonic()
                if number >= 0:
                    queries.append(visible - asked)
                if seen == "1":
                    break
                time.sleep(min(POLL_S, deadline.left()))
            if number >= 0:
                to_ack.append(durable - began)
                to_visible.append(visible - began)
    finally:
        gateway.close()
        door.close()


def cold_start(site: Site) -> Results:
    deadline = site.deadline("cold_start")
    times: dict[str, list[tuple[float, float, float]]] = {"fresh": [], "existing": []}
    for number in range(site.sizes.cold_runs):
        folder = site.folder / f"cold-{number}"
        with Owner(site.binary, folder, deadline) as owner:
            pass
        times["fresh"].append((owner.start_s, owner.ready_s, owner.stop_s))
    file = site.file("ndjson", site.sizes.cold_events)
    folder = site.folder / "cold"
    with site.start("cold", deadline) as owner:
        owner.import_files(file.path, deadline=deadline)
        owner.wait_count(site.stores.events + file.events, deadline)
    for _ in range(site.sizes.cold_runs):
        with Owner(site.binary, folder, deadline) as owner:
            owner.wait_count(site.stores.events + file.events, deadline)
        times["existing"].append((owner.start_s, owner.ready_s, owner.stop_s))
    results: Results = {"runs": site.sizes.cold_runs, "existing_events": file.events}
    for name, runs in times.items():
        answers, readies, stops = zip(*runs)
        results[name] = {"first_answer_s": round(statistics.median(answers), 3),
                         "slowest_first_answer_s": round(max(answers), 3),
                         "ready_s": round(statistics.median(readies), 3),
                         "stop_s": round(statistics.median(stops), 3)}
    return results


def repair(site: Site) -> Results:
    owner = site.imported()
    deadline = site.deadline("repair")
    before = len(owner.verifications())
    totals = owner.ask(TOTALS)
    cpu = cpu_seconds(owner.pid)
    began = time.monotonic()
    engine = owner.engine_pid()
    os.kill(engine, signal.SIGKILL)
    while not has_ended(engine):  # Until then an answer may still be the old engine's.
        time.sleep(min(0.001, deadline.left()))
    owner.wait_for_answer(deadline)
    answered = time.monotonic()
    while len(owner.verifications()) == before:
        time.sleep(min(0.02, deadline.left()))
    owner.wait_ready(deadline)
    ready = time.monotonic()
    if owner.ask(TOTALS) != totals:
        raise BenchError(f"after the repair the totals are {owner.ask(TOTALS)}, not {totals}")
    return {"events": int(owner.ask(COUNT)),
            "first_answer_s": round(answered - began, 2),
            "verified_s": round(ready - began, 2),
            "cpu_seconds": round(cpu_seconds(owner.pid) - cpu, 2),
            "owner_said": owner.verifications()[-1].partition("verified ")[2]}


def close_epoch(site: Site) -> Results:
    owner = site.imported()
    deadline = site.deadline("close_epoch")
    totals = owner.ask(TOTALS)
    events = int(totals.split("\t")[0])
    results: Results = {"events": events}
    with _measured(owner, [events], results):
        began = time.monotonic()
        report = owner.command("batch", deadline=deadline)
        seconds = time.monotonic() - began
    if report["differing_keys"] or sum(e["accepted"] for e in report["epochs"]) != events:
        raise BenchError(f"batch closed something else than {events} events: {report}")
    if owner.ask(TOTALS) != totals:
        raise BenchError(f"after the close the totals are {owner.ask(TOTALS)}, not {totals}")
    return results | {"seconds": round(seconds, 2), "events_per_second": _rate(events, seconds),
                      "lake_files": sum(e["lake_files"] for e in report["epochs"])}


# In this order: import leaves its events to repair, which needs them in an open epoch.
SCENARIOS = {"cold_start": cold_start, "freshness": freshness, "dashboards": dashboards,
             "live": live,
             "import": import_files, "repair": repair, "close_epoch": close_epoch}
