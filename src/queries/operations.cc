#include "queries/operations.h"

#include <array>

#include "sql_text.h"

namespace shelfcast::queries {
namespace {

using retail::ColumnSpec;
using retail::ColumnType;
using retail::TextColumn;
using Int64s = std::vector<std::int64_t>;
using UInt64s = std::vector<std::uint64_t>;

}  // namespace

Result<std::vector<StoreFreshness>> store_freshness(ports::QueryRunner& runner) {
    constexpr std::array kColumns = {
        ColumnSpec{"layer", ColumnType::kText}, ColumnSpec{"store_id", ColumnType::kUInt32},
        ColumnSpec{"store_code", ColumnType::kText}, ColumnSpec{"store_name", ColumnType::kText},
        ColumnSpec{"last_event_ms", ColumnType::kInt64}};
    SHELFCAST_ASSIGN(
        const retail::ColumnBlock rows,
        runner.read_rows(sql_text("queries/operations/store_freshness.sql"), kColumns, {}));
    std::vector<StoreFreshness> found;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        found.push_back({std::string(rows.data<TextColumn>("layer")[row]),
                         StoreId{rows.data<std::vector<std::uint32_t>>("store_id")[row]},
                         std::string(rows.data<TextColumn>("store_code")[row]),
                         std::string(rows.data<TextColumn>("store_name")[row]),
                         rows.data<Int64s>("last_event_ms")[row]});
    }
    return found;
}

Result<std::vector<RejectionCount>> rejections_by_reason(ports::QueryRunner& runner,
                                                         std::int64_t since_us) {
    constexpr std::array kColumns = {ColumnSpec{"reason", ColumnType::kText},
                                     ColumnSpec{"messages", ColumnType::kUInt64},
                                     ColumnSpec{"newest_us", ColumnType::kInt64}};
    SHELFCAST_ASSIGN(const retail::ColumnBlock rows,
                     runner.read_rows(sql_text("queries/operations/rejections_by_reason.sql"),
                                      kColumns, {{"since_us", std::to_string(since_us)}}));
    std::vector<RejectionCount> found;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        found.push_back({std::string(rows.data<TextColumn>("reason")[row]),
                         rows.data<UInt64s>("messages")[row], rows.data<Int64s>("newest_us")[row]});
    }
    return found;
}

Result<std::optional<RefusedMessage>> refused_message(ports::QueryRunner& runner,
                                                      std::string_view topic, PartitionId partition,
                                                      std::int64_t offset) {
    constexpr std::array kColumns = {
        ColumnSpec{"reason", ColumnType::kText}, ColumnSpec{"detail", ColumnType::kText},
        ColumnSpec{"source", ColumnType::kText}, ColumnSpec{"raw", ColumnType::kText}};
    SHELFCAST_ASSIGN(const retail::ColumnBlock rows,
                     runner.read_rows(sql_text("queries/operations/dead_letter.sql"), kColumns,
                                      {{"topic", std::string(topic)},
                                       {"partition", std::to_string(partition.value)},
                                       {"offset", std::to_string(offset)}}));
    if (rows.empty()) {
        return std::nullopt;
    }
    const auto text = [&](std::string_view column) {
        return std::string(rows.data<TextColumn>(column)[0]);
    };
    return RefusedMessage{text("reason"), text("detail"), text("source"), text("raw")};
}

Result<WarehouseSize> warehouse_size(ports::QueryRunner& runner) {
    constexpr std::array kColumns = {ColumnSpec{"bytes", ColumnType::kUInt64},
                                     ColumnSpec{"parts", ColumnType::kUInt64}};
    SHELFCAST_ASSIGN(
        const retail::ColumnBlock rows,
        runner.read_rows(sql_text("queries/operations/warehouse_size.sql"), kColumns, {}));
    if (rows.empty()) {
        return WarehouseSize{};
    }
    return WarehouseSize{rows.data<UInt64s>("bytes")[0], rows.data<UInt64s>("parts")[0]};
}

}  // namespace shelfcast::queries
