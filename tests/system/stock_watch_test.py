"""Who is about to run out: sales velocity, stock-out probability and restock alerts, from messages in by HTTP
to what a store manager reads. One incident, through a kill and to its end."""

import glob
import os
import unittest
from datetime import datetime, timedelta, timezone

from running import SystemTest, wait_until

DAYS = 28
SOLD_A_DAY = {"tea": 5, "coffee": 5, "clock": 1}
STORE = 1001


def at(day, hour=12, minute=0):
    """UTC text of a time so many days from today; the store's clock is UTC."""
    midnight = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    return str((midnight + timedelta(days=day, hours=hour, minutes=minute)).replace(tzinfo=None)) + "Z"


def line(product, day, kind="SALE", quantity=1, hour=12, minute=0):
    return {"event_time": at(day, hour, minute), "store_id": STORE, "product_id": product,
            "category": "Goods", "transaction_type": kind, "quantity": quantity, "unit_price": 2}


class StockWatchTest(SystemTest):
    def begin(self):
        self.data = self.path("data")
        return self.start(self.data, environment={"SHELFCAST_WATCH_INTERVAL_S": "1"}).wait_ready()

    def count(self, running, product, quantity):

        message = {"event_time": str(datetime.now(timezone.utc).replace(tzinfo=None)) + "Z",
                   "store_id": STORE, "product_id": product, "update_type": "COUNT",
                   "quantity": quantity}
        self.assertEqual(
            running.post_events([message], topic="inventory-updates")[1]["accepted"], 1)

    def alerts(self, running):
        return running.rows(
            "select product_id, state, toString(alert_id), horizon_days, on_hand_units,"
            " round(stock_out_probability, 2), reason, isNull(recovered_at),"
            " expected_stock_out_at between raised_at and raised_at + interval 3 day"
            " from retail.restock_alerts order by product_id, raised_at")

    def risk(self, running, product):
        return running.rows(
            "select units_sold_per_day, days_of_cover, stock_out_probability"
            f" from retail.inventory_by_store where product_id = '{product}'")[0]

    def test_one_alert_from_raise_to_recovery(self):
        running = self.begin()
        stores = self.write("stores.csv", f"store_id,store_code,name,time_zone,currency\n{STORE},S1,Shop,UTC,GBP\n")
        self.succeed(running.command("import", "--table", "stores", stores))
        history = [
            line(product, -day, minute=number)
            for day in range(1, DAYS + 1)
            for product, units in SOLD_A_DAY.items()
            for number in range(units)
        ]
        status, answer = running.post_events(history)
        self.assertEqual((status, answer["accepted"]), (202, len(history)), answer)
        for product, stock in (("tea", 4), ("coffee", 400)):
            self.count(running, product, stock)

        (alert,) = wait_until(lambda: self.alerts(running), "a restock alert")
        self.assertEqual(alert[:2], ("tea", "open"))
        self.assertEqual(alert[3:5], ("3", "4"))
        # At most today's rest and two days more: 15 units wanted, 4 there.
        self.assertGreater(float(alert[5]), 0.8)
        self.assertRegex(alert[6], r"^4 left, 5 sell a day: ends in about \d\.\d days\. Nothing is on order\.$")
        self.assertEqual(alert[7:], ("1", "1"))
        # Risks are written after the alerts.
        wait_until(lambda: self.risk(running, "coffee")[2] != "\\N", "the risks")
        velocity, cover, probability = self.risk(running, "tea")
        self.assertEqual((velocity, cover), ("5", "0.8"))
        self.assertAlmostEqual(float(probability), float(alert[5]), places=1)
        velocity, cover, probability = self.risk(running, "coffee")
        self.assertEqual((velocity, cover), ("5", "80"))
        self.assertLess(float(probability), 0.01)
        # Never counted nor received: nobody knows what there is.
        self.assertEqual(self.risk(running, "clock")[2], "\\N")

        # The next life knows the incident.
        running.kill_tree()
        running = self.start(self.data, environment={"SHELFCAST_WATCH_INTERVAL_S": "1"}).wait_ready()
        self.count(running, "coffee", 3)
        found = wait_until(lambda: len(self.alerts(running)) > 1 and self.alerts(running),
                           "the second product's alert")
        self.assertEqual([one[:2] for one in found], [("coffee", "open"), ("tea", "open")])
        self.assertEqual(found[1][2], alert[2])

        # A delivery ends it.
        delivery = line("tea", 0, "RESTOCK", 60)
        delivery["event_time"] = str(datetime.now(timezone.utc).replace(tzinfo=None)) + "Z"
        self.assertEqual(running.post_events([delivery])[1]["accepted"], 1)
        found = wait_until(
            lambda: self.alerts(running)[1][1] == "recovered" and self.alerts(running),
            "the alert's end")
        self.assertEqual(found[1][2], alert[2])
        self.assertEqual(found[1][7], "0")
        self.assertEqual(len(found), 2)
        self.assertTrue(glob.glob(os.path.join(self.data, "log", "restock-alerts", "*.sqlite")))


if __name__ == "__main__":
    unittest.main()
