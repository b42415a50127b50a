"""What the screens ask: every query of api/openapi.yaml has rows of a loaded chain, headline figures equal a count of
the events as they were sent, wrong parameters are named, and whoever sees some stores sees no others: their answers
are the administrator's for those stores, and stay the same whatever happens in another store."""

import base64
import csv
import http.client
import io
import json
import os
import re
import threading
import unittest
import urllib.parse
import uuid
from datetime import timedelta
from decimal import Decimal

from running import PASSWORD, ROOT, USER, SystemTest
from screens_chain import PRODUCTS, STORES, Chain, load

NEEDS_PRODUCT = {"forecast_series", "product_days", "product_movements", "product_summary"}
# Of no store: whoever sees some stores has no rows of them.
OF_THE_CHAIN = {"anomalies_dead_letter_list", "anomalies_dead_letters", "anomalies_epochs",
                "anomalies_reconciliation", "forecast_drift", "forecast_models"}
MANAGER = ("mia", "secret-of-mia")
MINE = 1002
OTHER = 1003


def paths_of_contract():
    with open(os.path.join(ROOT, "api", "openapi.yaml"), encoding="utf-8") as file:
        return re.findall(r"^  (/\S*):\n", file.read().split("\ncomponents:")[0], re.M)


QUERIES = [path.rpartition("/")[2] for path in paths_of_contract() if path.startswith("/v1/screens/")]


class ScreensTest(SystemTest):
    @classmethod
    def setUpClass(cls):
        cls.chain = Chain()
        print(f"seed {cls.chain.seed}, now {cls.chain.now}")

    def setUp(self):
        super().setUp()
        self.shelfcast = self.start(environment={"SHELFCAST_WATCH_INTERVAL_S": "0"}).wait_ready()
        load(self.shelfcast, self.chain, self.write, self.succeed)
        self.add_user(*MANAGER, "store_manager", str(MINE))

    def add_user(self, name, password, role, stores="all"):
        job = {"act": "add", "name": name, "role": role, "password": password,
               "stores": "" if stores == "all" else stores}
        status, _, text = self.shelfcast.web("POST", "/v1/jobs/users", json.dumps(job), {
            "Authorization": f"Bearer {self.shelfcast.owner['control_token']}", "Content-Type": "application/json"})
        self.assertIn(b'"result"', text, (status, text))

    @staticmethod
    def login(name, password):
        return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}

    def get(self, path, login=(USER, PASSWORD), status=200, headers=None, **parameters):
        query = urllib.parse.urlencode(parameters, doseq=True)
        # Made anew: what is kept for a while has its own tests.
        found, head, body = self.shelfcast.web("GET", f"{path}?{query}" if query else path, None,
                                               {**self.login(*login), "Cache-Control": "no-cache", **(headers or {})})
        self.assertEqual(found, status, f"{path}?{query}: {body[:500]}")
        return head, body

    def screen(self, name, login=(USER, PASSWORD), **parameters):
        if name in NEEDS_PRODUCT:
            parameters.setdefault("product", "tea")
        return json.loads(self.get(f"/v1/screens/{name}", login, **parameters)[1])

    def only(self, rows, **where):
        found = [row for row in rows if all(row[key] == value for key, value in where.items())]
        self.assertEqual(len(found), 1, f"{where}: {rows}")
        return found[0]

    def test_every_query_has_rows_and_the_headlines_are_right(self):
        self.assertGreater(len(QUERIES), 40)
        for name in QUERIES:
            with self.subTest(query=name):
                answer = self.screen(name)
                self.assertTrue(answer["rows"], f"{name} has no rows")
                self.assertTrue(answer["through"]["is_exact"], answer["through"])
                self.assertEqual(answer["business_date"], str(self.chain.today))
                self.check_files(name)
        self.check_figures()
        self.check_completeness()
        self.check_search()

    def check_files(self, name):
        parameters = {"product": "tea"} if name in NEEDS_PRODUCT else {}
        head, text = self.get(f"/v1/screens/{name}", format="csv", **parameters)
        self.assertIn("attachment", head["Content-Disposition"])
        for row in csv.reader(io.StringIO(text.decode())):
            for field in row:
                self.assertFalse(field.startswith(("=", "@", "+")), f"{name}: {row}")
        head, parquet = self.get(f"/v1/screens/{name}", format="parquet", **parameters)
        self.assertEqual((parquet[:4], parquet[-4:]), (b"PAR1", b"PAR1"))

    def check_figures(self):
        chain, today = self.chain, self.chain.today
        day = chain.by_currency(chain.of(today, today))
        month = chain.by_currency(chain.of(today - timedelta(days=27), today))
        before = chain.by_currency(chain.of(today - timedelta(days=55), today - timedelta(days=28)))
        self.assertEqual(set(day), {"GBP", "EUR"})
        for currency, events in day.items():
            totals = self.only(self.screen("realtime_totals")["rows"], currency=currency)
            sales = [event for event in events if event["transaction_type"] == "SALE"]
            baskets = {(event["store_id"], event["basket_id"]) for event in sales}
            self.assertEqual(Decimal(totals["revenue"]), chain.revenue(events))
            self.assertEqual((totals["transactions"], totals["sales"]), (len(baskets), len(sales)))
            kpis = self.only(self.screen("home_kpis")["rows"], currency=currency)
            self.assertEqual(Decimal(kpis["revenue"]), chain.revenue(events))
            target = self.only(self.screen("realtime_target")["rows"], currency=currency)
            stores = [store for store, (_, _, of_store) in STORES.items() if of_store == currency]
            self.assertEqual(Decimal(target["target_revenue"]), Decimal("100.5") * len(stores))
            self.assertEqual(Decimal(target["actual_revenue"]), chain.revenue(events))
        for currency, events in month.items():
            summary = self.only(self.screen("executive_kpis")["rows"], currency=currency)
            self.assertEqual(Decimal(summary["revenue"]), chain.revenue(events))
            self.assertEqual(Decimal(summary["revenue_before"]), chain.revenue(before[currency]))
            days = [row for row in self.screen("history_days")["rows"] if row["currency"] == currency]
            self.assertEqual(sum(Decimal(row["revenue"]) for row in days), chain.revenue(events))
        first = today - timedelta(days=27)
        for store in STORES:
            row = self.only(self.screen("history_stores")["rows"], store_id=store)
            self.assertEqual(Decimal(row["revenue"]), chain.revenue(chain.of(first, today, (store,))))
            tea = [event for event in chain.of(first, today, (store,), ("SALE",)) if event["product_id"] == "tea"]
            sold = self.screen("product_days", store=store)["rows"]
            self.assertEqual(sum(Decimal(row["units_sold"]) for row in sold),
                             sum(Decimal(str(event["quantity"])) for event in tea))
        # Everything restocked and brought back, less everything sold, and a delivery of tea.
        for row in self.screen("inventory_items", product="jam")["rows"]:
            moved = [event for event in chain.of(today - timedelta(days=400), today, (row["store_id"],),
                                                 ("SALE", "RETURN", "RESTOCK")) if event["product_id"] == "jam"]
            self.assertEqual(Decimal(row["on_hand_units"]),
                             sum(Decimal(str(event["quantity"])) * (-1 if event["transaction_type"] == "SALE" else 1)
                                 for event in moved))

    def check_completeness(self):
        found = self.screen("home_kpis", store=list(STORES))["completeness"]
        self.assertEqual((found["stores_expected"], found["stores_heard"], found["silent"]), (3, 3, []))
        everywhere = self.screen("home_kpis")["completeness"]
        silent = {one["store_id"] for one in everywhere["silent"]}
        self.assertEqual(everywhere["stores_expected"] - everywhere["stores_heard"], len(silent))
        self.assertFalse(silent & set(STORES))  # The demonstration's stores have sold nothing.

    def check_search(self):
        def ids(**parameters):
            return [(row["kind"], row["id"])
                    for row in json.loads(self.get("/v1/search", **parameters)[1])["rows"]]
        self.assertIn(("product", "nut"), ids(q="<script>"))
        self.assertIn(("product", "jam"), ids(q="=1+2"))
        self.assertEqual(ids(q="no such thing"), [])
        self.assertIn(("store", str(MINE)), ids(q="Shop S2"))

    def test_wrong_parameters_are_named(self):
        for path, named in (
                ("/v1/screens/home_kpis?colour=red", "colour"), ("/v1/screens/home_kpis?limit=0", "'0'"),
                ("/v1/screens/history_days?from=soon", "'soon'"),
                ("/v1/screens/history_days?from=2026-02-02&to=2026-02-01", "2026-02-02"),
                ("/v1/screens/history_days?store=x", "'x'"), ("/v1/screens/history_days?region=Moon", "Moon"),
                ("/v1/screens/history_days?format=xls", "xls"), ("/v1/screens/history_days?cursor=1-a", "1-a"),
                ("/v1/screens/history_days?category=%ff", "UTF-8"), ("/v1/screens/product_days", "product"),
                ("/v1/screens/product_days?product=%00", "product"),
                ("/v1/search", "q"), ("/v1/search?q=" + "x" * 101, "101"), ("/v1/live?category=Tea", "category")):
            head, text = self.get(path, status=400)
            error = json.loads(text)["error"]
            self.assertEqual(error["kind"], "invalid_input", path)
            self.assertIn(named, error["message"])
            self.assertEqual(head["X-Content-Type-Options"], "nosniff")
        self.get("/v1/screens/no_such_query", status=404)
        # Values are values, whatever is in them.
        for hostile in ("' or 1=1 --", "\\'); drop table x; --", "{stores:Array(UInt32)}", "\u202etea"):
            self.assertEqual(self.screen("inventory_items", product=hostile)["rows"], [])
            self.assertEqual(self.screen("history_days", category=hostile)["rows"], [])

    def test_pages_and_tags(self):
        whole = self.screen("executive_store_days", store=list(STORES))["rows"]
        pages, cursor = [], None
        while cursor is not None or not pages:
            answer = self.screen("executive_store_days", store=list(STORES), limit=10,
                                 **({"cursor": cursor} if cursor else {}))
            pages += answer["rows"]
            cursor = answer["next_cursor"]
        self.assertEqual(pages, whole)
        head, body = self.get("/v1/screens/history_days")
        same, nothing = self.get("/v1/screens/history_days", status=304, headers={"If-None-Match": head["ETag"]})
        self.assertEqual((nothing, same["ETag"]), (b"", head["ETag"]))
        self.assertNotEqual(body, b"")

    def test_a_manager_sees_what_the_administrator_sees_of_these_stores(self):
        for name in QUERIES:
            with self.subTest(query=name):
                mine = self.screen(name, MANAGER)["rows"]
                self.assertEqual(mine, self.screen(name, store=MINE)["rows"])
                self.assertEqual(mine == [], name in OF_THE_CHAIN, mine)
                self.assertLessEqual({row["store_id"] for row in mine if "store_id" in row}, {MINE})
                parameters = {"product": "tea"} if name in NEEDS_PRODUCT else {}
                for others in ({"store": OTHER}, {"store": [MINE, OTHER]}):
                    self.get(f"/v1/screens/{name}", MANAGER, 403, **others, **parameters)
                self.get(f"/v1/screens/{name}", MANAGER, 200, region="South", **parameters)
        self.check_other_doors()
        self.check_nothing_of_others_shows()

    def check_other_doors(self):
        date = str(self.chain.today)
        mine = json.loads(self.get("/v1/proposals", MANAGER, store=MINE, review_date=date)[1])
        self.assertEqual(len(mine["proposals"]), len(PRODUCTS))
        self.get("/v1/proposals", MANAGER, 403, store=OTHER, review_date=date)
        self.get(f"/v1/stock/{MINE}/tea", MANAGER)
        self.get(f"/v1/stock/{OTHER}/tea", MANAGER, 403)
        for path in ("/v1/status", "/v1/topics/restock-alerts", "/status"):
            self.get(path, MANAGER, 403)
            self.get(path)
        self.get("/v1/live", MANAGER, 403, store=OTHER)
        orders = {}
        for store in (MINE, OTHER):
            approved = self.post(f"/v1/proposals/{store}/tea/{date}/approve", {}, (USER, PASSWORD))
            orders[store] = approved["proposal"]["order_number"]
        self.assertEqual([one["store_id"] for one in json.loads(self.get("/v1/orders", MANAGER)[1])["orders"]], [MINE])
        self.get("/v1/orders", MANAGER, 403, store=OTHER)
        self.get(f"/v1/orders/{orders[MINE]}", MANAGER)
        self.get(f"/v1/orders/{orders[OTHER]}", MANAGER, 404)
        self.post(f"/v1/orders/{orders[OTHER]}/approve", {}, MANAGER, 404)
        self.post(f"/v1/proposals/{OTHER}/jam/{date}/approve", {}, MANAGER, 403)
        answer = self.post("/v1/proposals/reject", {"proposals": [
            {"store_id": OTHER, "product_id": "jam", "review_date": date},
            {"store_id": MINE, "product_id": "jam", "review_date": date}]}, MANAGER)
        self.assertEqual((answer["changed"], answer["failed"]), (1, 1), answer)
        self.post("/v1/predict", {"store_id": MINE, "product_id": "tea"}, MANAGER)
        self.post("/v1/predict", {"store_id": OTHER, "product_id": "tea"}, MANAGER, 403)
        self.check_incidents()
        status, text = self.shelfcast.sql("select 1", *MANAGER)
        self.assertEqual(status, 403, text)
        self.assertIn("administrators", text)

    def check_incidents(self):
        """Who looks at one is kept; a manager looks at those of these stores only, an analyst at none."""
        def path(store):
            return f"/v1/incidents/{uuid.UUID(int=store or 1)}/acknowledge"

        self.add_user("ana", "a password for ana", "analyst")
        note = {"note": 'a "fair" <b>& more</b>'}
        self.post(path(MINE), note, ("ana", "a password for ana"), 403)
        for unseen in (OTHER, 0, 12345):  # another store's, one of the whole chain, none
            self.post(path(unseen), note, MANAGER, 404)
        self.assertEqual({row["state"] for row in self.screen("anomalies_incidents")["rows"]}, {"open"})
        done = self.post(path(MINE), note, MANAGER)
        self.assertEqual((done["changed"], done["state"], done["acknowledged_by"]),
                         (True, "acknowledged", MANAGER[0]))
        self.assertFalse(self.post(path(MINE), note, MANAGER)["changed"])
        self.post(path(MINE), {"note": "mine"}, (USER, PASSWORD), 409)
        row = self.only(self.screen("anomalies_incidents")["rows"], store_id=MINE)
        self.assertEqual((row["state"], row["acknowledged_by"], row["note"]),
                         ("acknowledged", MANAGER[0], note["note"]))
        self.assertEqual(row["acknowledged_at"], done["acknowledged_at"])
        self.assertTrue(self.post(path(0), {}, (USER, PASSWORD))["changed"])
        self.post("/v1/incidents/one/acknowledge", {}, (USER, PASSWORD), 400)

    def post(self, path, body, login, status=200):
        found, _, text = self.shelfcast.web("POST", path, json.dumps(body),
                                            {**self.login(*login), "Content-Type": "application/json"})
        self.assertEqual(found, status, f"{path}: {text}")
        return json.loads(text)

    def check_nothing_of_others_shows(self):
        """Another store sells, runs out, is unusual: a manager's rows stay as they are, byte for byte."""
        before = {name: self.screen(name, MANAGER) for name in QUERIES}
        found = json.loads(self.get("/v1/search", MANAGER, q="secret")[1])["rows"]
        self.assertEqual(found, [])
        time = self.chain.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        events = [{"event_time": time, "store_id": OTHER, "product_id": product, "category": category,
                   "transaction_type": kind, "quantity": 3, "unit_price": 7, "register_id": "T9"}
                  for product, category in (("tea", "Hot"), ("secret", "Secret")) for kind in ("SALE", "RETURN")]
        self.assertEqual(self.shelfcast.post_events(events)[1]["accepted"], len(events))
        self.shelfcast.wait_for_events(len(self.chain.events) + len(events))
        for table in ("forecasts", "reorder_predictions", "restock_alerts", "anomalies", "business_impact_daily",
                      "inventory_daily", "data_quality_results"):
            self.shelfcast.administer(
                f"insert into retail_core.{table} select * replace ({OTHER} as store_id) from retail_core.{table} "
                f"where store_id = 1001")
        after = {name: self.screen(name, MANAGER) for name in QUERIES}
        for name in QUERIES:
            self.assertEqual(after[name]["rows"], before[name]["rows"], name)
            for stamp in ("as_of", "business_date", "completeness"):
                self.assertEqual(after[name][stamp], before[name][stamp], name)
        self.assertNotEqual(self.screen("history_days")["rows"], self.screen("history_days", store=[1001, 1002])["rows"])
        self.assertEqual(json.loads(self.get("/v1/search", MANAGER, q="secret")[1])["rows"], [])
        self.assertEqual([row["id"] for row in json.loads(self.get("/v1/search", q="secret")[1])["rows"]], ["secret"])

    def test_signing_in_with_a_browser(self):
        json_body = {"Content-Type": "application/json", "X-Requested-With": "shelfcast"}
        name, password = MANAGER
        status, head, text = self.shelfcast.web(
            "POST", "/v1/session", json.dumps({"name": name, "password": password}), json_body)
        self.assertEqual(status, 200, text)
        session = json.loads(text)
        self.assertEqual((session["role"], session["stores"]), ("store_manager", [MINE]))
        cookie = {"Cookie": head["Set-Cookie"].partition(";")[0]}
        for part in ("HttpOnly", "SameSite=Strict", "Path=/"):
            self.assertIn(part, head["Set-Cookie"])
        ask = self.shelfcast.web
        self.assertEqual(ask("GET", "/v1/screens/home_kpis", None, cookie)[0], 200)
        self.assertEqual(ask("GET", f"/v1/screens/home_kpis?store={OTHER}", None, cookie)[0], 403)
        act = f"/v1/proposals/{MINE}/nut/{self.chain.today}/reject"
        self.assertEqual(ask("POST", act, "{}", {**cookie, **json_body})[0], 403)
        with_token = {**cookie, **json_body, "X-CSRF-Token": session["csrf_token"]}
        self.assertEqual(ask("POST", act, "{}", with_token)[0], 200)
        # Whoever is changed signs in again.
        self.succeed(self.shelfcast.command("users", "set", name, "--stores", f"{MINE},{OTHER}"))
        self.assertEqual(ask("GET", "/v1/session", None, cookie)[0], 401)
        self.assertIn(f"{name}: store_manager, stores {MINE}, {OTHER}",
                      self.succeed(self.shelfcast.command("users", "list")))
        self.get("/v1/screens/home_kpis", MANAGER, store=OTHER)
        for words, why in ((("add", "bob", "--role", "store_manager"), "needs stores"),
                           (("add", "bob", "--role", "king"), "no role"),
                           (("add", "bob", "--role", ""), "role"),
                           (("set", name, "--stores", ""), "name stores, or all"),
                           (("add", "bob", "--role", "analyst", "--stores", "77"), "no store 77"),
                           (("set", "nobody", "--role", "analyst"), "no user"),
                           (("drop", USER), "only administrator")):
            refused = self.shelfcast.command("users", *words)
            self.assertNotEqual(refused.returncode, 0, words)
            self.assertIn(why, refused.stderr)
        self.succeed(self.shelfcast.command("users", "drop", name))
        self.get("/v1/screens/home_kpis", MANAGER, 401)

    def test_live_figures_are_pushed_within_two_seconds(self):
        stream = self.open_live()
        first = stream.next_figures()
        total = {row["currency"]: Decimal(row["revenue"]) for row in first["totals"]}
        time = self.chain.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        received = threading.Event()
        seen = []

        def watch():
            while True:
                figures = stream.next_figures()
                if {row["currency"]: Decimal(row["revenue"]) for row in figures["totals"]} != total:
                    seen.append(figures)
                    received.set()
                    return

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        status, _ = self.shelfcast.post_events([
            {"event_time": time, "store_id": MINE, "product_id": "tea", "category": "Hot", "transaction_type": "SALE",
             "quantity": 2, "unit_price": 3.25}])
        self.assertEqual(status, 202)
        self.assertTrue(received.wait(10), "nothing was pushed")
        after = {row["currency"]: Decimal(row["revenue"]) for row in seen[0]["totals"]}
        self.assertEqual(after["GBP"] - total["GBP"], Decimal("6.5"))
        self.assertTrue(seen[0]["minutes"])

    def open_live(self, login=(USER, PASSWORD)):
        link = http.client.HTTPConnection("127.0.0.1", self.shelfcast.owner["web_port"], timeout=30)
        self.addCleanup(link.close)
        link.request("GET", "/v1/live", headers=self.login(*login))
        answer = link.getresponse()
        self.assertEqual((answer.status, answer.getheader("Content-Type")), (200, "text/event-stream"))
        return Stream(answer)

    def test_every_path_of_the_contract_is_served_with_its_methods(self):
        """That nothing else is served, tests/tidy/contract_check.py sees in the source."""
        with open(os.path.join(ROOT, "api", "openapi.yaml"), encoding="utf-8") as file:
            paths = file.read().split("\ncomponents:")[0]
        for path, operations in re.findall(r"^  (/\S*):\n((?:    .*\n|\n)+)", paths, re.M):
            methods = {method.upper() for method in re.findall(r"^    (get|post|put|delete):", operations, re.M)}
            with self.subTest(path=path):
                status, head, _ = self.shelfcast.web("PATCH", re.sub(r"\{\w+\}", "1", path))
                if path == "/{path}":  # Any path is one of the app's or is not there.
                    self.assertEqual(status, 404)
                    continue
                allowed = set(re.split(r", *", head["Allow"])) - {"HEAD"}
                self.assertEqual((status, allowed), (405, methods))


class Stream:
    """Server-sent events as they come."""

    def __init__(self, answer):
        self.answer = answer

    def next_figures(self):
        event, data = "", ""
        while True:
            line = self.answer.readline().decode()
            if not line:
                raise AssertionError("the stream ended")
            line = line.rstrip("\n")
            if line.startswith("event: "):
                event = line[7:]
            elif line.startswith("data: "):
                data = line[6:]
            elif not line and data:
                if event == "figures":
                    return json.loads(data)
                event, data = "", ""


if __name__ == "__main__":
    unittest.main()
