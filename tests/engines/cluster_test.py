"""The program on servers beside it, in several processes, while all of them are killed and frozen:
nothing acknowledged is lost, nothing counts twice, both layers agree."""

import collections
import json
import os
import random
import threading
import unittest
from decimal import Decimal

import cluster
from acknowledged import Books, as_line, make_event
from running import BROKEN_OFF, SystemTest, wait_until

SEED = int(os.environ.get("SHELFCAST_SEED", "20261123"))
KILLS = int(os.environ.get("SHELFCAST_KILLS", "8"))
STORES = range(1, 21)
WORKERS = 3
PATIENCE_S = 240
CONFLICT = 2


class Sender(threading.Thread):
    """Posts events, each request until it is acknowledged; then it is in the books."""

    def __init__(self, main, seed):
        super().__init__(daemon=True)
        self.main = main  # a function: the process may be another one by the next request
        self.chance = random.Random(seed)
        self.books = Books()
        self.stopping = threading.Event()
        self.refusals = 0
        self.fault = None

    def run(self):
        number = 0
        while not self.stopping.is_set():
            number += 1
            events = [make_event(self.chance, self.chance.choice(STORES)) for _ in range(20)]
            if self.books.events and self.chance.random() < 0.3:
                events.append(self.chance.choice(list(self.books.events.values())))
            lines = [as_line(event) for event in events] + ['{"broken']
            while not self._post(f"request-{number}", lines):
                self.refusals += 1
                if self.stopping.wait(0.2):
                    return
            for event in events:
                self.books.accept(event)
            self.books.rejected["broken_json"] += 1
            self.stopping.wait(0.02)

    def _post(self, key, lines):
        try:
            status, answer = self.main().post_events(lines, key)
        except (*BROKEN_OFF, KeyError):  # It has not said yet where its port is.
            return False
        if status not in (202, 429, 503):
            self.fault = f"{status} {answer}"
            self.stopping.set()
        return status == 202


class ClusterCase(SystemTest):
    def begin(self, shards):
        print(f"seed {SEED}, {KILLS} kills", flush=True)
        self.chance = random.Random(SEED)
        self.kills = collections.Counter()
        self.cluster = cluster.Cluster(self, self.path("cluster"), shards)
        self.running = self.cluster.main().wait_published()
        self.workers = [self.cluster.worker(number) for number in range(WORKERS)]
        stores = "store_id,store_code,time_zone,currency\n" + "".join(
            f"{number},S{number},Europe/London,GBP\n" for number in STORES)
        self.succeed(self.running.command("import", self.write("stores.csv", stores),
                                          "--table", "stores"))
        for worker in self.workers:
            worker.wait_ready()

    def books_check(self, sender, closed):
        self.running.wait_for_events(len(sender.books.events))
        sender.books.check_views(self, self.running, closed)

    def check_lake(self, sender):
        """The engine reads the lake's own files, by itself."""
        rows = self.running.rows(
            "select toString(event_id), quantity, unit_price from s3("
            f"'{self.cluster.minio.url}/{cluster.BUCKET}/retail_events/*/*.parquet', "
            f"'{cluster.KEY}', '{cluster.SECRET}')")
        self.assertEqual(
            {identity: (Decimal(quantity), Decimal(price)) for identity, quantity, price in rows},
            {identity: (Decimal(event["quantity"]), Decimal(event["unit_price"]))
             for identity, event in sender.books.events.items()})
        self.assertEqual(len(rows), len(sender.books.events))

    def check_messages(self):
        """Kafka's own consumer sees plain JSON, its key the store."""
        said = self.cluster.kafka.consume("retail_events", 200)
        self.assertEqual(len(said), 200)
        for line in said:
            key, _, message = line.partition("\t")
            self.assertEqual(int(key), json.loads(message)["store_id"], line)

    def pause(self, seconds):
        """The moment is the dice's: nothing is waited for."""
        threading.Event().wait(seconds)

    def kill_something(self, number):
        """One thing that goes wrong, and comes back."""
        kind = self.chance.choice(["worker", "worker", "frozen worker", "rebalance", "kafka",
                                   "minio", "clickhouse", "postgres", "main"])
        print(f"kill {number + 1}: {kind}", flush=True)
        self.kills[kind] += 1
        place = self.chance.randrange(WORKERS)
        if kind == "worker":
            self.workers[place].kill_tree()
            self.workers[place] = self.cluster.worker(place)
        elif kind == "frozen worker":
            # Longer than the others wait for it: it goes on as if nothing had been.
            self.workers[place].freeze()
            self.pause(2 * cluster.SESSION_TIMEOUT_MS / 1000)
            self.workers[place].thaw()
        elif kind == "rebalance":
            self.workers[place].kill_tree()
            self.pause(self.chance.uniform(0, 1.2 * cluster.SESSION_TIMEOUT_MS / 1000))
            victim = self.chance.choice(["kafka", "clickhouse", "worker"])
            if victim == "worker":
                other = (place + 1) % WORKERS
                self.workers[other].kill_tree()
                self.workers[other] = self.cluster.worker(other)
            else:
                self.end_and_start(victim, 0)
            self.workers[place] = self.cluster.worker(place)
        elif kind == "main":
            self.running.kill_tree()
            self.running = self.cluster.main()
            self.running.wait_published()
        else:
            self.end_and_start(kind, self.chance.uniform(0, 3))

    def end_and_start(self, name, pause_s):
        engine = (self.cluster.some_server(self.chance) if name == "clickhouse"
                  else getattr(self.cluster, name))
        engine.kill()
        self.pause(pause_s)
        engine.start()

    def live_through_it(self):
        sender = Sender(lambda: self.running, SEED)
        sender.start()
        self.addCleanup(sender.stopping.set)
        for number in range(KILLS):
            before = len(sender.books.events)
            wait_until(lambda: len(sender.books.events) > before + 200 or sender.fault,
                       f"more to be accepted, {sender.refusals} refusals", PATIENCE_S)
            self.assertIsNone(sender.fault)
            if number % 4 == 2:
                self.running.batch()  # An epoch that is closed while things go wrong, or not.
            self.kill_something(number)
        sender.stopping.set()
        sender.join(60)
        self.assertIsNone(sender.fault)
        print(f"accepted {len(sender.books.events)} events, refused {sender.refusals} times")
        for worker in self.workers:
            self.assertTrue(worker.is_running(), worker.log_text()[-3000:])
        self.check_messages()
        self.books_check(sender, closed=False)
        code, report = wait_until(lambda: self.batch_done(), "an epoch to be closed", PATIENCE_S)
        self.assertEqual(code, 0, report)
        self.assertEqual(report["differing_keys"], 0, report)
        self.books_check(sender, closed=True)
        self.check_lake(sender)
        self.report = {"seed": SEED, "kills": sum(self.kills.values()),
                       "kills_by_kind": dict(sorted(self.kills.items())),
                       "acknowledged_events": len(sender.books.events),
                       "requests_refused_meanwhile": sender.refusals,
                       "lost_or_doubled_events": 0, "views_that_differ": 0,
                       "differing_keys": report["differing_keys"]}

    def batch_done(self):
        code, report = self.running.batch()
        return (code, report) if report is not None else None


class OneServerTest(ClusterCase):
    def test_nothing_is_lost_or_doubled(self):
        self.begin(shards=False)
        self.live_through_it()


class TwoShardsTest(ClusterCase):
    def test_nothing_is_lost_or_doubled(self):
        self.begin(shards=True)
        self.live_through_it()


class SharedBrokerTest(SystemTest):
    """Two chains that were given the same broker."""

    def test_the_second_chain_is_refused_unless_it_has_a_prefix(self):
        kafka = cluster.Kafka(cluster.Path(self.path("kafka")))
        self.addCleanup(kafka.kill)
        kafka.start()
        log = {"SHELFCAST_LOG_URL": f"kafka://{kafka.address}", "SHELFCAST_LOG_REPLICATION": "1"}
        first = self.start(self.path("first"), environment=log).wait_ready()
        second = self.start(self.path("second"), environment=log)
        self.assertEqual(second.wait_ended(), CONFLICT, second.log_text())
        said = second.log_text().strip().splitlines()[-1]
        for part in ("another chain", "chain-identity", "prefix"):
            self.assertIn(part, said)
        with_prefix = {**log, "SHELFCAST_LOG_URL": f"kafka://{kafka.address}/second."}
        self.start(self.path("second"), environment=with_prefix).wait_ready()
        self.assertEqual(first.terminate(), 0)
        self.start(self.path("first"), environment=log).wait_ready()


if __name__ == "__main__":
    cluster.arguments()
    unittest.main(verbosity=2)
