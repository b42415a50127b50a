-- What needs somebody's attention now?
-- Grain: one row per open alert, open incident, silent store, and store with products to order. Who asks: the home page.
-- Columns:
--   kind String: restock_alert, incident, silent_store or proposals
--   severity String: critical, warning or info
--   item_id String: alert_id or incident_id; empty for the others
--   store_id UInt32: the store; 0: not of one store
--   product_id String: the product; empty: not of one
--   product_name String: its name; empty: not of one
--   since DateTime: when it began; of proposals: when they were computed
--   review_date Date?: the review that proposes; null for the others
--   items UInt64: how many products it is about; of an incident 1
--   reason String: why, in plain words; empty where the other columns say it
-- Filters: none
select
    found.kind as kind,
    found.severity as severity,
    found.item_id as item_id,
    found.store_id as store_id,
    found.product_id as product_id,
    if(ifNull(names.product_name, '') = '', found.product_id, assumeNotNull(names.product_name)) as product_name,
    found.since as since,
    found.review_date as review_date,
    found.items as items,
    found.reason as reason
from
(
    select
        'restock_alert' as kind,
        if(stock_out_probability >= 0.95 or on_hand_units <= 0, 'critical', 'warning') as severity,
        toString(alert_id) as item_id,
        store_id,
        product_id,
        raised_at as since,
        cast(null as Nullable(Date)) as review_date,
        toUInt64(1) as items,
        reason
    from retail.restock_alerts
    where state = 'open'
        and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
    union all
    select
        'incident' as kind,
        cast(severity as String) as severity,
        toString(incident_id) as item_id,
        store_id,
        product_id,
        started_at as since,
        cast(null as Nullable(Date)) as review_date,
        toUInt64(1) as items,
        reason
    from retail.anomalies
    where state in ('open', 'acknowledged')
        and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
    union all
    select
        'silent_store' as kind,
        'warning' as severity,
        '' as item_id,
        store_id,
        '' as product_id,
        last_event_time as since,
        cast(null as Nullable(Date)) as review_date,
        toUInt64(0) as items,
        '' as reason
    from retail.sales_by_store
    where ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
        and last_event_time < {as_of:DateTime64(3, 'UTC')} - interval 24 hour
    union all
    select
        'proposals' as kind,
        'info' as severity,
        '' as item_id,
        store_id,
        '' as product_id,
        max(generated_at) as since,
        toNullable(review_date) as review_date,
        count() as items,
        '' as reason
    from retail.newest_proposals
    where order_quantity > 0
        and is_ordered = 0
        and ({all_stores:UInt8} = 1 or store_id in {stores:Array(UInt32)})
    group by
        store_id,
        review_date
) as found
left join retail.product_names as names on names.product_id = found.product_id
order by
    indexOf(['critical', 'warning', 'info'], severity),
    since desc,
    kind,
    store_id,
    product_id,
    item_id
limit {row_limit:UInt64} offset {row_offset:UInt64}
settings join_use_nulls = 1
