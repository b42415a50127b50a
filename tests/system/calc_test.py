"""`shelfcast calc`: every oracle of the books within its tolerance, hard numbers, and bad input named with
its id, field and value. No data directory is made, no server asked."""

import json
import math
import os
import subprocess
import unittest

from running import DEADLINE_S, SystemTest, binary

ORACLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures", "oracles_dev.json")

GOOD = {
    "demand_mean_per_day": 6,
    "holding_cost_per_unit_day": 1,
    "stockout_cost_per_unit": 4,
    "stockout_cost_basis": "per_unit_day_backordered",
    "order_cost": 5,
    "lead_time_days": 0,
    "review_period_days": 1,
    "target_cycle_service_level": 0.95,
    "target_fill_rate": 0.98,
}


def oracles():
    with open(ORACLES, encoding="utf-8") as file:
        return json.load(file)["instances"]


class CalcTest(SystemTest):
    def calc(self, path, text=None):
        """`shelfcast calc` in an empty folder that it must leave empty."""
        home = self.path("home")
        os.makedirs(home, exist_ok=True)
        done = subprocess.run(
            [binary(), "calc", path], capture_output=True, text=True, input=text,
            timeout=DEADLINE_S, cwd=home, env={**os.environ, "SHELFCAST_ENGINE": "/nowhere"},
            check=False,
        )
        self.assertEqual(os.listdir(home), [])
        return done

    def outputs(self, family, inputs):
        path = self.write("one.json", json.dumps({"family": family, "inputs": inputs}))
        answer = json.loads(self.succeed(self.calc(path)))["instances"]
        self.assertEqual(len(answer), 1)
        return answer[0]["outputs"]

    def refuse(self, content, *words):
        path = self.write("bad.json", content if isinstance(content, (str, bytes))
                          else json.dumps(content))
        done = self.calc(path)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for word in (path, *words):
            self.assertIn(word, done.stderr)

    def same(self, where, expected, found, tolerance):
        """As METHOD.md of the oracles says: integers equal, other numbers within the tolerance."""
        if isinstance(expected, dict):
            self.assertEqual(set(expected), set(found), where)
            for name, one in expected.items():
                self.same(f"{where}.{name}", one, found[name], tolerance)
        elif isinstance(expected, list):
            self.assertEqual(len(expected), len(found), where)
            for place, (one, other) in enumerate(zip(expected, found)):
                self.same(f"{where}[{place}]", one, other, tolerance)
        elif isinstance(expected, float):
            # An instance with a note: its costs are held to 1e-7.
            relative = 1e-7 if "note" in tolerance and "cost" in where else tolerance["relative"]
            allowed = max(tolerance["absolute"], relative * abs(expected))
            self.assertLessEqual(abs(found - expected), allowed, f"{where}: {found}, not {expected}")
        else:
            self.assertEqual((type(expected), expected), (type(found), found), where)

    def test_every_oracle_is_met(self):
        answers = json.loads(self.succeed(self.calc(ORACLES)))["instances"]
        wanted = oracles()
        self.assertEqual([one["id"] for one in answers], [one["id"] for one in wanted])
        for one, answer in zip(wanted, answers):
            with self.subTest(id=one["id"]):
                self.assertEqual(answer["family"], one["family"])
                self.assertNotIn("unused_inputs", answer)
                self.same(one["id"], one["expected"], answer["outputs"], one["tolerance"])

    def test_standard_input_and_one_instance_without_a_list(self):
        one = {"family": "eoq", "inputs": {**GOOD, "colour": "red"}}
        answer = json.loads(self.succeed(self.calc("-", json.dumps(one))))["instances"][0]
        self.assertAlmostEqual(answer["outputs"]["order_quantity_units"], math.sqrt(60), 9)
        self.assertIn("colour", answer["unused_inputs"])

    def test_extreme_numbers(self):
        for service in (1e-6, 0.5, 1 - 1e-12):
            answer = self.outputs("safety_stock_lead_time_variance", {
                **GOOD, "demand_sd_per_day": 3, "lead_time_days": 0.25,
                "target_cycle_service_level": service})
            below = math.erfc(-answer["safety_factor"] / math.sqrt(2)) / 2
            self.assertAlmostEqual(below / service, 1, 6)
        large = self.outputs("newsvendor_poisson", {**GOOD, "demand_mean_per_day": 4e6})
        self.assertAlmostEqual(large["order_up_to_units"], 4e6 + 0.8416212 * 2e3, delta=2)
        sure = self.outputs("base_stock_poisson",
                            {**GOOD, "target_cycle_service_level": 0.9999999999,
                             "lead_time_days": 2.5})
        self.assertGreaterEqual(sure["type1"]["cycle_service_level"], 0.9999999999)
        wide = self.outputs("newsvendor_poisson",
                            {**GOOD, "demand_distribution": "negative_binomial",
                             "demand_sd_per_day": 7})
        self.assertGreater(wide["order_up_to_units"], 8)
        still = self.outputs("stock_kpis", {
            "stock_on_hand_units": 5, "demand_mean_per_day": 0, "cost_of_goods_sold": 0,
            "revenue": 0, "average_stock_value_at_cost": 9, "period_days": 28,
            "batches_age_days_and_units": [[3, 5]], "ageing_limits_days": [7]})
        self.assertIsNone(still["days_of_cover"])
        self.assertEqual(still["ageing_shares"], [1.0, 0.0])

    def test_bad_inputs_are_named(self):
        def one(family, **changes):
            inputs = {**GOOD, **changes}
            return {"instances": [{"id": "first", "family": "eoq", "inputs": GOOD},
                                  {"id": "x-7", "family": family, "inputs": {
                                      name: value for name, value in inputs.items()
                                      if value != "left out"}}]}

        self.refuse(one("magic"), "x-7", '"magic"', "newsvendor_poisson")
        self.refuse(one("eoq", order_cost="left out"), "x-7", "order_cost is missing")
        self.refuse(one("eoq", order_cost=None), "x-7", "order_cost is missing")
        self.refuse(one("eoq", order_cost=-5), "x-7", "order_cost is -5")
        self.refuse(one("eoq", order_cost="5"), "x-7", 'order_cost is "5"', "a number")
        self.refuse(one("eoq", stockout_cost_basis="per_week"), "x-7", "stockout_cost_basis",
                    '"per_week"', "per_unit_day_backordered")
        self.refuse(one("newsvendor_poisson", review_period_days=7), "review_period_days is 7")
        self.refuse(one("newsvendor_poisson", demand_mean_per_day=1e12), "1e+12")
        self.refuse(one("newsvendor_poisson", demand_distribution="weibull"), '"weibull"')
        self.refuse(one("newsvendor_poisson", demand_distribution="negative_binomial",
                        demand_sd_per_day=1), "demand_sd_per_day is 1", "square root")
        self.refuse(one("newsvendor_empirical", demand_history_units=[1, -2]),
                    "demand_history_units[1] is -2")
        self.refuse(one("newsvendor_empirical", demand_history_units=[0, 0]), "no demand")
        self.refuse(one("base_stock_poisson", target_fill_rate=1), "target_fill_rate is 1")
        self.refuse(one("base_stock_poisson", review_period_days=1.5), "review_period_days is 1.5")
        self.refuse(one("base_stock_poisson_random_lead_time",
                        lead_time_days_distribution={"2": 0.5, "3": 0.4}), "add up to 0.9")
        self.refuse(one("base_stock_poisson_random_lead_time",
                        lead_time_days_distribution={"two": 1}), '"two"')
        self.refuse(one("newsvendor_normal", demand_sd_per_day=1, holding_cost_per_unit_day=1e308,
                        stockout_cost_per_unit=1e308), "newsvendor_normal", "no number")
        self.refuse(one("sS_poisson_exact", order_cost=1e12), "30000 units")
        self.refuse(one("rQ_poisson_exact", order_cost=1e20), "300000 units")
        self.refuse(one("fill_rate_normal_loss", demand_sd_per_day=0, order_quantity_units=4),
                    "demand_sd_per_day")
        self.refuse(one("eoq_quantity_discounts", holding_cost_rate_per_value_day=0.1,
                        breakpoints_units=[0, 10], unit_costs=[1]), "unit_costs has 1")
        self.refuse(one("eoq_quantity_discounts", holding_cost_rate_per_value_day=0.1,
                        breakpoints_units=[0, 10], unit_costs=[1, 2]), "2 is no discount")
        self.refuse(one("lot_sizing_wagner_whitin", demand_by_day_units=[]),
                    "demand_by_day_units is empty")
        self.refuse(one("serial_two_echelon_poisson", lead_time_days=[1, 2],
                        echelon_holding_cost_per_unit_day=[1]),
                    "echelon_holding_cost_per_unit_day has 1")
        self.refuse(one("intermittent_croston_sba_tsb", demand_history_units=[1],
                        smoothing_size=1.5), "smoothing_size is 1.5")
        self.refuse(one("abc_xyz", items={"p1": {"revenue": -1, "demand_by_period_units": [1]}},
                        abc_limits=[0.8, 0.95], xyz_limits=[0.5, 1]), "items.p1.revenue is -1")
        self.refuse(one("abc_xyz", items={"p1": {"revenue": 1, "demand_by_period_units": [1]}},
                        abc_limits=[0.95, 0.8], xyz_limits=[0.5, 1]), "abc_limits")
        self.refuse(one("order_rounding_pack_moq", inventory_position_units=1,
                        reorder_point_units=9, order_up_to_units=3, pack_size_units=1),
                    "order_up_to_units is 3")

    def test_bad_files_are_named(self):
        self.refuse("", "parse error")
        self.refuse("{", "parse error")
        self.refuse(b"\xff\xfe{}", "parse error")
        self.refuse('{"family":"eoq","inputs":{"order_cost":1e999}}', "1e999")
        self.refuse("[]", "family and inputs")
        self.refuse({"instances": 3}, "instances is no list")
        self.refuse({"instances": [3]}, "instance 1 is no object")
        self.refuse({"instances": [{}]}, "instance 1", "family is missing")
        self.refuse({"family": "eoq"}, "inputs is missing")
        self.refuse('{"a":' + "[" * 100_000 + "]" * 100_000 + "}", "nested")
        done = self.calc("-", "{")
        self.assertEqual(done.returncode, 2)
        self.assertIn("standard input: parse error", done.stderr)
        done = self.calc(self.folder)
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"{self.folder}: cannot be read", done.stderr)
        done = self.calc(self.path("absent.json"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("absent.json", done.stderr)


if __name__ == "__main__":
    unittest.main()
