"""Every topic end to end: messages in by HTTP, rows and stock out by SQL, before and after a batch, a
kill, a rebuild and another booking rule. The stock ledger is computed here, message by message."""

import glob
import json
import os
import random
import unittest
import uuid
from datetime import datetime, timedelta
from decimal import Decimal

from running import INGEST_TOKEN, SystemTest, wait_until

SEED = int(os.environ.get("SHELFCAST_SEED", "20251122"))
STORES = (1001, 1002)
PRODUCTS = ("tea", "novel", "clock")
BEGIN = datetime(2025, 11, 3, 8)
TOPICS = {
    "retail_events": "retail_events_unified",
    "sales-transactions": "sales_transactions",
    "inventory-updates": "inventory_updates",
    "price-changes": "price_changes",
    "customer-events": "customer_events",
    "supplier-shipments": "supplier_shipments",
}


def sign_of(topic, message, rules):
    """How many units a message moves, times its quantity; None: it moves none."""
    if topic in ("retail_events", "sales-transactions"):
        kind = message["transaction_type"]
        if kind == "RESTOCK":
            return 1 if rules[1] == topic else None
        return {"SALE": -1, "RETURN": 1}[kind] if rules[0] == topic else None
    if topic == "supplier-shipments":
        return 1 if rules[1] == topic and message["status"] == "ARRIVED" else None
    if topic == "inventory-updates":
        return {"CORRECTION": 1, "WASTE": -1}.get(message["update_type"])
    return None


def on_shelf(messages, rules):
    """(on hand, on order, reserved, last count, shrinkage) of one product in one store, of messages
    in any order: a message is (topic, fields)."""
    on_hand, on_order, reserved, counted, shrinkage = (Decimal(0),) * 3 + (None, Decimal(0))
    known = False
    # At one instant a count comes last.
    in_time = sorted(
        messages,
        key=lambda one: (one[1]["event_time"], one[1].get("update_type") == "COUNT",
                         one[1]["quantity"]),
    )
    for topic, message in in_time:
        quantity = Decimal(str(message["quantity"]))
        # The receipt lines of retail_events are always known to the roll-ups.
        known = known or topic in ("retail_events", "sales-transactions", "inventory-updates",
                                   "supplier-shipments")
        if topic == "inventory-updates" and message["update_type"] == "COUNT":
            if counted is not None:
                shrinkage += on_hand - quantity
            on_hand = counted = quantity
        elif topic == "inventory-updates" and message["update_type"] in ("RESERVE", "RELEASE"):
            reserved += quantity if message["update_type"] == "RESERVE" else -quantity
        elif (sign := sign_of(topic, message, rules)) is not None:
            on_hand += sign * quantity
        if topic == "supplier-shipments":
            on_order += quantity if message["status"] == "ANNOUNCED" else -quantity
    return (on_hand, on_order, reserved, counted, shrinkage) if known else None


class TopicsTest(SystemTest):
    def setUp(self):
        super().setUp()
        print(f"seed {SEED}", flush=True)
        self.chance = random.Random(SEED)
        self.data = self.path("data")
        self.accepted = {topic: [] for topic in TOPICS}

    def make(self, topic):
        chance = self.chance
        message = {
            "event_time": str(BEGIN + timedelta(seconds=chance.randrange(12 * 86_400))) + "Z",
            "store_id": chance.choice(STORES),
            "product_id": chance.choice(PRODUCTS),
            "quantity": chance.choice((1, 2, 5, 0.25)),
            "event_id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        }
        if topic in ("retail_events", "sales-transactions"):
            kinds = ("SALE", "SALE", "RETURN") + (("RESTOCK",) if topic == "retail_events" else ())
            message |= {"category": "Goods", "transaction_type": chance.choice(kinds),
                        "unit_price": 2.5, "basket_id": f"B{chance.randrange(99)}"}
        elif topic == "inventory-updates":
            kinds = ("COUNT", "CORRECTION", "WASTE", "RESERVE", "RELEASE")
            message |= {"update_type": chance.choice(kinds), "reason": "shelf check"}
            if message["update_type"] == "CORRECTION" and chance.random() < 0.5:
                message["quantity"] = -message["quantity"]
        elif topic == "price-changes":
            del message["quantity"]
            message |= {"price_type": "REGULAR", "unit_price": chance.randrange(1, 99)}
        elif topic == "customer-events":
            message |= {"event_type": "SCAN"}
        else:
            message |= {"shipment_id": f"S{chance.randrange(9)}", "supplier": "Mill & Sons",
                        "status": chance.choice(("ANNOUNCED", "ARRIVED", "SHORT"))}
        return message

    def post(self, running, topic, messages, key="", reasons=None):
        """Posts the messages and strings; the strings are refused for those reasons."""
        status, answer = running.post_events(
            messages, key, topic="" if topic == "retail_events" else topic
        )
        self.assertEqual(status, 202, answer)
        good = [one for one in messages if not isinstance(one, str)]
        self.assertEqual(answer["accepted"], len(good), answer)
        self.assertEqual(answer["reasons"], reasons or {})
        return answer, good

    def send(self, running, count):
        for topic in TOPICS:
            messages = [self.make(topic) for _ in range(count)]
            _, good = self.post(running, topic, messages)
            self.accepted[topic] += good

    def check(self, running, what, rules=("retail_events", "retail_events")):
        for topic, view in TOPICS.items():
            wanted = sorted(one["event_id"] for one in self.accepted[topic])

            def is_there(view=view, wanted=wanted):
                found = running.rows(f"select event_id from retail.{view} order by 1")
                return sorted(row[0] for row in found) == wanted

            wait_until(is_there, f"{what}: every message of {topic} once")
        by_key = {}
        for topic, messages in self.accepted.items():
            for message in messages:
                if topic not in ("price-changes", "customer-events"):
                    key = (message["store_id"], message["product_id"])
                    by_key.setdefault(key, []).append((topic, message))
        wanted = {
            key: shelf for key, messages in by_key.items()
            if (shelf := on_shelf(messages, rules)) is not None
        }
        rows = running.rows(
            """select store_id, product_id, on_hand_units, on_order_units, reserved_units,
            last_count_units, shrinkage_units from retail.inventory_by_store"""
        )
        found = {
            (int(row[0]), row[1]): tuple(
                None if text == "\\N" else Decimal(text) for text in row[2:]
            )
            for row in rows
        }
        self.assertEqual(found, wanted, what)
        for (store, product), shelf in wanted.items():
            status, _, text = running.web("GET", f"/v1/stock/{store}/{product}")
            self.assertEqual(status, 200, text)
            now = json.loads(text, parse_float=Decimal, parse_int=Decimal)
            self.assertEqual(
                (now["on_hand_units"], now["on_order_units"], now["reserved_units"],
                 now["last_count_units"]),
                shelf[:4],
                (what, now),
            )
        # The last movement of each product leaves what the ledger says there is.
        last = running.rows(
            """select store_id, product_id, on_hand_units from retail.stock_movements
            order by event_time desc, cause = 'count' desc limit 1 by store_id, product_id"""
        )
        for row in last:
            self.assertEqual(Decimal(row[2]), wanted[int(row[0]), row[1]][0], (what, row))

    def begin(self):
        path = self.write("stores.csv", "store_id,store_code,name,time_zone,currency\n"
                          "1001,NORTH,North,Europe/London,GBP\n1002,SOUTH,South,Europe/London,GBP\n")
        running = self.start(self.data).wait_ready()
        self.succeed(running.command("import", path, "--table", "stores"))
        return running

    def test_in_any_order_through_batch_kill_rebuild_and_rules(self):
        running = self.begin()
        self.send(running, 40)
        self.check(running, "live")
        code, report = running.batch()
        self.assertEqual((code, report["differing_keys"]), (0, 0), report)
        self.check(running, "closed")
        # Messages that come after the close, many of them older than what was counted before it.
        self.send(running, 40)
        self.check(running, "live over closed")
        running.kill_tree()
        running = self.start(self.data).wait_ready()
        self.check(running, "after a kill")
        code, report = running.batch()
        self.assertEqual((code, report["differing_keys"]), (0, 0), report)
        self.check(running, "closed twice")
        for topic in TOPICS:
            files = glob.glob(os.path.join(self.data, "lake", topic, "business_date=*", "*.parquet"))
            self.assertGreater(len(files), 5, topic)
        self.succeed(running.command("rebuild"))
        self.check(running, "rebuilt")
        self.assertEqual(running.terminate(), 0)
        rules = ("sales-transactions", "supplier-shipments")
        running = self.start(
            self.data,
            environment={"SHELFCAST_LEDGER_SALES_FROM": rules[0],
                         "SHELFCAST_LEDGER_RECEIPTS_FROM": rules[1]},
        ).wait_ready()
        self.check(running, "booked from the other topics", rules)

    def test_wrong_messages(self):
        running = self.begin()
        status, _, text = running.web("POST", "/v1/events/inventory", b"{}",
                                      {"Authorization": f"Bearer {INGEST_TOKEN}"})
        self.assertEqual(status, 404, text)
        self.assertIn(b"inventory-updates", text)
        self.assertEqual(running.web("POST", "/v1/events/price-changes", b"{}")[0], 401)

        good = self.make("inventory-updates")
        wrong = {
            "missing_field": {key: good[key] for key in good if key != "quantity"},
            "unknown_field": {**good, "category": "Drinks"},
            "unknown_word": {**good, "update_type": "STOLEN"},
            "out_of_range": {**good, "update_type": "WASTE", "quantity": -1},
            "unknown_store": {**good, "store_id": 77, "event_id": str(uuid.UUID(int=77))},
        }
        messages = [good, *map(json.dumps, wrong.values())]
        _, accepted = self.post(running, "inventory-updates", messages, "k1", dict.fromkeys(wrong, 1))
        self.accepted["inventory-updates"] += accepted
        # The same request once more, and the same key for another topic.
        answer, _ = self.post(running, "inventory-updates", messages, "k1", dict.fromkeys(wrong, 1))
        self.assertTrue(answer["duplicate_request"])
        price = self.make("price-changes")
        answer, accepted = self.post(running, "price-changes", [price, "{"], "k1",
                                     {"broken_json": 1})
        self.assertFalse(answer["duplicate_request"])
        self.accepted["price-changes"] += accepted
        # An id counts once per topic.
        self.post(running, "price-changes", [price])
        line = {**self.make("retail_events"), "event_id": price["event_id"]}
        self.accepted["retail_events"] += self.post(running, "retail_events", [line])[1]
        self.check(running, "wrong ones left out")

        def reasons():
            return dict(running.rows(
                "select reason, toUInt32(count()) from retail.rejected_events group by reason"))

        wanted = {reason: "1" for reason in [*wrong, "broken_json", "duplicate"]}
        wait_until(lambda: reasons() == wanted, "each refusal once")

        # What was refused for its store goes to its own topic once the store is known.
        path = self.write("more.csv", "store_id,store_code,name,time_zone,currency\n"
                          "77,EAST,East,Europe/London,GBP\n")
        self.succeed(running.command("import", path, "--table", "stores"))
        done = running.command("dead-letters", "replay", "--json", "--reason", "unknown_store")
        self.assertEqual(json.loads(self.succeed(done))["accepted"], 1)
        code, report = running.batch()
        self.assertEqual((code, report["differing_keys"]), (0, 0), report)
        counts = running.rows("select store_id, count() from retail.inventory_updates "
                              "where store_id = 77 group by 1")
        self.assertEqual(counts, [("77", "1")])
        self.assertEqual(reasons(), wanted)


if __name__ == "__main__":
    unittest.main()
