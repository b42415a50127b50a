"""Stock in memory: what two million products in stores take, how soon a restart has them again, and how
quickly one is answered while tills send."""

from __future__ import annotations

import http.client
import random
import subprocess
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Iterator

from owner import BenchError, Deadline, EventsDoor, Owner
from processes import resident_bytes
from scenarios import Results, Site, quantiles_ms

BODY_MESSAGES = 5_000
SEED = 5


def _messages(kind: str, stores: int, products: int) -> Iterator[list[str]]:
    """One message per store and product: a count now, or a sale in the four weeks before."""
    now = datetime.now(timezone.utc)
    times = [f"{now - timedelta(days=1 + day, hours=now.hour - 12):%Y-%m-%dT%H:%M:%SZ}"
             for day in range(28)]
    body: list[str] = []
    for store in range(1, stores + 1):
        for product in range(products):
            head = f'"store_id":{store},"product_id":"P{product:06}"'
            if kind == "counts":
                body.append(f'{{"event_time":"{now:%Y-%m-%dT%H:%M:%SZ}",{head},'
                            f'"update_type":"COUNT","quantity":{product % 40}}}')
            else:
                body.append(f'{{"event_time":"{times[(store + product) % 28]}",{head},'
                            '"category":"Goods","transaction_type":"SALE","quantity":1,'
                            '"unit_price":2}')
            if len(body) == BODY_MESSAGES:
                yield body
                body = []
    if body:
        yield body


def _send(owner: Owner, kind: str, stores: int, products: int, deadline: Deadline) -> None:
    door = EventsDoor(owner.web_port, "inventory-updates" if kind == "counts" else "")
    try:
        for body in _messages(kind, stores, products):
            answer = door.post("\n".join(body).encode(), deadline)
            if answer["accepted"] != len(body):
                raise BenchError(f"stock: {answer}")
    finally:
        door.close()


def _wait_for(owner: Owner, statement: str, wanted: int, deadline: Deadline) -> None:
    while int(owner.ask(statement)) < wanted:
        time.sleep(min(0.5, deadline.left()))


def _answers(owner: Owner, stores: int, products: int, seconds: float) -> Results:
    dice = random.Random(SEED)
    link = http.client.HTTPConnection("127.0.0.1", owner.web_port, timeout=30)
    took: list[float] = []
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            path = f"/v1/stock/{dice.randint(1, stores)}/P{dice.randrange(products):06}"
            began = time.monotonic()
            link.request("GET", path)
            answer = link.getresponse()
            body = answer.read()
            took.append(time.monotonic() - began)
            if answer.status != 200:
                raise BenchError(f"stock: {path}: {answer.status} {body.decode()}")
            time.sleep(0.002)
    finally:
        link.close()
    return {"requests": len(took)} | quantiles_ms(took)


def _memory(owner: Owner) -> dict[str, Any]:
    return {"program_rss": resident_bytes(owner.pid),
            "engine_rss": resident_bytes(owner.engine_pid())}


def stock(site: Site) -> Results:
    stores, products = site.sizes.stock_stores, site.sizes.stock_products
    keys = stores * products
    deadline = site.deadline("stock")
    folder = Path(site.folder) / "stock"
    results: Results = {"stores": stores, "products": products, "keys": keys}
    catalogue = Path(site.folder) / "stock-stores.csv"
    catalogue.write_text("store_id,store_code,name,time_zone,currency\n" + "".join(
        f"{store},S{store},Shop {store},Europe/London,GBP\n" for store in range(1, stores + 1)))
    with Owner(site.binary, folder, deadline) as owner:
        owner.command("import", "--table", "stores", catalogue, deadline=deadline)
        results["empty"] = _memory(owner)
        began = time.monotonic()
        _send(owner, "sales", stores, products, deadline)
        _send(owner, "counts", stores, products, deadline)
        _wait_for(owner, "select count() from retail.inventory_updates", keys, deadline)
        owner.wait_count(keys, deadline)
        results["sent_s"] = round(time.monotonic() - began, 1)
        results["filled"] = _memory(owner)
        owner.command("batch", deadline=deadline)
    with Owner(site.binary, folder, deadline) as owner:
        results["restart_ready_s"] = round(owner.ready_s, 2)
        results["restarted"] = _memory(owner)
        results["idle"] = _answers(owner, stores, products, site.sizes.live_seconds)
        producer = subprocess.Popen(
            [site.binary, "--data-dir", owner.directory, "--json", "produce", "--rate", "2000",
             "--events", str(int(2_000 * site.sizes.live_seconds * 2))],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            time.sleep(site.sizes.live_seconds / 4)
            results["at_2000_per_s"] = _answers(owner, stores, products, site.sizes.live_seconds)
        finally:
            producer.kill()
            producer.wait()
        _wait_for(owner, "select count() from retail.inventory_by_store "
                  "where stock_out_probability is not null", keys, deadline)
        results["watched"] = _memory(owner)
        results["restock_alerts"] = int(owner.ask("select count() from retail.restock_alerts"))
    return results
