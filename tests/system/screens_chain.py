"""A small chain with something in every view that the screens read, the same for the same seed and time."""

import random
import uuid
from datetime import datetime, timedelta, timezone
from decimal import Decimal

SEED = 20260308
STORES = {1001: ("S1", "North", "GBP"), 1002: ("S2", "South", "GBP"), 1003: ("S3", "North", "EUR")}
STORES_CSV = "store_id,store_code,store_name,city,region,country,time_zone,currency,latitude,longitude\n" + "".join(
    f"{store},{code},Shop {code},Town {code},{region},GB,UTC,{currency},{50 + store % 10},{-1 - store % 10}\n"
    for store, (code, region, currency) in STORES.items())
# Names that a page or a spreadsheet might take for something else than a name.
PRODUCTS = {"tea": ("Tea", "Hot"), "jam": ("=1+2", "Spread"), "nut": ("<script>alert(1)</script>", "Snack"),
            "ice": ("Ice \u05e9\u05dc\u05d2 \U0001f366", "Snack")}
PRODUCTS_CSV = "product_id,product_name,category,supplier,unit_cost,pack_size\n" + "".join(
    f"{product},{name},{category},Leaf,1.5,6\n" for product, (name, category) in PRODUCTS.items())
DAYS = 40


class Chain:
    """Its events, as they are sent, and what they come to."""

    def __init__(self, now=None):
        self.now = (now or datetime.now(timezone.utc)).replace(microsecond=0)
        self.events = []
        self.seed = SEED
        chance = random.Random(SEED)
        for days_ago in [364, *range(DAYS, -1, -1)]:
            for store in STORES:
                for product in PRODUCTS:
                    self._sell(chance, days_ago, store, product)

    def _sell(self, chance, days_ago, store, product):
        # The newest happened minutes ago, whatever the time of the day is.
        minutes = chance.randrange(1, 40)
        since_midnight = (self.now - self.now.replace(hour=0, minute=0, second=0)).total_seconds() / 60
        # Early in the day the newest still are of today.
        last = self.now - timedelta(days=days_ago, minutes=min(minutes, since_midnight * minutes / 40))
        common = {"store_id": store, "product_id": product, "category": PRODUCTS[product][1]}
        self._add(last - timedelta(minutes=70), {**common, "transaction_type": "RESTOCK", "quantity": "12",
                                                 "unit_price": "1.5"})
        for number in range(2):
            self._add(last + timedelta(seconds=number),
                      {**common, "transaction_type": "SALE", "quantity": str(chance.randrange(1, 5)),
                       "unit_price": f"{chance.randrange(100, 999) / 100:.2f}",
                       "basket_id": f"B{store}-{days_ago}-{chance.randrange(3)}", "register_id": f"T{number}"})
        if chance.random() < 0.3:
            self._add(last + timedelta(seconds=9), {**common, "transaction_type": "RETURN", "quantity": "1",
                                                    "unit_price": "2.25"})

    def _add(self, time, event):
        self.events.append({"event_time": time.strftime("%Y-%m-%dT%H:%M:%SZ"), **event,
                            "quantity": float(event["quantity"]), "unit_price": float(event["unit_price"])})

    @property
    def today(self):
        return max(self.date_of(event) for event in self.events)

    @staticmethod
    def date_of(event):
        return datetime.strptime(event["event_time"], "%Y-%m-%dT%H:%M:%SZ").date()

    def of(self, first, last, stores=tuple(STORES), types=("SALE", "RETURN")):
        return [event for event in self.events if first <= self.date_of(event) <= last
                and event["store_id"] in stores and event["transaction_type"] in types]

    @staticmethod
    def revenue(events):
        """Sales less returns, exactly."""
        return sum((Decimal(str(event["quantity"])) * Decimal(str(event["unit_price"]))
                    * {"SALE": 1, "RETURN": -1, "RESTOCK": 0}[event["transaction_type"]] for event in events),
                   Decimal(0))

    def by_currency(self, events):
        found = {}
        for event in events:
            found.setdefault(STORES[event["store_id"]][2], []).append(event)
        return found


def load(shelfcast, chain, write, succeed):
    """Everything into a running instance: reference data, events, topics, and what jobs would derive."""
    for table, text in (("stores", STORES_CSV), ("products", PRODUCTS_CSV),
                        ("sales_targets", "store_id,business_date,revenue\n" + "".join(
                            f"{store},{chain.today - timedelta(days=day)},100.5\n"
                            for store in STORES for day in range(10)))):
        succeed(shelfcast.command("import", "--table", table, write(f"{table}.csv", text)))
    status, answer = shelfcast.post_events(chain.events)
    assert (status, answer["accepted"]) == (202, len(chain.events)), answer
    shelfcast.post_events([{"event_time": "not a time"}])
    hour_ago = (chain.now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for store in STORES:
        messages = [{"event_time": hour_ago, "store_id": store, "product_id": "tea", "shipment_id": f"D{store}",
                     "status": status, "quantity": quantity, "supplier": "Leaf", "expected_at": hour_ago}
                    for status, quantity in (("ANNOUNCED", 10), ("ARRIVED", 8), ("SHORT", 2))]
        assert shelfcast.post_events(messages, topic="supplier-shipments")[1]["accepted"] == len(messages)
    shelfcast.wait_for_events(len(chain.events))
    shelfcast.wait_for_events(3 * len(STORES), "retail.supplier_shipments")
    for statement in derived(chain):
        shelfcast.administer(statement)


def derived(chain):
    """What forecasting, detection and reviews write, for every store."""
    today, pairs = chain.today, [(store, product) for store in STORES for product in PRODUCTS]
    forecast = ", ".join(
        f"('product_store', {store}, '{product}', toDate('{today}') + {day}, toDate('{today}') - 8, 'lightgbm', 'v1', "
        f"1, {4 + day % 2}.5, 4, 1, 8, 0, 10, [0.1, 0.5, 0.9], [1, 4, 8], now64(3))"
        for store, product in pairs for day in range(-7, 8))
    levels = ", ".join(
        f"('{level}', {store}, '', toDate('{today}') + 1, toDate('{today}') - 1, 'lightgbm', 'v1', 1, 50, 50, 40, 60, "
        "30, 70, [0.5], [50], now64(3))" for level, store in [("total", 0), *(("store", one) for one in STORES)])
    columns = ("level, store_id, product_id, prediction_date, forecast_date, model_name, model_version, is_champion, "
               "predicted_demand, median_demand, lower_80, upper_80, lower_95, upper_95, quantile_levels, quantiles, "
               "generated_at")
    yield f"insert into retail_core.forecasts ({columns}) values {forecast}, {levels}"
    yield ("insert into retail_core.reorder_predictions (store_id, product_id, review_date, supplier, policy, "
           "order_quantity, unit_cost, min_order_units, pack_size, stock_out_probability, reason, generated_at) values "
           + ", ".join(f"({store}, '{product}', '{today}', 'Leaf', 'order_up_to', 12, 1.5, 6, 6, 0.4, "
                       "'covers 3 days', now64(3))" for store, product in pairs))
    yield "insert into retail_core.inventory_daily (business_date, store_id, product_id, on_hand_units) values " + (
        ", ".join(f"(toDate('{today}') - {day}, {store}, '{product}', 7)" for store, product in pairs
                  for day in range(1, 4)))
    yield "insert into retail_core.restock_alerts values " + ", ".join(
        f"('{uuid.UUID(int=store)}', {store}, 'tea', now64(3), null, 'open', 0.97, 3, null, 1, 0, 2.5, 'runs out', 1)"
        for store in STORES)
    yield "insert into retail_core.anomalies values " + ", ".join(
        f"('{uuid.UUID(int=store or 1)}', 'spike', 'warning', {store}, '', '', '', now64(3), null, now64(3), 5, 'revenue', "
        "10, 90, 'sold much', 'open', '', null, '', 1)" for store in [0, *STORES])
    yield "insert into retail_core.data_quality_results values " + ", ".join(
        f"(toStartOfHour(now()), 'late_share', 'retail_events', {store}, 'warn', 0.2, null, 0.1, 100, 20, 'late', "
        "now64(3))" for store in [0, *STORES])
    yield "insert into retail_core.business_impact_daily values " + ", ".join(
        f"(toDate('{today}') - 1, {store}, 'order_up_to', 'cover', 'replay', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, "
        "11, 15, now64(3))" for store in STORES)
    yield (f"insert into retail_core.model_metrics values ('lightgbm', 'v1', now64(3), '', 0, 12, 100, '{today}', "
           f"'{today}', 1, 1, 0.5, 0.2, 0.2, 0.8, 0.01, 0.3, 0.8, 0.95, 12.5, 1)")
    yield (f"insert into retail_core.model_drift values ('{today}', 'v1', 'feature', 'price', 0.1, null, 0.1, 0.25, "
           "'warn', 100, now64(3))")
    yield ("insert into retail_core.reconciliation_differences values (1, 1, now64(6), 'daily_sales', 'store_id=1001', "
           "'1', '2')")
