"""History straight into the lake, rebuilt and compacted, killed on the way: the manifest always names
whole files, and every view says the same before and after."""

import glob
import json
import os
import re
import shutil
import unittest

import duckdb
from running import ROOT, SystemTest, run_command

CHAIN = ("--synthetic", "--stores", "4", "--products", "60", "--days", "12", "--seed", "11")
NOT_COMPARED = {"epochs"}  # Says which generation serves and when an epoch was closed.


def failpoints(prefix):
    with open(os.path.join(ROOT, "src/base/failpoint.cc"), encoding="utf-8") as source:
        return re.findall(rf'"({prefix}\.[a-z_]+)"', source.read())


class BackfillTest(SystemTest):
    def setUp(self):
        super().setUp()
        self.data = os.path.join(self.folder, "data")

    def command(self, *arguments, code=0, failpoint="", data=None):
        done = run_command(
            data or self.data, *arguments, environment={"SHELFCAST_FAILPOINT": failpoint}
        )
        self.assertEqual(done.returncode, code, f"{arguments}: {done.stdout}\n{done.stderr}")
        return done

    def json(self, *arguments, **options):
        return json.loads(self.command(*arguments, "--json", **options).stdout)

    def query(self, sql, data=None):
        done = self.command("query", sql, "--format", "JSONCompact", data=data)
        return json.loads(done.stdout)["data"]

    def answers(self):
        """What every view says, but for when the log had it: row count and a hash of all rows."""
        names = [
            row[0]
            for row in self.query("select name from system.tables where database = 'retail'")
            if row[0] not in NOT_COMPARED
        ]
        self.assertGreater(len(names), 20)
        parts = [
            f"select '{name}', count(), "
            f"toString(sum(cityHash64(toString(tuple(* except (log_time)))))) "
            f"from retail.{name}"
            for name in sorted(names)
        ]
        return sorted(self.query(" union all ".join(parts)))

    def assert_lake_whole(self):
        report = self.json("lake", "verify")
        self.assertEqual(report["faults"], [])
        self.assertEqual(report["checked"], report["files"])

    def lake(self, pattern="retail_events/*/*.parquet"):
        return os.path.join(self.data, "lake", pattern)


class SyntheticChainTest(BackfillTest):
    def test_goods_are_conserved_and_nothing_changes_by_rebuilding(self):
        truth = os.path.join(self.folder, "truth")
        done = self.json("backfill", *CHAIN, "--truth", truth)
        made = done["contributions"][0]
        self.assertEqual(done["differing_keys"], 0)
        self.assertEqual(done["epochs"][0]["accepted"], made["events"])
        self.assertGreater(made["events"], 5000)
        facts = duckdb.execute(f"""
            with events as (
                select store_id, business_date, product_id,
                    sum(quantity) filter (transaction_type = 'RESTOCK') as receipts,
                    sum(quantity) filter (transaction_type = 'RETURN') as returns,
                    sum(quantity) filter (transaction_type = 'SALE') as sales,
                from '{self.lake()}' group by all
            )
            select count(*),
                count(*) filter (opening + truth.receipts + truth.returns - truth.sales - waste
                    - theft != closing),
                count(*) filter (coalesce(events.receipts, 0) != truth.receipts
                    or coalesce(events.returns, 0) != truth.returns
                    or coalesce(events.sales, 0) != truth.sales),
                count(*) filter (truth.store_id is null)
            from '{truth}/truth-*.parquet' as truth full join events
                using (store_id, business_date, product_id)""").fetchone()
        self.assertGreater(facts[0], 1000)
        self.assertEqual(facts[1:], (0, 0, 0), "not conserved, other sums, unknown to the truth")
        revenue = duckdb.execute(f"select sum(revenue) from '{self.lake()}'").fetchone()[0]
        self.assertEqual(str(revenue), made["revenue"])

        before = self.answers()
        rebuilt = self.json("rebuild")
        self.assertTrue(rebuilt["switched"])
        self.assertEqual((rebuilt["differing_keys"], rebuilt["rows"]), (0, made["events"]))
        self.assertEqual(self.answers(), before)
        again = self.command("backfill", *CHAIN, code=2)
        self.assertIn("in the lake already", again.stderr)
        self.assertEqual(self.answers(), before)

    def test_a_kill_at_each_failpoint_leaves_the_lake_whole(self):
        for name in failpoints("backfill"):
            with self.subTest(name):
                self.data = os.path.join(self.folder, name)
                self.command("backfill", *CHAIN, failpoint=f"{name}:1", code=-9)
                self.assert_lake_whole()
                if name == "backfill.committed":
                    self.command("batch")
                else:
                    self.assertEqual(self.json("lake", "ls")["waiting"], [])
                    self.json("backfill", *CHAIN)
                self.assert_lake_whole()
                self.assertEqual(self.answers(), self.expected())

    def expected(self):
        """The answers of a chain that nothing ever happened to."""
        if not hasattr(self, "untouched"):
            data, self.data = self.data, os.path.join(self.folder, "untouched")
            self.json("backfill", *CHAIN)
            self.untouched = self.answers()
            self.data = data
        return self.untouched

    def test_a_kill_in_rebuild_or_compaction_leaves_the_old_whole(self):
        self.json("backfill", *CHAIN)
        self.make_small_files()
        before = self.answers()
        for name in failpoints("rebuild"):
            with self.subTest(name):
                if name == "rebuild.generation_dropped":
                    # A rebuild that broke off left a generation for the next one to drop.
                    self.command("rebuild", failpoint="rebuild.compared:1", code=-9)
                self.command("rebuild", failpoint=f"{name}:1", code=-9)
                self.assertEqual(self.answers(), before)
                self.assert_lake_whole()
                self.assertTrue(self.json("rebuild")["switched"])
                self.assertEqual(self.answers(), before)
        self.command("lake", "compact", failpoint="compaction.file_written:1", code=-9)
        self.assert_lake_whole()
        self.assertEqual(self.answers(), before)
        self.command("lake", "compact", failpoint="compaction.manifest_written:1", code=-9)
        self.assert_lake_whole()
        listed = self.json("lake", "ls", "--files")
        self.assertGreater(listed["retired_files"], 0)
        merged = [file for file in listed["files"] if "/merged-" in file["path"]]
        self.assertTrue(any(file["epoch"] < file["last_epoch"] for file in merged))
        for path in (file["path"] for file in listed["files"]):
            self.assertTrue(os.path.exists(self.lake(path)), path)
        rebuilt = self.json("rebuild")
        self.assertEqual(rebuilt["differing_keys"], 0)
        self.assertEqual(self.answers(), before)
        # Every epoch is told with the generation that answers for it and when it was closed.
        closed = self.query(
            "select distinct generation from retail.epochs where state = 'closed'"
        )
        self.assertEqual(closed, [[rebuilt["generation"]]])
        self.assertEqual(self.query("select uniqExact(closed_at) from retail.epochs"), [[3]])

    def make_small_files(self):
        """A second and a third epoch of the same days, through the log."""
        for number in (1, 2):
            path = os.path.join(self.folder, f"late-{number}.ndjson")
            with open(path, "w", encoding="utf-8") as file:
                for minute in range(40):
                    file.write(json.dumps({
                        "event_time": f"2025-06-0{1 + minute % 3} 10:{minute:02}:00",
                        "store_id": 1 + minute % 4,
                        "product_id": f"late-{number}",
                        "category": "Late",
                        "transaction_type": "SALE",
                        "quantity": 1,
                        "unit_price": number,
                    }) + "\n")
            self.json("import", path)
            self.json("batch")


class LakeTest(BackfillTest):
    def receipts(self, name="receipts.csv", rows=30):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write("event_time,store_id,product_id,category,transaction_type,quantity,unit_price\n")
            for row in range(rows):
                date = f"2025-03-{1 + row % 10:02}"
                file.write(f"{date} 09:00:{row:02},Leeds,tea,Drinks,SALE,1,2.50\n")
            file.write("yesterday,Leeds,tea,Drinks,SALE,1,2.50\n")
        return path

    STORES = ("--create-stores", "--time-zone", "Europe/London", "--currency", "GBP")

    def test_files_come_in_once_and_by_date(self):
        path = self.receipts()
        part = self.json("backfill", path, *self.STORES, "--from", "2025-03-02", "--to", "2025-03-03")
        made = part["contributions"][0]
        self.assertEqual((made["events"], made["outside"], made["rejections"]), (6, 24, 1))
        self.assertEqual(made["revenue"], "15.0000000")
        self.assertEqual(
            self.query("select count(), sum(revenue), min(business_date), max(business_date) "
                       "from retail.retail_events_historical"),
            [[6, 15, "2025-03-02", "2025-03-03"]],
        )
        self.assertEqual(self.query("select reason, source from retail.rejected_events"),
                         [["bad_time", "backfill:receipts.csv"]])
        again = self.command("backfill", path, *self.STORES, "--from", "2025-03-02", "--to",
                             "2025-03-03", code=2)
        self.assertIn("in the lake already", again.stderr)
        self.assertIn("receipts.csv", again.stderr)
        for dates in (("--from", "2025-03-03"), ("--to", "2025-03-02"), ()):
            overlap = self.command("backfill", path, *self.STORES, *dates, code=2)
            self.assertIn("from 2025-03-02 to 2025-03-03 are in the lake already", overlap.stderr)
        rest = self.json("backfill", path, *self.STORES, "--from", "2025-03-04")["contributions"][0]
        self.assertEqual((rest["events"], rest["rejections"]), (21, 0))
        self.assertEqual(self.query("select count() from retail.rejected_events"), [[1]])
        self.assertEqual(self.query("select count() from retail.retail_events_unified"), [[27]])

    def test_it_waits_for_the_batch_when_asked_to(self):
        path = self.receipts()
        self.command("backfill", path, *self.STORES, "--no-batch")
        self.assertEqual(self.json("lake", "ls")["waiting"][0]["events"], 30)
        self.assertEqual(self.query("select count() from retail.retail_events_unified"), [[0]])
        self.assertEqual(self.json("batch")["epochs"][0]["accepted"], 30)
        self.assertEqual(self.query("select count() from retail.retail_events_unified"), [[30]])

    def test_wrong_words_are_named(self):
        path = self.receipts()
        for arguments, said in (
            ((path, *self.STORES, "--from", "2025-02-30"), '"2025-02-30" is no date'),
            ((path, "--synthetic"), "name no files"),
            (("--truth", "x"), "--synthetic only"),
            ((os.path.join(self.folder, "none.csv"),), "none.csv"),
            (("--synthetic", "--stores", "0"), "stores"),
        ):
            with self.subTest(arguments):
                self.assertIn(said, self.command("backfill", *arguments, code=2).stderr)
        self.assertEqual(self.json("lake", "ls")["waiting"], [])

    def test_damage_is_found_and_never_served(self):
        self.json("backfill", self.receipts(), *self.STORES)
        before = self.answers()
        victim = sorted(glob.glob(self.lake()))[3]
        with open(victim, "r+b") as file:
            file.seek(os.path.getsize(victim) // 2)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 1]))
        report = json.loads(self.command("lake", "verify", "--json", code=1).stdout)
        self.assertEqual([os.path.basename(one["path"]) for one in report["faults"]],
                         [os.path.basename(victim)])
        refused = self.command("rebuild", code=6)
        self.assertIn(os.path.basename(victim), refused.stderr)
        self.assertEqual(self.answers(), before)

    def test_another_program_commits_its_files(self):
        self.json("backfill", self.receipts(), *self.STORES)
        source = sorted(glob.glob(self.lake()))[0]
        name = "retail_events/business_date=2025-03-01/other-0.parquet"
        duckdb.execute(f"""copy (
            select * replace (log_offset - 68719476736 as log_offset) from '{source}'
        ) to '{self.lake(name)}' (format parquet)""")
        events, revenue = duckdb.execute(
            f"select count(*), sum(revenue) from '{self.lake(name)}'").fetchone()
        wrong = self.command("lake", "commit", name, "--events", str(events + 1), "--revenue",
                             str(revenue), code=2)
        self.assertIn(f"hold {events} events", wrong.stderr)
        self.command("lake", "commit", "retail_events/business_date=2025-03-01/none.parquet",
                     "--events", "1", "--revenue", "1", code=2)
        self.json("lake", "commit", name, "--events", str(events), "--revenue", str(revenue))
        self.assertEqual(self.json("batch")["differing_keys"], 0)
        self.assertEqual(self.query("select count() from retail.retail_events_unified"),
                         [[30 + events]])
        # The same sales from another query, and the same bytes under another name.
        other, copied = name.replace("other-0", "other-1"), name.replace("other-0", "other-2")
        duckdb.execute(f"""copy (select * from '{self.lake(name)}' order by log_offset desc)
                           to '{self.lake(other)}' (format parquet)""")
        shutil.copy(self.lake(name), self.lake(copied))
        for path, said in ((other, "an earlier commit from 0 to"), (copied, "with these bytes"),
                           (name, "already")):
            refused = self.command("lake", "commit", path, "--events", str(events), "--revenue",
                                   str(revenue), code=2)
            self.assertIn(said, refused.stderr)
        twice = self.command("lake", "commit", name, "--events", str(events), "--revenue",
                             str(revenue), code=2)
        self.assertIn("in the lake already", twice.stderr)


if __name__ == "__main__":
    unittest.main()
