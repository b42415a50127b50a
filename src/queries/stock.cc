#include "queries/stock.h"

#include <array>
#include <set>
#include <string>
#include <utility>

#include "queries/array_text.h"
#include "queries/row_reader.h"
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
    const RowReader reader(rows);
    // By name once, and not for each of millions of rows.
    const auto& on_hand = rows.data<std::vector<std::int64_t>>("on_hand");
    const auto& on_order = rows.data<std::vector<std::int64_t>>("on_order");
    const auto& reserved = rows.data<std::vector<std::int64_t>>("reserved");
    const auto& last_count_ms = rows.data<std::vector<std::int64_t>>("last_count_ms");
    const auto& last_count = rows.data<std::vector<std::int64_t>>("last_count");
    const auto& last_event_ms = rows.data<std::vector<std::int64_t>>("last_event_ms");
    const auto& is_known = rows.data<std::vector<std::uint8_t>>("is_known");
    std::vector<StockRow> found;
    found.reserve(reader.size());
    for (std::size_t row = 0; row < reader.size(); ++row) {
        found.push_back({reader.key(row),
                         {.on_hand = on_hand[row],
                          .on_order = on_order[row],
                          .reserved = reserved[row],
                          .last_count_ms = last_count_ms[row],
                          .last_count = last_count[row],
                          .last_event_ms = last_event_ms[row],
                          .is_known = is_known[row] != 0}});
    }
    return found;
}

Result<std::vector<SnapshotVersion>> date_versions(ports::QueryRunner& runner,
                                                   std::string_view file) {
    constexpr std::array kColumns = {ColumnSpec{"business_date", ColumnType::kDate},
                                     ColumnSpec{"version", ColumnType::kUInt64}};
    return read_each<SnapshotVersion>(
        runner, file, kColumns, {}, [](const RowReader& reader, std::size_t row) {
            return SnapshotVersion{reader.date("business_date", row),
                                   reader.cell<std::uint64_t>("version", row)};
        });
}

Result<std::vector<SnapshotDate>> dates_due(ports::QueryRunner& runner, std::string_view query,
                                            const ports::QueryValues& values) {
    constexpr std::array kColumns = {ColumnSpec{"business_date", ColumnType::kDate},
                                     ColumnSpec{"previous_date", ColumnType::kDate},
                                     ColumnSpec{"version", ColumnType::kUInt64}};
    SHELFCAST_ASSIGN(const retail::ColumnBlock rows,
                     runner.read_rows(sql_text(query), kColumns, values));
    const RowReader reader(rows);
    std::vector<SnapshotDate> found;
    found.reserve(reader.size());
    for (std::size_t row = 0; row < reader.size(); ++row) {
        found.push_back({reader.date("business_date", row), reader.date("previous_date", row),
                         reader.cell<std::uint64_t>("version", row)});
    }
    return found;
}

}  // namespace

Result<std::vector<StoreRange>> stock_stores(ports::QueryRunner& runner,
                                             std::uint64_t max_entries) {
    constexpr std::array kColumns = {ColumnSpec{"store_id", ColumnType::kUInt32},
                                     ColumnSpec{"entries", ColumnType::kUInt64}};
    SHELFCAST_ASSIGN(const retail::ColumnBlock rows,
                     runner.read_rows(sql_text("queries/stock/stores.sql"), kColumns, {}));
    const RowReader reader(rows);
    std::vector<StoreRange> ranges;
    std::uint64_t in_last = 0;
    for (std::size_t row = 0; row < reader.size(); ++row) {
        const StoreId store = reader.store(row);
        const auto entries = reader.cell<std::uint64_t>("entries", row);
        if (ranges.empty() || in_last + entries > max_entries) {
            ranges.push_back({store, store});
            in_last = 0;
        }
        ranges.back().last = store;
        in_last += entries;
    }
    return ranges;
}

Result<std::vector<StockRow>> stock_positions(ports::QueryRunner& runner,
                                              const StoreRange& stores) {
    return read_positions(runner, "queries/stock/positions.sql",
                          {{"first_store", std::to_string(stores.first.value)},
                           {"last_store", std::to_string(stores.last.value)}});
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
    const RowReader reader(rows);
    const auto moment = [&](std::string_view column, std::size_t row) {
        const std::int64_t utc_ms = reader.number(column, row);
        return utc_ms == 0 ? std::nullopt : std::optional(utc_ms);
    };
    std::vector<retail::RestockAlert> found;
    for (std::size_t row = 0; row < reader.size(); ++row) {
        found.push_back({.id = reader.cell<retail::Uuid>("alert_id", row),
                         .key = reader.key(row),
                         .raised_at_ms = reader.number("raised_ms", row),
                         .recovered_at_ms = moment("recovered_ms", row),
                         .stock_out_probability = reader.scaled("probability", row, 1e4),
                         .horizon_days = reader.scaled("horizon", row, 1e3),
                         .stock_ends_ms = moment("ends_ms", row),
                         .on_hand = reader.number("on_hand", row),
                         .on_order = reader.number("on_order", row),
                         .units_per_day = reader.scaled("velocity", row, 1e4),
                         .reason = reader.text("reason", row)});
    }
    return found;
}

Result<std::vector<retail::StockRiskRow>> stock_risks(ports::QueryRunner& runner) {
    constexpr std::array kColumns = {
        ColumnSpec{"store_id", ColumnType::kUInt32}, ColumnSpec{"product_id", ColumnType::kText},
        ColumnSpec{"velocity", ColumnType::kInt64}, ColumnSpec{"probability", ColumnType::kInt64}};
    SHELFCAST_ASSIGN(const retail::ColumnBlock rows,
                     runner.read_rows(sql_text("queries/stock/risks.sql"), kColumns, {}));
    const RowReader reader(rows);
    std::vector<retail::StockRiskRow> found;
    found.reserve(reader.size());
    for (std::size_t row = 0; row < reader.size(); ++row) {
        found.push_back({reader.key(row), reader.scaled("velocity", row, 1e4),
                         reader.scaled("probability", row, 1e4)});
    }
    return found;
}

Result<std::vector<SnapshotDate>> snapshot_dates(ports::QueryRunner& runner, std::int64_t now_us) {
    constexpr std::int64_t kSecondUs = 1'000'000;
    return dates_due(runner, "queries/stock/snapshot_dates.sql",
                     {{"now_s", std::to_string(now_us / kSecondUs)}});
}

Result<std::vector<SnapshotVersion>> stock_out_dates(ports::QueryRunner& runner) {
    return date_versions(runner, "queries/stock/stock_out_dates.sql");
}

Result<std::vector<SnapshotVersion>> snapshot_versions(ports::QueryRunner& runner) {
    return date_versions(runner, "queries/stock/snapshot_versions.sql");
}

}  // namespace shelfcast::queries
