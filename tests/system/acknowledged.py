"""What a shelfcast acknowledged, and whether every table, view and lake file has it exactly once.

The books are kept here in Python decimals; nothing of the program is asked what is right.
"""

import collections
import glob
import json
import os
import uuid
from decimal import Decimal

import duckdb

KEYS = {
    "daily_sales_summary": ("business_date", "store_id", "category"),
    "hourly_sales_summary": ("store_id", "business_date", "hour_start"),
    "product_performance_summary": ("business_date", "store_id", "product_id", "category"),
    "sales_by_store": ("store_id",),
    "sales_by_category": ("category",),
}
MEASURES = ("events", "sales", "returns", "restocks", "net_units", "revenue")
SIGN = {"SALE": 1, "RETURN": -1, "RESTOCK": 0}


def newest_manifest(data):
    """The newest manifest of the lake; None: nothing was committed yet."""
    paths = sorted(glob.glob(os.path.join(data, "lake", "_manifest", "v*.json")))
    if not paths:
        return None
    with open(paths[-1], encoding="utf-8") as file:
        return json.load(file)["manifest"]


def lake_files(data, table):
    manifest = newest_manifest(data) or {"files": []}
    return [
        os.path.join(data, "lake", file["path"])
        for file in manifest["files"]
        if file["table"] == table
    ]


class Books:
    """The acknowledged events, by event id, and how many messages had to be rejected."""

    def __init__(self):
        self.events = {}
        self.rejected = collections.Counter()

    def accept(self, event):
        """Counts an event; one whose id was counted before is a duplicate."""
        identity = event["event_id"]
        if identity in self.events:
            self.rejected["duplicate"] += 1
        else:
            self.events[identity] = event

    def _row(self, event):
        # Stores of the tests keep Europe/London time in November: the store's hour is UTC's.
        moment = event["event_time"]
        return {
            **event,
            "business_date": moment[:10],
            "hour_start": moment[:10] + " " + moment[11:13] + ":00:00",
            "store_id": str(event["store_id"]),
        }

    def totals(self, view):
        """Key to (events, sales, returns, restocks, net units, revenue) of a summary view."""
        totals = collections.defaultdict(lambda: [0, 0, 0, 0, Decimal(0), Decimal(0)])
        for event in map(self._row, self.events.values()):
            total = totals[tuple(event[name] for name in KEYS[view])]
            kind = event["transaction_type"]
            units = Decimal(event["quantity"])
            total[0] += 1
            total[1 + list(SIGN).index(kind)] += 1
            total[4] += SIGN[kind] * units
            total[5] += SIGN[kind] * units * Decimal(event["unit_price"])
        return {key: tuple(map(Decimal, total)) for key, total in totals.items()}

    def check_views(self, test, running, closed):
        """Everything that can be asked; `closed`: no epoch with rows is open."""
        views = ["retail_events_unified"] + (["retail_events_historical"] if closed else [])
        for view in views:
            found = running.rows(f"select event_id, revenue from retail.{view}")
            test.assertEqual(len(found), len(self.events), view)
            test.assertEqual(
                {identity: Decimal(revenue) for identity, revenue in found},
                {
                    identity: SIGN[event["transaction_type"]]
                    * Decimal(event["quantity"])
                    * Decimal(event["unit_price"])
                    for identity, event in self.events.items()
                },
                view,
            )
        for view, keys in KEYS.items():
            found = running.rows(f"select {', '.join(keys + MEASURES)} from retail.{view}")
            test.assertEqual(
                {row[: len(keys)]: tuple(map(Decimal, row[len(keys) :])) for row in found},
                self.totals(view),
                view,
            )
            test.assertEqual(len(found), len(self.totals(view)), view)
        rejected = running.rows(
            "select reason, count() from retail.rejected_events group by reason"
        )
        test.assertEqual({reason: int(count) for reason, count in rejected}, dict(self.rejected))

    def check_lake(self, test, data):
        """The files that the newest manifest names hold every event once."""
        files = lake_files(data, "events")
        found = duckdb.sql(
            f"select cast(event_id as varchar), quantity, unit_price from read_parquet({files})"
        ).fetchall()
        test.assertEqual(len(found), len(self.events))
        test.assertEqual(
            {identity: (quantity, price) for identity, quantity, price in found},
            {
                identity: (Decimal(event["quantity"]), Decimal(event["unit_price"]))
                for identity, event in self.events.items()
            },
        )
        rejected = lake_files(data, "rejections")
        rows = duckdb.sql(f"select reason from read_parquet({rejected})").fetchall()
        test.assertEqual(collections.Counter(reason for (reason,) in rows), self.rejected)


def make_event(chance, store_id):
    """A believable event of November 2025 with an id; `chance` is a seeded random.Random."""
    return {
        "event_time": f"2025-11-{chance.randint(1, 28):02}T{chance.randint(0, 23):02}:"
        f"{chance.randint(0, 59):02}:00Z",
        "store_id": store_id,
        "product_id": f"P{chance.randint(1, 6)}",
        "category": f"C{chance.randint(1, 3)}",
        "transaction_type": chance.choice(["SALE", "SALE", "SALE", "RETURN", "RESTOCK"]),
        "quantity": f"{chance.randint(1, 9999) / 1000:.3f}",
        "unit_price": f"{chance.randint(0, 999999) / 10000:.4f}",
        "event_id": str(uuid.UUID(int=chance.getrandbits(127) | 1 << 126)),
    }


def as_line(event):
    """The event as a line of NDJSON, its numbers exactly as they are written in it."""
    fields = [
        f'"{name}":{value if name in ("store_id", "quantity", "unit_price") else json.dumps(value)}'
        for name, value in event.items()
    ]
    return "{" + ",".join(fields) + "}"


def as_csv(events, codes):
    """A CSV file of events; `codes` maps a store's number to its code."""
    names = list(events[0])
    lines = [
        ",".join(codes[event[name]] if name == "store_id" else event[name] for name in names)
        for event in events
    ]
    return "\n".join([",".join(names), *lines]) + "\n"
