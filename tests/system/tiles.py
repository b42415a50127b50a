"""What each tile of the web app must say, as JSON: DuckDB over the lake and the exported log of a program that runs, up to
the offsets that it says it answers to. Asked by web/browser/headlines.test.ts:
    tiles.py DATA_DIR CURRENCY FIRST LAST STORE PRODUCT
FIRST and LAST are the dates of the pages that have any, STORE and PRODUCT those of theirs. Stores, costs and what models
said are no events: they come from the warehouse as tables, and are counted here."""

import base64
import http.client
import json
import os
import sys
import tempfile
import urllib.parse

from lake_and_log import SOLD_DAYS, LakeAndLog

LOGIN = base64.b64encode(b"default:password123").decode()

STORES = "select store_id, time_zone, currency, region from retail.dim_store"
PRODUCTS = "select product_id, any(category) as category, any(unit_cost) as unit_cost from retail.dim_product group by 1"
RISKS = """
select store_id, product_id, reserved_units, units_sold_per_day, stock_out_probability from retail.inventory_by_store
"""
FORECASTS = """
select store_id, product_id, prediction_date, forecast_date, predicted_demand, lower_80, upper_80, lower_95, upper_95
from retail.ml_forecast_results where level = 'product_store' and is_champion = 1
"""

FIGURES = {
    "products": {"unit_cost": "decimal(14, 4)"},
    "risks": {"reserved_units": "decimal(18, 3)", "units_sold_per_day": "double", "stock_out_probability": "double"},
    "forecasts": {"prediction_date": "date", "forecast_date": "date", "predicted_demand": "double",
                  "lower_80": "double", "upper_80": "double", "lower_95": "double", "upper_95": "double"},
}

DAY = """
select coalesce(sum(sign * amount), 0) as revenue, count(*) filter (sign = 1) as sales, coalesce(sum(sign * quantity), 0)
        as units, count(*) filter (sign = -1) as returns, count(distinct store_id) as stores,
    count(distinct (store_id, basket_id)) filter (sign = 1 and basket_id != '')
        + count(*) filter (sign = 1 and basket_id = '') as transactions,
    sum(amount) filter (sign = 1) as gross
from events
where currency = $currency and (events.store_id = $store or $store is null)
    and business_date = (select max(business_date) from events where store_id = $store or $store is null) - $before
"""
PERIOD = """
select sum(sign * amount) as revenue, count(*) filter (sign = 1) as sales, sum(sign * quantity) as units,
    coalesce(sum(amount) filter (sign = -1), 0) / nullif(sum(amount) filter (sign = 1), 0) as return_rate
from events where business_date between $first and $last and currency = $currency
"""
HELD = """
select sum(greatest(on_hand_units, 0) * unit_cost) filter (is_known) as stock_value,
    case when bool_or(is_known) then sum(greatest(on_hand_units, 0)) filter (is_known) end as on_hand,
    coalesce(sum(on_order_units), 0) as on_order,
    case when bool_or(is_known) then count(*) filter (is_known and on_hand_units <= 0) end as items_out,
    case when bool_or(is_known)
        then count(*) filter (is_known and on_hand_units > 0 and stock_out_probability >= 0.8) end as items_at_risk,
    case when bool_or(is_known) then count(*) filter (is_known
        and round(greatest(on_hand_units - reserved_units, 0) / nullif(units_sold_per_day, 0), 6) > 60)
        end as items_over_stock
from stock join risks using (store_id, product_id)
where currency = $currency
"""
# A store has the product that sold it in 13 weeks, or whose stock of it is known or ordered.
PRODUCT = """
select
    (select count(distinct store_id) from (
        select store_id from stock where product_id = $product and (is_known or on_order_units != 0)
        union all
        select store_id from events where product_id = $product
            and business_date > (select max(business_date) from events) - 91
    )) as stores,
    (select sum(on_hand_units) from stock where product_id = $product and is_known) as on_hand,
    (select max(stock_out_probability) from risks where product_id = $product) as risk,
    coalesce((select sum(sign * quantity) from events where product_id = $product
        and business_date > (select max(business_date) from events) - 91), 0) as units
"""
# Weighted by the stock: the year's cost of sales of what has some, over its mean value.
TURNOVER = """
with sold as (
    select products.category, sum(sign * quantity * unit_cost) as cost_of_sales
    from events join products using (product_id)
    where unit_cost is not null and business_date between $first and $last and currency = $currency
    group by all
), days as (
    select count(distinct business_date) as days from snapshots where business_date between $first and $last
), held as (
    select products.category, sum(greatest(on_hand_units, 0) * unit_cost) / any_value(days) as value
    from snapshots join stores using (store_id) join products using (product_id) cross join days
    where unit_cost is not null and business_date between $first and $last and currency = $currency
    group by all
)
select sum(cost_of_sales) * 365 / (date_diff('day', $first::date, $last::date) + 1) / sum(value) as turnover
from sold join held using (category)
where value > 0
"""
# Of the newest forecast of each day that is over in its store; 0 was sold where nothing was.
ACCURACY = SOLD_DAYS + """, measured as (
    select forecasts.*, coalesce(units, 0)::double as actual, predicted_demand - actual as error
    from forecasts
    join newest using (store_id)
    left join sold on sold.store_id = forecasts.store_id and sold.product_id = forecasts.product_id
        and sold.business_date = prediction_date
    where prediction_date < newest_date and prediction_date between $first and $last
    qualify row_number() over (partition by forecasts.store_id, forecasts.product_id, prediction_date
        order by forecast_date desc) = 1
)
select sum(abs(error)) / sum(actual) as wmape, sum(error) / sum(actual) as bias, avg(abs(error)) as mae,
    sqrt(avg(error * error)) as rmse, avg((actual between lower_80 and upper_80)::integer) as inside_80,
    avg((actual between lower_95 and upper_95)::integer) as inside_95,
    1 - avg(error * error) / nullif(var_pop(actual), 0) as r2, avg(abs(error) / actual) filter (actual > 0) as mape
from measured
having count(*) > 0
"""


class Program:
    """A program that runs with this data directory."""

    def __init__(self, data):
        with open(os.path.join(data, "owner.json"), encoding="utf-8") as file:
            self.owner = json.load(file)

    def ask(self, port, method, path, body=None):
        link = http.client.HTTPConnection("127.0.0.1", self.owner[port], timeout=120)
        try:
            link.request(method, path, body, {"Authorization": f"Basic {LOGIN}", "Cache-Control": "no-cache"})
            answer = link.getresponse()
            text = answer.read().decode()
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status} {text[:500]}")
            return text
        finally:
            link.close()

    def table(self, query):
        """A query's rows as CSV with a head; nothing between two commas is no value."""
        settings = {"default_format": "CSVWithNames", "format_csv_null_representation": ""}
        return self.ask("clickhouse_http_port", "POST", "/?" + urllib.parse.urlencode(settings), query)

    def through(self):
        answer = json.loads(self.ask("web_port", "GET", "/v1/screens/home_kpis?limit=1"))
        if not answer["through"]["is_exact"]:
            raise RuntimeError(f"something moves: {answer['through']}")
        return answer["through"]


class Truth:
    def __init__(self, data, currency, first, last):
        program = Program(data)
        through = program.through()
        self.values = {"currency": currency, "first": first, "last": last}
        with tempfile.TemporaryDirectory() as folder:
            def kept(name, text):
                path = os.path.join(folder, f"{name}.csv")
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
                return path

            tables = {"stores": STORES, "products": PRODUCTS, "risks": RISKS, "forecasts": FORECASTS}
            self.read = LakeAndLog(data, {name: kept(name, program.table(query)) for name, query in tables.items()})
            # A column without a value would be one of texts.
            for table, columns in FIGURES.items():
                for column, kind in columns.items():
                    self.read.duck.execute(f"alter table {table} alter {column} type {kind}")
            self.read.take(through, None)

    def one(self, query, **values):
        """The row of a query that has one; of its $names those that it has."""
        every = {**self.values, **values}
        rows = self.read.rows(query, **{name: value for name, value in every.items() if f"${name}" in query})
        return rows[0] if rows else None

    def day(self, before=0, store=None):
        return self.one(DAY, before=before, store=store)


def tiles(truth, store, product):
    """Page to tile to figure; a page without a tile shows none in that currency."""
    today, yesterday = truth.day(), truth.day(1)
    of_store, store_before = truth.day(0, store), truth.day(1, store)
    period, held, accuracy = truth.one(PERIOD), truth.one(HELD), truth.one(ACCURACY)
    of_product = truth.one(PRODUCT, product=product)
    transactions = today["transactions"]
    pages = {
        "home": {"revenue_today": today["revenue"], "sales_today": today["sales"], "units_today": today["units"],
                 "Revenue yesterday": yesterday["revenue"], "Stores selling": today["stores"]}
        if today["stores"] or yesterday["stores"] else {},
        "live": {"live_revenue": today["revenue"], "live_transactions": transactions,
                 "Average basket": today["gross"] / transactions if transactions else None,
                 "Units sold": today["units"], "Returns": today["returns"]},
        "history": {"period_revenue": period["revenue"], "Receipt lines": period["sales"],
                    "Units sold": period["units"], "Return rate": period["return_rate"]},
        "inventory": {"stock_value": held["stock_value"], "on_hand": held["on_hand"], "On order": held["on_order"],
                      "items_out": held["items_out"], "Likely out": held["items_at_risk"],
                      "Over-stocked": held["items_over_stock"]},
        "forecasts": {"wmape": accuracy["wmape"], "Bias": accuracy["bias"], "MAE": accuracy["mae"],
                      "RMSE": accuracy["rmse"], "R²": accuracy["r2"], "MAPE": accuracy["mape"],
                      "80 % band holds": accuracy["inside_80"],
                      "95 % band holds": accuracy["inside_95"]} if accuracy else {},
        "executive": {"executive_revenue": period["revenue"], "Stock value": held["stock_value"],
                      "Stock-outs": held["items_out"], "Likely out soon": held["items_at_risk"],
                      "Stock turnover": truth.one(TURNOVER)["turnover"]},
        "store": {"store_revenue": of_store["revenue"], "Yesterday": store_before["revenue"],
                  "Receipt lines": of_store["sales"]},
        # Of several stores, which have no cover together.
        "product": {"product_on_hand": of_product["on_hand"], "Cover": None, "Units, 13 weeks": of_product["units"],
                    "Risk, the worst store": of_product["risk"]} if of_product["stores"] else {},
    }
    return {page: {name: None if figure is None else float(figure) for name, figure in every.items()}
            for page, every in pages.items()}


if __name__ == "__main__":
    folder, money, begin, end, one_store, one_product = sys.argv[1:]
    print(json.dumps(tiles(Truth(folder, money, begin, end), int(one_store), one_product)))
