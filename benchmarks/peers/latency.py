"""How long until an event is in the product roll-up, while others come at a steady rate.

usage: latency.py kafka BROKER TOPIC HTTP_PORT RATE WARM_UP_S SECONDS
       latency.py door WEB_PORT HTTP_PORT RATE WARM_UP_S SECONDS

Events go to a topic, or to the door of shelfcast. Ten times a second one of them is a probe, with a
product of its own; the roll-up is asked each POLL_S which of them it has. Prints JSON: the seconds of
each probe from sending to being seen, those of the queries, and how many events were sent.
"""

from __future__ import annotations

import datetime
import json
import random
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import receipts  # noqa: E402
from owner import Deadline, EventsDoor, Gateway, sql  # noqa: E402

PROBES_PER_S = 10
POLL_S = 0.02
PATIENCE_S = 60  # For the last probes.
FIRST_S = 180    # For the first event of all: a JVM starts, a group is joined.
SEEN = sql("benchmarks/peers/sql/probes_seen.sql")

Send = Callable[[list[bytes]], None]


def topic(broker: str, name: str) -> Send:
    from confluent_kafka import Producer

    producer = Producer({"bootstrap.servers": broker, "acks": "all", "linger.ms": 1})

    def send(lines: list[bytes]) -> None:
        for line in lines:
            producer.produce(name, line)
        producer.poll(0)
    return send


def door(port: int) -> Send:
    posting = EventsDoor(port)

    def send(lines: list[bytes]) -> None:
        answer = posting.post(b"\n".join(lines), Deadline(PATIENCE_S, "a request"))
        if answer["accepted"] != len(lines):
            raise RuntimeError(f"{len(lines)} events were sent: {answer}")
    return send


def probe(number: int) -> tuple[str, bytes]:
    """Its product, which sorts as its number does, and its message."""
    product = f"~probe {number:06}"
    now = datetime.datetime.now(datetime.timezone.utc)
    return product, json.dumps({
        "event_id": f"01{number:024}", "event_time": f"{now:%Y-%m-%d %H:%M:%S}",
        "store_id": receipts.FIRST_STORE, "product_id": product, "category": "Books",
        "transaction_type": "SALE", "quantity": 1, "unit_price": 1.0}).encode()


def wait_first(send: Send, gateway: Gateway) -> None:
    """Sends an event and waits until it is there: what starts slowly is not measured as slow."""
    deadline = Deadline(FIRST_S, "the first event")
    product, message = probe(0)
    send([message])
    while gateway.ask(SEEN, first=product, end="~q") != product:
        time.sleep(min(POLL_S, deadline.left()))


class Load:
    """A thread that sends at the rate, until it is stopped."""

    def __init__(self, send: Send, rate: int) -> None:
        self._send = send
        self._rate = rate
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._source = receipts.LiveReceipts(seed=2)
        self.sent = 0
        self.began = time.monotonic()
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(0.01):
            due = int((time.monotonic() - self.began) * self._rate) - self.sent
            if due > 0:
                # Every peer reads this form of time without further settings.
                self._send(self._source.body(due).replace(b'Z","store', b'","store')
                           .rstrip(b"\n").split(b"\n"))
                self.sent += due

    def check(self) -> None:
        if not self._thread.is_alive():
            raise RuntimeError("the events are not sent any more")

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()


class Probes:
    """Sent by one thread, looked for by the caller's."""

    def __init__(self, send: Send, count: int) -> None:
        self._send = send
        self._count = count
        self.sent_at: dict[str, float] = {}
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        dice = random.Random(4)
        for number in range(1, self._count + 1):
            # An even beat would meet a writer's own always at the same moment.
            time.sleep(dice.uniform(0.5, 1.5) / PROBES_PER_S)
            product, message = probe(number)
            self.sent_at[product] = time.monotonic()
            self._send([message])

    def watch(self, gateway: Gateway, queries: list[float]) -> list[float]:
        self.thread.start()
        seen: dict[str, float] = {}
        deadline = Deadline(self._count / PROBES_PER_S * 2 + PATIENCE_S, "the last probes")
        while len(seen) < self._count:
            pending = min((p for p in dict(self.sent_at) if p not in seen), default="")
            if pending:
                asked = time.monotonic()
                found = gateway.ask(SEEN, first=pending, end="~q").split("\n")
                at = time.monotonic()
                queries.append(at - asked)
                for product in found:
                    if product and product not in seen:
                        seen[product] = at
            time.sleep(min(POLL_S, deadline.left()))
        return [seen[product] - at for product, at in self.sent_at.items()]


def main() -> int:
    kind, *words = sys.argv[1:]
    http_port, rate, warm_up_s, seconds = words[-4:]
    make = {"kafka": lambda: topic(words[0], words[1]), "door": lambda: door(int(words[0]))}[kind]
    login = {"kafka": ("default", "")}.get(kind)
    gateway = Gateway(int(http_port), **({"login_as": login} if login else {}))
    wait_first(make(), gateway)
    load = Load(make(), int(rate))
    time.sleep(float(warm_up_s))
    queries: list[float] = []
    probes = Probes(make(), int(float(seconds) * PROBES_PER_S))
    times = probes.watch(gateway, queries)
    load.check()
    load.stop()
    print(json.dumps({"probes": times, "queries": queries,
                      "rate": load.sent / (time.monotonic() - load.began)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
