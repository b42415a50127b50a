"""`shelfcast simulate`: today's rule and a service level side by side, figures that add up, and bad input
named. No data directory is made, no server asked."""

import datetime
import json
import os
import random
import subprocess
import unittest

from running import DEADLINE_S, SystemTest, binary

SEED = 20260412
FIRST = datetime.date(2026, 1, 1)
HEADER = "date,store_id,product_id,units,price\n"


def panel(days=90, series=40):
    """Sales of small and large products; the same every time."""
    rng = random.Random(SEED)
    lines = [HEADER]
    for product in range(series):
        for day in range(days):
            units = sum(rng.random() < 0.4 for _ in range(1 + product % 20))
            lines.append(f"{FIRST + datetime.timedelta(days=day)},S1,P{product},{units},{1 + product % 5}\n")
    return "".join(lines)


class SimulateTest(SystemTest):
    def simulate(self, *arguments):
        """`shelfcast simulate` in an empty folder that it must leave empty."""
        home = self.path("home")
        os.makedirs(home, exist_ok=True)
        done = subprocess.run(
            [binary(), "simulate", *arguments], capture_output=True, text=True,
            timeout=DEADLINE_S, cwd=home, check=False,
        )
        self.assertEqual(os.listdir(home), [])
        return done

    def answer(self, *arguments):
        return json.loads(self.succeed(self.simulate("--json", *arguments)))

    def refuse(self, arguments, *words):
        done = self.simulate(*arguments)
        self.assertNotIn(done.returncode, (0, 1), done.stderr)
        self.assertGreater(done.returncode, 0, "killed by a signal")
        self.assertEqual(done.stdout, "")
        for word in words:
            self.assertIn(word, done.stderr)

    def test_the_figures_add_up_and_follow_the_sliders(self):
        path = self.write("panel.csv", panel())
        first = self.answer("--panel", path, "--shelf-life", "9", "--order-cost", "0.5")
        self.assertEqual(first, self.answer("--panel", path, "--shelf-life", "9", "--order-cost", "0.5"))
        self.assertEqual((first["days"], first["series"]), (28, 40))
        self.assertEqual((first["first_date"], first["last_date"]), ("2026-03-04", "2026-03-31"))
        self.assertEqual(first["assumptions"]["shelf_life_days"], 9)
        for policy in ("today", "what_if"):
            one = first[policy]
            self.assertEqual(one["on_hand_at_start_units"] + one["received_units"],
                             one["sold_units"] + one["wasted_units"] + one["on_hand_at_end_units"])
            self.assertAlmostEqual(one["total_cost"], one["lost_margin"] + one["holding_cost"]
                                   + one["waste_cost"] + one["ordering_cost"], 6)
            self.assertAlmostEqual(one["ordering_cost"], 0.5 * one["orders"], 6)
        for name, difference in first["difference"].items():
            self.assertAlmostEqual(difference, first["what_if"][name] - first["today"][name], 6)

        filled = [self.answer("--panel", path, "--service", service)["what_if"]["fill_rate"]
                  for service in ("50", "80", "95", "99.5")]
        self.assertEqual(filled, sorted(filled))
        self.assertLess(filled[0], filled[-1])
        none = self.answer("--panel", path, "--demand", "0")
        self.assertEqual((none["today"]["sold_units"], none["what_if"]["total_cost"]), (0, 0))
        tight = self.answer("--panel", path, "--budget", "20")
        self.assertIn("the budget was too small for the service level on 28 mornings", tight["remarks"])

    def test_a_person_reads_both_columns_and_what_was_taken(self):
        path = self.write("panel.csv", panel())
        text = self.succeed(self.simulate("--panel", path))
        for word in ("today", "what if", "difference", "fill_rate", "total_cost",
                     "taken: margin_percent 30", "taken: holding_percent_per_year 20"):
            self.assertIn(word, text)

    def test_only_the_series_that_were_asked_for(self):
        path = self.write("panel.csv", panel())
        series = self.write("series.csv", "store_id,product_id\nS1,P3\nS1,P7\n")
        self.assertEqual(self.answer("--panel", path, "--series", series)["series"], 2)
        unknown = self.write("unknown.csv", "store_id,product_id\nS1,P99\n")
        self.refuse(("--panel", path, "--series", unknown), unknown, "P99")

    def test_bad_input_is_named(self):
        path = self.write("panel.csv", panel(days=30, series=2))
        missing = self.path("missing.csv")
        self.refuse(("--panel", missing), missing)
        self.refuse(("--panel", path), path, "30 days", "to replay 28 days, 35 are needed")
        self.answer("--panel", path, "--days", "23")
        self.refuse(("--panel", path, "--days", "-3"), "--days", "-3")
        self.refuse(("--panel", path, "--days", "20", "--service", "100"), "service_percent 100")
        self.refuse(("--panel", path, "--days", "20", "--service", "nan"), "service_percent nan")
        self.refuse(("--panel", path, "--days", "20", "--demand", "-5"), "demand_percent -5")
        self.refuse(("--panel", path, "--days", "20", "--lead-time", "64"), "--lead-time", "64")
        self.refuse(("--panel", path, "--days", "20", "--review", "0"), "--review", "0")
        for row, word in (("2026-01-01,S1,P1,many,1", "'many'"), ("yesterday,S1,P1,1,1", "'yesterday'")):
            bad = self.write("bad.csv", HEADER + row + "\n")
            self.refuse(("--panel", bad), bad, word)
        day = "2026-02-01,S1,P0,"
        text = panel(days=40, series=1)
        huge = self.write("huge.csv", text.replace(day + "0,", day + "1e30,")
                          .replace(day + "1,", day + "1e30,"))
        self.refuse(("--panel", huge), "P0", "2026-02-01", "are a mistake")
        bare = self.write("bare.csv", "date,store_id,units\n2026-01-01,S1,1\n")
        self.refuse(("--panel", bare), bare, "product_id")


if __name__ == "__main__":
    unittest.main()
