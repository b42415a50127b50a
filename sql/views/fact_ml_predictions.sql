-- What was predicted for each product, store and day, as the fact table of the star schema?
-- Grain: one row per store_key, product_key and date_key: the newest forecast of the model in use.
-- prediction_id is a hash of the three. Asked by: Power BI, star schema tools.
create or replace view retail.fact_ml_predictions
(
    prediction_id UInt64 comment 'a hash of date, store and product',
    date_key UInt32 comment 'the predicted business date as the number yyyymmdd',
    product_key UInt64 comment 'the product; a hash of product_id, below 2^63',
    store_key UInt32 comment 'the store; equals store_id',
    predicted_demand Float64 comment 'expected units of demand',
    confidence_low Float64 comment 'demand is below this with probability 10 %',
    confidence_high Float64 comment 'demand is above this with probability 10 %',
    stock_out_risk_score Nullable(Float64) comment 'probability of having run out by the end of that day, 0 to 1; null: stock unknown',
    model_version String comment 'the trained model; model_metrics.model_version'
)
definer = {{definer}} sql security definer
as
select
    bitShiftRight(sipHash64(store_id, product_id, prediction_date), 1) as prediction_id,
    toYYYYMMDD(prediction_date) as date_key,
    bitShiftRight(sipHash64(product_id), 1) as product_key,
    store_id as store_key,
    predicted_demand,
    confidence_lower as confidence_low,
    confidence_upper as confidence_high,
    stock_out_risk_score,
    model_version
from retail.demand_predictions
