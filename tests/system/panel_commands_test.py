"""`shelfcast evaluate` and `shelfcast policy`: a panel in, a file of forecasts or of order levels out; bad input is
named, and what the output file held before stays."""

import csv
import datetime
import math
import os
import random
import subprocess
import unittest

import duckdb
from running import DEADLINE_S, SystemTest, binary

HERE = os.path.dirname(os.path.abspath(__file__))
REPLAY = os.path.join(os.path.dirname(HERE), "data", "policy_replay")
SEED = 20260109
DAYS = 150
FIRST = datetime.date(2025, 1, 6)  # A Monday.
CUTOFFS = (FIRST + datetime.timedelta(days=DAYS - 15), FIRST + datetime.timedelta(days=DAYS - 8))
HORIZON = 7
KEYS = ["cutoff", "store_id", "product_id", "date"]
BEFORE = "what was here before\n"


def panel():
    """Twelve series with weekdays; the ids of the first and the last row differ in everything but the store."""
    chance = random.Random(SEED)
    rows = []
    for number in range(12):
        for day in range(DAYS):
            date = FIRST + datetime.timedelta(days=day)
            mean = (2 + number) * (1.8 if date.weekday() == 5 else 1)
            units = sum(chance.random() < mean / 40 for _ in range(40))
            rows.append((date, f"S{number % 3}", f"P{number:02}", "fresh", units, 2.5, 0, 0))
    return rows


class PanelCommandsTest(SystemTest):
    def setUp(self):
        super().setUp()
        print(f"seed {SEED}", flush=True)
        self.panel = self.path("panel.parquet")
        with duckdb.connect() as tables:
            tables.execute("create table panel (date date, store_id varchar, product_id varchar, category varchar,"
                           " units double, price double, promo integer, holiday integer)")
            tables.executemany("insert into panel values (?, ?, ?, ?, ?, ?, ?, ?)", panel())
            tables.execute(f"copy panel to '{self.panel}' (format parquet)")
        self.series = self.write("series.csv", "store_id,product_id\nS0,P00\nS1,P04\nS2,P11\n")
        self.out = self.write("out.csv", BEFORE)

    def run_command(self, *arguments):
        return subprocess.run([binary(), *arguments], capture_output=True, text=True, timeout=DEADLINE_S, check=False,
                              stdin=subprocess.DEVNULL)

    def evaluate(self, **flags):
        flags = {"panel": self.panel, "series": self.series, "cutoff": ",".join(map(str, CUTOFFS)),
                 "horizon": HORIZON, "known": "price,promo,holiday", "out": self.out, **flags}
        return self.run_command("evaluate", *(word for name, value in flags.items()
                                              for word in (f"--{name}", str(value))))

    def refuse(self, done, *words):
        """Refused in one line; the output is as it was, and nothing else was left beside it."""
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        with open(self.out, encoding="utf-8") as file:
            self.assertEqual(file.read(), BEFORE)
        self.assertEqual([name for name in os.listdir(os.path.dirname(self.out)) if name.endswith(".part")], [])

    def rows(self, *columns):
        with open(self.out, encoding="utf-8") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
        self.assertEqual(reader.fieldnames, [*KEYS, *columns])
        return rows

    def test_forecasts_of_each_cutoff_know_nothing_of_what_came_after(self):
        self.succeed(self.evaluate())
        rows = self.rows("yhat", "lo80", "hi80", "lo95", "hi95")
        wanted = [(str(cutoff), store, product, str(cutoff + datetime.timedelta(days=day)))
                  for cutoff in CUTOFFS for store, product in (("S0", "P00"), ("S1", "P04"), ("S2", "P11"))
                  for day in range(1, HORIZON + 1)]
        self.assertEqual(sorted(tuple(row[key] for key in KEYS) for row in rows), sorted(wanted))
        for row in rows:
            low, lower, mean, upper, high = (float(row[name]) for name in ("lo95", "lo80", "yhat", "hi80", "hi95"))
            self.assertTrue(0 <= low <= lower <= upper <= high and math.isfinite(mean) and mean >= 0, row)
        # Saturdays sell most; the busiest series more than the quietest.
        mean = {tuple(row[key] for key in KEYS): float(row["yhat"]) for row in rows}
        for cutoff in CUTOFFS:
            days = [cutoff + datetime.timedelta(days=day) for day in range(1, HORIZON + 1)]
            busiest = {day: mean[str(cutoff), "S2", "P11", str(day)] for day in days}
            self.assertEqual(max(busiest, key=busiest.get).weekday(), 5, busiest)
            self.assertGreater(sum(busiest.values()), 3 * sum(mean[str(cutoff), "S0", "P00", str(day)]
                                                             for day in days))
        # The days after a cut-off change nothing of it.
        first = {key: value for key, value in mean.items() if key[0] == str(CUTOFFS[0])}
        with duckdb.connect() as tables:
            tables.execute(f"copy (select * replace (if(date > '{CUTOFFS[0]}', 99, units) as units) from"
                           f" '{self.panel}') to '{self.panel}.later' (format parquet)")
        os.replace(f"{self.panel}.later", self.panel)
        self.succeed(self.evaluate(cutoff=CUTOFFS[0]))
        again = {tuple(row[key] for key in KEYS): float(row["yhat"])
                 for row in self.rows("yhat", "lo80", "hi80", "lo95", "hi95")}
        self.assertEqual(again, first)

    def test_bad_input_of_evaluate_is_named_and_loses_nothing(self):
        self.refuse(self.evaluate(cutoff="2025-02-30"), "--cutoff", "2025-02-30")
        self.refuse(self.evaluate(cutoff="2031-01-01"), "2031-01-01")
        self.refuse(self.evaluate(horizon=57), "57")
        self.refuse(self.evaluate(known="price,weather"), "weather")
        self.refuse(self.evaluate(series=self.write("unknown.csv", "store_id,product_id\nS0,P99\n")), "S0", "P99")
        self.refuse(self.evaluate(panel=self.write("twice.csv", "date,store_id,product_id,units\n"
                                                   "2025-01-06,S0,P00,1\n2025-01-06,S0,P00,2\n")), "2025-01-06", "P00")
        self.refuse(self.evaluate(panel=self.write("short.csv", "date,store_id,units\n2025-01-06,S0,1\n")), "product_id")
        self.refuse(self.evaluate(panel=self.write("word.csv", "date,store_id,product_id,units\n"
                                                   "2025-01-06,S0,P00,many\n")), "units", "many")

    def policy(self, **flags):
        flags = {"panel": os.path.join(REPLAY, "uci_panel.csv"), "template": os.path.join(REPLAY, "uci_template.csv"),
                 "series": self.write("uci.csv", "store_id,product_id\nWEB-UK,82615\nWEB-UK,22082\nWEB-UK,20971\n"),
                 "dataset": "uci", "out": self.out, **flags}
        return self.run_command("policy", *(word for name, value in flags.items()
                                            for word in ((f"--{name}",) if value is True else (f"--{name}", value))))

    def test_levels_are_written_for_each_morning_of_the_template(self):
        self.succeed(self.policy())
        rows = self.rows("reorder_point_units", "order_up_to_units")
        with open(os.path.join(REPLAY, "uci_template.csv"), encoding="utf-8") as file:
            wanted = [(one["cutoff"], one["store_id"], one["product_id"],
                       str(datetime.date.fromisoformat(one["cutoff"]) + datetime.timedelta(days=day)))
                      for one in csv.DictReader(file) for day in range(1, 8)]
        self.assertEqual(sorted(tuple(row[key] for key in KEYS) for row in rows), sorted(wanted))
        for row in rows:
            # Below 0: not before something is owed.
            self.assertTrue(float(row["reorder_point_units"]) <= float(row["order_up_to_units"]), row)
            self.assertTrue(0 <= float(row["order_up_to_units"]) < math.inf, row)
        # More service needs no less stock.
        self.succeed(self.policy(service=True))
        levels = {}
        for row in self.rows("target_fill_rate", "reorder_point_units", "order_up_to_units"):
            levels.setdefault(tuple(row[key] for key in KEYS), {})[row["target_fill_rate"]] = float(
                row["reorder_point_units"])
        self.assertEqual(set(levels), set(wanted))
        for key, by_target in levels.items():
            points = [by_target[target] for target in sorted(by_target, key=float)]
            self.assertEqual(len(points), 3, key)
            self.assertEqual(points, sorted(points), key)

    def test_bad_input_of_policy_is_named_and_loses_nothing(self):
        self.refuse(self.policy(dataset="groceries"), "groceries")
        with open(os.path.join(REPLAY, "uci_template.csv"), encoding="utf-8") as file:
            template = file.read()
        self.refuse(self.policy(template=self.write("late.csv", template.replace("2010-11-02", "2031-11-02"))), "2031-11-02")
        self.refuse(self.policy(series=self.write("few.csv", "store_id,product_id\nWEB-UK,82615\n")), "few.csv")

    def test_a_full_or_missing_place_for_the_output_is_said(self):
        missing = self.path("no/such/folder.csv")
        done = self.policy(out=missing)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(missing, done.stderr)
        done = self.policy(out="/dev/full")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("/dev/full", done.stderr)
        self.assertIn("No space left", done.stderr)
        printed = self.policy(out="/dev/stdout")
        self.assertIn("WEB-UK,82615", self.succeed(printed))


if __name__ == "__main__":
    unittest.main()
