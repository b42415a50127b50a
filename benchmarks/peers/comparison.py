"""The same receipts through shelfcast and through what others use. See README.md beside this file."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import ContextManager

import receipts
from clickhouse import PASSWORD, USER, ClickHouse
from engine import EngineError
from kafka import FOR_SPEED, Kafka
from owner import ROOT, BenchError, Deadline, Gateway, Owner, sql
from peers.child import Child
from peers.clickhouse import Server
from peers.template import HERE
from processes import MemoryPeaks, command_line, cpu_seconds, tree
from scenarios import Results, Site, quantiles_ms

POLL_S = 0.1       # Between two looks whether all is there.
STALLED_S = 120    # Nothing new for so long: given up.
LINES_PER_REQUEST = 5_000  # Of what fills our log.
COUNTS = sql("benchmarks/peers/sql/counts.sql")
REVENUES = sql("benchmarks/peers/sql/revenues.sql")
TABLES = ("rows", "days", "hours", "products")

# Of ClickHouse's Kafka engine: the statements, and settings besides those that are in them.
KAFKA_ENGINE = {
    "defaults": ("sql/kafka_engine.sql", ""),
    "tuned": ("sql/kafka_engine_tuned.sql", ""),
    "flush_50_ms": ("sql/kafka_engine.sql",
                    ",\n    kafka_flush_interval_ms = 50,\n    kafka_poll_timeout_ms = 10"),
}


@dataclass(frozen=True)
class Course:
    """Where all of them run."""

    site: Site
    tools: dict[str, Path]  # What fetch.sh got, by name.
    broker: Kafka
    folder: Path
    deadline: Deadline
    file: receipts.Receipts


@dataclass(frozen=True)
class Beside:
    """A data directory of ours, and what it stands on."""

    directory: Path
    log: Sequence[str] = ()  # For fill_log: broker and prefix, if the log is there.
    warehouse: ClickHouse | None = None

    def cpu_seconds(self) -> float:
        """Of the warehouse, where it is no child of ours."""
        return cpu_seconds(self.warehouse.pid) if self.warehouse else 0.0


# Begins to read a topic into the server's tables; yields the processes that do so besides it.
Peer = Callable[[Course, Server, str], "Iterator[Child | None]"]


def fetch(*words: str) -> dict[str, Path]:
    """What fetch.sh got, by name."""
    ran = subprocess.run([HERE / "fetch.sh", *words], stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, text=True, timeout=1_200, check=False)
    if ran.returncode != 0:
        raise BenchError("what the peers need is not there: see above")
    return {name: Path(path) for name, path in
            (line.split("=", 1) for line in ran.stdout.splitlines())}


def make_topic(tools: dict[str, Path], broker: Kafka, name: str, deadline: Deadline,
               file: Path | None = None) -> None:
    """With the lines of the file, if there is one."""
    words = [tools["venv"] / "bin/python", "-B", HERE / "fill_topic.py", broker.address, name,
             *([file] if file else [])]
    try:
        subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                       timeout=deadline.left(), check=True)
    except subprocess.CalledProcessError as error:
        raise BenchError(f"topic {name}: {error.stderr[-400:]}") from None
    except subprocess.TimeoutExpired:
        raise BenchError(f"topic {name}: not filled in time") from None


def kafka_engine(variant: str) -> Peer:
    @contextmanager
    def start(course: Course, server: Server, topic: str) -> Iterator[Child | None]:
        path, settings = KAFKA_ENGINE[variant]
        server.run(path, broker=course.broker.address, topic=topic,
                   group=f"kafka_engine_{variant}-{topic}", settings=settings)
        yield None
    return start


def python_consumer(wait_s: float) -> Peer:
    @contextmanager
    def start(course: Course, server: Server, topic: str) -> Iterator[Child | None]:
        with Child("python_consumer",
                   [course.tools["venv"] / "bin/python", "-B", HERE / "python_consumer.py",
                    course.broker.address, topic, str(server.port),
                    server.insert_path("TabSeparated"), "10000", str(wait_s)],
                   course.folder / f"python_consumer-{topic}.log") as child:
            yield child
    return start


def pass_through(linger_ms: int) -> Peer:
    @contextmanager
    def start(course: Course, server: Server, topic: str) -> Iterator[Child | None]:
        url = f"http://127.0.0.1:{server.port}{server.insert_path('JSONEachRow')}"
        with Child("pass_through", [course.tools["pass_through"], course.broker.address, topic, url,
                                    "200000", str(linger_ms)],
                   course.folder / f"pass_through-{topic}.log") as child:
            yield child
    return start


@contextmanager
def spark(course: Course, server: Server, topic: str) -> Iterator[Child | None]:
    """Spark Structured Streaming, micro-batches as fast as they go."""
    folder = course.folder / f"spark-{topic}"
    folder.mkdir()
    with Child("spark", [course.tools["spark_venv"] / "bin/python", "-B", HERE / "spark_stream.py",
                         course.broker.address, topic, str(server.port),
                         server.insert_path("TabSeparated"), course.tools["spark_jars"],
                         folder],
               course.folder / f"spark-{topic}.log") as child:
        yield child


def wait_complete(gateway: Gateway, events: int, began: float, deadline: Deadline,
                  check_alive: Callable[[], None]) -> Results:
    """Until rows and all three roll-ups hold so many events, exactly."""
    first: float | None = None
    changed, before = time.monotonic(), ""
    while True:
        check_alive()
        said = gateway.ask(COUNTS)
        now = time.monotonic()
        counts = [int(count) for count in said.split("\t")]
        if max(counts) > events:
            raise BenchError(f"{dict(zip(TABLES, counts))} events, {events} were sent")
        if first is None and min(counts) > 0:
            first = now
        if min(counts) == events:
            break
        if said != before:
            changed, before = now, said
        if now - changed > STALLED_S:
            raise BenchError(f"stalled at {dict(zip(TABLES, counts))} of {events} events")
        time.sleep(min(POLL_S, deadline.left()))
    return {"seconds": round(now - began, 2), "seconds_to_first_rows": round(first - began, 2)}


def check_revenue(gateway: Gateway, revenue: Decimal) -> None:
    for table, found in zip(TABLES, gateway.ask(REVENUES).split("\t")):
        if Decimal(found) != revenue:
            raise BenchError(f"revenue of {table} is {found}, not {revenue}")


def _rates(results: Results, events: int, cpu: dict[str, float]) -> Results:
    return {"events": events, "events_per_second": round(events / results["seconds"]), **results,
            "cpu_seconds_per_million": round(
                sum(used for name, used in cpu.items() if name != "broker") / events * 1e6, 2),
            "cpu_seconds": {name: round(used, 2) for name, used in cpu.items()}}


def throughput(course: Course, name: str, peer: Peer) -> Results:
    """From the preloaded topic to rows and roll-ups."""
    with Server(course.site.binary, course.folder / name, course.deadline) as server:
        os.sync()
        watched = {"clickhouse": server.pid, "broker": course.broker.pid}
        before = {role: cpu_seconds(pid) for role, pid in watched.items()}
        began = time.monotonic()
        with peer(course, server, "receipts") as child:
            if child:
                watched["consumer"] = child.pid
            with MemoryPeaks({pid: role for role, pid in watched.items()}) as peaks:
                gateway = server.gateway()
                results = wait_complete(gateway, course.file.events, began, course.deadline,
                                        child.check_alive if child else server.check_alive)
            cpu = {role: cpu_seconds(pid) - before.get(role, 0) for role, pid in watched.items()}
            check_revenue(gateway, course.file.revenue)
            gateway.close()
        return _rates(results, course.file.events, cpu) | {"memory": peaks.report()}


class StreamStart(threading.Thread):
    """Notes when the stream of an owner that starts now begins to read, and what was used by then."""

    def __init__(self, directory: Path, log: Path, deadline: Deadline) -> None:
        super().__init__(daemon=True)
        self._directory = str(directory)
        self._log = log
        self._lines = len(log.read_text(errors="replace").splitlines()) if log.exists() else 0
        self._deadline = deadline
        self.at = self.cpu = 0.0
        self.process_at = time.monotonic()

    def run(self) -> None:
        while not any("stream verified" in line or "stream took over" in line for line in
                      self._log.read_text(errors="replace").splitlines()[self._lines:]):
            time.sleep(min(0.002, self._deadline.left()))
        self.at = time.monotonic()
        owner = next(pid for pid in tree(os.getpid()) if self._directory in command_line(pid))
        self.cpu = cpu_seconds(owner)


@contextmanager
def embedded(course: Course, name: str) -> Iterator[Beside]:
    yield Beside(course.site.folder / name)


@contextmanager
def beside(course: Course, name: str) -> Iterator[Beside]:
    """A data directory whose log is on the broker, and whose warehouse is a server of its own."""
    os.environ["SHELFCAST_BINARY"] = str(course.site.binary)
    warehouse = ClickHouse(course.folder / f"{name}-clickhouse")
    warehouse.start()
    try:
        directory = course.site.folder / name
        directory.mkdir()
        config = directory / "shelfcast.toml"
        config.touch(0o600)
        config.write_text(
            f'[log]\nurl = "kafka://{course.broker.address}/{name}."\nreplication = 1\n'
            f'[warehouse]\nurl = "{warehouse.url}"\nuser = "{USER}"\npassword = "{PASSWORD}"\n')
        yield Beside(directory, [course.broker.address, f"{name}."], warehouse)
    finally:
        warehouse.stop()


def ours(course: Course, place: Callable[[Course, str], ContextManager[Beside]],
         name: str) -> Results:
    """From the log, filled through the door, to rows, roll-ups and state, exactly once."""
    with place(course, name) as parts:
        return _our_throughput(course, parts)


def _our_throughput(course: Course, parts: Beside) -> Results:
    site, directory = course.site, parts.directory
    site.start(directory.name, course.deadline).stop()
    fill = Path(os.environ.get("SHELFCAST_BENCHMARKS", ROOT / "build/release/benchmarks")) / "fill_log"
    try:
        subprocess.run([fill.absolute(), directory, course.file.path, str(LINES_PER_REQUEST),
                        *parts.log],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       timeout=course.deadline.left(), check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise BenchError(f"fill_log: {error}") from None
    os.sync()
    start = StreamStart(directory, directory.with_name(directory.name + ".log"), course.deadline)
    start.start()
    with Owner(site.binary, directory, course.deadline) as owner:
        start.join(course.deadline.left())
        before = parts.cpu_seconds()
        roles = {owner.pid: "shelfcast",
                 parts.warehouse.pid if parts.warehouse else owner.engine_pid(): "clickhouse"}
        with MemoryPeaks(roles) as peaks:
            gateway = Gateway(owner.gateway_port)
            results = wait_complete(gateway, course.file.events + site.stores.events, start.at,
                                    course.deadline, lambda: None)
        cpu = {"shelfcast and clickhouse":
               cpu_seconds(owner.pid) - start.cpu + parts.cpu_seconds() - before}
        check_revenue(gateway, course.file.revenue)
        gateway.close()
        results["seconds_from_process_start"] = round(
            results["seconds"] + start.at - start.process_at, 2)
        return _rates(results, course.file.events, cpu) | {"memory": peaks.report()}


def _ask_latency(course: Course, *words: str | int) -> Results:
    sizes = course.site.sizes
    try:
        said = subprocess.run(
            [course.tools["venv"] / "bin/python", "-B", HERE / "latency.py", *map(str, words),
             str(sizes.freshness_rate), str(sizes.freshness_warm_up_s),
             str(sizes.peers_latency_s)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=course.deadline.left(), check=True).stdout
    except subprocess.TimeoutExpired:
        raise BenchError("latency: not done in time") from None
    except subprocess.CalledProcessError as error:
        raise BenchError(f"latency.py: {error.stderr[-600:]}") from None
    found = json.loads(said)
    return {"events_per_second_reached": round(found["rate"]), "probes": len(found["probes"]),
            "event_to_visible": quantiles_ms(found["probes"]),
            "query": quantiles_ms(found["queries"])}


def latency(course: Course, name: str, peer: Peer) -> Results:
    topic = f"live-{name}"
    make_topic(course.tools, course.broker, topic, course.deadline)
    with Server(course.site.binary, course.folder / topic, course.deadline) as server, \
            peer(course, server, topic) as child:
        results = _ask_latency(course, "kafka", course.broker.address, topic, server.port)
        (child or server).check_alive()
    return results


def our_latency(course: Course, place: Callable[[Course, str], ContextManager[Beside]],
                name: str) -> Results:
    with place(course, name) as parts, \
            course.site.fresh(parts.directory.name, course.deadline) as owner:
        return _ask_latency(course, "door", owner.web_port, owner.gateway_port)


RUNS: dict[str, Callable[[Course], Results]] = {
    "throughput.kafka_engine_defaults":
        lambda course: throughput(course, "kafka_engine_defaults", kafka_engine("defaults")),
    "throughput.kafka_engine_tuned":
        lambda course: throughput(course, "kafka_engine_tuned", kafka_engine("tuned")),
    "throughput.python_consumer":
        lambda course: throughput(course, "python_consumer", python_consumer(1.0)),
    "throughput.pass_through":
        lambda course: throughput(course, "pass_through", pass_through(250)),
    "throughput.spark": lambda course: throughput(course, "spark", spark),
    "throughput.shelfcast": lambda course: ours(course, embedded, "peers-ours"),
    "throughput.shelfcast_beside": lambda course: ours(course, beside, "peers-ours-beside"),
    "latency.kafka_engine_defaults":
        lambda course: latency(course, "kafka_engine_defaults", kafka_engine("defaults")),
    "latency.kafka_engine_flush_50_ms":
        lambda course: latency(course, "kafka_engine_flush_50_ms", kafka_engine("flush_50_ms")),
    "latency.python_consumer":
        lambda course: latency(course, "python_consumer", python_consumer(0.1)),
    "latency.pass_through": lambda course: latency(course, "pass_through", pass_through(50)),
    "latency.spark": lambda course: latency(course, "spark", spark),
    "latency.shelfcast": lambda course: our_latency(course, embedded, "peers-live"),
    "latency.shelfcast_beside": lambda course: our_latency(course, beside, "peers-live-beside"),
}


def chosen_runs() -> list[str]:
    """Those whose name contains one of the words of BENCH_PEERS, or all."""
    words = os.environ.get("BENCH_PEERS", "").split(",")
    return [name for name in RUNS if any(word in name for word in words)]


def peers(site: Site) -> Results:
    deadline = site.deadline("peers")
    runs = chosen_runs()
    tools = fetch(*(["spark"] if any("spark" in run for run in runs) else []))
    folder = site.folder / "peers"
    folder.mkdir()
    file = site.file("ndjson", site.sizes.peers_events)
    results: Results = {"throughput": {}, "latency": {}}
    os.environ["SHELFCAST_KAFKA_JARS"] = str(tools["kafka"])
    broker = Kafka(folder / "broker", java=FOR_SPEED)
    try:
        broker.start()
        make_topic(tools, broker, "receipts", deadline, file.path)
        course = Course(site, tools, broker, folder, deadline, file)
        for run in runs:
            part, name = run.split(".")
            try:
                results[part][name] = RUNS[run](replace(course, deadline=site.deadline(run)))
            except BenchError as error:
                if name.startswith("shelfcast"):
                    raise
                # What others could not do is a result too; the rest is still wanted.
                results[part][name] = {"failed": " ".join(str(error).split())}
    except EngineError as error:
        raise BenchError(str(error)) from None
    finally:
        broker.stop()
    return results
