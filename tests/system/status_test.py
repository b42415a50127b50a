"""The status page and GET /v1/status: what they say is what was done, with no data, with some, with something
wrong; and nobody sees it whom SQL would not answer."""

import base64
import json
import os
import signal
import unittest

from running import PASSWORD, USER, SystemTest, run_command, wait_until

SALE = {"event_time": "2026-01-05 10:00:00", "product_id": "Tea", "category": "Drinks",
        "transaction_type": "SALE", "quantity": 2, "unit_price": 3}


class StatusTest(SystemTest):
    def status(self, running, headers=None):
        code, fields, body = running.web("GET", "/v1/status", headers=headers)
        self.assertEqual(code, 200, body)
        self.assertEqual(fields["Cache-Control"], "no-store")
        return json.loads(body)

    def wait_for(self, running, condition, what):
        """The first status that meets the condition: one is made once a second at most."""
        seen = []

        def holds():
            seen[:] = [self.status(running)]
            return condition(seen[0])

        try:
            wait_until(holds, what, deadline_s=30)
        except AssertionError as late:
            raise AssertionError(f"{late}: {json.dumps(seen)}") from None
        return seen[0]

    def test_an_empty_program_says_so(self):
        running = self.start().wait_ready()
        status = self.status(running)
        self.assertTrue(status["empty"])
        self.assertEqual(status["state"], "ready")
        self.assertEqual(status["problems"], [])
        self.assertEqual(status["freshness"], {"layers": [], "stores": []})
        self.assertEqual((status["epochs"]["open"], status["epochs"]["last"]), (1, []))
        self.assertEqual(status["lag"]["messages"], 0)

    def test_it_says_what_was_done(self):
        running = self.start().wait_ready()
        events = [{**SALE, "store_id": store, "event_time": f"2026-01-05 1{store}:00:00"}
                  for store in (1, 2)]
        self.assertEqual(running.post_events(events * 10 + ["{}"])[0], 202)
        running.wait_for_events(20)
        self.assertEqual(running.batch()[0], 0)
        self.assertEqual(running.post_events(events[:1])[0], 202)
        running.wait_for_events(21)

        status = self.wait_for(
            running, lambda one: len(one["freshness"]["layers"]) == 2 and not one["lag"]["messages"],
            "both layers shown and nothing waiting")
        self.assertFalse(status["empty"])
        newest = {one["layer"]: one["last_event_time"] for one in status["freshness"]["layers"]}
        self.assertEqual(newest, {"batch": "2026-01-05T12:00:00.000Z",
                                  "speed": "2026-01-05T11:00:00.000Z"})
        self.assertEqual(
            [(one["store_id"], one["last_event_time"]) for one in status["freshness"]["stores"]],
            [(1, "2026-01-05T11:00:00.000Z"), (2, "2026-01-05T12:00:00.000Z")])
        for one in status["freshness"]["stores"]:
            self.assertGreater(one["age_s"], 86_400)
        self.assertGreater(status["rates"]["accepted_per_s"], 0)
        epochs = status["epochs"]
        self.assertEqual((epochs["open"], epochs["open_messages"], epochs["closed"]), (2, 1, 1))
        last = epochs["last"][0]
        self.assertEqual((last["epoch"], last["events"], last["rejections"], last["outcome"]),
                         (1, 20, 1, "equal"))
        self.assertEqual(status["rejections"]["dead_letters"], 1)
        self.assertEqual([(one["reason"], one["messages"])
                          for one in status["rejections"]["reasons"]], [("missing_field", 1)])
        self.assertEqual(status["reconciliation"], {"differing_keys": 0, "newest": []})
        lake = os.path.join(self.path("data"), "lake")
        on_disk = sum(os.path.getsize(os.path.join(folder, name))
                      for folder, _, names in os.walk(lake) for name in names
                      if name.endswith(".parquet"))
        self.assertEqual(status["disk"]["lake_bytes"], on_disk)
        self.assertGreater(status["disk"]["log_bytes"], 0)
        self.assertGreater(status["disk"]["warehouse_parts"], 0)

    def test_what_is_wrong_is_named(self):
        running = self.start().wait_ready()
        self.assertEqual(running.post_events([{**SALE, "store_id": 1}] + ["{}"] * 3)[0], 202)
        running.wait_for_events(1)
        running.plant_a_difference()
        self.assertEqual(running.batch()[0], 3)
        status = self.wait_for(running, lambda one: one["epochs"]["closed"] == 1, "closed epoch")
        self.assertEqual([(one["level"], one["check"]) for one in status["problems"]],
                         [("fault", "reconciliation"), ("warning", "dead letters")])
        self.assertEqual(status["epochs"]["last"][0]["outcome"], "differs")
        self.assertEqual(status["reconciliation"]["newest"][0]["table"], "daily_sales")

        # An engine that hangs: the answer still comes, and names it.
        engine = running.engine_pids()[0]
        os.kill(engine, signal.SIGSTOP)
        try:
            self.wait_for(running, lambda one: "warehouse" in
                          [problem["check"] for problem in one["problems"]], "the hanging engine")
        finally:
            os.kill(engine, signal.SIGCONT)

    def test_the_page_is_whole_and_takes_nothing_from_elsewhere(self):
        running = self.start().wait_ready()
        for path, kind in (("/status", "text/html"), ("/status.js", "text/javascript"),
                           ("/status.css", "text/css")):
            code, fields, body = running.web("GET", path)
            self.assertEqual(code, 200)
            self.assertTrue(fields["Content-Type"].startswith(kind), fields)
            self.assertTrue(fields["Content-Security-Policy"].startswith("default-src 'none'"))
            for elsewhere in (b"http://", b"https://", b"//cdn", b"@import"):
                self.assertNotIn(elsewhere, body)
        page = running.web("GET", "/status")[2].decode()
        for wanted in ("/status.js", "/status.css", 'name="viewport"', "No events yet",
                       'id="stores"', 'id="batches"', 'id="rejections"', 'id="differences"'):
            self.assertIn(wanted, page)
        self.assertEqual(running.web("GET", "/status", headers={"Host": "rebound.example"})[0], 403)

    def test_with_a_login_only_people_with_one_see_it(self):
        config = self.write("shelf.toml", '[server]\nstatus_login = "always"\n')
        running = self.start(arguments=("--config", config)).wait_ready()
        login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        wrong = base64.b64encode(f"{USER}:wrong".encode()).decode()
        for path in ("/status", "/status.js", "/status.css", "/v1/status"):
            code, fields, _ = running.web("GET", path)
            self.assertEqual((code, fields["WWW-Authenticate"].split()[0]), (401, "Basic"))
            self.assertEqual(
                running.web("GET", path, headers={"Authorization": f"Basic {wrong}"})[0], 401)
            self.assertEqual(
                running.web("GET", path, headers={"Authorization": f"Basic {login}"})[0], 200)

    def test_version_is_the_programs(self):
        running = self.start().wait_ready()
        version = self.succeed(run_command(self.path("data"), "--version"))
        self.assertIn(self.status(running)["version"], version)


if __name__ == "__main__":
    unittest.main()
