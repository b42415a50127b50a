#include "queries/stock.h"

#include <array>
#include <set>
#include <string>
#include <utility>

#include "queries/array_text.h"
#include "sql_text.h"

namespace shelfcast::queries {
namespace {

using retail::ColumnSpec;
using retail::ColumnType;

Result<std::vector<StockRow>> read_positions(ports::QueryRunner& runner, std::string_view query,
                                             const ports::QueryValues& values) {
    constexpr std::array kColumns = {ColumnSpec{"store_id", ColumnType::kUInt32},
                                     ColumnSpec{"product_id", ColumnType::kText},
                                     ColumnSpec{"on_hand", ColumnType::kInt64},
                                     ColumnSpec{"on_order", ColumnType::kInt64},
                                     ColumnSpec{"reserved", ColumnType::kInt64},
                                     ColumnSpec{"last_count_ms", ColumnType::kInt64},
                                     ColumnSpec{"last_count", ColumnType::kInt64},
                                     ColumnSpec{"last_event_ms", ColumnType::kInt64},
                                     ColumnSpec{"is_known", ColumnType::kUInt8}};
    SHELFCAST_ASSIGN(const retail::ColumnBlock rows,
                     runner.read_rows(sql_text(query), kColumns, values));
    const auto numbers = [&](std::string_view name) -> const std::vector<std::int64_t>& {
        return rows.data<std::vector<std::int64_t>>(name);
    };
    const auto& stores = rows.data<std::vector<std::uint32_t>>("store_id");
    const auto& products = rows.data<retail::TextColumn>("product_id");
    const auto& known = rows.data<std::vector<std::uint8_t>>("is_known");
    std::vector<StockRow> found;
    found.reserve(rows.rows());
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        found.push_back({{StoreId{stores[row]}, std::string(products[row])},
                         {.on_hand = numbers("on_hand")[row],
                          .on_order = numbers("on_order")[row],
                          .reserved = numbers("reserved")[row],
                          .last_count_ms = numbers("last_count_ms")[row],
                          .last_count = numbers("last_count")[row],
                          .last_event_ms = numbers("last_event_ms")[row],
                          .is_known = known[row] != 0}});
    }
    return found;
}

}  // namespace

Result<std::vector<StockRow>> stock_positions(ports::QueryRunner& runner) {
    return read_positions(runner, "queries/stock/positions.sql", {});
}

Result<std::vector<StockRow>> stock_positions(ports::QueryRunner& runner,
                                              std::span<const retail::StockKey> keys) {
    const std::set<retail::StockKey> wanted(keys.begin(), keys.end());
    SHELFCAST_ASSIGN(
        std::vector<StockRow> found,
        read_positions(runner, "queries/stock/positions_of.sql",
                       {{"store_ids", store_ids(keys)}, {"product_ids", product_ids(keys)}}));
    std::erase_if(found, [&](const StockRow& row) { return !wanted.contains(row.key); });
    return found;
}

Result<std::vector<retail::RestockAlert>> restock_alerts(ports::QueryRunner& runner,
                                                         std::int64_t since_us) {
    constexpr std::array kColumns = {ColumnSpec{"alert_id", ColumnType::kUuid},
                                     ColumnSpec{"store_id", ColumnType::kUInt32},
                                     ColumnSpec{"product_id", ColumnType::kText},
                                     ColumnSpec{"raised_ms", ColumnType::kInt64},
                                     ColumnSpec{"recovered_ms", ColumnType::kInt64},
                                     ColumnSpec{"probability", ColumnType::kInt64},
                                     ColumnSpec{"horizon", ColumnType::kInt64},
                                     ColumnSpec{"ends_ms", ColumnType::kInt64},
                                     ColumnSpec{"on_hand", ColumnType::kInt64},
                                     ColumnSpec{"on_order", ColumnType::kInt64},
                                     ColumnSpec{"velocity", ColumnType::kInt64},
                                     ColumnSpec{"reason", ColumnType::kText}};
    SHELFCAST_ASSIGN(const retail::ColumnBlock rows,
                     runner.read_rows(sql_text("queries/stock/open_alerts.sql"), kColumns,
                                      {{"since", std::to_string(since_us / 1'000'000)}}));
    std::vector<retail::RestockAlert> found;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        const auto number = [&](std::string_view name) {
            return rows.data<std::vector<std::int64_t>>(name)[row];
        };
        const auto moment = [&](std::string_view name) {
            return number(name) == 0 ? std::nullopt : std::optional(number(name));
        };
        found.push_back({.id = rows.data<std::vector<retail::Uuid>>("alert_id")[row],
                         .key = {StoreId{rows.data<std::vector<std::uint32_t>>("store_id")[row]},
                                 std::string(rows.data<retail::TextColumn>("product_id")[row])},
                         .raised_at_ms = number("raised_ms"),
                         .recovered_at_ms = moment("recovered_ms"),
                         .stock_out_probability = static_cast<double>(number("probability")) / 1e4,
                         .horizon_days = static_cast<double>(number("horizon")) / 1e3,
                         .stock_ends_ms = moment("ends_ms"),
                         .on_hand = number("on_hand"),
                         .on_order = number("on_order"),
                         .units_per_day = static_cast<double>(number("velocity")) / 1e4,
                         .reason = std::string(rows.data<retail::TextColumn>("reason")[row])});
    }
    return found;
}

Result<std::vector<retail::StockRiskRow>> stock_risks(ports::QueryRunner& runner) {
    constexpr std::array kColumns = {
        ColumnSpec{"store_id", ColumnType::kUInt32}, ColumnSpec{"product_id", ColumnType::kText},
        ColumnSpec{"velocity", ColumnType::kInt64}, ColumnSpec{"probability", ColumnType::kInt64}};
    SHELFCAST_ASSIGN(const retail::ColumnBlock rows,
                     runner.read_rows(sql_text("queries/stock/risks.sql"), kColumns, {}));
    const auto& velocities = rows.data<std::vector<std::int64_t>>("velocity");
    const auto& probabilities = rows.data<std::vector<std::int64_t>>("probability");
    std::vector<retail::StockRiskRow> found;
    found.reserve(rows.rows());
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        found.push_back({{StoreId{rows.data<std::vector<std::uint32_t>>("store_id")[row]},
                          std::string(rows.data<retail::TextColumn>("product_id")[row])},
                         static_cast<double>(velocities[row]) / 1e4,
                         static_cast<double>(probabilities[row]) / 1e4});
    }
    return found;
}

Result<std::vector<SnapshotDate>> snapshot_dates(ports::QueryRunner& runner, std::int64_t now_us) {
    constexpr std::array kColumns = {ColumnSpec{"business_date", ColumnType::kDate},
                                     ColumnSpec{"previous_date", ColumnType::kDate},
                                     ColumnSpec{"version", ColumnType::kUInt64}};
    constexpr std::int64_t kSecondUs = 1'000'000;
    SHELFCAST_ASSIGN(const retail::ColumnBlock rows,
                     runner.read_rows(sql_text("queries/stock/snapshot_dates.sql"), kColumns,
                                      {{"now_s", std::to_string(now_us / kSecondUs)}}));
    std::vector<SnapshotDate> found;
    found.reserve(rows.rows());
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        found.push_back({rows.data<std::vector<std::uint16_t>>("business_date")[row],
                         rows.data<std::vector<std::uint16_t>>("previous_date")[row],
                         rows.data<std::vector<std::uint64_t>>("version")[row]});
    }
    return found;
}

}  // namespace shelfcast::queries
