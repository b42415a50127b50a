"""Synthetic receipts: the same seed and size give the same bytes, and the exact sums are known.

10 stores, 25 products, three business dates, an event id each; about 190 bytes as NDJSON.
"""

from __future__ import annotations

import base64
import datetime
import random
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Iterator

STORES = 10
# The first number that `import --create-stores` gives: code and number are then the same.
FIRST_STORE = 1001
FIRST_DATE = datetime.datetime(2025, 6, 2)
DATES = 3
OPENS, CLOSES = 8, 21  # Hours of the store's day.
MARK_LINES = 500       # HTTP bodies are cut at multiples of so many lines.
BLOCK = 50_000

CATEGORIES = ("Electronics", "Clothing", "Home", "Books", "Sports")
_CROCKFORD = bytes.maketrans(b"0123456789ABCDEFGHIJKLMNOPQRSTUV",
                             b"0123456789ABCDEFGHJKMNPQRSTVWXYZ")
# name, price in cents
PRODUCTS = tuple((name, 999 + 1_530 * ((i * 7) % 25))
                 for i, name in enumerate(
                     f"{kind} {size}" for kind in ("Basic", "Home", "Studio", "Travel", "Pro")
                     for size in (10, 11, 13, 15, 16)))


@dataclass(frozen=True)
class Line:
    """What a receipt line says besides its id and time."""

    store: int
    product: int
    kind: str
    quantity: int

    @property
    def cents(self) -> int:
        sign = {"SALE": 1, "RETURN": -1, "RESTOCK": 0}[self.kind]
        return sign * self.quantity * PRODUCTS[self.product][1]

    def json_tail(self) -> str:
        name, cents = PRODUCTS[self.product]
        return (f'","store_id":{self.store},"product_id":"{name}",'
                f'"category":"{CATEGORIES[self.product // 5]}",'
                f'"transaction_type":"{self.kind}","quantity":{self.quantity},'
                f'"unit_price":{cents // 100}.{cents % 100:02}}}\n')


def _lines() -> list[Line]:
    """One of each kind of line, in the shares that a shop has: mostly sales of one or two."""
    mix = [("SALE", 1)] * 10 + [("SALE", 2)] * 4 + [("SALE", 3)] * 2 + [("SALE", 5)]
    mix += [("RETURN", 1), ("RESTOCK", 24)]
    return [Line(FIRST_STORE + store, product, kind, quantity)
            for store in range(STORES) for product in range(len(PRODUCTS))
            for kind, quantity in mix]


LINES = _lines()


@dataclass
class Receipts:
    """A file of receipts and what it adds up to."""

    path: Path
    events: int
    revenue: Decimal
    marks: list[int] = field(default_factory=list)  # Byte offset of each MARK_LINES-th line.


def _ids(dice: random.Random, size: int) -> list[str]:
    """ULIDs with nothing but chance in them."""
    digits = base64.b32hexencode(dice.randbytes(20 * size)).translate(_CROCKFORD).decode()
    return ["0" + digits[i:i + 25] for i in range(0, 32 * size, 32)]


def _blocks(events: int, seed: int) -> Iterator[tuple[list[str], list[int], list[int]]]:
    """Ids, seconds since the first opening, and numbers of lines, a block at a time."""
    dice = random.Random(seed)
    open_seconds = (CLOSES - OPENS) * 3600
    for first in range(0, events, BLOCK):
        size = min(BLOCK, events - first)
        ids = _ids(dice, size)
        seconds = []
        for i in range(first, first + size):
            day, second = divmod(i * DATES * open_seconds // events, open_seconds)
            seconds.append(day * 86_400 + OPENS * 3600 + second)
        yield ids, seconds, dice.choices(range(len(LINES)), k=size)


def write_ndjson(path: Path, events: int, seed: int = 1) -> Receipts:
    tails = [line.json_tail() for line in LINES]
    cents_of = [line.cents for line in LINES]
    texts: dict[int, str] = {}
    cents = at = written = 0
    marks = []
    with path.open("wb") as out:
        for ids, seconds, lines in _blocks(events, seed):
            rows = []
            for event_id, second, line in zip(ids, seconds, lines):
                if second not in texts:
                    texts = {second: str(FIRST_DATE + datetime.timedelta(seconds=second))}
                rows.append(f'{{"event_id":"{event_id}","event_time":"{texts[second]}{tails[line]}')
            cents += sum(cents_of[line] for line in lines)
            for i in range(0, len(rows), MARK_LINES):
                marks.append(at)
                at += out.write("".join(rows[i:i + MARK_LINES]).encode())
            written += len(rows)
    marks.append(at)
    return Receipts(path, written, Decimal(cents) / 100, marks)


def write_parquet(path: Path, events: int, seed: int = 1) -> Receipts:
    """The same receipts. Raises ImportError without pyarrow."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {
        "store_id": pa.array([line.store for line in LINES], pa.int32()),
        "product_id": pa.array([PRODUCTS[line.product][0] for line in LINES]),
        "category": pa.array([CATEGORIES[line.product // 5] for line in LINES]),
        "transaction_type": pa.array([line.kind for line in LINES]),
        "quantity": pa.array([Decimal(line.quantity) for line in LINES], pa.decimal128(12, 3)),
        "unit_price": pa.array([Decimal(PRODUCTS[line.product][1]) / 100 for line in LINES],
                               pa.decimal128(14, 4)),
    }
    start = int((FIRST_DATE - datetime.datetime(1970, 1, 1)).total_seconds())
    cents = 0
    writer = None
    for ids, seconds, lines in _blocks(events, seed):
        taken = pa.array(lines, pa.int32())
        table = pa.table({
            "event_id": pa.array(ids),
            "event_time": pa.array([start + s for s in seconds], pa.timestamp("s"))
                            .cast(pa.timestamp("ms")),
            **{name: values.take(taken) for name, values in columns.items()},
        })
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
        cents += sum(LINES[line].cents for line in lines)
    if writer:
        writer.close()
    return Receipts(path, events, Decimal(cents) / 100)


def write_stores(path: Path) -> Receipts:
    """A CSV with a receipt per store, in the order of their numbers: creates the stores."""
    rows = [f"{FIRST_DATE},{FIRST_STORE + store},Opening,Opening,RESTOCK,1,0\n"
            for store in range(STORES)]
    path.write_text("event_time,store_id,product_id,category,transaction_type,quantity,unit_price\n"
                    + "".join(rows))
    return Receipts(path, STORES, Decimal(0))


class LiveReceipts:
    """Receipts of this moment, a few at a time."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._tails = [line.json_tail() for line in LINES]

    def body(self, events: int) -> bytes:
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        rows = []
        for event_id in _ids(self._dice, events):
            rows.append(f'{{"event_id":"{event_id}","event_time":"{now}'
                        f"{self._tails[self._dice.randrange(len(self._tails))]}")
        return "".join(rows).encode()
