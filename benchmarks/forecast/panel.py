"""A made-up chain's daily panel: STORES x PRODUCTS series of DAYS days. See README.md.

usage: panel.py STORES PRODUCTS DAYS SEED FOLDER    writes panel.parquet and series.csv there
"""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

FIRST = datetime.date(2023, 1, 2)
CATEGORIES = 20


def main() -> None:
    stores, products, days, seed = map(int, sys.argv[1:5])
    folder = Path(sys.argv[5])
    random = np.random.default_rng(seed)
    day = np.arange(days)
    category = np.arange(products) % CATEGORIES
    popularity = random.lognormal(-0.2, 1.2, products)
    size = random.lognormal(0, 0.5, stores)
    weekday = 1 + 0.35 * np.sin(2 * np.pi * (day % 7)[None, :] / 7 + random.uniform(0, 6, (stores, 1)))
    season = 1 + 0.3 * np.sin(2 * np.pi * day[None, :] / 365 + random.uniform(0, 6, (CATEGORIES, 1)))
    trend = np.exp(random.normal(0, 0.25, (products, 1)) * day[None, :] / 365)
    # Offers last a week, are the same in all stores, and take 10 to 40 % off.
    weeks = -(-days // 7)
    offered = random.random((products, weeks)) < 0.08
    cut = np.where(offered, random.uniform(0.1, 0.4, (products, weeks)), 0)
    cut = np.repeat(cut, 7, axis=1)[:, :days]
    full_price = np.round(random.lognormal(1, 0.7, products), 2)
    holiday = (day % 61 == 40).astype(np.int8)
    dates = pa.array([FIRST + datetime.timedelta(int(d)) for d in day], pa.date32())
    writer = None
    for store in range(stores):
        mean = (popularity[:, None] * size[store] * trend * season[category] * weekday[store]
                * (1 + 3 * cut) * (1 + 0.4 * holiday))
        # Negative binomial: a Poisson whose mean varies as a gamma of shape 3.
        units = random.poisson(mean * random.gamma(3, 1 / 3, mean.shape))
        price = full_price[:, None] * (1 - cut)
        table = pa.table({
            "date": pa.chunked_array([dates] * products),
            "store_id": pa.array([f"S{store:03}"] * (products * days)).dictionary_encode(),
            "product_id": np.repeat([f"P{p:04}" for p in range(products)], days),
            "category": np.repeat([f"C{c:02}" for c in category], days),
            "units": units.ravel().astype(np.float64),
            "price": price.ravel(),
            "promo": (cut > 0).ravel().astype(np.int8),
            "holiday": np.tile(holiday, products)})
        writer = writer or pq.ParquetWriter(folder / "panel.parquet", table.schema)
        writer.write_table(table)
    writer.close()
    with (folder / "series.csv").open("w") as file:
        file.write("store_id,product_id\n")
        file.writelines(f"S{s:03},P{p:04}\n" for s in range(stores) for p in range(products))


if __name__ == "__main__":
    main()
