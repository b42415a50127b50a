"""What a file of forecasts is worth on a panel that knows the days forecast.

usage: measure.py PANEL PREDICTIONS    prints JSON: wmape, wql, bias, coverage_80, coverage_95
"""

from __future__ import annotations

import json
import sys

import numpy as np
import pandas as pd

HEADS = {0.025: "lo95", 0.1: "lo80", 0.9: "hi80", 0.975: "hi95"}


def main() -> None:
    said = pd.read_csv(sys.argv[2], dtype={"store_id": str, "product_id": str})
    said["date"] = pd.to_datetime(said.date)
    panel = pd.read_parquet(sys.argv[1], columns=["date", "store_id", "product_id", "units"])
    panel["date"] = pd.to_datetime(panel.date)
    panel = panel[panel.date >= said.date.min()]
    for name in ("store_id", "product_id"):
        panel[name] = panel[name].astype(str)
    both = said.merge(panel, on=["store_id", "product_id", "date"], how="left", validate="m:1")
    sold = both.units.to_numpy()
    if len(both) == 0 or not np.isfinite(sold).all():
        raise SystemExit(f"{sys.argv[2]}: a day forecast is not in the panel")
    total = sold.sum()

    def pinball(level: float, name: str) -> float:
        error = sold - both[name].to_numpy()
        return float(np.maximum(level * error, (level - 1) * error).sum())

    inside = lambda low, high: float(((sold >= both[low]) & (sold <= both[high])).mean())
    print(json.dumps({
        "rows": len(both),
        "wmape": float(np.abs(both.yhat - sold).sum() / total),
        "wql": float(np.mean([2 * pinball(*head) / total for head in HEADS.items()])),
        "bias": float((both.yhat - sold).sum() / total),
        "coverage_80": inside("lo80", "hi80"), "coverage_95": inside("lo95", "hi95")}))


if __name__ == "__main__":
    main()
