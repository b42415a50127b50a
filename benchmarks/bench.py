"""Runs benchmarks, prints a Markdown table, writes results/NAME.json. See README.md."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Iterator

from owner import ROOT, BenchError, Deadline, Owner
import detection
import forecasting
import scale
import scale_out
import scenarios
import screens
import simulate
import stock
from peers import comparison
from scenarios import Results, Site, Sizes

PROGRAMS = ("log", "codec", "chain", "what_if", "scoring")  # google-benchmark programs beside this file.
SCENARIOS = scenarios.SCENARIOS | {"history": scale.history, "soak": scale.soak, "stock": stock.stock,
                                    "screens": screens.screens, "simulate": simulate.simulate,
                                    "peers": comparison.peers,
                                    "scale_out": scale_out.scale_out, "kills": scale_out.kills,
                                    "forecast_accuracy": forecasting.forecast_accuracy,
                                    "forecast_speed": forecasting.forecast_speed}
DETECTION = ("detection", "detection_uci", "detection_freshretail")
NAMES = (*SCENARIOS, "day", *DETECTION, *PROGRAMS)
# They download what they compare us with, or what we stand on.
ON_REQUEST = ("peers", "scale_out", "kills", "forecast_accuracy", "forecast_speed")

FULL = {"BENCH_EVENTS": 5_000_000, "BENCH_LIVE_SECONDS": 20, "BENCH_LIVE_POOL": 5_000_000,
        "BENCH_FRESHNESS_PROBES": 300, "BENCH_FRESHNESS_RATE": 2_000,
        "BENCH_FRESHNESS_WARM_UP": 10, "BENCH_DASHBOARDS_RATE": 100_000, "BENCH_COLD_RUNS": 5,
        "BENCH_COLD_EVENTS": 100_000,
        "BENCH_CHAIN_STORES": 100, "BENCH_CHAIN_PRODUCTS": 2_000, "BENCH_CHAIN_DAYS": 365,
        "BENCH_QUERY_RUNS": 20, "BENCH_SOAK_SECONDS": 900, "BENCH_SOAK_RATE": 10_000,
        "BENCH_DAY_HOURS": 24, "BENCH_DAY_RATE": 2_000,
        "BENCH_STOCK_STORES": 100, "BENCH_STOCK_PRODUCTS": 20_000,
        "BENCH_PEERS_EVENTS": 5_000_000, "BENCH_PEERS_LATENCY_SECONDS": 30,
        "BENCH_SCALE_STORES": 1_000, "BENCH_SCALE_PRODUCTS": 1_000, "BENCH_SCALE_DAYS": 3,
        "BENCH_KILLS": 30,
        "BENCH_FORECAST_STORES": 100, "BENCH_FORECAST_PRODUCTS": 300,
        "BENCH_VIEWERS": 50,
        "BENCH_TIMEOUT": 1_800}
SMOKE = {"BENCH_EVENTS": 50_000, "BENCH_LIVE_SECONDS": 2, "BENCH_LIVE_POOL": 50_000,
         "BENCH_FRESHNESS_PROBES": 30, "BENCH_FRESHNESS_RATE": 500,
         "BENCH_FRESHNESS_WARM_UP": 1, "BENCH_DASHBOARDS_RATE": 2_000, "BENCH_COLD_RUNS": 1,
         "BENCH_COLD_EVENTS": 5_000,
         "BENCH_CHAIN_STORES": 3, "BENCH_CHAIN_PRODUCTS": 40, "BENCH_CHAIN_DAYS": 10,
         "BENCH_QUERY_RUNS": 2, "BENCH_SOAK_SECONDS": 10, "BENCH_SOAK_RATE": 500,
         "BENCH_DAY_HOURS": 4, "BENCH_DAY_RATE": 20,
         "BENCH_STOCK_STORES": 3, "BENCH_STOCK_PRODUCTS": 200,
         "BENCH_PEERS_EVENTS": 50_000, "BENCH_PEERS_LATENCY_SECONDS": 3,
         "BENCH_SCALE_STORES": 5, "BENCH_SCALE_PRODUCTS": 50, "BENCH_SCALE_DAYS": 2,
         "BENCH_KILLS": 1,
         "BENCH_FORECAST_STORES": 3, "BENCH_FORECAST_PRODUCTS": 40,
         "BENCH_VIEWERS": 5,
         "BENCH_TIMEOUT": 240}


def read_sizes(smoke: bool) -> dict[str, float]:
    sizes = {}
    for name, usual in (SMOKE if smoke else FULL).items():
        text = os.environ.get(name, str(usual))
        try:
            value = float(text)
        except ValueError:
            value = 0
        if value <= 0:
            raise BenchError(f"{name}={text}: a number above 0 is wanted")
        sizes[name] = value if name in ("BENCH_LIVE_SECONDS", "BENCH_TIMEOUT") else int(value)
    return sizes


def fsync_ms(folder: Path) -> Results:
    """Of one 4 KiB block appended: what the disk takes to promise something."""
    times = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(30):
            file.write(b"x" * 4096)
            file.flush()
            began = time.monotonic()
            os.fsync(file.fileno())
            times.append(time.monotonic() - began)
    return {"median_ms": round(statistics.median(times) * 1e3, 3),
            "max_ms": round(max(times) * 1e3, 3)}


def machine(folder: Path) -> Results:
    fields = {}
    for path in ("/proc/cpuinfo", "/proc/meminfo"):
        for line in Path(path).read_text().splitlines():
            name, _, value = line.partition(":")
            fields.setdefault(name.strip(), value.strip())
    return {"cores": len(os.sched_getaffinity(0)),
            "cpu": fields.get("model name", "unknown"),
            "memory_gib": round(int(fields["MemTotal"].split()[0]) / 2**20, 1),
            "kernel": os.uname().release,
            "load_average_at_start": round(os.getloadavg()[0], 2),
            "fsync": fsync_ms(folder)}


def versions(binary: Path, folder: Path) -> Results:
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=30,
                          check=True).stdout.strip()
    with Owner(binary, folder / "version", Deadline(120, "the first start")) as owner:
        engine = owner.ask("select version()")
    return {"program": said, "engine": engine}


def run_program(name: str, site: Site, smoke: bool) -> Results:
    """A program beside this file; its files go to the site's folder."""
    folder, timeout_s = site.folder, site.sizes.timeout_s
    program = Path(os.environ.get("SHELFCAST_BENCHMARKS", ROOT / "build/release/benchmarks"))
    file = f"{'detection' if name in DETECTION else name}_benchmark"
    program = (program / file).absolute()
    if not program.exists():
        return {"left_out": f"{file} is not built"}
    if name == "day":
        return scale.day(program, site)
    if name in DETECTION:
        return detection.detection(name, program, site, smoke)
    out = folder / f"{name}.json"
    words = [program, f"--benchmark_out={out}", "--benchmark_out_format=json"]
    if smoke:
        words.append("--benchmark_min_time=0.02")
    try:
        subprocess.run(words, env=os.environ | {"TMPDIR": str(folder)}, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, timeout=timeout_s, check=True)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise BenchError(f"{name}_benchmark: {error}") from None
    unwanted = {"family_index", "per_family_instance_index", "repetitions", "repetition_index",
                "run_name", "run_type", "threads"}
    return {"cases": [{key: value for key, value in case.items() if key not in unwanted}
                      for case in json.loads(out.read_text())["benchmarks"]]}


def leaves(results: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    if isinstance(results, dict):
        for key, value in results.items():
            yield from leaves(value, (*path, key))
    else:
        yield ".".join(path), results


def table_rows(name: str, results: Results) -> Iterator[tuple[str, str, str]]:
    if "cases" not in results:
        for figure, value in leaves(results):
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            yield name, figure, f"{value:,}" if is_number else str(value)
        return
    for case in results["cases"]:
        rates = [f"{key} {value:,.0f}" for key, value in case.items()
                 if key.endswith("_per_second")]
        if "real_time" in case:
            yield name, case["name"], ", ".join(
                [f"{case['real_time']:,.1f} {case['time_unit']}", *rates])


def print_rows(name: str, results: Results) -> None:
    for row in table_rows(name, results):
        print("| " + " | ".join(row) + " |", flush=True)


def write_results(folder: Path, name: str, about: Results, results: Results) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"benchmark": name, **about, "results": results}, indent=2) + "\n"
    unfinished = folder / f".{name}.json.new"
    unfinished.write_text(text)
    unfinished.replace(folder / f"{name}.json")


def parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/run.sh", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--smoke", action="store_true",
                        help="everything, small: does it run at all? Results go to build/")
    parser.add_argument("--results", type=Path, help="folder of the JSON files")
    chosen = parser.parse_args(words)
    for name in chosen.names:
        if name not in NAMES:
            parser.error(f"no benchmark '{name}'; there are {', '.join(NAMES)}")
    wanted = chosen.names or [name for name in NAMES if name not in ON_REQUEST]
    chosen.names = [name for name in NAMES if name in wanted]
    chosen.results = chosen.results or ROOT / (
        "build/bench-smoke" if chosen.smoke else "benchmarks/results")
    return chosen


def run(chosen: argparse.Namespace, folder: Path) -> int:
    sizes = read_sizes(chosen.smoke)
    binary = Path(os.environ.get("SHELFCAST_BINARY",
                                 ROOT / "build/release/src/cli/shelfcast")).absolute()
    about: Results = {"at": datetime.datetime.now(datetime.timezone.utc).isoformat("T", "seconds"),
                      "machine": machine(folder), "smoke": chosen.smoke, "sizes": sizes}
    if note := os.environ.get("BENCH_NOTE", ""):
        about["note"] = note
    if any(name in SCENARIOS for name in chosen.names):
        if not binary.exists():
            raise BenchError(f"there is no {binary}: ./dev build makes it")
        about["versions"] = versions(binary, folder)
    for figure, value in leaves({k: v for k, v in about.items() if k != "sizes"}):
        print(f"- {figure}: {value}")
    print("\n| benchmark | figure | value |\n|---|---|---|", flush=True)
    site = Site(binary, folder, Sizes(*sizes.values()))  # FULL has the order of Sizes.
    failed = 0
    try:
        for name in chosen.names:
            try:
                results = (SCENARIOS[name](site) if name in SCENARIOS else
                           run_program(name, site, chosen.smoke))
            except (BenchError, OSError) as error:
                failed += 1
                print_rows(name, {"FAILED": " ".join(str(error).split())})
                site.close()
                continue
            if "left_out" not in results:
                write_results(chosen.results, name, about, results)
            print_rows(name, results)
    finally:
        site.close()
    return 1 if failed else 0


def main() -> int:
    chosen = parse(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # So that everything is cleaned up.
    try:
        with tempfile.TemporaryDirectory(prefix="shelfcast-bench-",
                                         ignore_cleanup_errors=True) as folder:
            return run(chosen, Path(folder))
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
