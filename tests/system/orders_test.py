"""From a proposal to goods on the shelf: every step is done twice, with kill -9 in between, and is one step;
the books say who decided what before which figures, and each unit is on order exactly once."""

import base64
import json
import threading
import unittest
import urllib.parse
from datetime import datetime, timezone
from decimal import Decimal

from running import BROKEN_OFF, PASSWORD, USER, SystemTest, wait_until

STORE = 1001
REVIEW = datetime.now(timezone.utc).strftime("%Y-%m-%d")
# A look at the orders every second; without a person nothing is approved.
LOOKS = {"SHELFCAST_WATCH_INTERVAL_S": "1"}
COLUMNS = ("store_id, product_id, review_date, supplier, model_version, policy, on_hand_units, on_order_units, "
           "reserved_units, review_period_days, lead_time_days, lead_time_std_dev_days, service_level, "
           "protection_demand, safety_stock, reorder_point, order_up_to, min_order_units, pack_size, "
           "order_quantity, unit_cost, expected_delivery_date, limited_by, reason, generated_at")
LOGIN = {"Authorization": "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode(),
         "Content-Type": "application/json"}


class OrdersTest(SystemTest):
    def setUp(self):
        super().setUp()
        self.data = self.path("data")
        self.running = None

    def begin(self, failpoint="", environment=None):
        self.running = self.start(self.data, failpoint, environment={**LOOKS, **(environment or {})})
        return self.running.wait_ready()

    def again(self, failpoint=""):
        """Killed, and started anew."""
        self.running.kill_tree()
        return self.begin(failpoint)

    def add_store(self):
        stores = self.write("stores.csv", "store_id,store_code,name,time_zone,currency\n"
                            f"{STORE},S1,Shop,UTC,GBP\n")
        self.succeed(self.running.command("import", "--table", "stores", stores))

    def propose(self, product, quantity, supplier="Tea & Co", unit_cost="1.25", minute=0):
        self.running.administer(
            f"insert into retail_core.reorder_predictions ({COLUMNS}) values ({STORE}, '{product}', '{REVIEW}', "
            f"'{supplier}', 'v1', 'order_up_to', 10.5, 0, 0, 1, 2, 0, 0.95, 20.5, 4, 24.5, 34.5, 0, 12, {quantity}, "
            f"{unit_cost}, toDate('{REVIEW}') + 3, '', 'covers 3 days', '{REVIEW} 10:{minute:02}:00.000')")

    def ask(self, method, path, body=None, status=200, headers=None):
        found, _, text = self.running.web(method, path, None if body is None else json.dumps(body),
                                          {**LOGIN, **(headers or {})})
        self.assertEqual(found, status, f"{method} {path}: {text}")
        # Decimals as they are written.
        return json.loads(text, parse_float=Decimal, parse_int=Decimal)

    def decide(self, product, action, body=None, status=200, **headers):
        name = urllib.parse.quote(product, safe="")
        return self.ask("POST", f"/v1/proposals/{STORE}/{name}/{REVIEW}/{action}", body or {}, status, headers)

    def act(self, number, action, body=None, status=200):
        return self.ask("POST", f"/v1/orders/{number}/{action}", body or {}, status)

    def proposal(self, product):
        listed = self.ask("GET", f"/v1/proposals?store={STORE}&review_date={REVIEW}&all=1")["proposals"]
        return next(one for one in listed if one["product_id"] == product)

    def state_of(self, number):
        return self.ask("GET", f"/v1/orders/{number}")["order"]["state"]

    def ship(self, number, product, status, quantity):
        message = {"event_time": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"), "store_id": STORE,
                   "product_id": product, "shipment_id": number, "status": status, "quantity": quantity}
        found, answer = self.running.post_events([message], topic="supplier-shipments")
        self.assertEqual((found, answer["accepted"]), (202, 1), answer)

    def wait_view(self, statement, rows):
        seen = []

        def is_so():
            seen[:] = self.running.rows(statement)
            return seen == rows

        try:
            wait_until(is_so, statement)
        except AssertionError as late:
            raise AssertionError(f"{late}: {rows} are wanted, there are {seen}") from None

    def wait_on_order(self, product, units):
        """By the ledger and the orders together; the product has stock, as it was counted."""
        self.wait_view("select on_order_units from retail.inventory_by_store where "
                       f"store_id = {STORE} and product_id = '{product}'", [(units,)])

    def count_stock(self, *products):
        messages = [{"event_time": f"{REVIEW}T00:00:01Z", "store_id": STORE, "product_id": product,
                     "update_type": "COUNT", "quantity": 10.5} for product in products]
        self.assertEqual(self.running.post_events(messages, topic="inventory-updates")[0], 202)

    def test_every_step_twice_and_killed_in_between_is_one_step(self):
        self.begin()
        self.add_store()
        self.count_stock("tea", "milk")
        for product in ("tea", "milk"):
            self.propose(product, 24)
        self.propose("a/b c", 12, "Mill", "0.3333")

        for changed in (True, False):  # edit
            done = self.decide("tea", "edit", {"quantity": 36, "note": "a fair"}, **{"Idempotency-Key": "e1"})
            self.assertEqual((done["changed"], done["proposal"]["quantity"]), (changed, 36))
            self.again()
        seen = self.proposal("tea")
        for changed in (True, False):  # approve
            done = self.decide("tea", "approve", {"quantity": 36, "generated_at": seen["generated_at"]})
            self.assertEqual(done["changed"], changed)
            self.again()
        self.assertTrue(self.decide("milk", "approve")["changed"])
        other = self.decide("a/b c", "approve")["proposal"]["order_number"]
        number = done["proposal"]["order_number"]
        self.assertNotEqual(number, other)

        # Computed anew after the fact: what was approved and seen stays.
        self.propose("tea", 48, "Somebody else", "9", minute=30)
        kept = self.proposal("tea")
        self.assertEqual((kept["state"], kept["quantity"], kept["order_quantity"]), ("approved", 36, 48))
        was = kept["seen"]
        self.assertEqual(was, {**seen, "seen": None})
        self.assertEqual((was["decided_by"], was["role"]), (USER, "administrator"))
        self.assertEqual(was["terms"]["protection_demand"] + was["terms"]["safety_stock"],
                         was["terms"]["reorder_point"])
        self.assertEqual(was["terms"]["order_up_to"], Decimal("34.5"))

        self.wait_view("select order_number, state, lines, order_value from retail.purchase_orders order by 1",
                       [(number, "draft", "2", "75"), (other, "draft", "1", "3.9996")])
        self.wait_on_order("tea", "0")
        for action, state in (("approve", "approved"), ("send", "sent"), ("confirm", "confirmed")):
            for changed in (True, False):
                done = self.act(number, action)
                self.assertEqual((done["changed"], done["order"]["state"]), (changed, state))
            self.again()
            self.assertEqual(self.state_of(number), state)
            self.wait_view(f"select state from retail.purchase_orders where order_number = '{number}'", [(state,)])
            self.wait_on_order("tea", "0" if state == "approved" else "36")

        # The supplier announces what is on order already, in two parts; then some of it comes.
        self.ship(number, "tea", "ANNOUNCED", 24)
        self.ship(number, "tea", "ANNOUNCED", 12)
        self.wait_view(f"select sum(announced_units) from retail.purchase_order_lines where order_number = '{number}'",
                       [("36",)])
        self.wait_on_order("tea", "36")
        self.ship(number, "tea", "ARRIVED", 30)
        self.wait_view(f"select state from retail.purchase_orders where order_number = '{number}'",
                       [("partly_received",)])
        self.wait_on_order("tea", "6")
        self.again()
        self.wait_on_order("tea", "6")
        stock = self.running.web("GET", f"/v1/stock/{STORE}/tea")[2]
        self.assertEqual(json.loads(stock)["on_order_units"], 6)

        for changed in (True, False):  # A person receives what no message spoke of.
            done = self.act(number, "receive", {"lines": [{"product_id": "milk", "received_units": 20}]})
            self.assertEqual((done["changed"], done["order"]["state"]), (changed, "partly_received"))
            self.again()
        self.wait_on_order("milk", "4")
        self.act(number, "receive", {"lines": [{"product_id": "milk", "received_units": 19}]}, status=409)
        self.ship(number, "tea", "SHORT", 6)
        self.act(number, "receive", {"lines": [{"product_id": "milk", "received_units": "24"}]})
        wait_until(lambda: self.state_of(number) == "received", "the order is closed")
        self.again()
        for product in ("tea", "milk"):
            self.wait_on_order(product, "0")
        self.act(number, "cancel", status=409)

        for changed in (True, False):  # Another one is not wanted after all.
            done = self.act(other, "cancel", {"note": "enough bread"})
            self.assertEqual((done["changed"], done["order"]["state"]), (changed, "cancelled"))
            self.again()
        story = self.ask("GET", f"/v1/orders/{number}")
        actions = [event["action"] for event in story["history"]]
        self.assertEqual([one for one in actions if one != "shipments"],
                         ["approve", "approve", "approve", "send", "confirm", "receive", "receive"])
        self.assertEqual(story["history"][0]["seen"], was)
        self.wait_view("select order_number, state from retail.purchase_orders order by 1",
                       [(number, "received"), (other, "cancelled")])
        self.wait_view("select order_number, product_id, ordered_units, came_in_units, short_units, open_units from "
                       "retail.purchase_order_lines order by 1, 2",
                       [(number, "milk", "24", "24", "0", "0"), (number, "tea", "36", "30", "6", "0"),
                        (other, "a/b c", "12", "0", "0", "0")])

    def test_a_decision_that_was_written_reaches_the_warehouse_through_a_kill(self):
        self.begin()
        self.add_store()
        self.propose("tea", 24)
        self.again("order.written:1")
        with self.assertRaises(BROKEN_OFF):
            self.decide("tea", "approve")
        self.assertEqual(self.running.wait_ended(), -9)
        self.begin()
        done = self.decide("tea", "approve")
        self.assertFalse(done["changed"])
        number = done["proposal"]["order_number"]
        self.wait_view("select order_number, state from retail.purchase_orders", [(number, "draft")])

    def test_of_those_who_approve_at_once_one_wins_and_the_others_are_told(self):
        self.begin()
        self.add_store()
        products = [f"p{number}" for number in range(4)]
        for product in products:
            self.propose(product, 12)
        answers = []

        def approve(product):
            answers.append((product, self.decide(product, "approve")["changed"]))

        threads = [threading.Thread(target=approve, args=(product,)) for product in products for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for product in products:
            self.assertEqual(sorted(changed for name, changed in answers if name == product),
                             [False, False, False, True])
        orders = self.ask("GET", "/v1/orders")["orders"]
        self.assertEqual([len(order["lines"]) for order in orders], [4])

    def test_limits_logins_and_what_is_approved_without_a_person(self):
        self.begin()
        self.add_store()
        self.propose("tea", 24)
        for headers, status in (({}, 401), ({**LOGIN, "Content-Type": "text/plain"}, 415),
                                ({**LOGIN, "Authorization": "Basic eDp5"}, 401)):
            found, _, text = self.running.web("POST", f"/v1/proposals/{STORE}/tea/{REVIEW}/approve", "{}", headers)
            self.assertEqual(found, status, text)
        self.assertEqual(self.proposal("tea")["state"], "open")
        self.decide("novel", "approve", status=404)
        self.decide("tea", "approve", {"quantity": 12}, status=409)
        self.decide("tea", "edit", {"quantity": 13}, status=400)

        self.running.kill_tree()
        self.begin(environment={"SHELFCAST_ORDERS_LIMIT_ADMINISTRATOR": "29.99"})
        refused = self.decide("tea", "approve", status=403)
        self.assertIn("29.99", refused["error"]["message"])
        self.assertIn("comes to 30", refused["error"]["message"])

        self.running.kill_tree()
        self.begin(environment={"SHELFCAST_ORDERS_AUTOMATIC_LIMIT": "30"})
        self.propose("milk", 24)
        wait_until(lambda: [len(order["lines"]) for order in self.ask("GET", "/v1/orders")["orders"]] == [1],
                   "an order that nobody approved")
        decided = [self.proposal(product) for product in ("milk", "tea")]
        self.assertEqual(sorted(one["state"] for one in decided), ["approved", "open"])
        self.assertIn("automatic", [one["decided_by"] for one in decided])

    def test_the_commands_do_the_same(self):
        self.begin()
        self.add_store()
        for product in ("tea", "milk", "jam"):
            self.propose(product, 24)
        where = ("--store", str(STORE), "--review-date", REVIEW)

        def command(*words):
            return self.succeed(self.running.command(*words)).splitlines()[-1]

        self.assertEqual(command("proposals", "list", *where), f"3 proposals of store {STORE} for {REVIEW}")
        self.assertEqual(command("proposals", "edit", "--product", "tea", "--quantity", "12", *where)[:23],
                         "tea: 12 units, edited b")
        self.assertEqual(command("proposals", "reject", "--product", "jam", *where)[:27],
                         "jam: 24 units, rejected by ")
        self.assertEqual(command("proposals", "approve", *where),
                         "approved: 2 proposals, 0 were so before, 0 were refused")
        self.assertEqual(command("proposals", "approve", *where),
                         "approved: 0 proposals, 0 were so before, 0 were refused")
        listed = json.loads(command("orders", "list", "--state", "draft", "--json"))["orders"]
        self.assertEqual(len(listed), 1)
        number = listed[0]["order_number"]
        refused = self.running.command("orders", "send", number)
        self.assertEqual(refused.returncode, 2)
        self.assertIn(f"{number}: send needs an order that is approved", refused.stderr)
        self.assertIn(f"{number} approved", command("orders", "approve", number))
        self.assertIn("expected 2031-02-03", command("orders", "send", number, "--expected-date", "2031-02-03"))
        self.assertIn("nothing to do: ", command("orders", "send", number))
        self.assertIn(f"{number} confirmed", command("orders", "confirm", number))
        self.assertIn("partly_received", command("orders", "receive", number, "--line", "tea=12"))
        self.assertIn(f"{number} received", command("orders", "receive", number))
        shown = self.succeed(self.running.command("orders", "show", number))
        self.assertIn("tea: ordered 12, came in 12", shown)
        self.assertIn("(administrator)", shown)
        for words in (("orders", "show", "PO-999999"), ("orders", "show", "7"),
                      ("orders", "receive", number, "--line", "tea")):
            self.assertEqual(self.running.command(*words).returncode, 2)
        for words in (("orders", "receive"), ("proposals", "approve")):
            self.assertIn("Example: shelfcast", self.succeed(self.running.command(*words, "--help")))


if __name__ == "__main__":
    unittest.main()
