#include "queries/stock.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <set>
#include <string>
#include <utility>

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
                                     ColumnSpec{"last_event_ms", ColumnType::kInt64}};
    SHELFCAST_ASSIGN(const retail::ColumnBlock rows,
                     runner.read_rows(sql_text(query), kColumns, values));
    const auto numbers = [&](std::string_view name) -> const std::vector<std::int64_t>& {
        return rows.data<std::vector<std::int64_t>>(name);
    };
    const auto& stores = rows.data<std::vector<std::uint32_t>>("store_id");
    const auto& products = rows.data<retail::TextColumn>("product_id");
    std::vector<StockRow> found;
    found.reserve(rows.rows());
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        found.push_back({{StoreId{stores[row]}, std::string(products[row])},
                         {.on_hand = numbers("on_hand")[row],
                          .on_order = numbers("on_order")[row],
                          .reserved = numbers("reserved")[row],
                          .last_count_ms = numbers("last_count_ms")[row],
                          .last_count = numbers("last_count")[row],
                          .last_event_ms = numbers("last_event_ms")[row]}});
    }
    return found;
}

/// An element of an array in its text form.
std::string quoted(std::string_view text) {
    std::string out = "'";
    for (const char byte : text) {
        if (byte == '\'' || byte == '\\') {
            out.push_back('\\');
        }
        out.push_back(byte);
    }
    out.push_back('\'');
    return out;
}

}  // namespace

Result<std::vector<StockRow>> stock_positions(ports::QueryRunner& runner) {
    return read_positions(runner, "queries/stock/positions.sql", {});
}

Result<std::vector<StockRow>> stock_positions(ports::QueryRunner& runner,
                                              std::span<const retail::StockKey> keys) {
    const std::set<retail::StockKey> wanted(keys.begin(), keys.end());
    std::set<std::uint32_t> stores;
    std::set<std::string> products;
    for (const retail::StockKey& key : wanted) {
        stores.insert(key.store.value);
        products.insert(quoted(key.product_id));
    }
    SHELFCAST_ASSIGN(
        std::vector<StockRow> found,
        read_positions(runner, "queries/stock/positions_of.sql",
                       {{"store_ids", fmt::format("[{}]", fmt::join(stores, ","))},
                        {"product_ids", fmt::format("[{}]", fmt::join(products, ","))}}));
    std::erase_if(found, [&](const StockRow& row) { return !wanted.contains(row.key); });
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
