"""Plays synthetic chains and the real sales of data/ before the detectors, with faults planted in them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from owner import ROOT, BenchError
from scenarios import Results, Site

# The detectors were made with the seeds 1 to 3.
CHAIN = ("10", "2000", "240", "101", "102", "103")
CHAIN_SMOKE = ("3", "60", "90", "101")
UCI_SEEDS = [str(seed) for seed in range(201, 206)]
FRESHRETAIL_SEEDS = [str(seed) for seed in range(201, 204)]
EVENTS = ("event_time", "store_id", "product_id", "category", "transaction_type", "quantity", "unit_price")


def write_csv(source: Path, columns: tuple[str, ...], time_type: str, target: Path) -> str:
    """In order of the first column, which is a time, as a number. Raises ImportError without pyarrow."""
    import pyarrow as pa
    import pyarrow.compute
    import pyarrow.csv
    import pyarrow.parquet

    table = pa.parquet.read_table(source, columns=list(columns))
    table = table.set_column(0, columns[0], table[columns[0]].cast(time_type))
    table = table.take(pa.compute.sort_indices(table, [(columns[0], "ascending")]))
    pa.csv.write_csv(table, target, pa.csv.WriteOptions(quoting_style="none"))
    return str(target)


def words_of(name: str, folder: Path, smoke: bool) -> list[str]:
    if name == "detection":
        return ["chain", *(CHAIN_SMOKE if smoke else CHAIN)]
    seeds = UCI_SEEDS if name == "detection_uci" else FRESHRETAIL_SEEDS
    data = ROOT / "data" / name.removeprefix("detection_")
    sales = write_csv(data / "events.parquet", EVENTS, "int64", folder / "sales.csv")
    country, learning_days, shortages = "United Kingdom", "63", ""
    if name == "detection_freshretail":
        country, learning_days = "China", "28"
        shortages = write_csv(data / "daily_panel.parquet",
                              ("date", "store_id", "product_id", "stockout_mask"), "int32",
                              folder / "shortages.csv")
    return ["sales", sales, shortages, country, learning_days, *(seeds[:1] if smoke else seeds)]


def detection(name: str, program: Path, site: Site, smoke: bool) -> Results:
    out = site.folder / f"{name}.json"
    try:
        words = words_of(name, site.folder, smoke)
    except ImportError:
        return {"left_out": "no pyarrow: ./dev setup installs it"}
    try:
        subprocess.run([program, out, *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       timeout=site.sizes.timeout_s, check=True)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise BenchError(f"{name}: {error}") from None
    return json.loads(out.read_text())
