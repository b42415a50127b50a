#include "retail/tables.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/check.h"

namespace shelfcast::retail {
namespace {

using enum ColumnRole;
using enum ColumnType;

// One row per accepted event.
constexpr std::array kEventColumns = {
    TableColumn{"log_partition", kUInt32, kKey},
    TableColumn{"log_offset", kInt64, kKey},
    TableColumn{"log_time", kDateTime64Us, kPayload},
    TableColumn{"event_time", kDateTime64Ms, kPayload},
    TableColumn{"business_date", kDate, kPayload},
    TableColumn{"hour_start", kDateTime, kPayload},
    TableColumn{"store_id", kUInt32, kPayload},
    TableColumn{"product_id", kText, kPayload},
    TableColumn{"category", kText, kPayload},
    TableColumn{"transaction_type", kTransactionType, kPayload},
    TableColumn{"quantity", kDecimal12s3, kPayload},
    TableColumn{"unit_price", kDecimal14s4, kPayload},
    TableColumn{"revenue", kDecimal38s7, kPayload},
    TableColumn{"event_id", kUuid, kPayload},
    TableColumn{"register_id", kText, kPayload},
    TableColumn{"customer_id", kText, kPayload},
    TableColumn{"basket_id", kText, kPayload},
    TableColumn{"promotion_id", kText, kPayload},
    TableColumn{"unit_cost", kNullableDecimal14s4, kPayload},
    TableColumn{"discount", kNullableDecimal14s4, kPayload},
};

// A row of a topic's own table begins with these; its other fields follow in the message's order.
constexpr std::array kTopicLead = {
    TableColumn{"log_partition", kUInt32, kKey},
    TableColumn{"log_offset", kInt64, kKey},
    TableColumn{"log_time", kDateTime64Us, kPayload},
    TableColumn{"event_time", kDateTime64Ms, kPayload},
    TableColumn{"business_date", kDate, kPayload},
    TableColumn{"store_id", kUInt32, kPayload},
};
constexpr std::array kInventoryUpdateColumns = {
    TableColumn{"product_id", kText, kPayload},      TableColumn{"update_type", kText, kPayload},
    TableColumn{"quantity", kDecimal12s3, kPayload}, TableColumn{"event_id", kUuid, kPayload},
    TableColumn{"reference", kText, kPayload},       TableColumn{"reason", kText, kPayload},
};
constexpr std::array kPriceChangeColumns = {
    TableColumn{"product_id", kText, kPayload},
    TableColumn{"price_type", kText, kPayload},
    TableColumn{"unit_price", kDecimal14s4, kPayload},
    TableColumn{"effective_from", kDateTime64Ms, kPayload},
    TableColumn{"effective_until", kDateTime64Ms, kPayload},
    TableColumn{"event_id", kUuid, kPayload},
    TableColumn{"promotion_id", kText, kPayload},
};
constexpr std::array kCustomerEventColumns = {
    TableColumn{"event_type", kText, kPayload},  TableColumn{"quantity", kDecimal12s3, kPayload},
    TableColumn{"event_id", kUuid, kPayload},    TableColumn{"product_id", kText, kPayload},
    TableColumn{"register_id", kText, kPayload}, TableColumn{"customer_id", kText, kPayload},
    TableColumn{"basket_id", kText, kPayload},
};
constexpr std::array kSupplierShipmentColumns = {
    TableColumn{"product_id", kText, kPayload},
    TableColumn{"shipment_id", kText, kPayload},
    TableColumn{"status", kText, kPayload},
    TableColumn{"quantity", kDecimal12s3, kPayload},
    TableColumn{"event_id", kUuid, kPayload},
    TableColumn{"supplier", kText, kPayload},
    TableColumn{"unit_cost", kNullableDecimal14s4, kPayload},
    TableColumn{"expected_at", kDateTime64Ms, kPayload},
};

// One row per message that was not accepted: dead letters and duplicates.
constexpr std::array kRejectionColumns = {
    TableColumn{"log_topic", kText, kKey},   TableColumn{"log_partition", kUInt32, kKey},
    TableColumn{"log_offset", kInt64, kKey}, TableColumn{"log_time", kDateTime64Us, kPayload},
    TableColumn{"reason", kText, kPayload},  TableColumn{"detail", kText, kPayload},
    TableColumn{"source", kText, kPayload},  TableColumn{"event_id", kUuid, kPayload},
    TableColumn{"raw", kText, kPayload},
};

// The measures that every roll-up carries. `events` counts rows, so that a sale and its return do
// not vanish when they sum to zero.
constexpr std::array kMeasures = {
    TableColumn{"events", kUInt64, kSum},
    TableColumn{"sales", kUInt64, kSum},
    TableColumn{"returns", kUInt64, kSum},
    TableColumn{"restocks", kUInt64, kSum},
    TableColumn{"units_sold", kDecimal38s3, kSum},
    TableColumn{"units_returned", kDecimal38s3, kSum},
    TableColumn{"units_restocked", kDecimal38s3, kSum},
    TableColumn{"gross_revenue", kDecimal38s7, kSum},
    TableColumn{"returned_revenue", kDecimal38s7, kSum},
    TableColumn{"last_event_time", kDateTime64Ms, kMax},
};

template <std::size_t First, std::size_t Second>
constexpr auto joined(const std::array<TableColumn, First>& first,
                      const std::array<TableColumn, Second>& second) {
    std::array<TableColumn, First + Second> all{};
    std::ranges::copy(first, all.begin());
    std::ranges::copy(second, all.begin() + First);
    return all;
}

template <std::size_t Keys>
constexpr auto with_measures(const std::array<TableColumn, Keys>& keys) {
    return joined(keys, kMeasures);
}

constexpr auto kInventoryUpdateRow = joined(kTopicLead, kInventoryUpdateColumns);
constexpr auto kPriceChangeRow = joined(kTopicLead, kPriceChangeColumns);
constexpr auto kCustomerEventRow = joined(kTopicLead, kCustomerEventColumns);
constexpr auto kSupplierShipmentRow = joined(kTopicLead, kSupplierShipmentColumns);

constexpr auto kDailyColumns = with_measures(std::array{
    TableColumn{"business_date", kDate, kKey},
    TableColumn{"store_id", kUInt32, kKey},
    TableColumn{"category", kText, kKey},
});
constexpr auto kHourlyColumns = with_measures(std::array{
    TableColumn{"store_id", kUInt32, kKey},
    TableColumn{"business_date", kDate, kKey},
    TableColumn{"hour_start", kDateTime, kKey},
});
constexpr auto kProductColumns = with_measures(std::array{
    TableColumn{"business_date", kDate, kKey},
    TableColumn{"store_id", kUInt32, kKey},
    TableColumn{"product_id", kText, kKey},
    TableColumn{"category", kText, kKey},
});
// Bit d-1 of `sale_days`: something was sold on day d of the month.
constexpr auto kProductMonthColumns = joined(with_measures(std::array{
                                                 TableColumn{"store_id", kUInt32, kKey},
                                                 TableColumn{"month", kDate, kKey},
                                                 TableColumn{"product_id", kText, kKey},
                                                 TableColumn{"category", kText, kKey},
                                             }),
                                             std::array{TableColumn{"sale_days", kUInt32, kBits}});

// What moves or promises stock and is no receipt line of retail_events, whose units are in
// product_sales. `last_count` is the newest count of the day: its UTC milliseconds x 10^9 + units,
// so that the greatest is the newest; `first_count` the oldest: (10^13 - its UTC milliseconds) x
// 10^9
// + units.
constexpr std::array kStockDayColumns = {
    TableColumn{"store_id", kUInt32, kKey},
    TableColumn{"business_date", kDate, kKey},
    TableColumn{"product_id", kText, kKey},
    TableColumn{"events", kUInt64, kSum},
    TableColumn{"counts", kUInt64, kSum},
    TableColumn{"units_sold", kDecimal38s3, kSum},
    TableColumn{"units_returned", kDecimal38s3, kSum},
    TableColumn{"units_corrected", kDecimal38s3, kSum},
    TableColumn{"units_wasted", kDecimal38s3, kSum},
    TableColumn{"units_reserved", kDecimal38s3, kSum},
    TableColumn{"units_announced", kDecimal38s3, kSum},
    TableColumn{"units_arrived", kDecimal38s3, kSum},
    TableColumn{"units_short", kDecimal38s3, kSum},
    TableColumn{"first_count", kDecimal38s3, kMax},
    TableColumn{"last_count", kDecimal38s3, kMax},
    TableColumn{"last_event_time", kDateTime64Ms, kMax},
};

constexpr std::array kOfEvents = {kEventsTable};
constexpr std::array kOfMovements = {kSalesTransactionsTable, kInventoryUpdatesTable,
                                     kSupplierShipmentsTable};

constexpr std::array kTables = {
    OperatorTable{kEventsTable, TableKind::kRows, kEventColumns},
    OperatorTable{kRejectionsTable, TableKind::kRows, kRejectionColumns},
    OperatorTable{kSalesTransactionsTable, TableKind::kRows, kEventColumns},
    OperatorTable{kInventoryUpdatesTable, TableKind::kRows, kInventoryUpdateRow},
    OperatorTable{kPriceChangesTable, TableKind::kRows, kPriceChangeRow},
    OperatorTable{kCustomerEventsTable, TableKind::kRows, kCustomerEventRow},
    OperatorTable{kSupplierShipmentsTable, TableKind::kRows, kSupplierShipmentRow},
    OperatorTable{kDailySalesTable, TableKind::kRollup, kDailyColumns, kOfEvents},
    OperatorTable{kHourlySalesTable, TableKind::kRollup, kHourlyColumns, kOfEvents},
    OperatorTable{kProductSalesTable, TableKind::kRollup, kProductColumns, kOfEvents},
    OperatorTable{kProductMonthsTable, TableKind::kRollup, kProductMonthColumns, kOfEvents},
    OperatorTable{kStockDaysTable, TableKind::kRollup, kStockDayColumns, kOfMovements},
};

}  // namespace

bool OperatorTable::counts(std::string_view row_table) const {
    return name == row_table || std::ranges::find(of, row_table) != of.end();
}

std::span<const OperatorTable> operator_tables() { return kTables; }

const OperatorTable& operator_table(std::string_view name) {
    const auto found = std::ranges::find(kTables, name, &OperatorTable::name);
    SHELFCAST_CHECK(found != kTables.end());
    return *found;
}

std::vector<ColumnSpec> columns_of(const OperatorTable& table) {
    std::vector<ColumnSpec> columns;
    columns.reserve(table.columns.size());
    for (const TableColumn& column : table.columns) {
        columns.push_back({column.name, column.type});
    }
    return columns;
}

ColumnBlock make_table_block(const OperatorTable& table) { return make_block(columns_of(table)); }

}  // namespace shelfcast::retail
