"""Makes a topic of four partitions, and puts the lines of a file into them, evenly, uncompressed.

usage: fill_topic.py BROKER TOPIC [FILE]
"""

from __future__ import annotations

import sys

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

PARTITIONS = 4


def fill(broker: str, topic: str, path: str) -> int:
    producer = Producer({"bootstrap.servers": broker, "acks": "all", "linger.ms": 50,
                         "batch.size": 1_000_000, "queue.buffering.max.messages": 500_000,
                         "compression.type": "none"})
    lines = 0
    with open(path, "rb") as file:
        for line in file:
            while True:
                try:
                    producer.produce(topic, line.rstrip(b"\n"), partition=lines % PARTITIONS)
                    break
                except BufferError:
                    producer.poll(0.05)
            lines += 1
    if left := producer.flush(120):
        raise KafkaException(f"{left} messages were not sent")
    return lines


def count(broker: str, topic: str) -> int:
    consumer = Consumer({"bootstrap.servers": broker, "group.id": "count"})
    try:
        ends = [consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=30)[1]
                for number in range(PARTITIONS)]
    finally:
        consumer.close()
    return sum(ends)


def main() -> int:
    broker, topic, *file = sys.argv[1:]
    admin = AdminClient({"bootstrap.servers": broker})
    admin.create_topics([NewTopic(topic, PARTITIONS, 1)])[topic].result(timeout=60)
    if file:
        sent, found = fill(broker, topic, file[0]), count(broker, topic)
        if sent != found:
            print(f"{found} messages are in {topic}, {sent} were sent", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
