"""A difference planted in any table is found when the epoch closes: named, stored, counted. Planted
in speed rows, the views give the batch result afterwards."""

import os
import random
import signal
import unittest
from concurrent.futures import ThreadPoolExecutor

from acknowledged import Books, as_csv, as_line, make_event
from running import SystemTest, wait_until

SEED = 4711
CODES = {1001: "NORTH", 1002: "SOUTH"}
ROLLUPS = {
    "daily_sales": ("business_date", "store_id", "category"),
    "hourly_sales": ("store_id", "business_date", "hour_start"),
    "product_sales": ("business_date", "store_id", "product_id", "category"),
    "product_months": ("store_id", "month", "product_id", "category"),
    "stock_days": ("store_id", "business_date", "product_id"),
}
# The other topics' tables of rows.
ROWS = ("sales_transactions", "inventory_updates", "price_changes", "customer_events",
        "supplier_shipments")
# Where a unit is moved to, by the key's column.
ELSEWHERE = {
    "store_id": "if(store_id = 1001, 1002, 1001)",
    "business_date": "business_date + 1",
    "month": "addMonths(month, 1)",
    "hour_start": "hour_start + 3600",
    "category": "concat(category, '-other')",
    "product_id": "concat(product_id, '-other')",
}


def rollup_plants(layer):
    """(table, what, how many keys differ, statements); {epoch} is open in the statements."""
    layer_keys = {"speed": "epoch, flush_id", "batch": "generation, epoch"}[layer]
    for table, keys in ROLLUPS.items():
        names = ", ".join(keys)
        into = (
            f"insert into retail_core.{table}_{layer} ({layer_keys}, {names}, units_sold, "
            "last_event_time) "
        )
        source = (
            f"from (select * from retail_core.{table}_{layer} where epoch = {{epoch}} "
            f"order by {names} limit 1)"
        )

        def unit(amount, moved="", keys=keys, source=source):
            values = ", ".join(ELSEWHERE[key] if key == moved else key for key in keys)
            return f"select {layer_keys}, {values}, {amount}, last_event_time {source}"

        yield table, "one unit more", 1, [into + unit("1")]
        yield table, "one unit less", 1, [into + unit("-1")]
        for key in keys:
            # In one statement: after the first row the second would read another one.
            yield table, f"one unit moved in {key}", 2, [
                f"{into}{unit('1')} union all {unit('-1', key)}"
            ]


def row_plants(layer):
    events, rejections = f"retail_core.events_{layer}", f"retail_core.rejections_{layer}"
    first = f"(select min((log_partition, log_offset)) from {events} where epoch = {{epoch}})"
    at_first = f"epoch = {{epoch}} and (log_partition, log_offset) = {first}"
    yield "events", "one unit more", 1, [
        f"alter table {events} update quantity = quantity + 1 where {at_first}"
    ]
    swapped = "if(store_id = 1001, 1002, 1001)"
    pair = f"""(log_partition, log_offset) in (
        select min((log_partition, log_offset)) from {events}
        where epoch = {{epoch}} group by store_id)"""
    yield "events", "moved between stores", 2, [
        f"insert into {events} select * replace ({swapped} as store_id, "
        f"concat(product_id, '!') as product_id) from {events} where epoch = {{epoch}} and {pair}",
        f"alter table {events} delete where epoch = {{epoch}} and {pair} "
        "and not endsWith(product_id, '!')",
        f"alter table {events} update product_id = trim(trailing '!' from product_id) "
        "where epoch = {epoch}",
    ]
    yield "events", "one row lost", 1, [f"alter table {events} delete where {at_first}"]
    yield "rejections", "one row more", 1, [
        f"insert into {rejections} select * replace (log_offset + 100000 as log_offset) "
        f"from {rejections} where epoch = {{epoch}} limit 1"
    ]
    yield "rejections", "another reason", 1, [
        f"alter table {rejections} update reason = 'bad_time' where epoch = {{epoch}} "
        f"and log_offset = (select max(log_offset) from {rejections} where epoch = {{epoch}})"
    ]
    for table in ROWS:
        name = f"retail_core.{table}_{layer}"
        changed = "unit_price" if table == "price_changes" else "quantity"
        # The epoch has one row of each store; they may lie in parts that change one after the other.
        at_first = "epoch = {epoch} and store_id = 1001"
        yield table, "one unit more", 1, [
            f"alter table {name} update {changed} = {changed} + 1 where {at_first}"
        ]
        yield table, "one row lost", 1, [f"alter table {name} delete where {at_first}"]


def other_messages(store):
    """One message of each topic beside retail_events; three of them move or promise stock."""
    common = {"event_time": "2025-11-03T10:00:00Z", "store_id": store, "product_id": "tea"}
    return {
        "sales-transactions": {**common, "category": "Drinks", "transaction_type": "SALE",
                               "quantity": 1, "unit_price": 2, "basket_id": "B1"},
        "inventory-updates": {**common, "update_type": "COUNT", "quantity": 7},
        "price-changes": {**common, "price_type": "REGULAR", "unit_price": 2},
        "customer-events": {**common, "event_type": "SCAN", "quantity": 1},
        "supplier-shipments": {**common, "shipment_id": "S1", "status": "ARRIVED", "quantity": 5},
    }


class PlantedDifferenceTest(SystemTest):
    FAILPOINT = ""

    def setUp(self):
        super().setUp()
        print(f"seed {SEED}", flush=True)
        self.chance = random.Random(SEED)
        self.books = Books()
        self.running = self.start(failpoint=self.FAILPOINT).wait_ready()
        events = [make_event(self.chance, store) for store in CODES]
        path = self.write("first.csv", as_csv(events, CODES))
        self.succeed(
            self.running.command(
                "import", path, "--create-stores", "--time-zone", "Europe/London",
                "--currency", "GBP",
            )
        )
        for event in events:
            self.books.accept(event)
        self.assertEqual(self.close([]).returncode, 0)

    def close(self, statements):
        """`shelfcast batch`, with the statements carried out before it begins."""
        for statement in statements:
            self.running.administer(statement)
        return self.running.command("batch")

    def close_held(self, act):
        """`shelfcast batch`, with `act` done while the failpoint holds the program."""
        pid = self.running.process.pid

        def is_held():
            with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                return file.read().rpartition(")")[2].split()[0] == "T"

        with ThreadPoolExecutor(1) as pool:
            closing = pool.submit(self.running.command, "batch")
            try:
                wait_until(is_held, "the program held at its failpoint")
                act()
            finally:
                os.kill(pid, signal.SIGCONT)
            return closing.result()

    def fill_epoch(self):
        """Events of both stores and a rejection, in every table of the open epoch: its number."""
        events = [make_event(self.chance, store) for store in CODES for _ in range(3)]
        status, answer = self.running.post_events([*map(as_line, events), "{"])
        self.assertEqual((status, answer["accepted"], answer["rejected"]), (202, 6, 1), answer)
        for event in events:
            self.books.accept(event)
        self.books.rejected["broken_json"] += 1
        for store in CODES:
            for topic, message in other_messages(store).items():
                status, answer = self.running.post_events([message], topic=topic)
                self.assertEqual((status, answer["accepted"]), (202, 1), answer)
        epoch = int(self.running.metric("shelfcast_open_epoch"))

        def is_delivered():
            counts = [
                self.running.administer(
                    f"select {measure} from retail_core.{table}_speed where epoch = {epoch}"
                ).strip()
                for table, measure in (
                    ("events", "count()"),
                    *((table, "sum(events)") for table in ROLLUPS),
                    *((table, "count()") for table in ROWS),
                    ("rejections", "count()"),
                )
            ]
            return counts == ["6"] * (1 + len(ROLLUPS)) + ["2"] * len(ROWS) + ["1"]

        wait_until(is_delivered, f"epoch {epoch} in every speed table")
        return epoch

    def check_found(self, table, keys, epoch, found):
        self.assertEqual(found.returncode, 3, found.stdout + found.stderr)
        self.assertEqual(found.stdout.count("differs: "), keys, found.stdout)
        self.assertEqual(found.stdout.count(f"differs: {table} epoch {epoch} "), keys, found.stdout)
        stored = self.running.rows(
            f"""select table_name, key, speed, batch from retail.reconciliation_differences
            where epoch = {epoch}"""
        )
        self.assertEqual([row[0] for row in stored], [table] * keys, stored)
        for _, key, speed, batch in stored:
            self.assertIn(f"epoch {epoch} {key}:", found.stdout)
            self.assertNotEqual(speed, batch)
        self.assertEqual(
            self.running.metric(f'shelfcast_reconciliation_difference{{table="{table}"}}'), keys
        )

    def plant(self, plants):
        """Each of them in an epoch of its own; how many differences there were."""
        total = 0
        for table, what, keys, statements in plants:
            with self.subTest(table=table, what=what):
                epoch = self.fill_epoch()
                found = self.close([one.replace("{epoch}", str(epoch)) for one in statements])
                self.check_found(table, keys, epoch, found)
                total += keys
        self.assertEqual(
            self.running.metric("shelfcast_reconciliation_differences_total"), total
        )


class SpeedRowsTest(PlantedDifferenceTest):
    """Planted in speed rows before the epoch closes."""

    def test_every_table(self):
        self.plant([*row_plants("speed"), *rollup_plants("speed")])
        self.books.check_views(self, self.running, closed=True)
        self.fill_epoch()
        code, report = self.running.batch()
        self.assertEqual((code, report["differing_keys"]), (0, 0), report)
        for table in ("events", "rejections", *ROWS, *ROLLUPS):
            self.assertEqual(
                self.running.metric(f'shelfcast_reconciliation_difference{{table="{table}"}}'), 0
            )


class BatchRowsTest(PlantedDifferenceTest):
    """Planted in batch rows after they were loaded, before they are reconciled."""

    FAILPOINT = "batch.tables_loaded:stop"

    def close(self, statements):
        def plant():
            for statement in statements:
                self.running.administer(statement)

        return self.close_held(plant)

    def test_every_table(self):
        self.plant([*row_plants("batch"), *rollup_plants("batch")])


class StrangeRowsTest(PlantedDifferenceTest):
    """Rows that nobody wrote down stop the speed layer; a batch under way says so and ends."""

    FAILPOINT = "batch.epoch_raised:stop"

    def close(self, statements):
        return self.close_held(lambda: None)

    def test_batch_ends_with_the_reason(self):
        epoch = self.fill_epoch()

        def plant_and_kill_the_engine():
            self.running.administer(
                "insert into retail_core.events_speed select * replace (999999 as flush_id, "
                "log_offset + 100000 as log_offset) from retail_core.events_speed "
                f"where epoch = {epoch} limit 1"
            )
            self.running.kill_engine()

        ended = self.close_held(plant_and_kill_the_engine)
        self.assertNotEqual(ended.returncode, 0, ended.stdout)
        self.assertIn("flush 999999", ended.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
