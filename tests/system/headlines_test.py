"""Each headline figure of the screens equals what DuckDB computes from the lake and the exported log, up to the offsets
that the answer says it goes to: while nothing is closed, with every epoch closed, with one open, and in the middle of
selling; for the whole chain, for two stores, for one, and for a manager."""

import base64
import json
import unittest
import urllib.parse
import uuid
from datetime import timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

from lake_and_log import SOLD_DAYS, LakeAndLog
from running import PASSWORD, USER, SystemTest, wait_until
from screens_chain import PRODUCTS_CSV, STORES, STORES_CSV, Chain

MANAGER = ("mia", "secret-of-mia")
MINE = 1002
TWO = [1001, 1003]
PRODUCT = "tea"
PRODUCT_IDS = ("tea", "jam", "nut", "ice")
FIRST_MOVING = 100_000
# Of how many moments the answers must be that are asked for while sales go on.
FEWEST_MOMENTS = 4
LAST_DAYS = 27
BUSY = 503  # Of a machine that has other things to do: asked again.

TODAY = """
with marked as (
    select *, business_date = $today as is_today,
        business_date = $today - 7 and event_time + interval 7 day
            <= max(event_time) filter (business_date = $today) over (partition by store_id) as is_comparable
    from (select * from events where business_date in ($today, $today - 1, $today - 7))
)
select currency,
    count(distinct store_id) filter (is_today) as stores,
    coalesce(sum(sign * amount) filter (is_today), 0) as revenue,
    coalesce(sum(sign * amount) filter (is_comparable), 0) as revenue_week_ago,
    coalesce(sum(sign * amount) filter (business_date = $today - 1), 0) as revenue_yesterday,
    count(*) filter (is_today and sign = 1) as sales,
    count(*) filter (is_comparable and sign = 1) as sales_week_ago,
    coalesce(sum(sign * quantity) filter (is_today), 0) as units,
    coalesce(sum(sign * quantity) filter (is_comparable), 0) as units_week_ago
from marked group by currency order by currency
"""
TOTALS = """
select currency, sum(sign * amount) as revenue, coalesce(sum(amount) filter (sign = 1), 0) as gross_revenue,
    count(distinct (store_id, basket_id)) filter (sign = 1 and basket_id != '')
        + count(*) filter (sign = 1 and basket_id = '') as transactions,
    count(*) filter (sign = 1) as sales, count(*) filter (sign = -1) as returns, sum(sign * quantity) as units
from events where business_date = $today
group by currency order by currency
"""
TARGETS = """
select stores.currency, count(*) as stores, sum(targets.revenue::decimal(14, 4)) as target_revenue,
    coalesce(sum(actual.revenue), 0) as actual_revenue
from sales_targets as targets
join scope using (store_id)
join stores using (store_id)
left join (select store_id, sum(sign * amount) as revenue from events where business_date = $today group by store_id)
    as actual using (store_id)
where targets.business_date = $today
group by stores.currency order by stores.currency
"""
DAYS = """
select business_date, currency, count(distinct store_id) as stores, sum(sign * amount) as revenue,
    coalesce(sum(amount) filter (sign = 1), 0) as gross_revenue,
    coalesce(sum(amount) filter (sign = -1), 0) as returned_revenue,
    count(*) filter (sign = 1) as sales, count(*) filter (sign = -1) as returns, sum(sign * quantity) as units
from events where business_date between $first and $last
group by business_date, currency order by business_date, currency
"""
PERIOD = """
with sold as (
    select currency,
        count(distinct store_id) filter (business_date between $first and $last) as stores,
        coalesce(sum(sign * amount) filter (business_date between $first and $last), 0) as revenue,
        coalesce(sum(sign * amount) filter (business_date between $before and $first - 1), 0) as revenue_before,
        coalesce(sum(sign * amount) filter (business_date between $first - 364 and $last - 364), 0)
            as revenue_year_before,
        count(*) filter (sign = 1 and business_date between $first and $last) as sales,
        coalesce(sum(sign * quantity) filter (business_date between $first and $last), 0) as units
    from events group by currency
), held as (
    select currency, sum(greatest(on_hand_units, 0) * unit_cost::decimal(14, 4)) as stock_value,
        count(*) as items, count(*) filter (on_hand_units <= 0) as items_out
    from stock where is_known group by currency
)
select sold.*, stock_value, coalesce(items, 0) as items, coalesce(items_out, 0) as items_out
from sold left join held using (currency) order by currency
"""
CATEGORIES = """
select category, currency, count(*) filter (is_known) as items, count(*) filter (not is_known) as items_unknown,
    coalesce(sum(greatest(on_hand_units, 0)) filter (is_known), 0) as on_hand_units,
    sum(on_order_units) as on_order_units,
    sum(greatest(on_hand_units, 0) * unit_cost::decimal(14, 4)) filter (is_known) as stock_value,
    count(*) filter (is_known and on_hand_units <= 0) as items_out
from stock group by category, currency order by category, currency
"""
PRODUCTS = """
select store_id, case when is_known then on_hand_units end as on_hand_units, on_order_units,
    case when is_known then on_hand_units * unit_cost::decimal(14, 4) end as stock_value,
    coalesce(revenue, 0) as revenue_13_weeks, coalesce(units, 0) as net_units_13_weeks
from stock
left join (
    select store_id, product_id, sum(sign * amount) as revenue, sum(sign * quantity) as units
    from events where business_date > $newest - 91
    group by store_id, product_id
) using (store_id, product_id)
where product_id = $product
order by store_id
"""
TURNOVER = """
with costs as (
    select product_id, category, unit_cost::decimal(14, 4) as unit_cost from products where unit_cost is not null
), sold as (
    select costs.category, events.currency, sum(sign * quantity * unit_cost) as cost_of_sales,
        sum(sign * amount) as revenue
    from events join costs using (product_id)
    where business_date between $first and $last
    group by all
), held as (
    select costs.category, stores.currency, sum(greatest(on_hand_units, 0) * unit_cost) as stock_value
    from snapshots join scope using (store_id) join stores using (store_id) join costs using (product_id)
    where business_date between $first and $last
    group by all
), days as (
    select count(distinct business_date) as stock_days from snapshots join scope using (store_id)
    where business_date between $first and $last
)
select category, currency, stock_days, cost_of_sales, revenue - cost_of_sales as gross_margin, stock_value
from sold left join held using (category, currency) cross join days order by category, currency
"""
# Of the days that are over in their store: what was sold, 0 where nothing was.
ACCURACY = SOLD_DAYS + """, measured as (
    select prediction_date as business_date, predicted_units, lower_80, upper_80,
        coalesce(units, 0)::decimal(18, 3) as actual_units, predicted_units - actual_units as error
    from forecasts
    join newest using (store_id)
    left join sold on sold.store_id = forecasts.store_id and sold.product_id = forecasts.product_id
        and sold.business_date = prediction_date
    where prediction_date < newest_date and prediction_date between $first and $last
)
select business_date, count(*) as forecasts, count(*) filter (actual_units > 0) as forecasts_with_sales,
    var_pop(actual_units::double) as actual_variance, sum(predicted_units) as predicted_units,
    sum(actual_units) as actual_units, sum(abs(error)) as absolute_error, sqrt(avg((error * error)::double)) as rmse,
    count(*) filter (actual_units between lower_80 and upper_80) as inside_80, sum(error) as error
from measured group by business_date order by business_date
"""


def change(now, before):
    """The relative change as the screens say it, rounded; None: nothing above 0 to compare with."""
    return ratio(now - before, before)


def ratio(part, whole):
    if whole <= 0:
        return None
    return (part / whole).quantize(Decimal("0.000001"), ROUND_HALF_EVEN)


def rounded(value, places):
    return Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)


class HeadlinesTest(SystemTest):
    def setUp(self):
        super().setUp()
        self.chain = Chain()
        print(f"seed {self.chain.seed}, now {self.chain.now}", flush=True)
        self.today = self.chain.today
        self.files = {
            "stores": self.write("stores.csv", STORES_CSV),
            "products": self.write("products.csv", PRODUCTS_CSV),
            "sales_targets": self.write("targets.csv", "store_id,business_date,revenue\n" + "".join(
                f"{store},{self.today - timedelta(days=day)},{100 + day}.5\n"
                for store in STORES for day in range(10))),
        }
        self.shelfcast = self.start(environment={"SHELFCAST_WATCH_INTERVAL_S": "0"}).wait_ready()
        for table, path in self.files.items():
            self.succeed(self.shelfcast.command("import", "--table", table, path))
        self.add_manager()
        self.compared = 0

    def add_manager(self):
        job = {"act": "add", "name": MANAGER[0], "role": "store_manager", "password": MANAGER[1], "stores": str(MINE)}
        status, _, text = self.shelfcast.web("POST", "/v1/jobs/users", json.dumps(job), {
            "Authorization": f"Bearer {self.shelfcast.owner['control_token']}", "Content-Type": "application/json"})
        self.assertIn(b'"result"', text, (status, text))

    # ---- what is sent

    def send(self, messages, topic=""):
        status, answer = self.shelfcast.post_events(messages, topic=topic)
        self.assertEqual((status, answer["accepted"]), (202, len(messages)), answer)

    def stamp(self, minutes_ago):
        return (self.chain.now - timedelta(minutes=minutes_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def weighed(self, store, grams, number):
        """A sale by weight with an id, as its bytes: three places of a kilogram, four of a price."""
        return json.dumps({
            "event_time": self.stamp(0), "store_id": store, "product_id": "nut", "category": "Snack",
            "transaction_type": "SALE", "quantity": 0, "unit_price": 7.1234,
            "event_id": str(uuid.UUID(int=(1 << 126) + number)), "basket_id": f"W{number // 2}",
        }).replace('"quantity": 0', f'"quantity": 0.{grams:03}')

    def send_history(self):
        self.send(self.chain.events)
        for store in STORES:
            self.send([{"event_time": self.stamp(600 - number), "store_id": store, "product_id": "tea",
                        "shipment_id": f"D{store}", "status": status, "quantity": quantity, "supplier": "Leaf"}
                       for number, (status, quantity) in enumerate((("ANNOUNCED", 10), ("ARRIVED", 6), ("SHORT", 1)))],
                      "supplier-shipments")
            self.send([{"event_time": self.stamp(60 * hours), "store_id": store, "product_id": product,
                        "update_type": word, "quantity": quantity, "reason": "shelf check"}
                       for hours, product, word, quantity in (
                           (400, "jam", "COUNT", 3), (300, "jam", "WASTE", 1.5), (200, "tea", "CORRECTION", -2.25),
                           (0, "ice", "COUNT", 0))],
                      "inventory-updates")
        self.wait_for(len(self.chain.events))

    def send_more(self):
        """Today's; one of them twice, with an epoch closed in between or not."""
        sales = [self.weighed(store, 335 + store % 10, 10 * store + number) for store in STORES for number in range(3)]
        self.send(sales)
        self.send(sales[:4])
        self.send([{"event_time": self.stamp(1), "store_id": MINE, "product_id": "tea", "category": "Hot",
                    "transaction_type": "RETURN", "quantity": 2, "unit_price": 3.5}])
        return len(sales) + 1

    def forecast(self):
        """Forecasts of the week before, as a model in use would have written them; those are of no log."""
        days = [self.today + timedelta(days=day) for day in range(-7, 3)]
        self.forecasts = [(store, product, day, Decimal(3 + number % 4) + Decimal("0.5"), 2, 6)
                          for store in STORES for product in PRODUCT_IDS for number, day in enumerate(days)]
        self.shelfcast.administer(
            "insert into retail_core.forecasts (level, store_id, product_id, prediction_date, forecast_date,"
            " model_name, model_version, is_champion, predicted_demand, median_demand, lower_80, upper_80,"
            " lower_95, upper_95, quantile_levels, quantiles, generated_at) values " + ", ".join(
                f"('product_store', {store}, '{product}', '{day}', toDate('{self.today}') - 8, 'lightgbm', 'v1', 1,"
                f" {units}, {units}, {lower}, {upper}, 0, 10, [0.1, 0.5, 0.9], [{lower}, {units}, {upper}], now64(3))"
                for store, product, day, units, lower, upper in self.forecasts))

    def wait_for(self, events):
        self.shelfcast.wait_for_events(events)
        self.shelfcast.wait_for_events(3 * len(STORES), "retail.supplier_shipments")
        self.shelfcast.wait_for_events(4 * len(STORES), "retail.inventory_updates")

    # ---- what is asked

    def screen(self, name, login, **parameters):
        """The answer, all of it, made anew: one that is kept would be right of another moment."""
        query = urllib.parse.urlencode({"limit": 10_000, **parameters}, doseq=True)
        basic = base64.b64encode(":".join(login).encode()).decode()

        def ask():
            status, _, body = self.shelfcast.web("GET", f"/v1/screens/{name}?{query}", None,
                                                 {"Authorization": f"Basic {basic}", "Cache-Control": "no-cache"})
            self.assertIn(status, (200, BUSY), (name, body))
            return body if status == 200 else None

        answer = json.loads(wait_until(ask, f"an answer of {name}"), parse_float=Decimal)
        self.assertIsNone(answer["next_cursor"], name)
        return answer

    def period(self):
        return {"from": str(self.today - timedelta(days=LAST_DAYS)), "to": str(self.today)}

    def asked(self):
        """Every question of a tile: name of the screen, its parameters, and how the rows are computed."""
        period = self.period()
        return (("home_kpis", {}, self.home), ("realtime_totals", {}, self.live), ("realtime_target", {}, self.target),
                ("history_days", period, self.history), ("executive_kpis", period, self.executive),
                ("inventory_categories", {}, self.inventory), ("product_summary", {"product": PRODUCT}, self.product),
                ("inventory_turnover", period, self.turnover), ("forecast_accuracy_days", period, self.accuracy))

    def scopes(self):
        """Login, parameters, and the stores that are meant (None: all)."""
        admin = (USER, PASSWORD)
        return ((admin, {}, None), (admin, {"store": TWO}, TWO), (admin, {"store": [MINE]}, [MINE]),
                (MANAGER, {}, [MINE]))

    # ---- what it must be

    def home(self, truth, today):
        for row in truth.rows(TODAY, today=today):
            yield {**row, "revenue_change": change(row["revenue"], row["revenue_week_ago"])}

    def live(self, truth, today):
        for row in truth.rows(TOTALS, today=today):
            gross = row.pop("gross_revenue")
            yield {**row, "mean_basket": ratio(gross, Decimal(row["transactions"]))}

    def target(self, truth, today):
        for row in truth.rows(TARGETS, today=today):
            yield {**row, "attainment": ratio(row["actual_revenue"], row["target_revenue"])}

    def history(self, truth, _):
        for row in truth.rows(DAYS, first=self.today - timedelta(days=LAST_DAYS), last=self.today):
            yield {**row, "business_date": str(row["business_date"])}

    def executive(self, truth, _):
        first = self.today - timedelta(days=LAST_DAYS)
        for row in truth.rows(PERIOD, first=first, last=self.today, before=first - timedelta(days=LAST_DAYS + 1)):
            yield {**row, "revenue_change": change(row["revenue"], row["revenue_before"]),
                   "year_over_year": change(row["revenue"], row["revenue_year_before"])}

    def inventory(self, truth, _):
        return truth.rows(CATEGORIES)

    def product(self, truth, _):
        return truth.rows(PRODUCTS, newest=self.today, product=PRODUCT)

    def turnover(self, truth, _):
        first = self.today - timedelta(days=LAST_DAYS)
        for row in truth.rows(TURNOVER, first=first, last=self.today):
            value, days = row.pop("stock_value"), row["stock_days"]
            mean = (value / days).quantize(Decimal("0.0000001"), ROUND_DOWN) if days else None
            yearly = row["cost_of_sales"] * 365 / (LAST_DAYS + 1)
            yield {**row, "mean_stock_value": mean, "turnover": ratio(yearly, mean) if mean else None}

    def accuracy(self, truth, _):
        truth.duck.execute("create or replace temp table forecasts (store_id uinteger, product_id varchar,"
                           " prediction_date date, predicted_units decimal(12, 3), lower_80 integer, upper_80 integer)")
        truth.duck.executemany("insert into forecasts select * from (values (?, ?, ?, ?, ?, ?)) as made"
                               " (store_id, product_id, prediction_date, predicted_units, lower_80, upper_80)"
                               " where store_id in (select store_id from scope)", self.forecasts)
        for row in truth.rows(ACCURACY, first=self.today - timedelta(days=LAST_DAYS), last=self.today):
            count, error, inside = Decimal(row["forecasts"]), row.pop("error"), Decimal(row.pop("inside_80"))
            yield {**row, "business_date": str(row["business_date"]), "mae": ratio(row["absolute_error"], count),
                   "rmse": rounded(row["rmse"], 6), "wmape": ratio(row["absolute_error"], row["actual_units"]),
                   "actual_variance": rounded(row["actual_variance"], 6),
                   "bias": rounded(error / row["actual_units"], 6), "coverage_80": ratio(inside, count)}

    def compare(self, truth, name, answer, stores, compute):
        """Every figure that was computed against the one that was answered, to the last digit."""
        where = f"{name} of stores {stores or 'all'} through {answer['through']}"
        truth.take(answer["through"], stores)
        [newest] = truth.rows("select max(business_date) as newest from events")
        self.assertEqual(answer["business_date"], str(newest["newest"]), where)
        wanted = list(compute(truth, newest["newest"]))
        self.assertTrue(wanted, where)
        keys = [key for key in ("business_date", "category", "currency", "store_id") if key in wanted[0]]
        found = {tuple(row[key] for key in keys): row for row in answer["rows"]}
        self.assertEqual(len(found), len(answer["rows"]), where)
        self.assertEqual(set(found), {tuple(row[key] for key in keys) for row in wanted}, where)
        for row in wanted:
            key = tuple(row[name] for name in keys)
            for figure in row.keys() - set(keys):
                answered, computed = found[key][figure], row[figure]
                self.assertEqual(None if answered is None else Decimal(answered),
                                 None if computed is None else Decimal(computed), f"{figure} {key}: {where}")
                self.compared += 1

    def check_all(self, closed_epoch, rows_in_log):
        truth = LakeAndLog(self.shelfcast.data, self.files)
        self.assertEqual(truth.closed_epoch, closed_epoch)
        for login, parameters, stores in self.scopes():
            for name, own, compute in self.asked():
                answer = self.screen(name, login, **own, **parameters)
                self.assertTrue(answer["through"]["is_exact"], answer["through"])
                self.compare(truth, name, answer, stores, compute)
        [after] = truth.rows("select count(*) as rows from log_messages natural join upto"
                             " where topic = 'retail_events' and log_offset >= from_offset")
        self.assertEqual(after["rows"] > 0, rows_in_log, "what the log adds to the lake")

    def check_while_selling(self):
        """A sale before every question: its answer is of some moment before or after, and exactly of that one."""
        answers, moments = [], set()
        number = FIRST_MOVING
        for login, parameters, stores in self.scopes():
            for name, own, compute in self.asked():
                number += 1
                self.send([self.weighed(1001 + number % 3, 1 + number % 999, number)])
                answer = wait_until(lambda: self.exact(name, login, **own, **parameters), f"an exact answer of {name}")
                answers.append((name, answer, stores, compute))
                moments.add(json.dumps(answer["through"], default=str))
        truth = LakeAndLog(self.shelfcast.data, self.files)
        for name, answer, stores, compute in answers:
            self.compare(truth, name, answer, stores, compute)
        print(f"{len(answers)} answers of {len(moments)} moments while selling", flush=True)
        self.assertGreaterEqual(len(moments), FEWEST_MOMENTS)

    def exact(self, name, login, **parameters):
        """The answer, unless rows moved while it was made: then it says that it is not exact."""
        answer = self.screen(name, login, **parameters)
        return answer if answer["through"]["is_exact"] else None

    def test_every_headline_is_what_lake_and_log_say(self):
        self.send_history()
        self.forecast()
        self.check_all(0, True)
        events = len(self.chain.events)
        code, report = self.shelfcast.batch()
        self.assertEqual((code, report["differing_keys"]), (0, 0), report)
        self.succeed(self.shelfcast.command("schedule", "run", "retail_stock_snapshot"))
        self.check_all(1, False)
        events += self.send_more()
        self.wait_for(events)
        self.check_all(1, True)
        # A repeat after its epoch was closed is still a repeat.
        self.assertEqual(self.shelfcast.batch()[0], 0)
        self.send([self.weighed(1001, 336, 10 * 1001)])
        events += self.send_more_after(events)
        self.check_all(2, True)
        self.check_while_selling()
        print(f"{self.compared} figures compared", flush=True)
        self.check_that_a_difference_shows()

    def check_that_a_difference_shows(self):
        """One sale more in the warehouse than lake and log have: the comparison must say so."""
        self.shelfcast.administer(
            "insert into retail_core.daily_sales_speed (epoch, flush_id, business_date, store_id, category,"
            " units_sold, last_event_time) select epoch, flush_id, business_date, store_id, category, 1,"
            " last_event_time from retail_core.daily_sales_speed order by epoch desc limit 1")
        answer = self.screen("history_days", (USER, PASSWORD), **self.period())
        truth = LakeAndLog(self.shelfcast.data, self.files)
        with self.assertRaisesRegex(AssertionError, "units .*history_days"):
            self.compare(truth, "history_days", answer, None, self.history)

    def send_more_after(self, events):
        """One of them with an id that another store's partition had: that makes it no repeat."""
        self.send([self.weighed(MINE, 125, 5_000), self.weighed(1003, 250, 10 * 1001 + 1)])
        self.wait_for(events + 2)
        return 2


if __name__ == "__main__":
    unittest.main(verbosity=2)
