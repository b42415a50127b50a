#pragma once

/// \file retail/tables.h
/// The tables that the operator writes, each once per layer. This list is the one source: inserts,
/// verification, roll-up repair, reconciliation and the lake go by it, so that none is forgotten.
///
/// In the warehouse each exists twice in `retail_core`: `NAME_speed` with the extra leading columns
/// `epoch`, `flush_id`, and `NAME_batch` with `generation`, `epoch`. A test compares
/// these descriptions with the columns that the schema files make.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "retail/column_block.h"

namespace shelfcast::retail {

/// What a column is to its table. Measures come together the same in any order.
enum class ColumnRole : std::uint8_t {
    kKey,      ///< Part of the row's identity.
    kPayload,  ///< Carried with the identity; compared exactly.
    kSum,      ///< A measure that adds up over rows of the same key.
    kMax,      ///< A measure of which the greatest holds.
    kBits,     ///< A measure of which every bit set holds.
};

struct TableColumn {
    std::string_view name;
    ColumnType type;
    ColumnRole role;
};

enum class TableKind : std::uint8_t {
    kRows,    ///< One row per log record: the key is a log position.
    kRollup,  ///< Deltas that add up per key; recomputable from the rows of the same epoch.
};

/// Whether rows of one key join in this column instead of lying side by side.
[[nodiscard]] constexpr bool is_measure(ColumnRole role) {
    return role == ColumnRole::kSum || role == ColumnRole::kMax || role == ColumnRole::kBits;
}

struct OperatorTable {
    std::string_view name;
    TableKind kind;
    std::span<const TableColumn> columns;
    std::span<const std::string_view> of{};  ///< The row tables that a roll-up sums.

    /// Whether it is that table, or sums it.
    [[nodiscard]] bool counts(std::string_view row_table) const;
};

/// Every table the operator writes: a table of rows per event topic, rejections, then the roll-ups.
[[nodiscard]] std::span<const OperatorTable> operator_tables();

/// The table of that name; a name that is not in the list is a broken invariant.
[[nodiscard]] const OperatorTable& operator_table(std::string_view name);

/// The table's columns (without the layer's own), as a reader asks for them.
[[nodiscard]] std::vector<ColumnSpec> columns_of(const OperatorTable& table);

/// An empty block with them.
[[nodiscard]] ColumnBlock make_table_block(const OperatorTable& table);

inline constexpr std::string_view kEventsTable = "events";
inline constexpr std::string_view kRejectionsTable = "rejections";
inline constexpr std::string_view kSalesTransactionsTable = "sales_transactions";
inline constexpr std::string_view kInventoryUpdatesTable = "inventory_updates";
inline constexpr std::string_view kPriceChangesTable = "price_changes";
inline constexpr std::string_view kCustomerEventsTable = "customer_events";
inline constexpr std::string_view kSupplierShipmentsTable = "supplier_shipments";
inline constexpr std::string_view kDailySalesTable = "daily_sales";
inline constexpr std::string_view kHourlySalesTable = "hourly_sales";
inline constexpr std::string_view kProductSalesTable = "product_sales";
inline constexpr std::string_view kProductMonthsTable = "product_months";
inline constexpr std::string_view kStockDaysTable = "stock_days";

}  // namespace shelfcast::retail
