#pragma once

/// \file queries/demand.h
/// What the warehouse says of past sales and of deliveries under way: the queries of
/// `sql/queries/demand`. `now_us` is UTC; a store's dates are its own. Errors are the runner's.
/// Thread safe.

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "ports/query_runner.h"

namespace shelfcast::queries {

/// What a store sold of a product on its open days of the last four weeks.
struct Velocity {
    StoreId store;
    std::string product_id;
    double open_days = 0;  ///< Since its first sale.
    double lost_days = 0;  ///< Of them, without stock.
    double units = 0;
    double squares = 0;  ///< Sum of the squares of each day's units.
};
/// By store and product.
[[nodiscard]] Result<std::vector<Velocity>> velocities(ports::QueryRunner& runner,
                                                       std::int64_t now_us);

struct StoreWeekHour {
    StoreId store;
    int weekday = 1;  ///< 1: Monday.
    int hour = 0;     ///< The store's clock.
    double sales = 0;
    int open_days = 0;
    std::int32_t first_date = 0;  ///< Days since 1970-01-01.
};
/// By store.
[[nodiscard]] Result<std::vector<StoreWeekHour>> week_hours(ports::QueryRunner& runner,
                                                            std::int64_t now_us);

struct OpenShipment {
    StoreId store;
    std::string product_id;
    double units = 0;
    std::int64_t expected_ms = 0;  ///< UTC; 0: not said.
};
/// By store and product.
[[nodiscard]] Result<std::vector<OpenShipment>> open_shipments(ports::QueryRunner& runner,
                                                               std::int64_t now_us);

struct StoredForecast {
    StoreId store;
    std::string product_id;
    std::int32_t date = 0;  ///< Days since 1970-01-01.
    double mean = 0;
    double lower_80 = 0;
    double upper_80 = 0;
    std::string model_version;
};
/// Of the model in use, for dates from `from` on, made from what was known at `oldest` or later; by
/// store, product and date.
[[nodiscard]] Result<std::vector<StoredForecast>> newest_forecasts(ports::QueryRunner& runner,
                                                                   std::int32_t from,
                                                                   std::int32_t oldest);

}  // namespace shelfcast::queries
