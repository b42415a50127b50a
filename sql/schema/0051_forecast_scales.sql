-- What: what the errors of a forecast are measured by later, as it was known when it was made.
-- naive_squared_error: mean squared difference of one day's sales to the next in the series' past;
-- revenue_weight: units x price of its last 28 days. Both for level product_store, null for the others.

alter table retail_core.forecasts
    add column if not exists naive_squared_error Nullable(Float64),
    add column if not exists revenue_weight Nullable(Float64);
