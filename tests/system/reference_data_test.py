"""Products, stores and sales targets from files: into the views at once, kept over a restart and a
kill, whole or not at all."""

import datetime
import unittest

import pyarrow
import pyarrow.parquet

from running import SystemTest

STORES = """store_code,store_name,city,region,country,time_zone,currency
BER1,Mitte,Berlin,East,DE,Europe/Berlin,EUR
EDI1,Leith,Edinburgh,Scotland,GB,Europe/London,GBP
"""
PRODUCTS = (
    '{"product_id":"P1","product_name":"Tea","category":"Drinks","unit_cost":1.25,"pack_size":12}\n'
    '{"product_id":"P2","product_name":"Jam","lead_time_days":3}\n'
)
EVENT = {
    "event_time": "2025-11-20 10:00:00",
    "store_id": 1001,
    "product_id": "P1",
    "category": "TOOLS",
    "transaction_type": "SALE",
    "quantity": 3,
    "unit_price": 2.5,
}


class ReferenceDataTest(SystemTest):
    def import_table(self, shelfcast, table, path):
        return shelfcast.command("import", "--table", table, path)

    def expect_views(self, shelfcast):
        self.assertEqual(
            shelfcast.rows(
                "select product_id, product_name, category, unit_cost, pack_size "
                "from retail.dim_product order by product_id"
            ),
            [("P1", "Tea", "Drinks", "1.25", "12"), ("P2", "Jam", "", "0", "1")],
        )
        self.assertEqual(
            shelfcast.rows(
                "select store_id, target_revenue, actual_revenue, attainment "
                "from retail.sales_target_progress order by store_id"
            ),
            [("1001", "10", "7.5", "0.75"), ("1002", "99.5", "0", "0")],
        )
        self.assertEqual(
            shelfcast.rows(
                "select store_id, holiday_name from retail.store_holidays "
                "where store_id > 1000 and full_date in ('2025-10-03', '2025-12-01') "
                "order by store_id"
            ),
            [("1001", "Day of German Unity"), ("1002", "Saint Andrew\\'s Day (day off)")],
        )
        self.assertEqual(
            shelfcast.rows("select sum(is_holiday) > 0, count() from retail.dim_date"),
            [("1", "14610")],
        )

    def test_files_reach_the_views_and_survive_a_kill(self):
        shelfcast = self.start().wait_ready()
        targets = self.path("targets.parquet")
        pyarrow.parquet.write_table(
            pyarrow.table(
                {
                    "store": ["BER1", "1002"],
                    "business_date": [datetime.date(2025, 11, 20)] * 2,
                    "revenue": [10.0, 99.5],
                }
            ),
            targets,
        )
        for table, path in (
            ("stores", self.write("stores.csv", STORES)),
            ("products", self.write("products.ndjson", PRODUCTS)),
            ("sales_targets", targets),
        ):
            first = self.succeed(self.import_table(shelfcast, table, path))
            self.assertIn(f"imported {table}: 2 rows, 2 changed", first)
            again = self.succeed(self.import_table(shelfcast, table, path))
            self.assertIn(f"imported {table}: 2 rows, 0 changed", again)
        status, answer = shelfcast.post_events([EVENT])
        self.assertEqual(status, 202, answer)
        shelfcast.wait_for_events(1)
        self.expect_views(shelfcast)
        shelfcast.kill_tree()
        after = self.start().wait_ready()
        after.wait_for_events(1)
        self.expect_views(after)

    def test_a_wrong_file_is_refused_whole(self):
        shelfcast = self.start().wait_ready()
        self.succeed(self.import_table(shelfcast, "stores", self.write("stores.csv", STORES)))
        wrong = self.write(
            "wrong.csv", "store,business_date,revenue\nBER1,2025-11-21,5\nX,a,b\n"
        )
        refused = self.import_table(shelfcast, "sales_targets", wrong)
        self.assertNotEqual(refused.returncode, 0)
        for words in (wrong, 'row 2: store "X"', '"a"', '"b"', "nothing was imported"):
            self.assertIn(words, refused.stderr)
        self.assertEqual(shelfcast.rows("select count() from retail.sales_targets"), [("0",)])


if __name__ == "__main__":
    unittest.main()
