"""The job retail_stock_snapshot: each date's stock equals a ledger that is computed here, message by message;
also after messages that came late, a second run, a kill and another booking rule. The lake has the same, as
any reader of Parquet finds it, wherever a run was killed."""

import glob
import json
import os
import random
import re
import signal
import unittest
import uuid
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import duckdb
import pyarrow.parquet
from acknowledged import newest_manifest
from running import ROOT, SystemTest, wait_until
from topics_test import sign_of

SEED = int(os.environ.get("SHELFCAST_SEED", "20251123"))
# A store's date may begin half a day before UTC's, and its hours on the half.
ZONES = {1001: ZoneInfo("Europe/London"), 1002: ZoneInfo("Asia/Kolkata"), 1003: ZoneInfo("Pacific/Auckland")}
PRODUCTS = ("tea", "novel", "clock")
BEGIN = datetime(2025, 10, 20, tzinfo=timezone.utc)
DAYS = 9
TOPICS = ("retail_events", "sales-transactions", "inventory-updates", "supplier-shipments")
JOB = "retail_stock_snapshot"
DEFAULT_RULES = ("retail_events", "retail_events")
COLUMNS = ("business_date", "store_id", "product_id", "on_hand_units", "on_order_units", "stock_out_hours",
           "reorder_point", "safety_stock")


def fold(messages, rules, on_hand):
    """On hand after messages of one product; at one instant a count comes last, of two the greater."""
    for topic, message in sorted(messages, key=lambda one: (
            one[1]["event_time"], one[1].get("update_type") == "COUNT", one[1]["quantity"])):
        quantity = Decimal(str(message["quantity"]))
        if message.get("update_type") == "COUNT":
            on_hand = quantity
        elif (sign := sign_of(topic, message, rules)) is not None:
            on_hand += sign * quantity
    return on_hand


class SnapshotTest(SystemTest):
    def setUp(self):
        super().setUp()
        print(f"seed {SEED}", flush=True)
        self.chance = random.Random(SEED)
        self.data = self.path("data")
        self.accepted = []
        self.runs = 0

    def make(self, topic):
        chance = self.chance
        when = BEGIN + timedelta(seconds=chance.randrange(DAYS * 86_400))
        message = {
            "event_time": when.strftime("%Y-%m-%d %H:%M:%SZ"),
            "store_id": chance.choice(tuple(ZONES)),
            "product_id": chance.choice(PRODUCTS),
            "quantity": chance.choice((1, 2, 5, 0.25)),
            "event_id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        }
        if topic in ("retail_events", "sales-transactions"):
            kinds = ("SALE", "SALE", "RETURN") + (("RESTOCK",) if topic == "retail_events" else ())
            message |= {"category": "Goods", "transaction_type": chance.choice(kinds),
                        "unit_price": 2.5, "basket_id": "B1"}
        elif topic == "inventory-updates":
            message["update_type"] = chance.choice(("COUNT", "CORRECTION", "WASTE", "RESERVE"))
            if message["update_type"] == "COUNT":
                message["quantity"] = chance.choice((0, 3, 8))
        else:
            message |= {"shipment_id": "S1", "supplier": "Mill",
                        "status": chance.choice(("ANNOUNCED", "ARRIVED", "SHORT"))}
        return message

    def send(self, running, topic, messages):
        status, answer = running.post_events(messages, topic="" if topic == "retail_events" else topic)
        self.assertEqual((status, answer["accepted"]), (202, len(messages)), answer)
        self.accepted += [(topic, one) for one in messages]

    def wait_delivered(self, running):
        def is_there():
            found = running.rows(
                "select sum(events) from (select events from retail_core.product_sales "
                "union all select events from retail_core.stock_days)")
            return int(found[0][0]) >= len(self.accepted)

        wait_until(is_there, "every message in the roll-ups")

    def run_job(self, running):
        # A logical date is done once: each run has one of its own.
        self.runs += 1
        day = datetime.now(timezone.utc).date() - timedelta(days=self.runs)
        done = running.command("schedule", "run", JOB, "--date", day.isoformat(), "--json")
        return json.loads(self.succeed(done))["run"]["message"]

    def snapshot_files(self):
        """Paths of the snapshots that the newest manifest names, each whole."""
        files = []
        for one in (newest_manifest(self.data) or {}).get("snapshots", []):
            path = os.path.join(self.data, "lake", one["file"]["path"])
            found = pyarrow.parquet.ParquetFile(path).metadata.num_rows
            self.assertEqual((found, os.path.getsize(path)), (one["file"]["rows"], one["file"]["bytes"]), path)
            self.assertIn(f"inventory/business_date={one['business_date']}/", path)
            files.append(path)
        return files

    def check_lake(self, running, what):
        """The files of the manifest hold what fact_inventory says, row by row."""
        facts = running.rows(
            "select toString(toDate(toString(date_key))), store_key, "
            "arrayFirst(id -> bitShiftRight(sipHash64(id), 1) = product_key, "
            f"{list(PRODUCTS)}), quantity_on_hand, quantity_on_order, stock_out_hours, reorder_point, safety_stock "
            "from retail.fact_inventory")
        found = duckdb.sql(
            f"select {', '.join(COLUMNS)} from read_parquet({self.snapshot_files()}, hive_partitioning = false)")
        self.assertEqual(
            [str(kind) for kind in found.types],
            ["DATE", "UINTEGER", "VARCHAR", "DECIMAL(18,3)", "DECIMAL(18,3)", "DOUBLE", "DOUBLE", "DOUBLE"], what)

        def number(text):
            return None if text == "\\N" else float(text)

        self.assertEqual(
            sorted((day.isoformat(), *rest) for day, *rest in found.fetchall()),
            sorted((day, int(store), product, Decimal(hand), Decimal(order), *map(number, floats))
                   for day, store, product, hand, order, *floats in facts), what)

    def wanted(self, rules):
        """(date, store, product) -> (on hand, on order, the hours of the clock without stock)."""
        def local(message):
            zone = ZONES[message["store_id"]]
            return datetime.strptime(message["event_time"], "%Y-%m-%d %H:%M:%S%z").astimezone(zone)

        by_key = {}
        sold = {}
        for topic, message in self.accepted:
            key = (message["store_id"], message["product_id"])
            by_key.setdefault(key, []).append((local(message).date(), topic, message))
            if topic == "retail_events" and message["transaction_type"] == "SALE":
                when = local(message)
                sold.setdefault((when.date(), message["store_id"]), set()).add(
                    when.replace(minute=0, second=0))
        found = {}
        heard_on = {day for rows in by_key.values() for day, _, _ in rows}
        last = max(day for rows in by_key.values() for day, _, _ in rows)
        for (store, product), rows in by_key.items():
            day = min(day for day, _, _ in rows)
            while day <= last:
                if not any(day - timedelta(days=28) <= heard <= day for heard in heard_on):
                    day += timedelta(days=1)
                    continue
                until = [(topic, one) for when, topic, one in rows if when <= day]
                on_order = sum(
                    (Decimal(str(one["quantity"])) * (1 if one["status"] == "ANNOUNCED" else -1)
                     for topic, one in until if topic == "supplier-shipments"), Decimal(0))
                is_known = any(
                    one.get("update_type") == "COUNT" or topic == rules[1] and
                    (one.get("transaction_type") == "RESTOCK" or one.get("status") == "ARRIVED")
                    for topic, one in until)
                out = []
                for hour in sold.get((day, store), ()) if is_known else ():
                    by_then = [(topic, one) for topic, one in until
                               if local(one) < hour + timedelta(hours=1)]
                    if fold(by_then, rules, Decimal(0)) <= 0:
                        out.append(hour.hour)
                found[day.isoformat(), store, product] = (fold(until, rules, Decimal(0)), on_order, out)
                day += timedelta(days=1)
        return found

    def check(self, running, what, rules=DEFAULT_RULES):
        rows = running.rows(
            "select business_date, store_id, product_id, on_hand_units, on_order_units, stock_out_hours "
            "from retail_core.inventory_daily final")
        found = {(row[0], int(row[1]), row[2]): (Decimal(row[3]), Decimal(row[4]), int(float(row[5])))
                 for row in rows}
        wanted = self.wanted(rules)
        self.assertEqual(len(found), len(rows), what)
        self.assertEqual(
            found, {key: (hand, order, len(out)) for key, (hand, order, out) in wanted.items()}, what)
        self.assertTrue(any(out for _, _, out in wanted.values()), "no stock-out in the sample")
        self.check_stock_outs(running, wanted, what)
        facts = running.rows("select count(), sum(quantity_on_hand) from retail.fact_inventory")[0]
        self.assertEqual((int(facts[0]), Decimal(facts[1])),
                         (len(wanted), sum(one[0] for one in wanted.values())), what)
        self.check_lake(running, what)

    def check_stock_outs(self, running, wanted, what):
        """stock_out_days has a bit for each hour without stock, and no other row."""
        rows = running.rows(
            "select business_date, store_id, product_id, stock_out_mask from retail_core.stock_out_days "
            "where store_id > 0 and (business_date, version) in "
            "(select business_date, max(version) from retail_core.stock_out_days group by business_date)")
        self.assertEqual(
            {(day, int(store), product): int(mask) for day, store, product, mask in rows},
            {key: sum(1 << hour for hour in set(out)) for key, (_, _, out) in wanted.items() if out}, what)

    def close(self, running):
        self.wait_delivered(running)
        code, report = running.batch()
        self.assertEqual((code, report["differing_keys"]), (0, 0), report)

    def test_each_date_equals_the_ledger(self):
        path = self.write("stores.csv", "store_id,store_code,name,time_zone,currency\n" + "".join(
            f"{store},S{store},S{store},{zone.key},GBP\n" for store, zone in ZONES.items()))
        running = self.start(self.data).wait_ready()
        self.succeed(running.command("import", path, "--table", "stores"))
        self.assertEqual(self.run_job(running), "no dates")
        for topic in TOPICS:
            self.send(running, topic, [self.make(topic) for _ in range(90)])
        self.close(running)
        # Long before them the chain was heard once, and has snapshots for 28 days after.
        first = "2025-06-01"
        self.send(running, "inventory-updates", [
            {"event_time": "2025-06-01 12:00:00Z", "store_id": 1001, "product_id": "tea", "quantity": 70,
             "update_type": "COUNT", "event_id": str(uuid.UUID(int=4))}])
        self.close(running)
        dates = {day for day, _, _ in self.wanted(DEFAULT_RULES)}
        self.assertEqual((min(dates), "2025-06-29" in dates, "2025-06-30" in dates), (first, True, False))
        last = max(dates)
        count = len(dates)
        self.assertEqual(self.run_job(running), f"{count} dates, {first} to {last}; {count} to the lake")
        self.check(running, "first run")
        self.assertEqual(self.run_job(running), "no dates")
        self.check(running, "second run")
        # Nothing is replaced yet: the folder as it stands is the lake.
        folder = os.path.join(self.data, "lake", "inventory", "*", "*.parquet")
        self.assertEqual(sorted(glob.glob(folder)), sorted(self.snapshot_files()))
        self.assertEqual(
            duckdb.sql(f"select count(), count(distinct business_date) from read_parquet('{folder}')").fetchall()[0],
            (len(self.wanted(DEFAULT_RULES)), count))

        # A count that comes late changes its own date and those after it.
        late = {"event_time": "2025-10-25 12:00:00Z", "store_id": 1001, "product_id": "tea",
                "quantity": 40, "update_type": "COUNT", "event_id": str(uuid.UUID(int=5))}
        self.send(running, "inventory-updates", [late])
        self.wait_delivered(running)
        self.assertRegex(self.run_job(running), f"^(.) dates, 2025-10-25 to {last}; \\1 to the lake$")
        self.check(running, "a late count, its epoch still open")
        # Closed, it is done once more: what came in between is not told apart.
        self.close(running)
        self.assertRegex(self.run_job(running), f"^(.) dates, 2025-10-25 to {last}; \\1 to the lake$")
        self.assertEqual(self.run_job(running), "no dates")
        for topic in TOPICS:
            self.send(running, topic, [self.make(topic) for _ in range(30)])
        self.close(running)
        running.kill_tree()
        running = self.start(self.data).wait_ready()
        self.run_job(running)
        self.check(running, "late messages of every topic")

        self.assertEqual(running.terminate(), 0)
        rules = ("sales-transactions", "supplier-shipments")
        running = self.start(
            self.data,
            environment={"SHELFCAST_LEDGER_SALES_FROM": rules[0], "SHELFCAST_LEDGER_RECEIPTS_FROM": rules[1]},
        ).wait_ready()
        self.assertEqual(self.run_job(running), f"{count} dates, {first} to {last}; {count} to the lake")
        self.check(running, "booked from the other topics", rules)
        self.assertEqual(self.run_job(running), "no dates")
        self.succeed(running.command("rebuild"))
        self.check(running, "after a rebuild", rules)
        self.succeed(running.command("lake", "verify"))

    def test_a_kill_between_warehouse_and_lake(self):
        with open(os.path.join(ROOT, "src/base/failpoint.cc"), encoding="utf-8") as source:
            names = re.findall(r'"((?:snapshot|lake|file)\.[a-z_]+)"', source.read())
        self.assertGreater(len(names), 4)
        path = self.write("stores.csv", "store_id,store_code,name,time_zone,currency\n" + "".join(
            f"{store},S{store},S{store},{zone.key},GBP\n" for store, zone in ZONES.items()))
        running = self.start(self.data).wait_ready()
        self.succeed(running.command("import", path, "--table", "stores"))
        for topic in TOPICS:
            self.send(running, topic, [self.make(topic) for _ in range(40)])
        self.close(running)
        for name in names:
            self.send(running, "inventory-updates", [self.make("inventory-updates")])
            self.close(running)
            running.kill_tree()
            running = self.start(self.data, f"{name}:1").wait_ready()
            day = f"2025-01-{names.index(name) + 1:02}"
            self.assertNotEqual(running.command("schedule", "run", JOB, "--date", day).returncode, 0, name)
            self.assertEqual(running.wait_ended(), -signal.SIGKILL, name)
            self.snapshot_files()
            running = self.start(self.data).wait_ready()
            self.succeed(running.command("lake", "verify"))
            message = self.run_job(running)
            self.check(running, f"{name}: {message}")
        files = self.snapshot_files()
        self.assertTrue(any(path not in files for path in glob.glob(
            os.path.join(self.data, "lake", "inventory", "*", "*.parquet"))), "nothing was replaced")
        with open(files[0], "r+b") as damaged:
            damaged.seek(20)
            damaged.write(b"damage")
        done = running.command("lake", "verify")
        self.assertEqual(done.returncode, 1)
        self.assertIn(os.path.relpath(files[0], os.path.join(self.data, "lake")), done.stdout)


if __name__ == "__main__":
    unittest.main()
