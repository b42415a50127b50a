#include "retail/tables.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "retail/topics.h"

namespace shelfcast::retail {
namespace {

TEST(Tables, NamesAreUnique) {
    std::set<std::string_view> tables;
    for (const OperatorTable& table : operator_tables()) {
        EXPECT_TRUE(tables.insert(table.name).second) << table.name;
        std::set<std::string_view> columns;
        for (const TableColumn& column : table.columns) {
            EXPECT_TRUE(columns.insert(column.name).second) << table.name << '.' << column.name;
        }
        // The layers put these in front.
        for (const char* reserved : {"epoch", "flush_id", "generation"}) {
            EXPECT_FALSE(columns.contains(reserved)) << table.name << '.' << reserved;
        }
    }
    EXPECT_EQ(tables, (std::set<std::string_view>{
                          kEventsTable, kRejectionsTable, kSalesTransactionsTable,
                          kInventoryUpdatesTable, kPriceChangesTable, kCustomerEventsTable,
                          kSupplierShipmentsTable, kDailySalesTable, kHourlySalesTable,
                          kProductSalesTable, kProductMonthsTable, kStockDaysTable}));
}

TEST(Tables, KeysComeFirst) {
    for (const OperatorTable& table : operator_tables()) {
        EXPECT_EQ(table.columns.front().role, ColumnRole::kKey) << table.name;
        EXPECT_TRUE(std::ranges::is_partitioned(table.columns, [](const TableColumn& column) {
            return column.role == ColumnRole::kKey;
        })) << table.name;
    }
}

TEST(Tables, RollupsSumTablesOfRows) {
    for (const OperatorTable& table : operator_tables()) {
        EXPECT_EQ(table.of.empty(), table.kind == TableKind::kRows) << table.name;
        for (const std::string_view of : table.of) {
            EXPECT_EQ(operator_table(of).kind, TableKind::kRows) << table.name;
        }
    }
}

TEST(Tables, EachTopicHasItsColumns) {
    for (const Topic& topic : event_topics()) {
        const OperatorTable& table = operator_table(topic.table);
        EXPECT_EQ(table.kind, TableKind::kRows);
        for (const MessageField& field : topic.fields) {
            EXPECT_TRUE(std::ranges::any_of(
                table.columns,
                [&](const TableColumn& column) { return column.name == field.name; }))
                << topic.name << '.' << field.name;
        }
    }
}

TEST(Tables, RollupsAddUpAndCountTheirRows) {
    for (const OperatorTable& table : operator_tables()) {
        const bool has_measures = std::ranges::any_of(
            table.columns, [](const TableColumn& column) { return is_measure(column.role); });
        EXPECT_EQ(has_measures, table.kind == TableKind::kRollup) << table.name;
        const bool counts = std::ranges::any_of(table.columns, [](const TableColumn& column) {
            return column.name == "events" && column.role == ColumnRole::kSum &&
                   column.type == ColumnType::kUInt64;
        });
        EXPECT_EQ(counts, table.kind == TableKind::kRollup) << table.name;
        for (const TableColumn& column : table.columns) {
            EXPECT_FALSE(table.kind == TableKind::kRollup && column.role == ColumnRole::kPayload)
                << table.name << '.' << column.name;
        }
    }
}

TEST(Tables, BlocksHaveTheTablesColumns) {
    for (const OperatorTable& table : operator_tables()) {
        const ColumnBlock block = make_table_block(table);
        ASSERT_EQ(block.columns.size(), table.columns.size());
        for (std::size_t index = 0; index < table.columns.size(); ++index) {
            EXPECT_EQ(block.columns[index].name, table.columns[index].name);
            EXPECT_EQ(block.columns[index].type, table.columns[index].type);
        }
        EXPECT_EQ(&operator_table(table.name), &table);
    }
}

}  // namespace
}  // namespace shelfcast::retail
