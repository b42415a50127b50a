"""kill -9 between each pair of durable steps, and at random moments: nothing acknowledged is lost,
nothing counts twice, in every table, every view and the lake."""

import os
import random
import re
import signal
import sqlite3
import subprocess
import threading
import unittest

from acknowledged import Books, as_csv, as_line, make_event
from running import BROKEN_OFF, ROOT, Died, Refused, SystemTest, binary, run_command, wait_until

SEED = int(os.environ.get("SHELFCAST_SEED", "20251122"))
CODES = {1001: "NORTH", 1002: "SOUTH"}
CREATE = ("--create-stores", "--time-zone", "Europe/London", "--currency", "GBP")
BROKEN = '{"event_time": "2025-11-01T10:00:00Z", "store_id": '


def failpoint_names():
    with open(os.path.join(ROOT, "src/base/failpoint.cc"), encoding="utf-8") as source:
        names = re.search(r"kNames = \{(.*?)\n\};", source.read(), re.DOTALL).group(1)
    return re.findall(r'"([a-z_]+\.[a-z_]+)"', names)


class Workload:
    """Requests and imports with what is owed for them. A request that was not acknowledged is
    repeated with its key until it is; then, and only then, it is in the books."""

    def __init__(self, test, seed):
        self.test = test
        self.chance = random.Random(seed)
        self.books = Books()
        self.number = 0
        self.requests = []
        self.files = []

    def add_request(self):
        self.number += 1
        events = [make_event(self.chance, self.chance.choice(list(CODES))) for _ in range(5)]
        if self.books.events:
            events.append(self.chance.choice(list(self.books.events.values())))
        self.requests.append((f"key-{self.number}", events))

    def add_file(self, rows):
        self.number += 1
        events = [make_event(self.chance, self.chance.choice(list(CODES))) for _ in range(rows)]
        path = self.test.write(f"receipts-{self.number}.csv", as_csv(events, CODES))
        self.files.append((path, events))

    def post(self, running):
        """Posts what is owed; raises when the connection breaks."""
        while self.requests:
            key, events = self.requests[0]
            status, answer = running.post_events([*map(as_line, events), BROKEN], key)
            if status != 202:
                raise OSError(f"{status} {answer}")
            self.requests.pop(0)
            for event in events:
                self.books.accept(event)
            self.books.rejected["broken_json"] += 1

    def import_files(self, running):
        """Imports what is owed; raises when the import breaks off."""
        while self.files:
            path, events = self.files[0]
            done = running.command("import", path, *CREATE)
            if done.returncode != 0:
                raise OSError(done.stderr)
            self.files.pop(0)
            for event in events:
                self.books.accept(event)

    def catch_up(self, running):
        self.import_files(running)
        self.post(running)
        running.wait_for_events(len(self.books.events))
        wait_until(
            lambda: int(running.rows("select count() from retail.rejected_events")[0][0])
            >= self.books.rejected.total(),
            "every rejection in the view",
        )

    def settle(self, running):
        """Repeats what is owed, closes the epochs and checks everything."""
        self.catch_up(running)
        self.books.check_views(self.test, running, closed=False)
        code, report = running.batch()
        self.test.assertEqual(code, 0, report)
        self.test.assertEqual(report["differing_keys"], 0, report)
        self.books.check_views(self.test, running, closed=True)
        self.books.check_lake(self.test, running.data)


class FailpointTest(SystemTest):
    def setUp(self):
        super().setUp()
        print(f"seed {SEED}", flush=True)
        self.data = self.path("data")
        self.work = Workload(self, SEED)
        self.work.add_file(30)
        self.hit = []

    def pass_failpoint(self, name, passage, provoke):
        """An instance armed with a failpoint, fed until it died of it."""
        running = self.start(self.data, f"{name}:{passage}")
        try:
            running.wait_ready()
            self.work.import_files(running)
            self.work.post(running)
            provoke(running)
        except (Died, Refused, *BROKEN_OFF) as broken:
            # Nothing else may break it off than the kill that is looked for below.
            print(f"{name}: broke off with {type(broken).__name__}")
        wait_until(lambda: not running.is_running(), f"{name} to end the process")
        self.assertEqual(running.wait_ended(), -signal.SIGKILL, running.log_text()[-3000:])
        self.hit.append(name)

    def provoke_stream(self, running):
        self.work.add_request()
        self.work.post(running)

    def provoke_import(self, running):
        self.work.add_file(20)
        self.work.import_files(running)

    def provoke_batch(self, running):
        # Everything that earlier crashes left must be right before the next one.
        self.work.catch_up(running)
        self.work.books.check_views(self, running, closed=False)
        self.work.add_request()
        self.work.post(running)
        running.batch()

    def settle(self):
        running = self.start(self.data).wait_ready()
        self.work.settle(running)
        running.kill_tree()

    def age_closed_epochs(self):
        """As if the grace of the speed roll-ups had passed since every close."""
        with sqlite3.connect(os.path.join(self.data, "operational.sqlite")) as store:
            store.execute("update epochs set closed_at_us = 1 where state = 3")
        store.close()

    def test_every_failpoint(self):
        # backfill_test.py, backup_test.py, orders_test.py, replay_test.py, replenish_test.py, snapshot_test.py,
        # train_predict_test.py
        elsewhere = ("backfill.", "rebuild.", "compaction.", "backup.", "restore.", "replay.", "snapshot.", "order.",
                     "review.", "models.", "train.", "predict.")
        names = [name for name in failpoint_names() if not name.startswith(elsewhere)]
        self.assertGreater(len(names), 15)
        # One file at the least must be in, as it creates the stores that requests are for.
        running = self.start(self.data).wait_ready()
        self.work.import_files(running)
        running.kill_tree()

        of = {
            group: [name for name in names if name.startswith(group + ".")]
            for group in ("import", "stream", "recover", "batch", "file", "lake")
        }
        for name in of["import"]:
            self.pass_failpoint(name, 1, self.provoke_import)
        for name in of["stream"]:
            self.pass_failpoint(name, 1, self.provoke_stream)
        for name in of["recover"]:
            # A flush that is written down and has no row: its own recovery is cut short, too.
            self.pass_failpoint("stream.written_down", 1, self.provoke_stream)
            self.pass_failpoint(name, 1, lambda _: None)
        self.settle()
        for name in [*of["file"], *of["lake"], *of["batch"]]:
            if name == "batch.speed_dropped":
                self.age_closed_epochs()
            self.pass_failpoint(name, 1, self.provoke_batch)
        self.settle()
        self.assertEqual(set(self.hit), set(names), "failpoints that no test passes")


class RandomMomentTest(SystemTest):
    """Ten kills while a file is imported, events are posted and epochs are closed."""

    def pound(self, running, path, importer_arguments):
        """Starts an import, a poster and a batch beside each other; returns what to wait for."""
        importer = subprocess.Popen(
            [binary(), "import", path, *importer_arguments, "--data-dir", running.data],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.addCleanup(importer.wait)

        def post():
            try:
                for _ in range(200):
                    self.work.add_request()
                    self.work.post(running)
            except BROKEN_OFF:
                pass  # The kill; what was not acknowledged is still owed.

        poster = threading.Thread(target=post)
        poster.start()
        closer = threading.Thread(target=run_command, args=(running.data, "batch"))
        closer.start()
        return importer, poster, closer

    def test_ten_moments(self):
        print(f"seed {SEED}", flush=True)
        chance = random.Random(SEED)
        self.work = Workload(self, SEED)
        data = self.path("data")
        first = self.start(data).wait_ready()
        self.work.add_file(20)
        self.work.import_files(first)
        running = first
        self.work.add_file(50_000)
        path = self.work.files[0][0]
        for moment in range(10):
            delay_s = chance.uniform(0.02, 1.5)
            whole_tree = moment % 2 == 0
            victim = "tree" if whole_tree else "engine"
            print(f"moment {moment}: {victim} after {delay_s:.3f} s", flush=True)
            parts = self.pound(running, path, CREATE)
            threading.Event().wait(delay_s)
            if whole_tree:
                running.kill_tree()
            else:
                running.kill_engine()
            for part in parts[1:]:
                part.join()
            self.assertIsNotNone(parts[0].wait())
            if whole_tree:
                running = self.start(data)
            running.wait_ready()
        self.work.settle(running)


if __name__ == "__main__":
    unittest.main(verbosity=2)
