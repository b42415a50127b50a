"""The bundled real receipts: revenue per store and business date equals what DuckDB computes from
the files in decimals, exactly; importing everything again changes nothing."""

import os
import re
import unittest
from decimal import Decimal

import duckdb

from acknowledged import lake_files
from running import ROOT, SystemTest

SETS = {
    "uci": ("Europe/London", "GBP", 496_458, Decimal("9141208.6")),
    "freshretail": ("Asia/Shanghai", "CNY", 1_333_103, Decimal("217860.369427")),
}


def file_of(name):
    return os.path.join(ROOT, "data", name, "events.parquet")


def revenue_sql(source):
    """Revenue per store code and business date; quantity and price are doubles in the files."""
    return f"""
        select store_id, cast(cast(event_time as date) as varchar), count(*),
            sum(case transaction_type when 'SALE' then 1 when 'RETURN' then -1 else 0 end
                * cast(quantity as decimal(12, 3)) * cast(unit_price as decimal(14, 4)))
        from read_parquet('{source}')
        group by all
    """


class RealDataTest(SystemTest):
    def found(self, view, measures):
        rows = self.running.rows(
            f"""select stores.store_code, figures.business_date, {measures}
            from retail.{view} as figures
            inner join retail.dim_store as stores on stores.store_id = figures.store_id
            group by stores.store_code, figures.business_date"""
        )
        return {(store, date): (int(events), Decimal(sum_)) for store, date, events, sum_ in rows}

    def check(self, expected, views):
        for view in views:
            is_rows = view.startswith("retail_events")
            events = "count()" if is_rows else "sum(figures.events)"
            measures = f"{events}, sum(figures.revenue)"
            self.assertEqual(self.found(view, measures), expected, view)

    def import_all(self):
        """The outcome words and how many rows were taken in."""
        outcomes, taken = [], 0
        for name, (zone, currency, _, _) in SETS.items():
            said = self.succeed(
                self.running.command(
                    "import", file_of(name), "--create-stores", "--time-zone", zone,
                    "--currency", currency,
                )
            )
            outcome, accepted, rejected = re.search(
                r": (\w+), \d+ rows, (\d+) accepted, (\d+) rejected", said
            ).groups()
            self.assertEqual(rejected, "0", said)
            outcomes.append(outcome)
            taken += int(accepted)
        return outcomes, taken

    def test_bundled_receipts(self):
        expected = {}
        for name, (_, _, events, revenue) in SETS.items():
            rows = duckdb.sql(revenue_sql(file_of(name))).fetchall()
            one = {(store, date): (count, sum_) for store, date, count, sum_ in rows}
            self.assertEqual(sum(count for count, _ in one.values()), events)
            self.assertEqual(sum(sum_ for _, sum_ in one.values()), revenue)
            expected |= one
        total = sum(events for _, _, events, _ in SETS.values())

        self.running = self.start().wait_ready()
        self.assertEqual(self.import_all(), (["imported", "imported"], total))
        self.running.wait_for_events(total)
        summaries = ["daily_sales_summary", "hourly_sales_summary", "product_performance_summary"]
        self.check(expected, ["retail_events_unified", *summaries])

        code, report = self.running.batch()
        self.assertEqual((code, report["differing_keys"]), (0, 0), report)
        self.assertEqual(sum(epoch["accepted"] for epoch in report["epochs"]), total)
        self.assertEqual(sum(epoch["rejected"] for epoch in report["epochs"]), 0)
        self.assertEqual(sum(epoch["duplicates"] for epoch in report["epochs"]), 0)
        every = ["retail_events_unified", "retail_events_historical", *summaries]
        self.check(expected, every)

        self.assertEqual(self.import_all(), (["already_imported"] * 2, 0))
        code, report = self.running.batch()
        self.assertEqual((code, report["differing_keys"]), (0, 0), report)
        self.check(expected, every)
        in_lake = duckdb.sql(
            f"""select count(*), sum(revenue)
            from read_parquet({lake_files(self.running.data, 'events')})"""
        ).fetchall()[0]
        self.assertEqual(in_lake, (total, sum(revenue for *_, revenue in SETS.values())))


if __name__ == "__main__":
    unittest.main(verbosity=2)
