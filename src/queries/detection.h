#pragma once

/// \file queries/detection.h
/// What the detectors weigh: the queries of `sql/queries/detection`. Errors are the runner's.
/// Thread safe.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "ports/query_runner.h"
#include "retail/column_block.h"
#include "retail/stock_board.h"

namespace shelfcast::queries {

struct DetectionStore {
    StoreId store;
    std::string country;
    std::string time_zone;
    bool is_holiday = false;  ///< At that moment.
};
[[nodiscard]] Result<std::vector<DetectionStore>> detection_stores(ports::QueryRunner& runner,
                                                                   std::int64_t now_us);

struct StoreHour {
    StoreId store;
    std::int32_t date = 0;
    int hour = 0;
    double sales = 0;
    double returns = 0;
    std::int64_t last_sale_ms = 0;
};
[[nodiscard]] Result<std::vector<StoreHour>> store_hours(ports::QueryRunner& runner,
                                                         std::int32_t from);

struct TillUsual {
    StoreId store;
    std::string register_id;
    double baskets = 0;
    double store_baskets = 0;  ///< Since the till was first seen.
    double all_baskets = 0;    ///< Of the store, in all those days.
    double longest_run = 0;
    std::int64_t last_basket_ms = 0;
};
[[nodiscard]] Result<std::vector<TillUsual>> tills_usual(ports::QueryRunner& runner,
                                                         std::int32_t from, std::int32_t to);

struct TillNow {
    StoreId store;
    std::string register_id;
    double store_baskets = 0;
    double others_since = 0;
    std::int64_t last_basket_ms = 0;
    std::int64_t newest_basket_ms = 0;  ///< Of the store.
};
[[nodiscard]] Result<std::vector<TillNow>> tills_now(ports::QueryRunner& runner, std::int32_t from);

/// The columns week_0 …, most_a_day, returns, first_date, last_date, price_days, low_price,
/// usual_price, high_price beside store_id, product_id, category: as the caller needs them.
[[nodiscard]] Result<retail::ColumnBlock> products_usual(ports::QueryRunner& runner,
                                                         std::int32_t to);
/// The columns lines_0 … lines_2, others_0 … others_2, returns, price beside store_id, product_id.
[[nodiscard]] Result<retail::ColumnBlock> products_recent(ports::QueryRunner& runner,
                                                          std::int64_t now_us,
                                                          std::uint64_t fewest);

struct ShelfRow {
    retail::StockKey key;
    double on_hand_units = 0;
    std::int32_t in_stock_date = 0;
    std::int32_t last_sale_date = 0;
    std::int64_t last_sale_ms = 0;
    double other_lines = 0;
};
[[nodiscard]] Result<std::vector<ShelfRow>> shelf_states(ports::QueryRunner& runner,
                                                         std::span<const retail::StockKey> keys,
                                                         std::int32_t others_from);

struct PriceRow {
    retail::StockKey key;
    double price = 0;
    double price_before = 0;
    bool discounted = false;
    double price_in_force = 0;
    std::int64_t sold_at_ms = 0;
};
[[nodiscard]] Result<std::vector<PriceRow>> prices_asked(ports::QueryRunner& runner,
                                                         std::int32_t from, std::int64_t since_us);

/// Rows of `open_incidents.sql`, as they are.
[[nodiscard]] Result<retail::ColumnBlock> open_incidents(ports::QueryRunner& runner);
/// The row of that incident, as above, with its `version`; none if there is no such incident.
[[nodiscard]] Result<retail::ColumnBlock> incident(ports::QueryRunner& runner,
                                                   std::string_view incident_id);

}  // namespace shelfcast::queries
