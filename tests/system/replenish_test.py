"""Order proposals: the terms of every row re-add in SQL; one row per store, product and date through repeats, a
kill in mid-review and another date; nothing from a stale forecast; a budget and a supplier's minimum hold."""

import unittest
from datetime import datetime, timedelta, timezone

from running import SystemTest, wait_until

STORES = "store_code,time_zone,currency,store_type\nA,UTC,GBP,express\nB,UTC,GBP,express\n"
DC = "store_code,time_zone,currency,store_type\nDC,UTC,GBP,distribution_centre\n"
PRODUCTS = (
    "product_id,supplier,unit_cost,pack_size\n"
    "tea,Leaf,1.5,12\njam,Mill,2,1\nnut,Mill,0.5,1\nice,,4,1\n"
)
TERMS = (
    "store,product_id,supplier,lead_time_days,lead_time_std_dev_days,supplier_minimum_value,capacity_units\n"
    ",,,2,0.5,,\n,,Mill,1,0,10,\nA,jam,,,,,10\n"
)
# What a row says of itself, to the last digit.
ADJUSTMENTS = " + ".join(
    f"{name}_adjustment_units"
    for name in ("not_due", "pack", "min_order", "capacity", "shelf_life", "supplier_minimum",
                 "allocation", "budget", "data")
)
DOES_NOT_ADD_UP = f"""
    order_quantity != order_up_to_units - on_hand_units - on_order_units - in_transit_units + reserved_units
        + {ADJUSTMENTS}
    or reorder_point_units != protection_demand_units + safety_stock_units
    or order_quantity < 0
    or order_quantity > 0 and toInt64(order_quantity) % pack_size != 0"""


class ReplenishTest(SystemTest):
    def setUp(self):
        super().setUp()
        self.today = datetime.now(timezone.utc).date()
        self.yesterday = self.today - timedelta(days=1)

    def begin(self, *files, environment=None, failpoint=""):
        shelfcast = self.start(environment=environment, failpoint=failpoint).wait_ready()
        for table, text in files:
            path = self.write(f"{table}-{len(text)}.csv", text)
            self.succeed(shelfcast.command("import", "--table", table, path))
        return shelfcast

    def sell_and_stock(self, shelfcast, stores=(1001, 1002)):
        """Yesterday every product was received, and one of it was sold."""
        events = [
            {"event_time": f"{self.yesterday} {hour}:00:00", "store_id": store, "product_id": product,
             "category": "X", "transaction_type": kind, "quantity": quantity, "unit_price": 5}
            for store in stores for product in ("tea", "jam", "nut", "ice")
            for hour, kind, quantity in (("09", "RESTOCK", 6), ("12", "SALE", 1))
        ]
        self.assertEqual(shelfcast.post_events(events)[1]["accepted"], len(events))
        shelfcast.wait_for_events(len(events))

    def forecast(self, shelfcast, known_until, stores=(1001, 1002), products=("tea", "jam", "nut", "ice"),
                 version="v1"):
        rows = ", ".join(
            f"('product_store', {store}, '{product}', '{known_until + timedelta(days=1 + day)}', '{known_until}', "
            f"'lightgbm', '{version}', 1, {4 + day % 2}, 4, 1, 8, 0, 10, [0.1, 0.5, 0.9], [1, 4, 8], now64(3))"
            for store in stores for product in products for day in range(10)
        )
        shelfcast.administer(
            "insert into retail_core.forecasts (level, store_id, product_id, prediction_date, forecast_date, "
            "model_name, model_version, is_champion, predicted_demand, median_demand, lower_80, upper_80, "
            f"lower_95, upper_95, quantile_levels, quantiles, generated_at) values {rows}"
        )

    def replenish(self, shelfcast, *arguments):
        return self.succeed(shelfcast.command("replenish", *arguments))

    def proposals(self, shelfcast, columns, where="1"):
        return shelfcast.rows(
            f"select {columns} from retail.reorder_predictions where {where} order by store_id, product_id, "
            "review_date"
        )

    def expect_all_add_up(self, shelfcast):
        self.assertEqual(
            self.proposals(shelfcast, "store_id, product_id, review_date, order_quantity, reason",
                           DOES_NOT_ADD_UP), [])
        self.assertEqual(
            shelfcast.rows("select store_id, product_id, review_date from retail.reorder_predictions "
                           "group by all having count() > 1"), [])

    def test_terms_re_add_and_runs_replace_each_other(self):
        shelfcast = self.begin(("stores", STORES), ("products", PRODUCTS), ("item_terms", TERMS))
        self.sell_and_stock(shelfcast)
        self.forecast(shelfcast, self.yesterday)
        self.assertIn("8 products in 2 stores, 8 to order, 0 withheld", self.replenish(shelfcast))
        self.expect_all_add_up(shelfcast)
        first = self.proposals(shelfcast, "* except (generated_at)")
        self.assertEqual(len(first), 8)
        tea = self.proposals(
            shelfcast, "toInt64(order_quantity) % 12, supplier, lead_time_days, on_hand_units, review_date, "
            "expected_delivery_date, reason", "store_id = 1001 and product_id = 'tea'")[0]
        self.assertEqual(tea[:6], ("0", "Leaf", "2", "5", str(self.today), str(self.today + timedelta(days=2))))
        self.assertIn("5 on hand. Order ", tea[6])
        self.assertIn("By default: review period", tea[6])
        self.assertEqual(  # 10 fit in, of 5 there one day's 4 are gone before it comes.
            self.proposals(shelfcast, "order_quantity, limited_by", "store_id = 1001 and product_id = 'jam'"),
            [("9", "capacity")])
        self.assertGreaterEqual(
            float(shelfcast.rows("select min(value) from (select sum(order_value) as value from "
                                 "retail.reorder_predictions where supplier = 'Mill' group by store_id)")[0][0]), 10)

        self.replenish(shelfcast)
        self.assertEqual(self.proposals(shelfcast, "* except (generated_at)"), first)
        # Goods on their way are ordered once.
        expected = datetime.now(timezone.utc) + timedelta(days=1)
        announced = {"event_time": f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M:%S}", "store_id": 1001,
                     "product_id": "ice", "shipment_id": "S1", "status": "ANNOUNCED", "quantity": 3,
                     "supplier": "Pole", "expected_at": f"{expected:%Y-%m-%d %H:%M:%S}"}
        status, answer = shelfcast.post_events([announced], topic="supplier-shipments")
        self.assertEqual(status, 202, answer)
        wait_until(lambda: shelfcast.rows("select count() from retail.supplier_shipments") == [("1",)],
                   "the announcement")
        before = self.proposals(shelfcast, "order_quantity", "product_id = 'ice' and store_id = 1001")
        self.replenish(shelfcast, "--store", "A")
        after = self.proposals(shelfcast, "order_quantity, in_transit_units",
                               "product_id = 'ice' and store_id = 1001")
        self.assertEqual(after, [(str(int(before[0][0]) - 3), "3")])
        self.expect_all_add_up(shelfcast)

        # Another date is other rows; the day before has no snapshot to stand on, and says so.
        self.forecast(shelfcast, self.yesterday - timedelta(days=1), version="v0")
        self.replenish(shelfcast, "--date", str(self.yesterday))
        self.assertEqual(
            shelfcast.rows("select review_date, count(), countIf(limited_by = 'data') from "
                           "retail.reorder_predictions group by review_date order by review_date"),
            [(str(self.yesterday), "8", "8"), (str(self.today), "8", "0")])
        refused = shelfcast.command("replenish", "--date", str(self.today + timedelta(days=3)))
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("is to come", refused.stderr)
        self.assertIn("no store", shelfcast.command("replenish", "--store", "Z").stderr)
        self.expect_all_add_up(shelfcast)

    def test_a_kill_in_mid_review_leaves_one_proposal_each(self):
        shelfcast = self.begin(("stores", STORES), ("products", PRODUCTS))
        self.sell_and_stock(shelfcast)
        self.forecast(shelfcast, self.yesterday)
        shelfcast.kill_tree()
        dying = self.start(failpoint="review.written:1").wait_ready()
        self.assertNotEqual(dying.command("replenish").returncode, 0)
        dying.kill_tree()
        after = self.start().wait_ready()
        self.assertEqual(after.rows("select count() from retail.reorder_predictions"), [("4",)])  # One store.
        self.replenish(after)
        self.assertEqual(after.rows("select count() from retail.reorder_predictions"), [("8",)])
        self.expect_all_add_up(after)
        # The job does the same once for its date.
        self.forecast(after, self.yesterday - timedelta(days=1), version="v0")
        self.assertIn("8 products in 2 stores", self.succeed(
            after.command("schedule", "run", "retail_replenishment", "--date", str(self.yesterday))))
        self.assertIn("was already done", self.succeed(
            after.command("schedule", "run", "retail_replenishment", "--date", str(self.yesterday))))
        self.expect_all_add_up(after)

    def test_nothing_is_proposed_from_stale_or_broken_data(self):
        shelfcast = self.begin(("stores", STORES), ("products", PRODUCTS))
        self.sell_and_stock(shelfcast)
        self.forecast(shelfcast, self.yesterday, products=("tea", "jam"))
        self.forecast(shelfcast, self.yesterday - timedelta(days=4), products=("nut",))
        shelfcast.administer(
            "insert into retail_core.data_quality_results values (toStartOfHour(now()), 'missing_stores', "
            "'retail_events', 1002, 'fail', 0, 1, null, 0, 0, 'nothing came', now64(3))")
        self.replenish(shelfcast)
        self.assertEqual(
            self.proposals(shelfcast, "product_id, order_quantity > 0, limited_by", "store_id = 1001"),
            [("ice", "0", "data"), ("jam", "1", ""), ("nut", "0", "data"), ("tea", "1", "")])
        why = dict(self.proposals(shelfcast, "product_id, reason", "store_id = 1001"))
        self.assertIn("no forecast", why["ice"])
        self.assertIn(f"knows sales until {self.yesterday - timedelta(days=4)} only", why["nut"])
        self.assertEqual(
            shelfcast.rows("select order_quantity, limited_by, reason from retail.reorder_predictions "
                           "where store_id = 1002 group by all"),
            [("0", "data", "Nothing is proposed. The store\\'s data fails its checks: missing_stores.")])
        # A count below nothing is the ledger's: sold what was never there.
        status, answer = shelfcast.post_events([
            {"event_time": f"{self.yesterday} 13:00:00", "store_id": 1001, "product_id": "jam", "category": "X",
             "transaction_type": "SALE", "quantity": 9, "unit_price": 5}])
        self.assertEqual(status, 202, answer)
        shelfcast.wait_for_events(17)
        self.replenish(shelfcast)
        self.assertEqual(
            self.proposals(shelfcast, "order_quantity, limited_by, reason",
                           "store_id = 1001 and product_id = 'jam'"),
            [("0", "data", "Nothing is proposed. Stock is -4 on the books: count it first.")])
        self.expect_all_add_up(shelfcast)

    def test_a_budget_holds_and_levels_reach_the_stock_of_the_day(self):
        shelfcast = self.begin(("stores", STORES), ("products", PRODUCTS),
                               environment={"SHELFCAST_REPLENISHMENT_STORE_BUDGET": "20"})
        self.sell_and_stock(shelfcast)
        self.forecast(shelfcast, self.yesterday)
        self.replenish(shelfcast)
        values = shelfcast.rows("select sum(order_value) from retail.reorder_predictions group by store_id")
        self.assertEqual(len(values), 2)
        for (value,) in values:
            self.assertLessEqual(float(value), 20)
            self.assertGreater(float(value), 10)
        self.assertNotEqual(self.proposals(shelfcast, "product_id", "limited_by = 'budget'"), [])
        self.expect_all_add_up(shelfcast)
        # The review of a day is in its snapshot.
        self.forecast(shelfcast, self.yesterday - timedelta(days=1), version="v0")
        self.replenish(shelfcast, "--date", str(self.yesterday))
        self.succeed(shelfcast.command("schedule", "run", "retail_stock_snapshot"))
        self.assertEqual(
            shelfcast.rows("select count(), countIf(reorder_point > 0 and safety_stock > 0) "
                           "from retail.fact_inventory"), [("8", "8")])
        # What that earned is measured once.
        self.assertIn("1 dates, 2 rows", self.succeed(
            shelfcast.command("schedule", "run", "retail_business_impact")))
        self.assertEqual(
            shelfcast.rows("select store_id, business_date, baseline_policy, method like '%bootstrap%', "
                           "saving_lower <= saving_upper, holding_cost > 0 from retail.business_impact_daily "
                           "order by store_id"),
            [(store, str(self.yesterday), "7 days of sales", "1", "1", "1") for store in ("1001", "1002")])

    def test_a_distribution_centre_shares_what_it_has(self):
        shelfcast = self.begin(("stores", STORES), ("stores", DC),
                               ("products", "product_id,supplier\ntea,DC\njam,DC\nnut,DC\nice,DC\n"))
        self.sell_and_stock(shelfcast)
        stock = {"event_time": f"{self.yesterday} 09:00:00", "store_id": 1003, "product_id": "tea", "category": "X",
                 "transaction_type": "RESTOCK", "quantity": 10, "unit_price": 5}
        self.assertEqual(shelfcast.post_events([stock])[1]["accepted"], 1)
        shelfcast.wait_for_events(17)
        self.forecast(shelfcast, self.yesterday)
        self.replenish(shelfcast)
        self.expect_all_add_up(shelfcast)
        self.assertEqual(
            self.proposals(shelfcast, "store_id, order_quantity, limited_by", "product_id = 'tea'")[:2],
            [("1001", "5", "allocation"), ("1002", "5", "allocation")])
        self.assertEqual(
            self.proposals(shelfcast, "reserved_units, order_quantity > 20, limited_by",
                           "product_id = 'tea' and store_id = 1003"), [("10", "1", "")])


if __name__ == "__main__":
    unittest.main()
