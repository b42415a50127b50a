"""Forecasts of real and made-up panels: how good, what each part is worth, how fast beside others."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from owner import ROOT, BenchError, Deadline
from scenarios import Results, Site

HERE = Path(__file__).resolve().parent / "forecast"
DATA = {"freshretail": "price,promo,holiday", "uci": ""}
HORIZONS = (7, 28)
SEED = 1
# What `shelfcast evaluate` is told to leave out, one at a time, at 7 days.
ABLATIONS = {"without_stock_outs": ("--without", "stock-outs"),
             "without_blend": ("--without", "blend"),
             "without_calibration": ("--without", "calibration"),
             "random_forest": ("--random-forest",)}
FIGURES = ("WRMSSE", "wMAPE", "wMAPE_total", "WQL", "bias", "cov80", "cov95")
PEERS = ("mlforecast", "statsforecast")


def _python() -> Path:
    """Of the environment that has the peers; makes it where it is missing."""
    made = subprocess.run([HERE / "fetch.sh"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          text=True, timeout=1_800, check=False)
    if made.returncode != 0:
        raise BenchError("the peers are not there: see above")
    return Path(made.stdout.strip())


def _run(words: list[str | Path], deadline: Deadline) -> tuple[Results, str]:
    """Runs it to its end; what it used, and what it printed."""
    left = deadline.left()
    began = time.monotonic()
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                               start_new_session=True)  # It has children of its own.
    try:
        out, _ = process.communicate(timeout=left)
    except BaseException as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if isinstance(error, subprocess.TimeoutExpired):
            raise BenchError(f"{Path(words[0]).name} {words[1]}: not done in time") from None
        raise
    if process.returncode != 0:
        raise BenchError(f"{' '.join(map(str, words[:3]))}: exit {process.returncode}: {out[-400:]}")
    return {"seconds": round(time.monotonic() - began, 1)}, out


def _measured(words: list[str | Path], deadline: Deadline) -> tuple[Results, str]:
    """With the CPU seconds of the whole tree and the memory of its largest process, by a parent that reaps only it."""
    program = ("import resource, subprocess, sys, json\n"
               "ended = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, "
               "stdout=subprocess.PIPE, text=True)\n"
               "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
               "print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss, ended.stdout]))\n"
               "sys.exit(ended.returncode)")
    results, text = _run([Path(sys.executable), "-c", program, *words], deadline)
    cpu, peak_kib, out = json.loads(text)
    return results | {"cpu_seconds": round(cpu, 1), "peak_mib": round(peak_kib / 1024)}, out


def _evaluate(site: Site, panel: Path, series: Path, cutoffs: list[str], horizon: int, known: str,
              out: Path) -> list[str | Path]:
    words: list[str | Path] = [site.binary, "evaluate", "--panel", panel, "--series", series,
                               "--cutoff", ",".join(cutoffs), "--horizon", str(horizon),
                               "--seed", str(SEED), "--out", out, "--json"]
    return words + (["--known", known] if known else [])


def _score(python: Path, data: Path, horizon: int, predictions: Path,
           deadline: Deadline) -> Results:
    target = predictions.with_suffix(".json")
    _run([python, HERE / "score.py", "--data", data, "--horizon", str(horizon), "--pred",
          predictions, "--json", target], deadline)
    found = json.loads(target.read_text())["all"]
    return {name: round(found[name], 4) for name in FIGURES}


def forecast_accuracy(site: Site) -> Results:
    """The real panels of data/ by their protocol; one submission each, and one per ablation."""
    deadline = site.deadline("forecast_accuracy")
    python = _python()
    results: Results = {}
    for name, known in DATA.items():
        data = ROOT / "data" / name
        protocol = json.loads((data / "protocol.json").read_text())
        for horizon in HORIZONS:
            cutoffs = protocol[f"cutoffs_{horizon}"]
            out = site.folder / f"{name}-{horizon}.csv"
            words = _evaluate(site, data / "daily_panel.parquet", data / "series_eval.csv", cutoffs,
                              horizon, known, out)
            runs = {"shelfcast": words}
            if horizon == HORIZONS[0]:
                runs |= {run: [*words, *flags] for run, flags in ABLATIONS.items()
                         if not (run == "without_stock_outs" and name == "uci")}
                runs["mlforecast"] = [python, HERE / "peers.py", "mlforecast",
                                      data / "daily_panel.parquet", data / "series_eval.csv",
                                      ",".join(cutoffs), str(horizon), known, out]
            for run, line in runs.items():
                used, _ = _measured(line, deadline)
                results[f"{name}_{horizon}_{run}"] = \
                    _score(python, data, horizon, out, deadline) | used
    return results


def forecast_speed(site: Site) -> Results:
    """A made-up chain's year: features, training and quantiles of 7 days for every series."""
    deadline = site.deadline("forecast_speed")
    python = _python()
    sizes = site.sizes
    folder = site.folder / "forecast"
    folder.mkdir()
    horizon = HORIZONS[0]
    _run([python, HERE / "panel.py", str(sizes.forecast_stores), str(sizes.forecast_products),
          str(365 + horizon), str(SEED), folder], deadline)
    panel, series, cutoff = folder / "panel.parquet", folder / "series.csv", "2024-01-01"
    known = DATA["freshretail"]
    results: Results = {"series": sizes.forecast_stores * sizes.forecast_products, "days": 365}
    runs: dict[str, list[str | Path]] = {
        "shelfcast": _evaluate(site, panel, series, [cutoff], horizon, known,
                               folder / "shelfcast.csv")}
    for peer in PEERS:
        runs[peer] = [python, HERE / "peers.py", peer, panel, series, cutoff, str(horizon), known,
                      folder / f"{peer}.csv"]
    for run, words in runs.items():
        try:
            used, _ = _measured(words, deadline)
            _, measured = _run([python, HERE / "measure.py", panel, folder / f"{run}.csv"], deadline)
            results[run] = used | {name: round(value, 4)
                                   for name, value in json.loads(measured).items()}
        except BenchError as error:
            if run == "shelfcast":
                raise
            results[run] = {"failed": str(error)[:300]}
    return results
