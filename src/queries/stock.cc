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

}  // namespace shelfcast::queries
