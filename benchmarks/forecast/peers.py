"""One peer forecasts a daily panel as `shelfcast evaluate` does. See README.md.

usage: peers.py PEER PANEL SERIES CUTOFF[,CUTOFF] HORIZON KNOWN OUT
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

THREADS = 2
LEVELS = (80, 95)
COLUMNS = {"lo80": "lo-80", "hi80": "hi-80", "lo95": "lo-95", "hi95": "hi-95"}


def read(panel: str, known: list[str]) -> pd.DataFrame:
    columns = ["date", "store_id", "product_id", "category", "units", *known]
    frame = pd.read_parquet(panel, columns=list(dict.fromkeys(columns)))
    frame["ds"] = pd.to_datetime(frame.pop("date"))
    frame["unique_id"] = frame.store_id.astype(str) + "\x1f" + frame.product_id.astype(str)
    frame = frame.rename(columns={"units": "y"})
    frame["y"] = frame.y.clip(lower=0).astype(np.float32)
    return frame.sort_values(["unique_id", "ds"], ignore_index=True)


def mlforecast(frame: pd.DataFrame, cutoff: pd.Timestamp, horizon: int, known: list[str],
               _wanted: set[str]) -> pd.DataFrame:
    """Pooled LightGBM, recursive, conformal intervals: what its documentation leads to."""
    import lightgbm
    from mlforecast import MLForecast
    from mlforecast.lag_transforms import RollingMean
    from mlforecast.utils import PredictionIntervals

    for name in ("store_id", "product_id", "category"):
        frame[name] = frame[name].astype("category").cat.codes.astype(np.int32)
    past = frame[frame.ds <= cutoff]
    # Conformal intervals hold two windows back: younger series have no day left then.
    days = past.groupby("unique_id", observed=True).ds.transform("size")
    past = past[days > 3 * horizon]
    model = MLForecast(
        models={"f": lightgbm.LGBMRegressor(
            objective="tweedie", tweedie_variance_power=1.1, n_estimators=150, learning_rate=0.08,
            num_leaves=31, num_threads=THREADS, verbose=-1, seed=1)},
        freq="D", lags=[1, 7, 14, 28],
        lag_transforms={1: [RollingMean(7), RollingMean(14), RollingMean(28)],
                        7: [RollingMean(7)]},
        date_features=["dayofweek", "day"], num_threads=THREADS)
    model.fit(past, static_features=["store_id", "product_id", "category"], dropna=False,
              prediction_intervals=PredictionIntervals(n_windows=2, h=horizon))
    ahead = None
    if known:
        ahead = frame.loc[(frame.ds > cutoff) & frame.unique_id.isin(past.unique_id.unique()),
                          ["unique_id", "ds", *known]]
    return model.predict(horizon, X_df=ahead, level=list(LEVELS))


def statsforecast(frame: pd.DataFrame, cutoff: pd.Timestamp, horizon: int, _known: list[str],
                  wanted: set[str]) -> pd.DataFrame:
    """The Theta method per series on the last 182 days, native intervals."""
    from statsforecast import StatsForecast
    from statsforecast.models import Theta

    past = frame.loc[(frame.ds <= cutoff) & (frame.ds > cutoff - pd.Timedelta(days=182)) &
                     frame.unique_id.isin(wanted), ["unique_id", "ds", "y"]]
    found = StatsForecast(models=[Theta(season_length=7, alias="f")], freq="D",
                          n_jobs=THREADS).forecast(df=past, h=horizon, level=list(LEVELS))
    return found


def main() -> None:
    peer, panel, series, cutoffs, horizon, known, out = sys.argv[1:]
    columns = [name for name in known.split(",") if name]
    listed = pd.read_csv(series, dtype=str)
    wanted = set(listed.store_id + "\x1f" + listed.product_id)
    parts = []
    for cutoff in cutoffs.split(","):
        end = pd.Timestamp(cutoff) + pd.Timedelta(days=int(horizon))
        frame = read(panel, columns)
        frame = frame[frame.ds <= end]
        found = globals()[peer](frame, pd.Timestamp(cutoff), int(horizon), columns, wanted)
        found = found[found.unique_id.isin(wanted)]
        ids = found.unique_id.astype(str).str.split("\x1f", expand=True)
        parts.append(pd.DataFrame({
            "cutoff": cutoff, "store_id": ids[0], "product_id": ids[1],
            "date": found.ds.dt.strftime("%Y-%m-%d"), "yhat": found["f"].clip(lower=0),
            **{ours: found[f"f-{theirs}"].clip(lower=0) for ours, theirs in COLUMNS.items()}}))
    pd.concat(parts).to_csv(out, index=False)


if __name__ == "__main__":
    main()
