#include "queries/detection.h"

#include <array>

#include "queries/array_text.h"
#include "queries/row_reader.h"
#include "retail/time_zone.h"
#include "sql_text.h"

namespace shelfcast::queries {
namespace {

using retail::ColumnBlock;
using retail::ColumnSpec;
using retail::ColumnType;

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr double kPriceScale = 10'000;
constexpr double kUnitScale = 1'000;

constexpr std::array kIncidentColumns = {
    ColumnSpec{"incident_id", ColumnType::kUuid},
    ColumnSpec{"kind", ColumnType::kText},
    ColumnSpec{"severity", ColumnType::kText},
    ColumnSpec{"store_id", ColumnType::kUInt32},
    ColumnSpec{"product_id", ColumnType::kText},
    ColumnSpec{"category", ColumnType::kText},
    ColumnSpec{"register_id", ColumnType::kText},
    ColumnSpec{"started_at", ColumnType::kDateTime64Ms},
    ColumnSpec{"detected_at", ColumnType::kDateTime64Ms},
    ColumnSpec{"score", ColumnType::kDecimal14s4},
    ColumnSpec{"measure", ColumnType::kText},
    ColumnSpec{"expected", ColumnType::kNullableDecimal14s4},
    ColumnSpec{"observed", ColumnType::kNullableDecimal14s4},
    ColumnSpec{"reason", ColumnType::kText},
    ColumnSpec{"state", ColumnType::kText},
    ColumnSpec{"acknowledged_by", ColumnType::kText},
    ColumnSpec{"acknowledged_at_s", ColumnType::kNullableDecimal14s4},
    ColumnSpec{"note", ColumnType::kText}};

std::string seconds(std::int64_t now_us) { return std::to_string(now_us / kSecondUs); }

}  // namespace

Result<std::vector<DetectionStore>> detection_stores(ports::QueryRunner& runner,
                                                     std::int64_t now_us) {
    constexpr std::array kColumns = {
        ColumnSpec{"store_id", ColumnType::kUInt32}, ColumnSpec{"country", ColumnType::kText},
        ColumnSpec{"time_zone", ColumnType::kText}, ColumnSpec{"is_holiday", ColumnType::kUInt8}};
    SHELFCAST_ASSIGN(const ColumnBlock rows,
                     runner.read_rows(sql_text("queries/detection/stores.sql"), kColumns,
                                      {{"now_s", seconds(now_us)}}));
    std::vector<DetectionStore> found;
    const RowReader reader(rows);
    for (std::size_t row = 0; row < reader.size(); ++row) {
        found.push_back({.store = reader.store(row),
                         .country = reader.text("country", row),
                         .time_zone = reader.text("time_zone", row),
                         .is_holiday = reader.small("is_holiday", row) != 0});
    }
    return found;
}

Result<std::vector<StoreHour>> store_hours(ports::QueryRunner& runner, std::int32_t from) {
    constexpr std::array kColumns = {ColumnSpec{"store_id", ColumnType::kUInt32},
                                     ColumnSpec{"business_date", ColumnType::kDate},
                                     ColumnSpec{"hour_of_day", ColumnType::kUInt8},
                                     ColumnSpec{"sales", ColumnType::kUInt64},
                                     ColumnSpec{"returns", ColumnType::kUInt64},
                                     ColumnSpec{"last_sale_ms", ColumnType::kInt64}};
    SHELFCAST_ASSIGN(const ColumnBlock rows,
                     runner.read_rows(sql_text("queries/detection/store_hours.sql"), kColumns,
                                      {{"from", retail::format_date(from)}}));
    std::vector<StoreHour> found;
    const RowReader reader(rows);
    for (std::size_t row = 0; row < reader.size(); ++row) {
        found.push_back({.store = reader.store(row),
                         .date = reader.date("business_date", row),
                         .hour = reader.small("hour_of_day", row),
                         .sales = reader.count("sales", row),
                         .returns = reader.count("returns", row),
                         .last_sale_ms = reader.number("last_sale_ms", row)});
    }
    return found;
}

Result<std::vector<TillUsual>> tills_usual(ports::QueryRunner& runner, std::int32_t from,
                                           std::int32_t to) {
    constexpr std::array kColumns = {ColumnSpec{"store_id", ColumnType::kUInt32},
                                     ColumnSpec{"register_id", ColumnType::kText},
                                     ColumnSpec{"baskets", ColumnType::kUInt64},
                                     ColumnSpec{"store_baskets", ColumnType::kUInt64},
                                     ColumnSpec{"all_baskets", ColumnType::kUInt64},
                                     ColumnSpec{"longest_run", ColumnType::kInt64},
                                     ColumnSpec{"last_basket_ms", ColumnType::kInt64}};
    SHELFCAST_ASSIGN(
        const ColumnBlock rows,
        runner.read_rows(sql_text("queries/detection/tills_usual.sql"), kColumns,
                         {{"from", retail::format_date(from)}, {"to", retail::format_date(to)}}));
    std::vector<TillUsual> found;
    const RowReader reader(rows);
    for (std::size_t row = 0; row < reader.size(); ++row) {
        found.push_back({.store = reader.store(row),
                         .register_id = reader.text("register_id", row),
                         .baskets = reader.count("baskets", row),
                         .store_baskets = reader.count("store_baskets", row),
                         .all_baskets = reader.count("all_baskets", row),
                         .longest_run = static_cast<double>(reader.number("longest_run", row)),
                         .last_basket_ms = reader.number("last_basket_ms", row)});
    }
    return found;
}

Result<std::vector<TillNow>> tills_now(ports::QueryRunner& runner, std::int32_t from) {
    constexpr std::array kColumns = {ColumnSpec{"store_id", ColumnType::kUInt32},
                                     ColumnSpec{"register_id", ColumnType::kText},
                                     ColumnSpec{"all_baskets", ColumnType::kUInt64},
                                     ColumnSpec{"others_since", ColumnType::kUInt64},
                                     ColumnSpec{"last_basket_ms", ColumnType::kInt64},
                                     ColumnSpec{"newest_basket_ms", ColumnType::kInt64}};
    SHELFCAST_ASSIGN(const ColumnBlock rows,
                     runner.read_rows(sql_text("queries/detection/tills_now.sql"), kColumns,
                                      {{"from", retail::format_date(from)}}));
    std::vector<TillNow> found;
    const RowReader reader(rows);
    for (std::size_t row = 0; row < reader.size(); ++row) {
        found.push_back({.store = reader.store(row),
                         .register_id = reader.text("register_id", row),
                         .store_baskets = reader.count("all_baskets", row),
                         .others_since = reader.count("others_since", row),
                         .last_basket_ms = reader.number("last_basket_ms", row),
                         .newest_basket_ms = reader.number("newest_basket_ms", row)});
    }
    return found;
}

Result<ColumnBlock> products_usual(ports::QueryRunner& runner, std::int32_t to) {
    constexpr std::array kColumns = {
        ColumnSpec{"store_id", ColumnType::kUInt32}, ColumnSpec{"product_id", ColumnType::kText},
        ColumnSpec{"category", ColumnType::kText},   ColumnSpec{"week_0", ColumnType::kUInt64},
        ColumnSpec{"week_1", ColumnType::kUInt64},   ColumnSpec{"week_2", ColumnType::kUInt64},
        ColumnSpec{"week_3", ColumnType::kUInt64},   ColumnSpec{"week_4", ColumnType::kUInt64},
        ColumnSpec{"week_5", ColumnType::kUInt64},   ColumnSpec{"week_6", ColumnType::kUInt64},
        ColumnSpec{"week_7", ColumnType::kUInt64},   ColumnSpec{"most_a_day", ColumnType::kUInt64},
        ColumnSpec{"returns", ColumnType::kUInt64},  ColumnSpec{"first_date", ColumnType::kInt64},
        ColumnSpec{"last_date", ColumnType::kInt64}, ColumnSpec{"price_days", ColumnType::kUInt64},
        ColumnSpec{"low_price", ColumnType::kInt64}, ColumnSpec{"usual_price", ColumnType::kInt64},
        ColumnSpec{"high_price", ColumnType::kInt64}};
    return runner.read_rows(sql_text("queries/detection/products_usual.sql"), kColumns,
                            {{"to", retail::format_date(to)}});
}

Result<ColumnBlock> products_recent(ports::QueryRunner& runner, std::int64_t now_us,
                                    std::uint64_t fewest) {
    constexpr std::array kColumns = {
        ColumnSpec{"store_id", ColumnType::kUInt32}, ColumnSpec{"product_id", ColumnType::kText},
        ColumnSpec{"lines_0", ColumnType::kUInt64},  ColumnSpec{"lines_1", ColumnType::kUInt64},
        ColumnSpec{"lines_2", ColumnType::kUInt64},  ColumnSpec{"others_0", ColumnType::kUInt64},
        ColumnSpec{"others_1", ColumnType::kUInt64}, ColumnSpec{"others_2", ColumnType::kUInt64},
        ColumnSpec{"returns", ColumnType::kUInt64},  ColumnSpec{"price", ColumnType::kInt64}};
    return runner.read_rows(sql_text("queries/detection/products_recent.sql"), kColumns,
                            {{"now_s", seconds(now_us)}, {"fewest", std::to_string(fewest)}});
}

Result<std::vector<ShelfRow>> shelf_states(ports::QueryRunner& runner,
                                           std::span<const retail::StockKey> keys,
                                           std::int32_t others_from) {
    constexpr std::array kColumns = {ColumnSpec{"store_id", ColumnType::kUInt32},
                                     ColumnSpec{"product_id", ColumnType::kText},
                                     ColumnSpec{"on_hand", ColumnType::kInt64},
                                     ColumnSpec{"in_stock_date", ColumnType::kInt64},
                                     ColumnSpec{"last_sale_date", ColumnType::kInt64},
                                     ColumnSpec{"last_sale_ms", ColumnType::kInt64},
                                     ColumnSpec{"other_lines", ColumnType::kUInt64}};
    SHELFCAST_ASSIGN(const ColumnBlock rows,
                     runner.read_rows(sql_text("queries/detection/shelf_states.sql"), kColumns,
                                      {{"store_ids", store_ids(keys)},
                                       {"product_ids", product_ids(keys)},
                                       {"others_from", retail::format_date(others_from)}}));
    std::vector<ShelfRow> found;
    const RowReader reader(rows);
    for (std::size_t row = 0; row < reader.size(); ++row) {
        found.push_back(
            {.key = reader.key(row),
             .on_hand_units = reader.scaled("on_hand", row, kUnitScale),
             .in_stock_date = static_cast<std::int32_t>(reader.number("in_stock_date", row)),
             .last_sale_date = static_cast<std::int32_t>(reader.number("last_sale_date", row)),
             .last_sale_ms = reader.number("last_sale_ms", row),
             .other_lines = reader.count("other_lines", row)});
    }
    return found;
}

Result<std::vector<PriceRow>> prices_asked(ports::QueryRunner& runner, std::int32_t from,
                                           std::int64_t since_us) {
    constexpr std::array kColumns = {ColumnSpec{"store_id", ColumnType::kUInt32},
                                     ColumnSpec{"product_id", ColumnType::kText},
                                     ColumnSpec{"price", ColumnType::kInt64},
                                     ColumnSpec{"price_before", ColumnType::kInt64},
                                     ColumnSpec{"discounted", ColumnType::kUInt8},
                                     ColumnSpec{"price_in_force", ColumnType::kInt64},
                                     ColumnSpec{"sold_at_ms", ColumnType::kInt64}};
    SHELFCAST_ASSIGN(const ColumnBlock rows,
                     runner.read_rows(sql_text("queries/detection/prices_asked.sql"), kColumns,
                                      {{"from", retail::format_date(from)},
                                       {"since_us", std::to_string(since_us)}}));
    std::vector<PriceRow> found;
    const RowReader reader(rows);
    for (std::size_t row = 0; row < reader.size(); ++row) {
        found.push_back({.key = reader.key(row),
                         .price = reader.scaled("price", row, kPriceScale),
                         .price_before = reader.scaled("price_before", row, kPriceScale),
                         .discounted = reader.small("discounted", row) != 0,
                         .price_in_force = reader.scaled("price_in_force", row, kPriceScale),
                         .sold_at_ms = reader.number("sold_at_ms", row)});
    }
    return found;
}

Result<ColumnBlock> open_incidents(ports::QueryRunner& runner) {
    return runner.read_rows(sql_text("queries/detection/open_incidents.sql"), kIncidentColumns, {});
}

Result<ColumnBlock> incident(ports::QueryRunner& runner, std::string_view incident_id) {
    std::vector<ColumnSpec> columns(kIncidentColumns.begin(), kIncidentColumns.end());
    columns.push_back({"version", ColumnType::kUInt64});
    return runner.read_rows(sql_text("queries/detection/incident.sql"), columns,
                            {{"incident_id", std::string(incident_id)}});
}

}  // namespace shelfcast::queries
