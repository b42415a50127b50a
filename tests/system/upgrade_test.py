"""The data directory of the first release, opened by the present program; one of a newer program,
refused."""

import os
import random
import sqlite3
import tarfile
import unittest
from decimal import Decimal

from acknowledged import as_csv, as_line, make_event
from running import ROOT, Died, SystemTest, run_command

SEED = 1
FIXTURE = os.path.join(ROOT, "tests/system/fixtures/first_release.tar.xz")
# As fixtures/README.md has them: what the first release said, by epoch.
ACCEPTED = {1: 294, 2: 196}
REJECTED = {1: 6, 2: 4}
REVENUE = {1: Decimal("1365.64"), 2: Decimal("995.72")}


class UpgradeTest(SystemTest):
    def setUp(self):
        super().setUp()
        with tarfile.open(FIXTURE) as archive:
            archive.extractall(self.folder)
        self.data = self.path("first_release")

    def check_first_release(self, running, closed):
        """Counts and revenue of both epochs; those up to `closed` come from the batch layer."""
        for epoch, events in ACCEPTED.items():
            layer = "batch" if epoch <= closed else "speed"
            table = f"(select * from retail.retail_events_unified where epoch = {epoch})"
            ((sources, count, revenue),) = running.rows(
                f"select arrayStringConcat(groupUniqArray(source)), count(), sum(revenue) from {table}"
            )
            self.assertEqual(sources, layer)
            self.assertEqual(int(count), events)
            self.assertEqual(round(Decimal(revenue), 2), REVENUE[epoch])
            ((refused,),) = running.rows(
                f"select count() from retail.rejected_events where epoch = {epoch}"
            )
            self.assertEqual(int(refused), REJECTED[epoch])

        # Also in the roll-ups that the first release did not have.
        ((by_store,),) = running.rows("select sum(revenue) from retail.sales_by_store")
        for view in ("product_performance_summary", "sales_by_product", "product_performance"):
            self.assertEqual(
                running.rows(f"select sum(revenue) from retail.{view}"), [(by_store,)], view
            )

    def test_the_first_release_goes_on(self):
        print(f"seed {SEED}", flush=True)
        running = self.start(self.data).wait_ready()
        running.wait_for_events(sum(ACCEPTED.values()))
        self.check_first_release(running, closed=1)
        ((by_store,),) = running.rows("select sum(revenue) from retail.sales_by_store")
        self.assertEqual(round(Decimal(by_store), 2), sum(REVENUE.values()))

        code, report = running.batch()
        self.assertEqual(code, 0, report)
        self.assertEqual(report["differing_keys"], 0)
        (epoch,) = report["epochs"]
        self.assertEqual((epoch["epoch"], epoch["accepted"]), (2, ACCEPTED[2]))
        self.check_first_release(running, closed=2)

        stores = running.rows("select store_id, store_code from retail.dim_store order by 1")
        self.assertGreater(len(stores), 0)
        codes = {int(number): code for number, code in stores}
        chance = random.Random(SEED)
        events = [make_event(chance, chance.choice(list(codes))) for _ in range(50)]
        path = self.write("more.csv", as_csv(events[:40], codes))
        imported = self.succeed(running.command("import", path))
        self.assertIn("40 accepted, 0 rejected", imported)
        status, answer = running.post_events([*map(as_line, events[40:])])
        self.assertEqual(status, 202, answer)
        running.wait_for_events(sum(ACCEPTED.values()) + 50)

        views = running.rows("select name from system.tables where database = 'retail'")
        self.assertGreater(len(views), 20)
        for (view,) in views:
            running.rows(f"select * from retail.{view} limit 10")
        code, report = running.batch()
        self.assertEqual(code, 0, report)
        self.assertEqual(report["epochs"][0]["accepted"], 50)
        self.check_first_release(running, closed=3)
        # Also an epoch that was closed before a roll-up existed is checked after an unclean end.
        running.administer("truncate table retail_core.product_months_batch")
        running.kill_tree()
        running = self.start(self.data).wait_ready()
        self.check_first_release(running, closed=3)
        self.assertEqual(running.terminate(), 0)
        # Once upgraded, it starts as any other.
        running = self.start(self.data).wait_ready()
        self.check_first_release(running, closed=3)

    def refuse_to_start(self, *words):
        done = run_command(self.data, "batch")
        self.assertEqual(done.returncode, 2 if "newer" in words else 6, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertEqual(done.stderr.count("shelfcast: "), 1, done.stderr)

    def stamp(self, name, version):
        with sqlite3.connect(os.path.join(self.data, name)) as store:
            (before,) = store.execute("pragma user_version").fetchone()
            store.execute(f"pragma user_version = {version}")
        store.close()
        return before

    def test_a_newer_operational_store_is_refused(self):
        before = self.stamp("operational.sqlite", 9999)
        self.refuse_to_start("operational.sqlite", "newer", "9999")
        self.stamp("operational.sqlite", before)
        self.start(self.data).wait_ready()

    def test_a_newer_log_is_refused(self):
        self.stamp("log/log.sqlite", 9999)
        done = run_command(self.data, "batch")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("log.sqlite: format 9999 is not the known format", done.stderr)

    def test_newer_tables_are_refused(self):
        running = self.start(self.data).wait_ready()
        running.administer(
            "insert into retail_core.schema_files (number, name, checksum) "
            "values (9999, 'schema/9999_of_tomorrow.sql', 'cafe')"
        )
        self.assertEqual(running.terminate(), 0)
        self.refuse_to_start("schema/9999_of_tomorrow.sql", "older than the schema")
        with self.assertRaises(Died):
            self.start(self.data).wait_ready()


if __name__ == "__main__":
    unittest.main(verbosity=2)
