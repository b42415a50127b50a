"""Dead letters sent in again: what is right by now counts once, however often it is asked for and
whatever is killed."""

import base64
import json
import os
import random
import re
import signal
import unittest
import uuid

from acknowledged import Books, as_csv, as_line, make_event
from running import PASSWORD, ROOT, USER, SystemTest

SEED = int(os.environ.get("SHELFCAST_SEED", "20251122"))
CODES = {1001: "NORTH", 1002: "SOUTH"}
STORES = ("--create-stores", "--time-zone", "Europe/London", "--currency", "GBP")
BROKEN = '{"event_time": "2025-11-01T10:00:00Z", "store_id": '


class ReplayTest(SystemTest):
    def setUp(self):
        super().setUp()
        print(f"seed {SEED}", flush=True)
        self.chance = random.Random(SEED)
        self.books = Books()
        self.data = self.path("data")

    def replay(self, running, *flags):
        done = running.command("dead-letters", "replay", "--json", *flags)
        return json.loads(self.succeed(done))

    def refuse_events(self, running, count):
        """Events of stores that nobody knows: half from a file, half posted."""
        events = [make_event(self.chance, self.chance.choice(list(CODES))) for _ in range(count)]
        half = count // 2
        path = self.write("early.csv", as_csv(events[:half], CODES))
        self.assertIn(f"0 accepted, {half} rejected", self.succeed(running.command("import", path)))
        lines = [as_line(event) for event in events[half:]]
        status, answer = running.post_events([*lines, BROKEN, BROKEN])
        self.assertEqual(status, 202, answer)
        self.assertEqual(answer["reasons"], {"unknown_store": count - half, "broken_json": 2})
        self.books.rejected.update({"unknown_store": count, "broken_json": 2})
        return events

    def accept(self, events):
        for event in events:
            self.books.accept(event)

    def test_each_once(self):
        running = self.start(self.data).wait_ready()
        events = self.refuse_events(running, 200)
        code, report = running.batch()
        self.assertEqual((code, report["differing_keys"]), (0, 0))

        report = self.replay(running)
        self.assertEqual(report["accepted"], 0)
        self.assertEqual(report["reasons"], {"unknown_store": 200, "broken_json": 2})
        report = self.replay(running, "--reason", "broken_json")
        self.assertEqual(report["rejected"], 2)
        self.assertEqual(self.replay(running, "--to", "2020-12-31")["rejected"], 0)
        self.assertEqual(self.replay(running, "--limit", "7")["rejected"], 7)
        for wrong in (("--reason", "duplicate"), ("--reason", "nonsense"), ("--from", "yesterday")):
            refused = running.command("dead-letters", "replay", *wrong)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn(wrong[1], refused.stderr + refused.stdout)

        # The stores come with a later file, in the order of their numbers.
        later = [make_event(self.chance, store) for store in CODES]
        path = self.write("later.csv", as_csv(later, CODES))
        self.succeed(running.command("import", path, *STORES))
        self.accept(later)
        report = self.replay(running, "--dry-run")
        self.assertEqual((report["accepted"], report["reasons"]), (200, {"broken_json": 2}))
        self.books.check_views(self, running, closed=False)

        report = self.replay(running, "--reason", "unknown_store")
        self.assertEqual((report["accepted"], report["rejected"]), (200, 0))
        self.accept(events)
        self.books.check_views(self, running, closed=False)
        report = self.replay(running)
        self.assertEqual((report["accepted"], report["replayed_before"]), (0, 200))
        self.assertEqual(report["reasons"], {"broken_json": 2})
        code, report = running.batch()
        self.assertEqual((code, report["differing_keys"]), (0, 0))
        self.assertEqual(self.replay(running)["accepted"], 0)
        self.books.check_views(self, running, closed=True)
        self.books.check_lake(self, self.data)

    def ask(self, running, method, path, body=None, login=(USER, PASSWORD), status=200):
        token = base64.b64encode(":".join(login).encode()).decode()
        found, _, text = running.web(method, path, None if body is None else json.dumps(body), {
            "Authorization": f"Basic {token}", "Content-Type": "application/json"})
        self.assertEqual(found, status, f"{path}: {text}")
        return json.loads(text)

    def test_a_corrected_one_counts_once(self):
        running = self.start(self.data).wait_ready()
        stores = [make_event(self.chance, store) for store in CODES]
        self.succeed(running.command("import", self.write("stores.csv", as_csv(stores, CODES)), *STORES))
        self.accept(stores)
        event = make_event(self.chance, 1001)
        broken = as_line(event).replace('"store_id"', '"shop"', 1)
        status, answer = running.post_events([broken, '{"text": "\\ud800"}', "\u00fc"])
        self.assertEqual((status, answer["rejected"]), (202, 3), answer)
        self.books.rejected.update(answer["reasons"])
        self.books.check_views(self, running, closed=False)
        rows = running.rows("select log_topic, log_partition, log_offset from retail.rejected_events "
                            f"where raw = '{broken}'")
        self.assertEqual(len(rows), 1, rows)
        name = "/".join(rows[0])
        path = f"/v1/dead-letters/{name}"

        shown = self.ask(running, "GET", path)
        self.assertEqual((shown["text"], base64.b64decode(shown["base64"]).decode()), (broken, broken))
        self.assertFalse(shown["is_replayed"])
        eve = ("eve", "a password for eve")
        status, _, text = running.web("POST", "/v1/jobs/users", json.dumps(
            {"act": "add", "name": eve[0], "role": "executive", "password": eve[1], "stores": ""}),
            {"Authorization": f"Bearer {running.owner['control_token']}", "Content-Type": "application/json"})
        self.assertIn(b'"result"', text, status)
        self.ask(running, "GET", path, login=eve)
        self.ask(running, "POST", f"{path}/replay", {"message": as_line(event)}, eve, 403)

        again = self.ask(running, "POST", f"{path}/replay", {})
        self.assertEqual((again["accepted"], again["reason"]), (False, shown["reason"]))
        self.assertTrue(again["detail"])
        still = self.ask(running, "POST", f"{path}/replay", {"message": as_line({**event, "store_id": 77})})
        self.assertEqual((still["accepted"], still["reason"]), (False, "unknown_store"))
        self.books.check_views(self, running, closed=False)

        done = self.ask(running, "POST", f"{path}/replay", {"message": as_line(event)})
        self.assertEqual((done["accepted"], done["is_replayed"], done["reason"]), (True, True, None))
        self.accept([event])
        self.books.check_views(self, running, closed=False)
        other = {**event, "event_id": str(uuid.UUID(int=self.chance.getrandbits(127) | 1 << 126))}
        for body in ({}, {"message": as_line(event)}, {"message": as_line(other)}):
            repeated = self.ask(running, "POST", f"{path}/replay", body)
            self.assertEqual((repeated["accepted"], repeated["is_replayed"]), (False, True))
        self.assertTrue(self.ask(running, "GET", path)["is_replayed"])
        listed = self.ask(running, "GET", f"/v1/dead-letters/replayed?letter={name}&letter=dead-letters/0/99999")
        self.assertEqual(listed, {"replayed": [name]})
        code, report = running.batch()
        self.assertEqual((code, report["differing_keys"]), (0, 0))
        self.assertEqual(self.replay(running)["replayed_before"], 1)
        self.books.check_views(self, running, closed=True)

    def test_stores_are_created_on_the_way(self):
        running = self.start(self.data).wait_ready()
        events = [make_event(self.chance, 1001) for _ in range(20)]
        path = self.write("early.csv", as_csv(events, CODES))
        self.succeed(running.command("import", path))
        self.books.rejected["unknown_store"] += 20
        report = self.replay(running, *STORES)
        self.assertEqual((report["accepted"], report["stores_created"]), (20, 1))
        self.accept(events)
        self.books.check_views(self, running, closed=False)

    def test_killed_in_the_middle(self):
        with open(os.path.join(ROOT, "src/base/failpoint.cc"), encoding="utf-8") as source:
            names = re.findall(r'"(replay\.[a-z_]+)"', source.read())
        self.assertEqual(len(names), 2)
        running = self.start(self.data).wait_ready()
        events = self.refuse_events(running, 3_000)
        later = [make_event(self.chance, store) for store in CODES]
        path = self.write("later.csv", as_csv(later, CODES))
        self.succeed(running.command("import", path, *STORES))
        self.accept(later)
        running.kill_tree()
        # Each dies with its first page of a thousand under way.
        for name in names:
            running = self.start(self.data, name).wait_ready()
            self.assertNotEqual(running.command("dead-letters", "replay").returncode, 0)
            self.assertEqual(running.wait_ended(), -signal.SIGKILL)
        running = self.start(self.data).wait_ready()
        report = self.replay(running)
        self.assertEqual((report["replayed_before"], report["accepted"]), (1_000, 2_000))
        self.accept(events)
        self.books.check_views(self, running, closed=False)
        code, report = running.batch()
        self.assertEqual((code, report["differing_keys"]), (0, 0))
        self.assertEqual(self.replay(running)["replayed_before"], 3_000)
        self.books.check_views(self, running, closed=True)


if __name__ == "__main__":
    unittest.main(verbosity=2)
