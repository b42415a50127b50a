"""The consumer that one writes first: batches of 10,000, json.loads, one HTTP insert each.

Kept to its shape, but with what makes it quick: a C client underneath (librdkafka), tab-separated rows
on a connection that stays open, offsets committed by batch. Runs until it is ended.

usage: python_consumer.py BROKER TOPIC PORT PATH BATCH WAIT_S
"""

from __future__ import annotations

import http.client
import json
import sys

from confluent_kafka import Consumer

COLUMNS = ("event_id", "event_time", "store_id", "product_id", "category", "transaction_type",
           "quantity", "unit_price")


def main() -> int:
    broker, topic, port, path, batch, wait_s = sys.argv[1:]
    consumer = Consumer({"bootstrap.servers": broker, "group.id": f"python_consumer-{topic}",
                         "auto.offset.reset": "earliest", "enable.auto.commit": False,
                         "fetch.wait.max.ms": 10, "queued.min.messages": 1_000_000})
    consumer.subscribe([topic])
    warehouse = http.client.HTTPConnection("127.0.0.1", int(port), timeout=60)
    while True:
        messages = consumer.consume(int(batch), float(wait_s))
        if not messages:
            continue
        rows = []
        for message in messages:
            if message.error():
                raise RuntimeError(str(message.error()))
            event = json.loads(message.value())
            rows.append("\t".join([str(event[name]) for name in COLUMNS]))
        warehouse.request("POST", path, "\n".join(rows).encode())
        answer = warehouse.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(text.decode()[:400])
        consumer.commit(asynchronous=True)


if __name__ == "__main__":
    sys.exit(main())
