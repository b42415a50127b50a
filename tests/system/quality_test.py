"""The job retail_data_quality: an hour like the same one of the weeks before passes every check; of an hour with
a fault of each kind, each in a topic and store of its own, exactly those checks fail."""

import json
import unittest
from datetime import datetime, timedelta, timezone

from running import SystemTest

JOB = "retail_data_quality"
STORES = range(1, 9)
# A topic's table, and columns beside those that all of them have.
TOPICS = {
    "retail_events": ("events", {
        "hour_start": "toStartOfHour(event_time)", "product_id": "concat('p', toString(number % 10))",
        "transaction_type": "'SALE'", "quantity": "1 + number % 3", "unit_price": "2.5",
        "revenue": "2.5 * (1 + number % 3)", "basket_id": "concat('B', toString(number))"}),
    "sales-transactions": ("sales_transactions", {"customer_id": "'ann'"}),
    "inventory-updates": ("inventory_updates", {"update_type": "'WASTE'", "reason": "'torn'"}),
    "price-changes": ("price_changes", {
        "product_id": "concat('p', toString(number % 10))", "promotion_id": "'P'"}),
    "customer-events": ("customer_events", {"event_type": "'FOOTFALL'", "register_id": "'door'"}),
    "supplier-shipments": ("supplier_shipments", {"status": "'ARRIVED'", "supplier": "'Mill'"}),
}
HOUR = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0) - timedelta(days=2)


class QualityTest(SystemTest):
    def plant(self, topic, store, hour, count=100, late_s=2, **changed):
        """Accepted messages over that hour; columns by their expressions of `number`."""
        table, columns = TOPICS[topic]
        columns = {**columns, **changed}
        self.offset += count
        self.running.administer(
            f"insert into retail_core.{table}_speed (epoch, flush_id, log_partition, log_offset, "
            f"event_time, log_time, business_date, store_id, {', '.join(columns)}) "
            f"select 1, 1, 0, {self.offset} + number, "
            f"toDateTime64('{hour:%F %T}', 3, 'UTC') + intDiv(number * 3600, {count}) as event_time, "
            f"event_time + {late_s}, toDate(event_time), {store}, {', '.join(columns.values())} "
            f"from numbers({count})")

    def refuse(self, log_topic, source, reason, raw, count):
        self.running.administer(
            "insert into retail_core.rejections_speed (epoch, log_topic, log_time, reason, source, raw) "
            f"select 1, '{log_topic}', '{HOUR:%F %H}:30:00', '{reason}', '{source}', '{raw}' "
            f"from numbers({count})")

    def check(self, hour):
        """(check, topic, store) -> status, after the run that looks at that hour."""
        due = hour + timedelta(hours=1, minutes=5)
        done = self.running.command("schedule", "run", JOB, "--date", f"{due:%FT%H:%M}", "--json")
        self.assertEqual(json.loads(self.succeed(done))["run"]["state"], "done")
        rows = self.running.rows(
            "select check_name, topic, store_id, status, detail from retail.data_quality_results "
            f"where checked_hour = '{hour:%F %T}'")
        for row in rows:
            self.assertEqual(row[4] == "", row[3] == "pass", row)
        found = {(row[0], row[1], int(row[2])): row[3] for row in rows}
        self.assertEqual(len(found), len(rows))
        return found

    def test_each_fault_fails_its_check_alone(self):
        self.running = self.start(self.path("data")).wait_ready()
        self.offset = 0
        faults = {
            ("missing_stores", "inventory-updates", 1),
            ("volume_drift", "retail_events", 2),
            ("schema_drift", "price-changes", 0),
            ("late_share", "customer-events", 4),
            ("duplicates", "supplier-shipments", 5),
            ("nulls", "retail_events", 6),
            ("ranges", "retail_events", 7),
            ("stale_prices", "price-changes", 8),
        }
        for store in STORES:
            for topic in TOPICS:
                for weeks in range(1, 6):
                    self.plant(topic, store, HOUR - timedelta(weeks=weeks))
                changed = {}
                if (topic, store) == ("inventory-updates", 1):
                    continue
                if (topic, store) == ("retail_events", 2):
                    changed = {"count": 1200}
                elif (topic, store) == ("customer-events", 4):
                    self.plant(topic, store, HOUR - timedelta(hours=3), 30, late_s=3 * 3600)
                elif (topic, store) == ("retail_events", 6):
                    changed = {"basket_id": "if(number % 5 = 0, 'B', '')"}
                elif (topic, store) == ("retail_events", 7):
                    changed = {"unit_price": "if(number % 5 = 0, 0, 2.5)"}
                elif (topic, store) == ("retail_events", 8):
                    changed = {"product_id": "if(number % 5 = 0, 'p1', 'old')"}
                self.plant(topic, store, HOUR, **changed)
            self.running.administer(
                "insert into retail_core.product_sales_speed (epoch, store_id, business_date, product_id, "
                f"sales, units_sold, gross_revenue) select 1, {store}, toDate('{HOUR:%F}') - 10, "
                "concat('p', toString(number)), 100, 200, 500 from numbers(10)")
        self.refuse("dead-letters", "http/price-changes", "missing_field", '{"store_id":3}', 50)
        self.refuse("supplier-shipments", "http", "duplicate", '{"store_id":5}', 30)

        found = self.check(HOUR)
        self.assertEqual({key for key, status in found.items() if status != "pass"}, faults)
        self.assertEqual({found[fault] for fault in faults}, {"fail"})
        # The week before was like those before it.
        clean = self.check(HOUR - timedelta(weeks=1))
        self.assertEqual(set(clean.values()), {"pass"})
        self.assertEqual({key[0] for key in clean}, {fault[0] for fault in faults})


if __name__ == "__main__":
    unittest.main()
