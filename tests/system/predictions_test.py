"""Forecasts on request: a request in by HTTP, one answer out, also after a kill; what the program told is
read back from an offset on."""

import json
import unittest
from datetime import datetime, timedelta, timezone

from running import SystemTest, wait_until

STORE = 1001
# Nobody else asks the forecaster, which then keeps what it read for a while.
QUIET = {"SHELFCAST_WATCH_INTERVAL_S": "0"}


def request(request_id, product, days=None, at="2026-01-05 10:00:00"):
    return {"event_time": at, "store_id": STORE, "product_id": product, "request_id": request_id,
            "horizon_days": days}


class PredictionsTest(SystemTest):
    def read(self, running, topic="predictions", start=0):
        status, _, body = running.web("GET", f"/v1/topics/{topic}?from={start}")
        self.assertEqual(status, 200, body)
        return json.loads(body)

    def ask(self, running, *requests, status=202):
        found, answer = running.post_events(list(requests), topic="feature-requests")
        self.assertEqual(found, status, answer)
        return answer

    def test_each_request_is_answered_once(self):
        data = self.path("data")
        running = self.start(data, environment=QUIET).wait_ready()
        stores = self.write("stores.csv", "store_id,store_code,name,time_zone,currency\n"
                            f"{STORE},S1,Shop,UTC,GBP\n")
        self.succeed(running.command("import", "--table", "stores", stores))
        today = datetime.now(timezone.utc).replace(hour=12, minute=0, second=0, microsecond=0)
        sold = [
            {"event_time": f"{today - timedelta(days=day):%Y-%m-%dT%H:%M:%SZ}", "store_id": STORE,
             "product_id": "tea", "category": "Drinks", "transaction_type": "SALE",
             "quantity": 6, "unit_price": 2}
            for day in range(1, 29)
        ]
        self.assertEqual(running.post_events(sold)[1]["accepted"], len(sold))
        running.wait_for_events(len(sold))

        self.ask(running, request("a", "tea", 3), request("b", "coffee"))
        told = wait_until(lambda: len((found := self.read(running))["messages"]) == 2 and found,
                          "two answers")
        answers = {one["message"]["request_id"]: one["message"] for one in told["messages"]}
        self.assertEqual(answers["a"]["units_per_day"], 6)
        days = answers["a"]["days"]
        self.assertEqual(len(days), 3)
        for day in days[1:]:
            self.assertEqual(day["mean"], 6)
            self.assertLess(day["p10"], day["p50"])
            self.assertLess(day["p50"], day["p90"])
        self.assertIsNone(answers["a"]["reason"])
        self.assertEqual(answers["b"]["days"], [])
        self.assertIn("four weeks", answers["b"]["reason"])

        running.kill_tree()
        running = self.start(data, environment=QUIET).wait_ready()
        self.ask(running, request("c", "tea", 56))
        more = wait_until(
            lambda: (found := self.read(running, start=told["next"]))["messages"] and found,
            "the third answer")
        self.assertEqual([one["message"]["request_id"] for one in more["messages"]], ["c"])
        self.assertEqual(len(more["messages"][0]["message"]["days"]), 56)
        self.assertEqual(more["next"], told["next"] + 1)

        refused = self.ask(running, request("d", "tea", 57), request("e", "tea", 1.5))
        self.assertEqual(refused["reasons"], {"out_of_range": 2})
        self.assertEqual(self.read(running, "restock-alerts")["messages"], [])


if __name__ == "__main__":
    unittest.main()
