"""From receipts to forecasts: a model is trained, kept, asked, measured by what was sold since, replaced and
rolled back; the same again after a kill at every step gives the same. What a figure is, is computed here anew."""

import base64
import json
import math
import os
import random
import re
import signal
import unittest
from datetime import date, datetime, timedelta, timezone

from running import PASSWORD, ROOT, USER, SystemTest, wait_until

SEED = int(os.environ.get("SHELFCAST_SEED", "20251130"))
DAYS = 120
HORIZON = 7
# Name, category, units of a usual day.
PRODUCTS = (("tea", "Drinks", 12), ("coffee", "Drinks", 6), ("bread", "Bakery", 20), ("clock", "Home", 1),
            ("soap", "Home", 4))
STORES = {1001: "North", 1002: "South"}
WEEK = (0.8, 0.8, 0.9, 1.0, 1.3, 1.6, 0.6)
TOTALS = ("store", "category", "region", "total")
# No search: the same model each time.
QUIET = {"SHELFCAST_WATCH_INTERVAL_S": "0", "SHELFCAST_MODELS_SEARCH_SECONDS": "0"}


def today():
    return datetime.now(timezone.utc).date()


class TrainPredictTest(SystemTest):
    def setUp(self):
        super().setUp()
        print(f"seed {SEED}", flush=True)
        self.data = self.path("data")
        self.newest = today() - timedelta(days=1)
        self.first = self.newest - timedelta(days=DAYS - 1)
        self.sold = {}  # (store, product, date) -> units
        self.runs = 0

    def receipts(self):
        """Sales of every day; tea is on promotion one day in ten, soap runs out each second Friday."""
        chance = random.Random(SEED)
        lines = ["event_time,store_id,product_id,category,transaction_type,quantity,unit_price,promotion_id"]
        day = self.first
        while day <= self.newest:
            for store in STORES:
                for product, category, usual in PRODUCTS:
                    promoted = product == "tea" and day.toordinal() % 10 == 0
                    mean = usual * WEEK[day.weekday()] * (2 if promoted else 1) * (1.5 if store == 1002 else 1)
                    left = units = int(chance.gauss(mean, math.sqrt(mean)) + 0.5)
                    self.sold[store, product, day] = max(0, units)
                    hour = 9
                    while left > 0 and hour < 20:
                        here = min(left, max(1, units // 8))
                        price = 2 if not promoted else 1.5
                        lines.append(f"{day} {hour:02}:30:00,{store},{product},{category},SALE,{here},{price},"
                                     f"{'P1' if promoted else ''}")
                        left -= here
                        hour += 1
                    self.sold[store, product, day] -= max(0, left)
            day += timedelta(days=1)
        return "\n".join(lines) + "\n"

    def filled(self):
        stores = self.write("stores.csv", "store_id,store_code,name,region,country,time_zone,currency\n" + "".join(
            f"{store},S{store},Shop,{region},GB,UTC,GBP\n" for store, region in STORES.items()))
        receipts = self.write("receipts.csv", self.receipts())
        running = self.start(self.data, environment=QUIET).wait_ready()
        self.succeed(running.command("import", "--table", "stores", stores))
        self.succeed(running.command("import", receipts))
        self.assertEqual(running.batch()[0], 0)
        return running

    def run_job(self, running, job):
        # A logical date is done once: each run has one of its own.
        self.runs += 1
        day = today() - timedelta(days=self.runs)
        done = running.command("schedule", "run", job, "--date", day.isoformat(), "--json")
        return json.loads(self.succeed(done))["run"]["message"]

    def answer(self, running, *arguments):
        return json.loads(self.succeed(running.command(*arguments, "--json")))

    def ask(self, running, body, status=200):
        found, _, text = running.web("POST", "/v1/predict", json.dumps(body))
        self.assertEqual(found, status, text)
        return json.loads(text)

    def forecasts(self, running):
        return running.rows(
            "select level, store_id, product_id, category, region, prediction_date, forecast_date, model_version, "
            "predicted_demand, median_demand, lower_80, upper_80, quantiles from retail.ml_forecast_results "
            "order by all")

    def check_levels(self, running, version):
        rows = running.rows(
            "select level, count(), min(model_version), min(is_champion) from retail.ml_forecast_results "
            "group by level order by level")
        self.assertEqual({row[0] for row in rows}, {"product_store", *TOTALS})
        self.assertEqual({row[2:] for row in rows}, {(version, "1")})
        # Exactly, not nearly.
        for level, key in (("store", "store_id"), ("category", "category"), ("region", "region"), ("total", "1")):
            differing = running.rows(
                f"select whole.prediction_date, whole.units, parts.units from (select prediction_date, {key} as key, "
                f"predicted_demand as units from retail.ml_forecast_results where level = '{level}') as whole "
                f"inner join (select prediction_date, {key} as key, sum(predicted_demand) as units "
                "from retail.ml_forecast_results where level = 'product_store' group by all) as parts "
                "using (prediction_date, key) where whole.units != parts.units")
            self.assertEqual(differing, [], level)
        broken = running.rows(
            "select level, quantiles from retail.ml_forecast_results where arraySort(quantiles) != quantiles "
            "or quantiles[1] < 0 or length(quantiles) != 15")
        self.assertEqual(broken, [])
        count = len(STORES) * len(PRODUCTS) * HORIZON
        for view in ("demand_predictions", "fact_ml_predictions"):
            self.assertEqual(running.rows(f"select count(), any(model_version) from retail.{view}"),
                             [(str(count), version)])

    def check_accuracy(self, running, cutoff):
        """prediction_accuracy and the live measures against what is computed here from the receipts."""
        rows = running.rows(
            "select store_id, product_id, prediction_date, predicted_demand, actual_units, error, is_within_80, "
            f"quantile_loss, revenue_weight from retail.prediction_accuracy where forecast_date = '{cutoff}'")
        # The newest day of all is not known to be over.
        self.assertEqual(len(rows), len(STORES) * len(PRODUCTS) * (HORIZON - 1))
        errors = []
        for store, product, day, forecast, actual, error, *_ in rows:
            wanted = self.sold[int(store), product, date.fromisoformat(day)]
            self.assertEqual(float(actual), wanted, (store, product, day))
            self.assertAlmostEqual(float(error), float(forecast) - wanted, places=4)
            errors.append(float(error))
        sold = sum(float(row[4]) for row in rows)
        weights = {(row[0], row[1]): float(row[8]) for row in rows}
        for (store, product), weight in weights.items():
            days = [cutoff - timedelta(days=back) for back in range(28)]
            wanted = sum(self.sold[int(store), product, day] *
                         (1.5 if product == "tea" and day.toordinal() % 10 == 0 else 2) for day in days)
            self.assertAlmostEqual(weight, wanted, places=2)
        live = running.rows(
            "select rmse, mae, bias, wmape, wql, coverage_80, row_count, wrmsse > 0, r2_score < 1 "
            "from retail.model_metrics where segment = 'live'")
        self.assertEqual(len(live), 1)
        rmse, mae, bias, wmape, wql, coverage, count, has_wrmsse, has_r2 = map(float, live[0])
        self.assertEqual(count, len(rows))
        self.assertAlmostEqual(rmse, math.sqrt(sum(error * error for error in errors) / len(errors)), places=4)
        self.assertAlmostEqual(mae, sum(map(abs, errors)) / len(errors), places=4)
        self.assertAlmostEqual(bias, sum(errors) / sold, places=4)
        self.assertAlmostEqual(wmape, sum(map(abs, errors)) / sold, places=4)
        self.assertAlmostEqual(wql, sum(float(row[7]) for row in rows) / sold, places=4)
        self.assertAlmostEqual(coverage, sum(row[6] == "1" for row in rows) / len(rows), places=4)
        self.assertTrue(has_wrmsse and has_r2)

    def test_from_receipts_to_a_model_in_use_and_back(self):
        running = self.filled()
        # No model yet.
        refused = running.command("predict")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("no model is in use: `shelfcast train` makes one", refused.stderr)
        self.assertEqual(self.ask(running, {"store_id": 1001, "product_id": "tea"})["model"], "velocity")
        self.assertEqual(self.run_job(running, "retail_model_drift"), "no model is in use")
        self.assertEqual(self.answer(running, "models", "list")["models"], [])

        # The first is in use whatever it is; its artefact, description and card are beside the lake.
        cutoff = self.newest - timedelta(days=HORIZON)
        model = self.answer(running, "train", "--seed", "7", "--date", cutoff.isoformat())
        first = model["version"]
        self.assertTrue(model["is_in_use"])
        self.assertEqual((model["data"]["to"], model["data"]["series"]), (cutoff.isoformat(), 10))
        self.assertEqual(model["held_back"]["to"], cutoff.isoformat())
        for name in ("wql", "wmape", "wrmsse", "rmse", "mae", "bias", "coverage_80", "coverage_95"):
            self.assertIsInstance(model["held_back"]["measures"][name], float, name)
        self.assertLess(model["held_back"]["measures"]["wmape"], 0.6)
        folder = os.path.join(self.data, "lake", "_models", first)
        self.assertEqual(sorted(os.listdir(folder)), ["artefact.bin", "card.md", "model.json"])
        with open(os.path.join(folder, "card.md"), encoding="utf-8") as card:
            self.assertEqual(self.succeed(running.command("models", "show", first)), card.read())
        metrics = running.rows(
            "select model_version, is_champion, round(wql, 4) from retail.model_metrics where segment = ''")
        self.assertEqual(metrics, [(first, "1", f"{round(model['held_back']['measures']['wql'], 4):g}")])

        # Forecasts of the days that are known by now: they add up, and are measured.
        done = self.answer(running, "predict", "--date", cutoff.isoformat())
        self.assertEqual((done["model_version"], done["series"], done["horizon_days"]), (first, 10, HORIZON))
        self.check_levels(running, first)
        message = self.run_job(running, "retail_model_drift")
        self.assertRegex(message, r"^\d+ of \d+ features drifted, \d+ of them strongly$")
        self.check_accuracy(running, cutoff)
        drift = running.rows("select kind, count() from retail.model_drift group by kind order by kind")
        self.assertEqual(drift[0], ("error", "3"))
        self.assertGreater(int(drift[1][1]), 15)
        self.assertEqual(
            running.rows("select count() from retail.data_quality_results where check_name = 'model_drift'"),
            [("1",)])

        # Of today, for stock risks and on demand.
        self.assertIn("10 series by " + first, self.run_job(running, "retail_predict"))
        answer = self.ask(running, {"store_id": 1002, "product_id": "bread", "horizon_days": 5})
        self.assertEqual((answer["model"], len(answer["days"])), (first, 5))
        self.assertEqual(answer["days"][0]["date"], today().isoformat())
        for day in answer["days"][1:]:
            self.assertLessEqual(day["p10"], day["p50"])
            self.assertLess(day["p10"], day["p90"])
        stored = running.rows(
            "select prediction_date, predicted_demand from retail.demand_predictions where store_id = 1002 "
            f"and product_id = 'bread' and forecast_date = '{self.newest}' order by prediction_date")
        self.assertEqual(len(stored), HORIZON)
        sent, told = running.post_events([{
            "event_time": f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}", "store_id": 1001, "product_id": "tea",
            "request_id": "r1", "horizon_days": 3}], topic="feature-requests")
        self.assertEqual(sent, 202, told)
        messages = wait_until(
            lambda: json.loads(running.web("GET", "/v1/topics/predictions?from=0")[2])["messages"], "an answer")
        self.assertEqual(messages[0]["message"]["model"], first)
        self.check_features(running)

        # A second model on all days; whichever is in use, people may choose.
        model = self.answer(running, "train", "--seed", "8")
        second = model["version"]
        self.assertEqual(model["held_back"]["champion"]["version"], first)
        self.assertIn("of the champion " + first, model["held_back"]["verdict"])
        self.assertEqual(running.command("models", "promote", second).returncode, 0)
        listed = self.answer(running, "models", "list")["models"]
        self.assertEqual([(one["version"], one["is_champion"]) for one in listed],
                         [(first, False), (second, True)])
        self.assertIn("coverage_95", self.succeed(running.command("models", "compare", first)))
        self.assertEqual(self.ask(running, {"store_id": 1001, "product_id": "tea"})["model"], second)
        self.assertEqual(self.answer(running, "models", "rollback")["champion"], first)
        self.assertEqual(self.ask(running, {"store_id": 1001, "product_id": "tea"})["model"], first)
        self.assertEqual(running.command("models", "rollback").returncode, 2)
        self.check_choosing(running, first, second)
        self.check_damage(running, first, second)

    def check_choosing(self, running, first, second):
        """Over HTTP administrators choose the model in use, and say which one they saw."""
        def http(method, path, body=None, login=(USER, PASSWORD), status=200):
            token = base64.b64encode(":".join(login).encode()).decode()
            found, _, text = running.web(method, path, None if body is None else json.dumps(body), {
                "Authorization": f"Basic {token}", "Content-Type": "application/json"})
            self.assertEqual(found, status, f"{path}: {text}")
            return json.loads(text)

        eve = ("eve", "a password for eve")
        status, _, text = running.web("POST", "/v1/jobs/users", json.dumps(
            {"act": "add", "name": eve[0], "role": "executive", "password": eve[1], "stores": ""}),
            {"Authorization": f"Bearer {running.owner['control_token']}", "Content-Type": "application/json"})
        self.assertIn(b'"result"', text, status)
        registry = http("GET", "/v1/models", login=eve)
        self.assertEqual((registry["in_use"], registry["before"]), (first, None))
        for one in registry["models"]:
            shares = [feature["gain_share"] for feature in one["model"]["importance"]]
            self.assertAlmostEqual(sum(shares), 1, places=6)
            self.assertEqual(shares, sorted(shares, reverse=True))
        promote = f"/v1/models/{second}/promote"
        http("POST", promote, {"in_use": first}, eve, 403)
        http("POST", promote, {"in_use": second}, status=409)
        http("POST", "/v1/models/no-such-model/promote", {"in_use": first}, status=404)
        http("POST", "/v1/models/rollback", {"in_use": first}, status=409)  # there is none before
        done = http("POST", promote, {"in_use": first})
        self.assertEqual((done["in_use"], done["before"]), (second, first))
        self.assertEqual(self.ask(running, {"store_id": 1001, "product_id": "tea"})["model"], second)
        metrics = running.rows("select model_version from retail.model_metrics where segment = '' and is_champion = 1")
        self.assertEqual(metrics, [(second,)])
        http("POST", "/v1/models/rollback", {}, status=400)
        http("POST", "/v1/models/rollback", {"in_use": second}, eve, 403)
        done = http("POST", "/v1/models/rollback", {"in_use": second})
        self.assertEqual((done["in_use"], done["before"]), (first, None))
        http("POST", "/v1/models/rollback", {"in_use": second}, status=409)  # a repeat goes no further back

    def check_features(self, running):
        feature_date = self.newest + timedelta(days=1)
        # An event of a store and of every one; weather that was, a forecast of the day, and one too far ahead.
        events = self.write("events.csv", f"store,date,name\n1001,{feature_date},Match\n"
                            f",{feature_date + timedelta(days=2)},Fair\n")
        weather = self.write("weather.csv", "store,date,temperature_celsius,precipitation_mm\n" + "".join(
            f"S1001,{feature_date + timedelta(days=ahead)},{10 + ahead},{1.5 + ahead}\n" for ahead in (-1, 0, 1)))
        for table, path, rows in (("local_events", events, 2), ("weather", weather, 3)):
            done = self.succeed(running.command("import", "--table", table, path))
            self.assertIn(f"imported {table}: {rows} rows, {rows} changed", done)
            self.assertIn("0 changed", self.succeed(running.command("import", "--table", table, path)))
        self.assertEqual(self.succeed(running.command("features")),
                         f"features of {feature_date}: {len(STORES) * len(PRODUCTS)} rows\n")
        rows = running.rows(
            "select store_id, product_id, units_lag_1, units_lag_7, units_mean_7, same_weekday_mean_4, day_of_week, "
            "age_days, available_at > feature_date from retail.feature_store "
            f"where feature_date = '{feature_date}'")
        self.assertEqual(len(rows), len(STORES) * len(PRODUCTS))
        for store, product, lag_1, lag_7, mean_7, same_4, weekday, age, _ in rows:
            def units(back, key=(int(store), product)):
                return self.sold[(*key, feature_date - timedelta(days=back))]

            self.assertEqual((float(lag_1), float(lag_7)), (units(1), units(7)))
            self.assertAlmostEqual(float(mean_7), sum(map(units, range(1, 8))) / 7, places=3)
            self.assertAlmostEqual(float(same_4), sum(map(units, (7, 14, 21, 28))) / 4, places=3)
            self.assertEqual(int(weekday), feature_date.isoweekday())
            self.assertLessEqual(int(age), DAYS)
        self.check_store_days(running, feature_date)

    def check_store_days(self, running, feature_date):
        """What people said of single days, and what stands for a product that is new in a store."""
        found = running.rows(
            "select store_id, local_event, is_local_event, days_to_local_event, temperature_celsius, "
            "precipitation_mm, temperature_celsius_lag_1, precipitation_mm_mean_7, region, definition_version "
            f"from retail.feature_store where feature_date = '{feature_date}' and product_id = 'tea' order by store_id")
        self.assertEqual(found, [
            ("1001", "Match", "1", "0", "10", "1.5", "9", "0.5", "North", "3"),
            ("1002", "", "0", "2", "\\N", "\\N", "\\N", "\\N", "South", "3")])

        def mean_of(store, products, back=28):
            return sum(self.sold[store, product, feature_date - timedelta(days=day)]
                       for product in products for day in range(1, back + 1)) / back

        sizes = {store: mean_of(store, [name for name, *_ in PRODUCTS]) for store in STORES}
        for store, elsewhere, others, size, age, count in running.rows(
                "select store_id, product_elsewhere_mean_28, category_others_mean_28, store_relative_size_28, "
                "store_age_days, product_store_count_28 from retail.feature_store "
                f"where feature_date = '{feature_date}' and product_id = 'tea'"):
            store = int(store)
            self.assertAlmostEqual(float(elsewhere), mean_of(2003 - store, ["tea"]), places=3)
            self.assertAlmostEqual(float(others), mean_of(store, ["coffee"]), places=3)
            self.assertAlmostEqual(float(size), sizes[store] * len(sizes) / sum(sizes.values()), places=4)
            self.assertEqual((int(age), int(count)), (DAYS, len(STORES)))

    def check_damage(self, running, first, second):
        """A model that cannot be read gives way to the one before."""
        self.succeed(running.command("models", "promote", second))
        path = os.path.join(self.data, "lake", "_models", second, "artefact.bin")
        with open(path, "r+b") as damaged:
            damaged.seek(10)
            damaged.write(b"damage")
        shown = running.command("models", "show", second)
        self.assertEqual(shown.returncode, 6)
        self.assertIn(f"model {second}: its artefact is damaged", shown.stderr)
        self.assertEqual(running.terminate(), 0)
        running = self.start(self.data, environment=QUIET).wait_ready()
        self.assertEqual(self.answer(running, "predict")["model_version"], first)
        self.assertEqual(self.ask(running, {"store_id": 1001, "product_id": "tea"})["model"], first)
        self.assertIn("the champion cannot be read", running.log_text())

    def test_a_kill_anywhere_and_the_same_again(self):
        with open(os.path.join(ROOT, "src/base/failpoint.cc"), encoding="utf-8") as source:
            text = source.read()
        names = re.findall(r'"((?:models|train)\.[a-z_]+)"', text) + ["file.written"]
        self.assertEqual(len(names), 4)
        running = self.filled()
        model = self.answer(running, "train", "--seed", "7")
        artefact = model["artefact"]["sha256"]
        first = model["version"]
        self.answer(running, "predict")
        forecasts = [row[:7] + row[8:] for row in self.forecasts(running)]
        backup = self.path("backup")
        self.succeed(running.command("backup", backup))
        copied = os.path.join(backup, "lake", "_models")
        self.assertEqual(sorted(os.listdir(copied)), sorted((first, "champion.json")))
        for name in names:
            running.kill_tree()
            running = self.start(self.data, f"{name}:1", environment=QUIET).wait_ready()
            self.assertNotEqual(running.command("train", "--seed", "7").returncode, 0, name)
            self.assertEqual(running.wait_ended(), -signal.SIGKILL, name)
            running = self.start(self.data, environment=QUIET).wait_ready()
            self.assertEqual(self.ask(running, {"store_id": 1001, "product_id": "tea"})["model"], first, name)
        again = self.answer(running, "train", "--seed", "7")
        self.assertEqual(again["artefact"]["sha256"], artefact)
        self.assertEqual(again["held_back"]["measures"], model["held_back"]["measures"])
        self.assertFalse(again["is_in_use"])

        running.kill_tree()
        running = self.start(self.data, "predict.products_written:1", environment=QUIET).wait_ready()
        self.assertNotEqual(running.command("predict").returncode, 0)
        self.assertEqual(running.wait_ended(), -signal.SIGKILL)
        running = self.start(self.data, environment=QUIET).wait_ready()
        self.answer(running, "predict")
        self.assertEqual([row[:7] + row[8:] for row in self.forecasts(running)], forecasts)

    def test_what_is_missing_is_said(self):
        running = self.start(self.data, environment=QUIET).wait_ready()
        for command in ("train", "features"):
            refused = running.command(command)
            self.assertEqual(refused.returncode, 2, refused.stdout + refused.stderr)
            self.assertIn("there are no sales of a business date that is over", refused.stderr)
        self.assertIn("no model is in use", running.command("predict").stderr)
        for body, status, word in (({"store_id": 4007, "product_id": "tea"}, 404, "there is no store 4007"),
                                   ({"product_id": "tea"}, 400, "store_id"),
                                   ({"store_id": 1, "product_id": ""}, 400, "product_id"),
                                   ({"store_id": 1, "product_id": "tea", "horizon_days": 57}, 400, "horizon_days"),
                                   ([], 400, "no JSON object")):
            self.assertIn(word, self.ask(running, body, status)["error"]["message"])
        self.assertEqual(running.command("models", "show", "20200101-000000-0").returncode, 2)

        stores = self.write("stores.csv", "store_id,store_code,name,time_zone,currency\n1001,S1,Shop,UTC,GBP\n")
        self.succeed(running.command("import", "--table", "stores", stores))
        events = [{"event_time": f"{self.newest}T12:00:00Z", "store_id": 1001, "product_id": "tea",
                   "category": "Drinks", "transaction_type": "SALE", "quantity": 3, "unit_price": 2}]
        self.assertEqual(running.post_events(events)[1]["accepted"], 1)
        running.wait_for_events(1)
        refused = running.command("train")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("there are 1 days of sales", refused.stderr)
        self.assertIn("until then forecasts are from sales velocity", refused.stderr)
        self.assertEqual(self.ask(running, {"store_id": 1001, "product_id": "tea"})["model"], "velocity")
        future = (today() + timedelta(days=2)).isoformat()
        refused = running.command("features", "--date", future)
        self.assertIn(f"{future} is not over in every store", refused.stderr)
        self.assertIn("is no date", running.command("train", "--date", "soon").stderr)


if __name__ == "__main__":
    unittest.main()
