#include "adapters/clickhouse/table_sql.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sql_text.h"

namespace shelfcast::adapters::clickhouse {
namespace {

TEST(TableSql, FillsEveryPlaceOfATemplate) {
    EXPECT_EQ(expand("{{a}} and {{b}}, {a:UInt32}", {{"a", "1"}, {"b", "{{a}}"}}),
              "1 and {{a}}, {a:UInt32}");
    EXPECT_EQ(expand("", {}), "");
}

TEST(TableSqlDeathTest, AnUnknownPlaceIsOurFault) {
    EXPECT_DEATH((void)expand("{{no_such}}", {}), "places");
}

TEST(TableSql, QuotesWhatALiteralMayNotHold) {
    EXPECT_EQ(quoted("Enum8('SALE' = 1) \\"), "'Enum8(\\'SALE\\' = 1) \\\\'");
}

// A template with a place that no table fills would be found by the first person to run it.
TEST(TableSql, EveryCoreTemplateExpandsForTheTablesItIsFor) {
    const auto& events = retail::operator_table(retail::kEventsTable);
    const auto& daily = retail::operator_table(retail::kDailySalesTable);
    for (const std::string_view name :
         {"insert_rows", "speed_rows_by_flush", "delete_flush", "speed_epochs",
          "batch_rows_by_epoch", "reconcile_buckets", "reconcile_rows", "reconcile_row_count"}) {
        EXPECT_EQ(core_statement(name, events).find("{{"), std::string::npos) << name;
    }
    for (const std::string_view name :
         {"insert_rows", "speed_epochs", "batch_rows_by_epoch", "repair_fill", "repair_swap",
          "repair_count", "reconcile_rollup", "reconcile_rollup_totals"}) {
        EXPECT_EQ(core_statement(name, daily).find("{{"), std::string::npos) << name;
    }
}

// The comparison must ask for every column: one left out could differ unseen.
TEST(TableSql, EveryColumnIsCompared) {
    for (const retail::OperatorTable& table : retail::operator_tables()) {
        const std::string statement =
            table.kind == retail::TableKind::kRows
                ? places_of(table).at("row_hash")
                : places_of(table).at("keys") + places_of(table).at("speed_tuple");
        for (const retail::TableColumn& column : table.columns) {
            EXPECT_NE(statement.find(column.name), std::string::npos)
                << table.name << "." << column.name;
        }
    }
}

TEST(SqlText, FilesAreThereWithTheirChecksums) {
    EXPECT_FALSE(sql_files().empty());
    EXPECT_TRUE(std::ranges::is_sorted(sql_files(), {}, &SqlFile::path));
    for (const SqlFile& file : sql_files()) {
        EXPECT_EQ(file.checksum.size(), 64U) << file.path;
        EXPECT_TRUE(file.text.starts_with("--")) << file.path;
        EXPECT_EQ(sql_text(file.path), file.text);
    }
}

}  // namespace
}  // namespace shelfcast::adapters::clickhouse
