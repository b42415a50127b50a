"""A backup taken while everything goes on, and a data directory made from it elsewhere: nothing
acknowledged before is missing, nothing counts twice, damage is named, a kill harms nobody."""

import glob
import json
import os
import random
import re
import shutil
import signal
import stat
import threading
from decimal import Decimal

from acknowledged import Books, as_csv, as_line, make_event
from running import ROOT, SystemTest, run_command, wait_until

SEED = int(os.environ.get("SHELFCAST_SEED", "20251122"))
CODES = {1001: "NORTH", 1002: "SOUTH"}
CREATE = ("--create-stores", "--time-zone", "Europe/London", "--currency", "GBP")
BROKEN = '{"event_time": "2025-11-01T10:00:00Z", "store_id": '
# What tells one copy from another and not what is in it.
PASSING = {"epochs": ("closed_at",), "reconciliation_differences": ("found_at",)}


def failpoints(group):
    with open(os.path.join(ROOT, "src/base/failpoint.cc"), encoding="utf-8") as source:
        return re.findall(rf'"({group}\.[a-z_]+)"', source.read())


class BackupTest(SystemTest):
    def setUp(self):
        super().setUp()
        print(f"seed {SEED}", flush=True)
        self.chance = random.Random(SEED)
        self.books = Books()
        self.number = 0
        self.data = self.path("data")
        self.backup = self.path("backup")
        self.restored = self.path("restored")

    def begin(self, running, rows=30):
        events = [make_event(self.chance, self.chance.choice(list(CODES))) for _ in range(rows)]
        path = self.write("receipts.csv", as_csv(events, CODES))
        self.succeed(running.command("import", path, *CREATE))
        for event in events:
            self.books.accept(event)

    def post(self, running, count=5):
        """Posts new events and a broken message; they are in the books once acknowledged."""
        self.number += 1
        events = [make_event(self.chance, self.chance.choice(list(CODES))) for _ in range(count)]
        status, answer = running.post_events(
            [*map(as_line, events), BROKEN], f"key-{self.number}"
        )
        self.assertEqual(status, 202, answer)
        for event in events:
            self.books.accept(event)
        self.books.rejected["broken_json"] += 1

    def close_epoch(self, running):
        code, report = running.batch()
        self.assertEqual(code, 0, report)
        self.assertEqual(report["differing_keys"], 0)

    def filled(self, failpoint=""):
        """An instance with a closed and an open epoch."""
        running = self.start(self.data).wait_ready()
        self.begin(running)
        self.post(running)
        self.close_epoch(running)
        self.post(running)
        if failpoint:
            running.terminate()
            running = self.start(self.data, failpoint).wait_ready()
        return running

    def caught_up(self, running):
        running.wait_for_events(len(self.books.events))
        wait_until(
            lambda: int(running.rows("select count() from retail.rejected_events")[0][0])
            >= self.books.rejected.total(),
            "every rejection in the view",
        )

    def every_view(self, running):
        """The rows of every view of `retail`, but for what differs from copy to copy."""
        answers = {}
        views = running.rows("select name from system.tables where database = 'retail'")
        self.assertGreater(len(views), 20)
        for (view,) in views:
            left_out = ", ".join(PASSING.get(view, ()))
            columns = f"* except ({left_out})" if left_out else "*"
            # The rows of closed epochs in the speed tables are the engine's alone.
            only = " where epoch > 1" if view == "retail_events_realtime" else ""
            answers[view] = sorted(running.rows(f"select {columns} from retail.{view}{only}"))
        return answers

    def restore(self):
        return run_command(self.restored, "restore", self.backup)


class OnlineTest(BackupTest):
    def test_while_events_come_in(self):
        running = self.filled()
        done = threading.Event()
        failures = []

        def keep_posting():
            try:
                while not done.is_set():
                    self.post(running)
            except Exception as failure:  # pylint: disable=broad-exception-caught
                failures.append(failure)

        poster = threading.Thread(target=keep_posting)
        poster.start()
        try:
            wait_until(lambda: self.number > 20, "some posts")
            acknowledged = set(self.books.events)
            report = json.loads(self.succeed(running.command("backup", self.backup, "--json")))
            number = self.number
            wait_until(lambda: self.number > number + 20, "posts after the backup")
        finally:
            done.set()
            poster.join()
        self.assertEqual(failures, [])
        self.assertEqual(report["open_epoch"], 2)
        self.close_epoch(running)
        self.post(running)
        running.kill_tree()

        self.succeed(self.restore())
        again = self.start(self.restored).wait_ready()
        found = {row[0] for row in again.rows("select event_id from retail.retail_events_unified")}
        self.assertLessEqual(acknowledged, found)
        self.assertLess(len(found), len(self.books.events), "the posts after the backup")

        # What was sent later is sent again, all of it: what the backup has counts as repeated.
        whole = self.books
        self.books = Books()
        self.books.events = {key: whole.events[key] for key in found}
        refused = again.rows("select count() from retail.rejected_events")[0][0]
        self.books.rejected["broken_json"] = int(refused)
        self.books.check_views(self, again, closed=False)
        everything = list(whole.events.values())
        for begin in range(0, len(everything), 100):
            part = everything[begin : begin + 100]
            status, answer = again.post_events([*map(as_line, part)], f"again-{begin}")
            self.assertEqual(status, 202, answer)
            for event in part:
                self.books.accept(event)
        self.caught_up(again)
        self.books.check_views(self, again, closed=False)
        self.close_epoch(again)
        self.books.check_views(self, again, closed=True)
        self.books.check_lake(self, self.restored)

    def test_every_view_answers_the_same(self):
        running = self.filled()
        self.caught_up(running)
        before = self.every_view(running)
        self.succeed(running.command("backup", self.backup))
        running.terminate()
        self.succeed(self.restore())
        again = self.start(self.restored).wait_ready()
        self.caught_up(again)
        after = self.every_view(again)
        for view, rows in before.items():
            self.assertEqual(after[view], rows, view)
        self.assertGreater(len(before["retail_events_unified"]), 0)
        # The same request as before the backup is known, and an import of the same file too.
        file = self.path("receipts.csv")
        self.assertIn("already_imported", self.succeed(again.command("import", file)))
        self.close_epoch(again)
        self.books.check_views(self, again, closed=True)

    def test_without_an_owner_twice(self):
        self.filled().terminate()
        self.succeed(run_command(self.data, "backup", self.backup))
        for folder, _, names in os.walk(self.backup):
            self.assertEqual(stat.S_IMODE(os.stat(folder).st_mode), 0o700, folder)
            for name in names:
                mode = os.stat(os.path.join(folder, name)).st_mode
                self.assertEqual(stat.S_IMODE(mode), 0o600, name)
        # A copy of a copy is as good.
        self.succeed(self.restore())
        self.backup, self.restored = self.path("backup-2"), self.path("restored-2")
        self.succeed(run_command(self.path("restored"), "backup", self.backup))
        self.succeed(self.restore())
        again = self.start(self.restored).wait_ready()
        self.caught_up(again)
        self.books.check_views(self, again, closed=False)


class RefusalTest(BackupTest):
    def refuse(self, done, *words):
        self.assertNotEqual(done.returncode, 0, done.stdout)
        errors = [line for line in done.stderr.splitlines() if line.startswith("shelfcast:")]
        self.assertEqual(len(errors), 1, done.stderr)
        for word in words:
            self.assertIn(word, errors[0])

    def test_damage_is_named(self):
        self.filled().terminate()
        self.succeed(run_command(self.data, "backup", self.backup))
        lake = sorted(glob.glob(os.path.join(self.backup, "lake/retail_events/*/*.parquet")))[0]
        with open(lake, "r+b") as file:
            file.seek(os.path.getsize(lake) // 2)
            byte = file.read(1)[0]
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte ^ 1]))
        log = glob.glob(os.path.join(self.backup, "log/retail_events/*.sqlite"))[0]
        os.truncate(log, os.path.getsize(log) - 1)
        os.remove(os.path.join(self.backup, "operational.sqlite"))
        done = self.restore()
        self.refuse(done, "3 of", os.path.relpath(lake, self.backup), "operational.sqlite is missing")
        self.refuse(done, os.path.relpath(log, self.backup))
        self.assertFalse(os.path.exists(self.restored))
        listing = os.path.join(self.backup, "backup.json")
        with open(listing, "r+b") as file:
            file.truncate(os.path.getsize(listing) // 2)
        self.refuse(self.restore(), "backup.json")
        os.remove(listing)
        self.refuse(self.restore(), "holds no backup")

    def test_damage_in_the_source_ends_a_backup(self):
        self.filled().terminate()
        lake = sorted(glob.glob(os.path.join(self.data, "lake/retail_events/*/*.parquet")))[0]
        with open(lake, "ab") as file:
            file.write(b"x")
        # The tables are whole, so nobody has read this file since.
        self.refuse(run_command(self.data, "backup", self.backup), os.path.basename(lake))
        self.refuse(self.restore(), "incomplete")

    def test_wrong_places(self):
        self.filled().terminate()
        inside = os.path.join(self.data, "backup")
        self.refuse(run_command(self.data, "backup", inside), "in the data directory")
        os.mkdir(self.path("full"))
        self.write("full/file", "mine")
        self.refuse(run_command(self.data, "backup", self.path("full")), "not empty")
        self.succeed(run_command(self.data, "backup", self.backup))
        self.refuse(run_command(self.data, "backup", self.backup), "has a backup already")
        self.refuse(run_command(self.data, "restore", self.backup), "not empty")
        self.refuse(run_command(self.path("full"), "restore", self.backup), "not empty")
        self.refuse(run_command(self.restored, "restore", self.path("full")), "holds no backup")
        self.refuse(run_command(self.backup, "batch"), "is a backup")
        with open(self.path("full/file"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "mine")


class KillTest(BackupTest):
    def test_backup_killed_everywhere(self):
        names = failpoints("backup")
        self.assertGreaterEqual(len(names), 4)
        self.filled().terminate()
        for name in names:
            with self.subTest(name):
                running = self.start(self.data, name).wait_ready()
                self.post(running)
                self.assertNotEqual(running.command("backup", self.backup).returncode, 0)
                self.assertEqual(running.wait_ended(), -signal.SIGKILL)
                if name != "backup.listed":
                    refused = self.restore()
                    self.assertNotEqual(refused.returncode, 0)
                    self.assertIn("incomplete", refused.stderr)
                    refused = run_command(self.backup, "batch")
                    self.assertIn("cut short", refused.stderr)
                    # The same folder again is started over.
                    self.succeed(run_command(self.data, "backup", self.backup))
                self.succeed(self.restore())
                again = self.start(self.restored).wait_ready()
                self.caught_up(again)
                self.books.check_views(self, again, closed=False)
                again.kill_tree()
                shutil.rmtree(self.backup)
                shutil.rmtree(self.restored)
        running = self.start(self.data).wait_ready()
        self.caught_up(running)
        self.close_epoch(running)
        self.books.check_views(self, running, closed=True)

    def test_restore_killed_everywhere(self):
        names = failpoints("restore")
        self.assertGreaterEqual(len(names), 3)
        running = self.filled()
        self.succeed(running.command("backup", self.backup))
        running.terminate()
        for name in names:
            killed = run_command(
                self.restored,
                "restore",
                self.backup,
                environment={"SHELFCAST_FAILPOINT": name},
            )
            self.assertEqual(killed.returncode, -signal.SIGKILL, name)
            if name != "restore.verified":
                refused = run_command(self.restored, "batch")
                self.assertNotEqual(refused.returncode, 0)
                self.assertIn("cut short", refused.stderr)
        self.succeed(self.restore())
        again = self.start(self.restored).wait_ready()
        self.caught_up(again)
        self.close_epoch(again)
        self.books.check_views(self, again, closed=True)
        revenue = sum(
            Decimal(row[0]) for row in again.rows("select revenue from retail.sales_by_store")
        )
        self.assertNotEqual(revenue, 0)


if __name__ == "__main__":
    import unittest

    unittest.main(verbosity=2)
