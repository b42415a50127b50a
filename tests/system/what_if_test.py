"""What-if questions about the chain's own days, over HTTP and on the command line: figures that add up and follow
what is asked, scenarios kept by name through a restart, and bad questions named."""

import base64
import json
import unittest
from datetime import datetime, timedelta, timezone

from running import PASSWORD, USER, SystemTest

DAYS = 80
LOGIN = {"Authorization": "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()}
STORES = "store_code,time_zone,currency,store_type\nA,UTC,GBP,express\nB,UTC,GBP,express\n"


class WhatIfTest(SystemTest):
    def ask(self, shelfcast, method, path, body=None, headers=None):
        status, _, text = shelfcast.web(method, path, None if body is None else json.dumps(body),
                                        LOGIN if headers is None else headers)
        return status, json.loads(text)

    def answer(self, shelfcast, **question):
        status, answer = self.ask(shelfcast, "POST", "/v1/simulate", question)
        self.assertEqual(status, 200, answer)
        return answer

    def refuse(self, shelfcast, question, status, *words):
        refused = self.ask(shelfcast, "POST", "/v1/simulate", question)
        self.assertEqual(refused[0], status, refused[1])
        for word in words:
            self.assertIn(word, refused[1]["error"]["message"])

    def begin(self):
        """Eighty days of two products in store A, of one of them in store B."""
        shelfcast = self.start().wait_ready()
        self.succeed(shelfcast.command("import", "--table", "stores", self.write("stores.csv", STORES)))
        self.assertEqual(self.ask(shelfcast, "POST", "/v1/simulate", {})[0], 400)  # Nothing was sold yet.
        today = datetime.now(timezone.utc).date()
        events = [
            {"event_time": f"{today - timedelta(days=back)} 12:00:00", "store_id": store, "product_id": product,
             "category": "X", "transaction_type": "SALE", "quantity": 1 + (back * units) % 5, "unit_price": 5}
            for back in range(1, DAYS + 1)
            for store, product, units in ((1001, "tea", 2), (1001, "jam", 3), (1002, "tea", 4))
        ]
        self.assertEqual(shelfcast.post_events(events)[1]["accepted"], len(events))
        shelfcast.wait_for_events(len(events))
        return shelfcast

    def test_the_chains_own_days_under_another_policy(self):
        shelfcast = self.begin()
        first = self.answer(shelfcast)
        yesterday = datetime.now(timezone.utc).date() - timedelta(days=1)
        self.assertEqual((first["series"], first["days"], first["last_date"]), (3, 28, str(yesterday)))
        self.assertEqual(first["assumptions"]["service_percent"], 95)
        self.assertEqual(first["assumptions"]["cover_days"], 7)  # As it is configured.
        for policy in ("today", "what_if"):
            one = first[policy]
            self.assertEqual(one["on_hand_at_start_units"] + one["received_units"],
                             one["sold_units"] + one["wasted_units"] + one["on_hand_at_end_units"])
            self.assertAlmostEqual(one["total_cost"], one["lost_margin"] + one["holding_cost"]
                                   + one["waste_cost"] + one["ordering_cost"], 6)
        # Days of 1 to 5 units, by turns: what was asked for is what the tills say.
        self.assertEqual(first["today"]["demand_units"],
                         sum(1 + (back * units) % 5 for back in range(1, 29) for units in (2, 3, 4)))

        filled = [self.answer(shelfcast, service_percent=service)["what_if"]["fill_rate"]
                  for service in (50, 80, 99)]
        self.assertEqual(filled, sorted(filled))
        self.assertLess(filled[0], filled[-1])
        doubled = self.answer(shelfcast, demand_percent=200)
        self.assertEqual(doubled["today"]["demand_units"], 2 * first["today"]["demand_units"])
        slow = self.answer(shelfcast, lead_time_days=9)
        self.assertGreater(slow["what_if"]["days_of_cover"], 0)
        self.assertNotEqual(slow["what_if"], first["what_if"])
        tight = self.answer(shelfcast, budget=10)
        self.assertIn("the budget was too small for the service level on 28 mornings", tight["remarks"])
        self.assertLess(tight["what_if"]["average_stock_units"], first["what_if"]["average_stock_units"])
        one_store = self.answer(shelfcast, store_id=1002)
        self.assertEqual((one_store["series"], one_store["assumptions"]["store_id"]), (1, 1002))

        told = json.loads(self.succeed(shelfcast.command("simulate", "--json", "--demand", "200")))
        self.assertEqual(told, doubled)
        self.assertIn("what if: a service level of 95 %", self.succeed(shelfcast.command("simulate")))

    def test_scenarios_are_kept_by_name(self):
        shelfcast = self.begin()
        self.assertEqual(self.ask(shelfcast, "GET", "/v1/scenarios"), (200, {"scenarios": []}))
        autumn = {"demand_percent": 130, "lead_time_days": 5}
        self.assertEqual(self.ask(shelfcast, "PUT", "/v1/scenarios/autumn%20peak", autumn),
                         (200, {"name": "autumn peak", "options": autumn}))
        self.assertEqual(self.ask(shelfcast, "PUT", "/v1/scenarios/other", {"budget": 7})[0], 200)
        self.assertEqual(self.ask(shelfcast, "PUT", "/v1/scenarios/other", {"budget": 8})[0], 200)
        kept = [{"name": "autumn peak", "options": autumn}, {"name": "other", "options": {"budget": 8}}]
        self.assertEqual(self.ask(shelfcast, "GET", "/v1/scenarios")[1]["scenarios"], kept)
        self.assertEqual(self.answer(shelfcast, scenario="autumn peak"), self.answer(shelfcast, **autumn))
        self.assertEqual(self.answer(shelfcast, scenario="autumn peak", lead_time_days=1),
                         self.answer(shelfcast, demand_percent=130, lead_time_days=1))
        # A store that a scenario names is asked about, unless the question names another.
        self.assertEqual(self.ask(shelfcast, "PUT", "/v1/scenarios/one", {"store_id": 1002})[0], 200)
        self.assertEqual(self.answer(shelfcast, scenario="one"), self.answer(shelfcast, store_id=1002))
        self.assertEqual(self.answer(shelfcast, scenario="one", store_id=1001),
                         self.answer(shelfcast, store_id=1001))
        self.assertEqual(self.ask(shelfcast, "DELETE", "/v1/scenarios/one")[0], 200)
        self.assertEqual(shelfcast.terminate(), 0)
        shelfcast = self.start().wait_ready()
        self.assertEqual(self.ask(shelfcast, "GET", "/v1/scenarios")[1]["scenarios"], kept)
        self.assertEqual(self.ask(shelfcast, "DELETE", "/v1/scenarios/other")[0], 200)
        self.assertEqual(self.ask(shelfcast, "DELETE", "/v1/scenarios/other")[0], 404)
        self.assertEqual(self.ask(shelfcast, "GET", "/v1/scenarios")[1]["scenarios"], kept[:1])
        # Nothing that could not be asked is kept, and nobody keeps anything without a login.
        for body, word in (({"demand": 3}, "demand: there is no such option"),
                           ({"service_percent": 100}, "service_percent 100"),
                           ({"lead_time_days": 2.5}, "lead_time_days: 2.5 is no whole number")):
            status, refused = self.ask(shelfcast, "PUT", "/v1/scenarios/bad", body)
            self.assertEqual(status, 400)
            self.assertIn(word, refused["error"]["message"])
        self.assertEqual(self.ask(shelfcast, "PUT", "/v1/scenarios/bad", {}, headers={})[0], 401)

    def test_bad_questions_are_named(self):
        shelfcast = self.begin()
        self.refuse(shelfcast, {"days": 57}, 400, "days 57: 1 to 56")
        self.refuse(shelfcast, {"days": "many"}, 400, 'days: "many" is no whole number')
        self.refuse(shelfcast, {"demand_percent": -1}, 400, "demand_percent -1: 0 to 1000")
        self.refuse(shelfcast, {"budget": "all"}, 400, 'budget: "all" is no number')
        self.refuse(shelfcast, {"colour": 1}, 400, "colour: there is no such option")
        self.refuse(shelfcast, {"store_id": 77}, 404, "no store 77")
        self.refuse(shelfcast, {"scenario": "none"}, 404, 'no scenario "none"')
        self.refuse(shelfcast, [1], 400, "no JSON object")
        done = shelfcast.command("simulate", "--service", "100")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("service_percent 100", done.stderr)
        self.answer(shelfcast, service_percent=99.9)


if __name__ == "__main__":
    unittest.main()
