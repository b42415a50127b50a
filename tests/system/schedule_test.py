"""Scheduled jobs of the real program: listed, run once for a date by whoever asks, and done exactly
once when a kill or a stop comes in the middle."""

import contextlib
import datetime
import json
import os
import random
import re
import signal
import socket
import subprocess
import unittest

from acknowledged import Books, as_csv, as_line, make_event
from running import ROOT, SystemTest, binary, wait_until

SEED = 20261122
CODES = {1001: "NORTH", 1002: "SOUTH"}
BATCH = "retail_batch_processing"
SNAPSHOT = "retail_stock_snapshot"
RETENTION = "retail_data_retention"
QUALITY = "retail_data_quality"
REPLENISHMENT = "retail_replenishment"
IMPACT = "retail_business_impact"
MAINTENANCE = "lake_maintenance"
BUILTIN = {"SHELFCAST_SCHEDULE_ENGINE": "builtin"}
TODAY = datetime.datetime.now(datetime.timezone.utc).date()


def days_ago(count):
    return (TODAY - datetime.timedelta(days=count)).isoformat()


def a_sunday_ago():
    """Of last week: maintenance runs on Sundays, and today's may be due later."""
    return days_ago(7 + (TODAY.weekday() + 1) % 7)


class ScheduleTest(SystemTest):
    def setUp(self):
        super().setUp()
        print(f"seed {SEED}", flush=True)
        self.chance = random.Random(SEED)
        self.books = Books()
        self.data = self.path("data")

    def start_with_events(self, failpoint=""):
        running = self.start(self.data, failpoint, environment=BUILTIN).wait_ready()
        events = [make_event(self.chance, store) for store in CODES for _ in range(5)]
        path = self.write("receipts.csv", as_csv(events, CODES))
        arguments = ("--create-stores", "--time-zone", "Europe/London", "--currency", "GBP")
        self.succeed(running.command("import", path, *arguments))
        for event in events:
            self.books.accept(event)
        status, answer = running.post_events(["{"])
        self.assertEqual((status, answer["rejected"]), (202, 1), answer)
        self.books.rejected["broken_json"] += 1
        return running

    def post(self, running):
        events = [make_event(self.chance, store) for store in CODES for _ in range(3)]
        status, answer = running.post_events(list(map(as_line, events)))
        self.assertEqual(status, 202, answer)
        for event in events:
            self.books.accept(event)
        running.wait_for_events(len(self.books.events))

    def ask(self, running, *arguments, code=0):
        done = running.command("schedule", *arguments, "--json")
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def outcomes(self, running, job=BATCH):
        """(date, attempt, trigger, state) of every run, oldest first."""
        runs = self.ask(running, "history", job, "--limit", "1000")["runs"]
        return [
            (run["logical_date"], run["attempt"], run["trigger"], run["state"])
            for run in reversed(runs)
        ]

    def begin_and_hold(self, running):
        """`schedule run` for yesterday, held by the program's failpoint in the middle."""
        asking = subprocess.Popen(
            [binary(), "schedule", "run", BATCH, "--date", days_ago(1), "--data-dir", self.data],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.addCleanup(asking.wait)

        def is_held():
            with open(f"/proc/{running.process.pid}/stat", encoding="utf-8") as file:
                return file.read().rpartition(")")[2].split()[0] == "T"

        wait_until(is_held, "the program held at its failpoint")
        return asking

    def check_done_once(self, running, interrupted):
        """The next life finishes the date by itself, and nobody does it again."""

        def is_done():
            return self.outcomes(running)[-1][3] == "done"

        wait_until(is_done, "the interrupted run done again")
        self.assertEqual(
            self.outcomes(running),
            [interrupted, (days_ago(1), 2, "repeat", "done")],
        )
        self.assertTrue(self.ask(running, "run", BATCH, "--date", days_ago(1))["already_done"])
        self.assertEqual(len(self.outcomes(running)), 2)
        code, report = running.batch()
        self.assertEqual((code, report["epochs"]), (0, []), "an epoch was left open")
        self.books.check_views(self, running, closed=True)
        self.books.check_lake(self, self.data)


def defined_jobs():
    with open(os.path.join(ROOT, "src/schedule/jobs.cc"), encoding="utf-8") as source:
        return re.findall(r'{\.name = "([a-z_]+)"', source.read())


class CommandTest(ScheduleTest):
    def check_refusals(self, running):
        tomorrow = (TODAY + datetime.timedelta(days=2)).isoformat()
        for arguments, named in (
            (("run", "retail_batch"), f"jobs are {', '.join(defined_jobs())}"),
            (("run", BATCH, "--date", tomorrow), f"{tomorrow} has not come yet"),
            (("run", BATCH, "--date", "yesterday"), '"yesterday" is no logical date'),
            (("history", "retail_batch"), "there is no job retail_batch"),
        ):
            refused = running.command("schedule", *arguments)
            self.assertEqual(refused.returncode, 2, refused.stdout)
            self.assertIn(named, refused.stderr)

    def test_a_date_is_done_once(self):
        running = self.start_with_events()
        listed = self.ask(running, "list")
        self.assertEqual((listed["engine"], listed["time_zone"]), ("builtin", "UTC"))
        defined = defined_jobs()
        self.assertEqual([job["name"] for job in listed["jobs"]], defined)
        self.assertLess({BATCH, SNAPSHOT, RETENTION, QUALITY, REPLENISHMENT, IMPACT, MAINTENANCE}, set(defined))
        self.assertRegex(listed["jobs"][0]["next"]["at"], r"^20\d\d-\d\d-\d\dT02:00:00Z$")
        self.assertIsNone(listed["jobs"][0]["last"])

        first = self.ask(running, "run", BATCH, "--date", days_ago(3))
        self.assertFalse(first["already_done"])
        self.assertEqual(first["run"]["state"], "done")
        self.assertEqual(first["run"]["message"], "closed 1 epochs, 10 events, 0 keys differ")
        self.books.check_views(self, running, closed=True)
        self.post(running)
        again = self.ask(running, "run", BATCH, "--date", days_ago(3))
        self.assertTrue(again["already_done"])
        self.assertEqual(again["run"], first["run"])
        self.assertEqual(running.metric("shelfcast_closed_epoch"), 1)
        self.ask(running, "run", RETENTION, "--date", days_ago(3))
        merged = self.ask(running, "run", MAINTENANCE, "--date", a_sunday_ago())
        self.assertRegex(merged["run"]["message"], r"^merged \d+ files into \d+, removed \d+$")
        self.check_refusals(running)

        last_success = running.metric(
            f'shelfcast_job_last_success_timestamp_seconds{{job="{BATCH}"}}'
        )
        self.assertEqual(running.terminate(), 0)
        # Without an owner the command opens the directory itself.
        text = self.succeed(running.command("schedule", "list"))
        self.assertIn(f"last: {days_ago(3)} done (attempt 1, manual)", text)
        self.assertEqual(
            self.outcomes(running), [(days_ago(3), 1, "manual", "done")]
        )
        running = self.start(self.data, environment=BUILTIN).wait_ready()
        self.assertEqual(
            running.metric(f'shelfcast_job_last_success_timestamp_seconds{{job="{BATCH}"}}'),
            last_success,
        )

    def test_a_difference_is_an_outcome_of_its_own(self):
        running = self.start_with_events()
        running.plant_a_difference()
        found = self.ask(running, "run", BATCH, "--date", days_ago(1), code=3)
        self.assertEqual(found["run"]["state"], "done_with_differences")
        self.assertIn("1 keys differ", found["run"]["message"])
        again = self.ask(running, "run", BATCH, "--date", days_ago(1), code=3)
        self.assertTrue(again["already_done"])
        text = self.succeed(running.command("schedule", "list"))
        self.assertIn("done_with_differences", text)


class MidJobTest(ScheduleTest):
    def test_kill_in_mid_job(self):
        running = self.start_with_events("batch.tables_loaded:stop")
        asking = self.begin_and_hold(running)
        running.kill_tree()
        self.assertNotEqual(asking.wait(), 0)
        running = self.start(self.data, environment=BUILTIN).wait_ready()
        self.check_done_once(running, (days_ago(1), 1, "manual", "interrupted"))

    def test_stop_in_mid_job(self):
        running = self.start_with_events("batch.epoch_raised:stop")
        self.begin_and_hold(running)
        engines = running.engine_pids()
        for pid in engines:
            os.kill(pid, signal.SIGSTOP)  # The batch needs it: it cannot end before the stop.
        running.process.send_signal(signal.SIGTERM)
        running.process.send_signal(signal.SIGCONT)

        def is_closed():
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", running.owner["web_port"]), 1).close()
                return False
            return True

        wait_until(is_closed, "the web port closed by the stop")
        for pid in engines:
            os.kill(pid, signal.SIGCONT)
        self.assertEqual(running.wait_ended(), 0)
        running = self.start(self.data, environment=BUILTIN).wait_ready()
        self.check_done_once(running, (days_ago(1), 1, "manual", "interrupted"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
