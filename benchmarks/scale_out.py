"""The program on servers beside it: a large chain through all of them, and thirty kills."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import unittest
from collections.abc import Callable
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path

from owner import ROOT, BenchError, Deadline, Owner, sql
from processes import MemoryPeaks, cpu_seconds
from scenarios import Results, Site, directory_bytes

ENGINES = ("clickhouse", "kafka", "minio", "postgres")
WORKERS = 2
FILES = 4
COUNTS = sql("benchmarks/sql/scale_counts.sql")
REVENUES = sql("benchmarks/sql/scale_revenues.sql")
LAYERS = sql("benchmarks/sql/layer_counts.sql")
LAKE = sql("benchmarks/sql/lake_totals.sql")
TABLES = ("rows", "days", "hours", "products")
POLL_S = 0.1
RECEIVED = 'shelfcast_events_received_total{door="import"}'


class _Ends:
    """What a test gives the engines: a list of things to do at the end."""

    def __init__(self, stack: ExitStack) -> None:
        self.addCleanup = stack.callback


def _install(binary: Path) -> None:
    """What the engines need, each only once; says by the environment where it is."""
    os.environ["SHELFCAST_BINARY"] = str(binary)
    ran = subprocess.run([ROOT / "tools/engines/install.sh", *ENGINES], stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, text=True, timeout=1_800, check=False)
    if ran.returncode != 0:
        raise BenchError("what the servers need is not there: see above")
    os.environ.update(line.split("=", 1) for line in ran.stdout.splitlines())
    folder = str(ROOT / "tests" / "engines")
    if folder not in sys.path:
        sys.path.insert(0, folder)


class _Chain:
    """Receipts of the synthetic chain as Parquet files with an id each, and what they sum to."""

    def __init__(self, site: Site, deadline: Deadline) -> None:
        import duckdb  # Not for benchmarks without it.

        sizes = site.sizes
        folder = site.folder / "scale-chain"
        with Owner(site.binary, folder, deadline) as owner:
            owner.command("backfill", "--synthetic", "--stores", str(sizes.scale_stores),
                          "--products", str(sizes.scale_products), "--days",
                          str(sizes.scale_days), "--seed", "7", "--no-batch", deadline=deadline)
            self.stores = site.folder / "scale-stores.csv"
            self.stores.write_text(owner.ask(
                sql("benchmarks/sql/stores_file.sql")).replace("\\N", "") + "\n")
        self.files = [site.folder / f"scale-{number}.parquet" for number in range(FILES)]
        link = duckdb.connect()
        source = f"read_parquet('{folder}/lake/retail_events/*/*.parquet')"
        select = sql("benchmarks/sql/chain_files.sql").replace("{{source}}", source)
        for number, file in enumerate(self.files):
            link.execute(f"copy ({select.replace('{{number}}', str(number))}) to '{file}' "
                         "(format parquet)")
        self.events, revenue, self.products, self.days = link.execute(
            sql("benchmarks/sql/chain_totals.sql").replace("{{source}}", source)).fetchone()
        self.revenue = Decimal(revenue)


class _Use:
    """CPU seconds of each kind of process between two moments, and its memory."""

    def __init__(self, stack: ExitStack, pids: dict[int, str]) -> None:
        self._pids = pids
        self._before = {pid: cpu_seconds(pid) for pid in pids}
        self._began = time.monotonic()
        self._peaks = stack.enter_context(MemoryPeaks(pids))

    def report(self, events: int) -> Results:
        seconds = time.monotonic() - self._began
        self._peaks.stop()
        used: dict[str, float] = {}
        for pid, kind in self._pids.items():
            used[kind] = used.get(kind, 0) + cpu_seconds(pid) - self._before[pid]
        return {"seconds": round(seconds, 1), "events_per_second": round(events / seconds),
                "cpu_seconds_per_million": {kind: round(cpu / events * 1e6, 2)
                                            for kind, cpu in used.items()},
                "memory_of_the_largest": self._peaks.report()}


def _same(what: str, found: str, expected: list[object]) -> None:
    values = [Decimal(value) for value in found.split("\t")]
    if values != expected:
        raise BenchError(f"{what}: {found.split()}, not {expected}")


def _ask(main, statement: str) -> str:
    status, text = main.sql(statement)
    if status != 200:
        raise BenchError(f"query answered {status}: {text[:400]}")
    return text.strip()


class _Import:
    """An import that goes on beside us: it ends when the workers have delivered what it sent."""

    def __init__(self, stack: ExitStack, main, files: list[Path]) -> None:
        self._main = main
        self._process = subprocess.Popen(
            _words(main, "import", *files), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        stack.callback(self._process.wait)
        stack.callback(self._process.kill)

    def wait_in_log(self, events: int, deadline: Deadline) -> None:
        """Until Kafka has acknowledged so many."""
        while (self._main.metric(RECEIVED) or 0) < events:
            if self._process.poll() is not None:
                self.wait_delivered(deadline, lambda: None)
                raise BenchError(f"the import ended before {events} events were in the log")
            time.sleep(min(POLL_S, deadline.left()))

    def wait_delivered(self, deadline: Deadline, check_alive: Callable[[], None]) -> Results:
        """Until the views have all of them; the import's report."""
        while self._process.poll() is None:
            check_alive()
            time.sleep(min(POLL_S, deadline.left()))
        out, errors = self._process.communicate()
        if self._process.returncode != 0:
            raise BenchError(f"import exited {self._process.returncode}: {(errors + out)[-600:]}")
        return json.loads(out)


def _words(main, *words: object) -> list[str]:
    return [os.environ["SHELFCAST_BINARY"], *map(str, words), "--data-dir", main.data, "--json"]


def _run(main, *words: object, deadline: Deadline) -> Results:
    try:
        ran = subprocess.run(_words(main, *words), stdin=subprocess.DEVNULL, capture_output=True,
                             text=True, timeout=deadline.left())
    except subprocess.TimeoutExpired:
        raise BenchError(f"shelfcast {words[0]}: not done in time") from None
    if ran.returncode != 0:
        raise BenchError(f"shelfcast {words[0]} exited {ran.returncode}: "
                         f"{(ran.stderr + ran.stdout)[-600:]}")
    return json.loads(ran.stdout)


def _say(phase: str, results: Results) -> None:
    """For who waits, and so that a later failure does not take what was measured."""
    print(f"{phase}: {json.dumps(results[phase])}", file=sys.stderr, flush=True)


def _server_versions() -> Results:
    """As the servers name themselves; the shards are the engine that the results name anyway."""
    jars = Path(os.environ["SHELFCAST_KAFKA_JARS"])
    kafka = [found[1] for jar in jars.glob("kafka-clients-*.jar")
             if (found := re.fullmatch(r"kafka-clients-([0-9.]+)\.jar", jar.name))]
    said = subprocess.run([f"{os.environ['SHELFCAST_POSTGRES_BIN']}/postgres", "--version"],
                          capture_output=True, text=True, timeout=30, check=True).stdout
    return {"kafka": kafka[0] if kafka else "unknown", "postgres": said.split()[2],
            "minio": Path(os.environ["SHELFCAST_MINIO"]).parent.name.removeprefix("minio-")}


def _check_closed(main, cluster, chain: _Chain) -> None:
    """Views, layers and lake after the batch: everything once, to the last digit."""
    from cluster import BUCKET, KEY, SECRET

    events = Decimal(chain.events)
    _same("closed epoch, layers", _ask(main, LAYERS), [Decimal(0), events])
    _same("closed epoch, events", _ask(main, COUNTS), [events] * len(TABLES))
    _same("closed epoch, revenue", _ask(main, REVENUES), [chain.revenue] * len(TABLES))
    _same("lake", _ask(main, LAKE.format(url=f"{cluster.minio.url}/{BUCKET}", key=KEY,
                                         secret=SECRET)), [events, chain.revenue])


def scale_out(site: Site) -> Results:
    _install(site.binary)
    import cluster  # Which knows where the others are.
    from engine import EngineError
    from running import Died

    with ExitStack() as stack:
        try:
            return _scale_out(site, stack, cluster)
        except (EngineError, Died, AssertionError) as error:  # The tests' own ways to say it.
            raise BenchError(str(error)) from None


def _scale_out(site: Site, stack: ExitStack, engines) -> Results:
    from kafka import FOR_SPEED

    deadline = site.deadline("scale_out")
    chain = _Chain(site, deadline)
    events = chain.events
    results: Results = {"servers": _server_versions(), "stores": site.sizes.scale_stores,
                        "products": chain.products, "days": chain.days, "events": events,
                        "workers": WORKERS, "shards": 2, "partitions": engines.PARTITIONS}
    cluster = engines.Cluster(_Ends(stack), site.folder / "scale", shards=True, java=FOR_SPEED)
    main = cluster.main().wait_published()
    _run(main, "import", chain.stores, "--table", "stores", deadline=deadline)
    pids = {cluster.kafka.pid: "broker", cluster.minio.pid: "object_store",
            cluster.postgres.pid: "postgres", main.process.pid: "api_and_batch"}
    pids |= {shard.pid: "shard" for shard in cluster.clickhouse.shards}

    # Into Kafka, while nobody reads.
    use = _Use(stack, pids)
    importing = _Import(stack, main, chain.files)
    importing.wait_in_log(events, deadline)
    results["into_kafka"] = use.report(events)
    _say("into_kafka", results)

    workers = [cluster.worker(number) for number in range(WORKERS)]
    pids |= {worker.process.pid: "worker" for worker in workers}

    def check_alive() -> None:
        for worker in workers:
            if not worker.is_running():
                raise BenchError(f"a worker ended: {worker.log_text()[-800:]}")

    use = _Use(stack, pids)
    sent = importing.wait_delivered(deadline, check_alive)
    results["to_views"] = use.report(events)
    _say("to_views", results)
    if sent["accepted"] != events:
        raise BenchError(f"{sent['accepted']} of {events} accepted: {sent['reasons']}")
    _same("open epoch, events", _ask(main, COUNTS), [Decimal(events)] * len(TABLES))
    _same("open epoch, revenue", _ask(main, REVENUES), [chain.revenue] * len(TABLES))
    _same("open epoch, layers", _ask(main, LAYERS), [Decimal(events), Decimal(0)])

    use = _Use(stack, pids)
    report = _run(main, "batch", deadline=deadline)
    results["close"] = use.report(events)
    _say("close", results)
    if report["differing_keys"] or report["epochs"][0]["accepted"] != events:
        raise BenchError(f"batch: {str(report)[:600]}")
    _check_closed(main, cluster, chain)
    results["differing_keys"] = 0
    results["rows_of_each_shard"] = [int(_shard_rows(shard)) for shard in cluster.clickhouse.shards]
    results["bytes_per_event"] = {
        name: round(directory_bytes(folder) / events, 1) for name, folder in
        (("kafka", cluster.kafka.folder / "log"), ("bucket", cluster.minio.folder / "data"),
         ("shards", cluster.clickhouse.folder), ("postgres", cluster.postgres.folder))}
    return results


def _shard_rows(shard) -> str:
    from clickhouse import PASSWORD, USER
    from owner import Gateway

    gateway = Gateway(shard.ports[0], login_as=(USER, PASSWORD))
    try:
        return gateway.ask(sql("benchmarks/sql/shard_rows.sql"))
    finally:
        gateway.close()


def kills(site: Site) -> Results:
    """The engines' own test, with so many kills; it fails on a lost or doubled event."""
    _install(site.binary)
    os.environ["SHELFCAST_KILLS"] = str(site.sizes.kills)
    import cluster_test

    results: Results = {}
    for name, case in (("one_server", cluster_test.OneServerTest),
                       ("two_shards", cluster_test.TwoShardsTest)):
        test = case("test_nothing_is_lost_or_doubled")
        began = time.monotonic()
        ended = unittest.TextTestRunner(stream=sys.stderr, verbosity=0).run(test)
        if not ended.wasSuccessful():
            raise BenchError(f"{name}: {(ended.failures + ended.errors)[0][1][-600:]}")
        results[name] = {"seconds": round(time.monotonic() - began), **test.report}
    return results
