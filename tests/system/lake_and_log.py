"""What a shelfcast took, read by others: DuckDB over the lake's Parquet files and over an export of the event log,
up to the offsets that an answer of the API says it goes to (its `through`). Nothing of the program is asked.

The lake holds the epochs that are closed, the log what came after them. Amounts are exact decimals.
"""

import glob
import os
import sqlite3
import struct

import duckdb
import pyarrow
from acknowledged import lake_files, newest_manifest

OFFSET_BITS = 44
ZSTD = 1
TABLES = {"retail_events": "events", "inventory-updates": "inventory_updates",
          "supplier-shipments": "supplier_shipments"}

# One row per message that counts, of the lake or of the log after it. A message with an id that was there before in
# its partition is a duplicate; the lake has none.
EVENTS = """
create or replace temp table events as
with after_lake as (
    select log_partition, log_offset, message::json as m,
        (message::json->>'event_id')::uuid as event_id
    from log_messages natural join upto
    where topic = 'retail_events' and log_offset >= from_offset and log_offset < to_offset
    qualify event_id is null
        or (row_number() over (partition by log_partition, event_id order by log_offset) = 1
            and not exists (from lake_events
                where lake_events.event_id = (message::json->>'event_id')::uuid
                    and lake_events.log_partition = log_messages.log_partition))
), of_both as (
    select event_time at time zone 'UTC' as event_time, store_id, product_id, category, transaction_type, quantity,
        unit_price, basket_id
    from lake_events
    union all
    select (m->>'event_time')::timestamptz, (m->>'store_id')::uinteger, m->>'product_id', m->>'category',
        m->>'transaction_type', (m->>'quantity')::decimal(12, 3), (m->>'unit_price')::decimal(14, 4),
        coalesce(m->>'basket_id', '')
    from after_lake
)
select of_both.*, stores.currency, stores.region,
    timezone(stores.time_zone, event_time)::date as business_date,
    date_trunc('hour', timezone(stores.time_zone, event_time)) as hour_start,
    case transaction_type when 'SALE' then 1 when 'RETURN' then -1 else 0 end::decimal(1, 0) as sign,
    quantity::decimal(18, 3) * unit_price::decimal(20, 4) as amount
from of_both join stores using (store_id)
where store_id in (select store_id from scope)
"""

# One row per message that moves stock, counts it, or orders it. Restocks and receipt lines move it; a delivery only
# ends what is on order (the settings' default).
MOVES = """
create or replace temp table moves as
with after_lake as (
    select topic, message::json as m
    from log_messages natural join upto
    where topic in ('inventory-updates', 'supplier-shipments') and log_offset >= from_offset and log_offset < to_offset
), told as (
    select event_time at time zone 'UTC' as event_time, store_id, product_id, update_type as word, quantity
    from lake_inventory_updates
    union all
    select event_time at time zone 'UTC', store_id, product_id, status, quantity
    from lake_supplier_shipments
    union all
    select (m->>'event_time')::timestamptz, (m->>'store_id')::uinteger, m->>'product_id',
        coalesce(m->>'update_type', m->>'status'), (m->>'quantity')::decimal(12, 3)
    from after_lake
)
select event_time, store_id, product_id,
    case word when 'CORRECTION' then quantity when 'WASTE' then -quantity else 0 end::decimal(18, 3) as units,
    case word when 'ANNOUNCED' then quantity when 'ARRIVED' then -quantity when 'SHORT' then -quantity else 0
        end::decimal(18, 3) as ordered_units,
    case when word = 'COUNT' then quantity end::decimal(18, 3) as counted_units,
    word = 'COUNT' as says_what_is_there
from told
where store_id in (select store_id from scope)
union all
select event_time, store_id, product_id,
    case transaction_type when 'SALE' then -quantity else quantity end::decimal(18, 3), 0, null,
    transaction_type = 'RESTOCK'
from events
"""

# One row per product in a store: the last count, and what moved after it. Of what was never counted nor received, only
# what went is known.
STOCK = """
create or replace temp table stock as
with counts as (
    select store_id, product_id, max(event_time) as counted_at,
        arg_max(counted_units, (event_time, counted_units)) as units
    from moves where counted_units is not null
    group by all
)
select moves.store_id, moves.product_id, products.category, products.unit_cost, stores.currency,
    coalesce(any_value(counts.units), 0)
        + coalesce(sum(moves.units) filter (counts.counted_at is null or event_time > counts.counted_at), 0)
        as on_hand_units,
    sum(ordered_units) as on_order_units, bool_or(says_what_is_there) as is_known
from moves
join stores using (store_id)
left join counts on counts.store_id = moves.store_id and counts.product_id = moves.product_id
left join products on products.product_id = moves.product_id
group by moves.store_id, moves.product_id, products.category, products.unit_cost, stores.currency
"""

# What forecasts are measured by: the date of each store that is not over yet, and what was sold of a product in a day.
SOLD_DAYS = """
with newest as (
    select store_id, max(business_date) as newest_date from events group by store_id
), sold as (
    select store_id, product_id, business_date, sum(quantity) as units from events where sign = 1 group by all
)"""


def exported_log(data, topic):
    """(partition, offset, message) of every record of a topic of the embedded log, by its files alone."""
    for path in sorted(glob.glob(os.path.join(data, "log", topic, "*.sqlite"))):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as day:
            batches = day.execute(
                "select position, record_count, encoding, body_bytes, stored from batches order by position").fetchall()
        for position, count, encoding, body_bytes, stored in batches:
            body = stored if encoding != ZSTD else pyarrow.decompress(
                stored, decompressed_size=body_bytes, codec="zstd", asbytes=True)
            lengths = struct.unpack(f"<{count}I", body[len(body) - 4 * count:])
            begin = 0
            for number, length in enumerate(lengths):
                yield (position >> OFFSET_BITS, (position & ((1 << OFFSET_BITS) - 1)) + number,
                       body[begin:begin + length].decode())
                begin += length


class LakeAndLog:
    """The lake and the log as they are when it is made; then as of an answer's `through`, for some stores.

    `files`: paths of the imported CSV files stores, products and sales_targets.
    """

    def __init__(self, data, files):
        self.closed_epoch = 0
        self.cuts = {}
        self.duck = duckdb.connect()
        manifest = newest_manifest(data)
        for epoch in (manifest or {"epochs": []})["epochs"]:
            self.closed_epoch = max(self.closed_epoch, epoch["epoch"])
            for cut in epoch["cuts"]:
                key = (cut["topic"], cut["partition"])
                self.cuts[key] = max(self.cuts.get(key, 0), cut["end_offset"])
        for table in files:
            self.duck.execute(f"create table {table} as select * from read_csv(?, header = true)", [files[table]])
        self._read_lake(data)
        self._read_snapshots(data, manifest)
        self._read_log(data)

    def _read_lake(self, data):
        columns = {
            "events": "log_partition uinteger, log_offset bigint, event_time timestamp, store_id uinteger, "
                      "product_id varchar, category varchar, transaction_type varchar, quantity decimal(12, 3), "
                      "unit_price decimal(14, 4), event_id uuid, basket_id varchar",
            "inventory_updates": "event_time timestamp, store_id uinteger, product_id varchar, update_type varchar, "
                                 "quantity decimal(12, 3)",
            "supplier_shipments": "event_time timestamp, store_id uinteger, product_id varchar, status varchar, "
                                  "quantity decimal(12, 3)",
        }
        for table, types in columns.items():
            self.duck.execute(f"create table lake_{table} ({types})")
            if paths := lake_files(data, table):
                names = ", ".join(column.split()[0] for column in types.split(", ") if " " in column)
                self.duck.execute(f"insert into lake_{table} by name select {names} from read_parquet(?)", [paths])

    def _read_snapshots(self, data, manifest):
        """Stock at the ends of the days, which a job writes down; they belong to no epoch."""
        paths = [os.path.join(data, "lake", one["file"]["path"]) for one in (manifest or {}).get("snapshots", [])]
        self.duck.execute("create table snapshots (business_date date, store_id uinteger, product_id varchar, "
                          "on_hand_units decimal(18, 3))")
        if paths:
            self.duck.execute("insert into snapshots by name select business_date, store_id, product_id, on_hand_units"
                              " from read_parquet(?, hive_partitioning = false)", [paths])

    def _read_log(self, data):
        self.duck.execute(
            "create table log_messages (topic varchar, log_partition integer, log_offset bigint, message varchar)")
        for topic in TABLES:
            rows = list(exported_log(data, topic))
            if rows:
                partitions, offsets, messages = zip(*rows)
                exported = pyarrow.table({"log_partition": partitions, "log_offset": offsets, "message": messages})
                self.duck.execute("insert into log_messages select ?, * from exported", [topic])

    def take(self, through, stores):
        """Makes the tables events, moves and stock hold what is up to there, of these stores (None: all)."""
        if through["closed_epoch"] != self.closed_epoch:
            raise AssertionError(f"closed epoch {through['closed_epoch']}, the lake has {self.closed_epoch}")
        upto = [(one["topic"], one["partition"], self.cuts.get((one["topic"], one["partition"]), 0), one["offset"])
                for one in through["offsets"]]
        self.duck.execute("create or replace temp table upto (topic varchar, log_partition integer, "
                          "from_offset bigint, to_offset bigint)")
        if upto:
            self.duck.executemany("insert into upto values (?, ?, ?, ?)", upto)
        self.duck.execute("create or replace temp table scope as select store_id from stores"
                          " where ? is null or list_contains(?, store_id)", [stores, stores])
        for statement in (EVENTS, MOVES, STOCK):
            self.duck.execute(statement)

    def rows(self, query, **values):
        """Rows of a query with $names, as dicts."""
        found = self.duck.execute(query, values or None)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row)) for row in found.fetchall()]
