-- What: the stores of one catalogue version. Asked by: the start, and each change of a store.
insert into retail_core.stores
(
    store_id,
    store_code,
    name,
    city,
    region,
    country,
    store_type,
    square_footage,
    time_zone,
    currency,
    latitude,
    longitude,
    version
)
format TabSeparated
