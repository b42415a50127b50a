#pragma once

/// \file queries/replenishment.h
/// What the warehouse knows that a review of stock needs: the queries of
/// `sql/queries/replenishment`. Dates are days since 1970-01-01, units thousandths, times UTC.
/// Errors are the runner's. Thread safe.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "ports/query_runner.h"

namespace shelfcast::queries {

struct ReviewStore {
    StoreId store;
    std::string code;
    std::string type;
    std::string time_zone;
    std::int32_t last_sale_date = 0;    ///< 0: none.
    std::string failed_checks;          ///< Names with commas; empty: none.
    std::int64_t difference_epoch = 0;  ///< The newest closed epoch, if its layers differ; else 0.
};
/// Every store, by id.
[[nodiscard]] Result<std::vector<ReviewStore>> review_stores(ports::QueryRunner& runner,
                                                             std::int32_t date);

struct ReviewItem {
    std::string product_id;
    std::string supplier;
    std::uint32_t lead_time_days = 0;       ///< 0: not known.
    std::uint32_t pack_size = 0;            ///< 0: the product is not listed.
    std::uint32_t shelf_life_days = 0;      ///< 0: not known, or it does not spoil.
    std::int64_t unit_cost = 0;             ///< Ten-thousandths; 0: not known.
    std::int64_t unit_price = 0;            ///< The same.
    std::int32_t newest_forecast_date = 0;  ///< 0: there is no forecast.
    std::int64_t written_ms = 0;            ///< When the date's row was computed; 0: there is none.
};
/// What is to be reviewed in a store on a date, by product.
[[nodiscard]] Result<std::vector<ReviewItem>> review_items(ports::QueryRunner& runner,
                                                           StoreId store, std::int32_t date);

struct ForecastDay {
    std::string product_id;
    std::size_t day = 0;  ///< From the review date.
    std::string model_version;
    std::int32_t forecast_date = 0;
    double mean = 0;
    double lower_80 = 0;
    double upper_80 = 0;
    std::vector<double> levels;
    std::vector<double> quantiles;
};
/// By product and day. kCorrupted: quantiles that are no numbers.
[[nodiscard]] Result<std::vector<ForecastDay>> forecast_days(ports::QueryRunner& runner,
                                                             StoreId store, std::int32_t date);

struct PastStock {
    std::string product_id;
    std::int64_t on_hand = 0;
    std::int64_t reserved = 0;
    bool is_known = false;
};
/// At the end of the day before the date, by product; those without a snapshot are left out.
[[nodiscard]] Result<std::vector<PastStock>> past_stock(ports::QueryRunner& runner, StoreId store,
                                                        std::int32_t date);

struct AnnouncedShipment {
    std::string product_id;
    std::string shipment_id;  ///< The order's number, if it is of one.
    std::int64_t units = 0;
    std::int64_t expected_ms = 0;  ///< 0: not said.
};
/// On their way to the store at that moment, by product.
[[nodiscard]] Result<std::vector<AnnouncedShipment>> announced_shipments(ports::QueryRunner& runner,
                                                                         StoreId store,
                                                                         std::int64_t until_ms);

struct SupplierDelivery {
    std::string supplier;
    int weekday = 1;  ///< Of the announcement, 1: Monday.
    double units = 0;
    double days = 0;
};
/// Of the year before the date, by supplier.
[[nodiscard]] Result<std::vector<SupplierDelivery>> supplier_deliveries(ports::QueryRunner& runner,
                                                                        std::int32_t date);

struct ShelfDay {
    std::string product_id;
    std::size_t day = 0;  ///< 0 to 84; 84 is the date asked about.
    double on_hand = 0;   ///< Units, as all that follow; at the day's end.
    double out_share = 0;
    double out_hours = 0;
    double sold = 0;
    double wasted = 0;
    double received = 0;
};
/// The 85 days until the date of a store's products, by product and day.
[[nodiscard]] Result<std::vector<ShelfDay>> shelf_history(ports::QueryRunner& runner, StoreId store,
                                                          std::int32_t date);
/// Dates of which it is not yet known what ordering earned, oldest first.
[[nodiscard]] Result<std::vector<std::int32_t>> impact_dates(ports::QueryRunner& runner);

}  // namespace shelfcast::queries
