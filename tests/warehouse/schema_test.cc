// The schema files make the tables that retail/tables.h describes, once, and say so when they
// change.

#include <gtest/gtest.h>

#include <sstream>

#include "adapters/clickhouse/schema_planner.h"
#include "retail/tables.h"
#include "tests/contract/warehouse_rows.h"
#include "tests/warehouse/engine_site.h"

namespace shelfcast::contract {
namespace {

using adapters::clickhouse::ClickHouseWarehouse;
using adapters::clickhouse::SchemaPlanner;
using adapters::clickhouse::SchemaStep;

constexpr std::string_view kChecksum =
    "0000000000000000000000000000000000000000000000000000000000000000";

class SchemaTest : public ::testing::Test {
protected:
    void SetUp() override {
        site_ = EngineSite::make();
        ASSERT_NE(site_, nullptr);
    }

    [[nodiscard]] ClickHouseWarehouse& warehouse() { return site_->warehouse(); }
    SchemaPlanner planner(std::span<const SqlFile> files = sql_files()) {
        auto made = SchemaPlanner::create(warehouse(), test_definer(), files);
        EXPECT_TRUE(made) << (made ? "" : made.error().message);
        return *made;
    }
    static std::vector<std::string> names(const std::vector<SchemaStep>& steps) {
        std::vector<std::string> names;
        for (const SchemaStep& step : steps) {
            names.push_back(step.name);
        }
        return names;
    }
    static SqlFile& file(std::vector<SqlFile>& files, std::string_view path) {
        for (SqlFile& each : files) {
            if (each.path == path) {
                return each;
            }
        }
        ADD_FAILURE() << path;
        return files.front();
    }
    std::string ask(const std::string& name,
                    const adapters::clickhouse::QueryParameters& parameters) {
        const auto answer = warehouse().query_text(
            read_test_file("tests/warehouse/queries/" + name + ".sql"), parameters);
        EXPECT_TRUE(answer) << (answer ? "" : answer.error().message);
        return answer ? *answer : std::string();
    }

    std::unique_ptr<EngineSite> site_;
};

TEST_F(SchemaTest, AnAppliedSchemaHasAnEmptyPlan) {
    auto again = planner().plan();
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(names(*again), std::vector<std::string>{});
    again = planner().apply();
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_TRUE(again->empty());
}

TEST_F(SchemaTest, AChangedFileIsNamed) {
    std::vector<SqlFile> files(sql_files().begin(), sql_files().end());
    file(files, "schema/0004_events.sql").checksum = kChecksum;
    const auto plan = planner(files).plan();
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().kind, ErrorKind::kCorrupted);
    EXPECT_NE(plan.error().message.find("schema/0004_events.sql"), std::string::npos);
}

TEST_F(SchemaTest, AnAppliedFileThatThisProgramLacksIsNamed) {
    std::vector<SqlFile> files(sql_files().begin(), sql_files().end());
    std::erase_if(files, [](const SqlFile& each) {
        return each.path == "schema/0009_reconciliation_differences.sql";
    });
    const auto plan = planner(files).plan();
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().kind, ErrorKind::kCorrupted);
    EXPECT_NE(plan.error().message.find("0009_reconciliation_differences"), std::string::npos);
}

TEST_F(SchemaTest, AChangedViewIsAppliedAgain) {
    std::vector<SqlFile> files(sql_files().begin(), sql_files().end());
    file(files, "views/dim_store.sql").checksum = kChecksum;
    auto applied = planner(files).apply();
    ASSERT_TRUE(applied) << applied.error().message;
    EXPECT_EQ(names(*applied), std::vector<std::string>{"views/dim_store.sql"});
    // And back, for the other tests.
    applied = planner().apply();
    ASSERT_TRUE(applied) << applied.error().message;
    EXPECT_EQ(names(*applied), std::vector<std::string>{"views/dim_store.sql"});
}

TEST_F(SchemaTest, AnApplyThatWasCutShortGoesOn) {
    // Everything but the record: as if it had ended between a file's statements and its record.
    const auto dropped =
        warehouse().query_text(read_test_file("tests/warehouse/queries/forget_files.sql"));
    ASSERT_TRUE(dropped) << dropped.error().message;
    const auto applied = planner().apply();
    ASSERT_TRUE(applied) << applied.error().message;
    EXPECT_GT(applied->size(), 9U);
    const auto again = planner().plan();
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_TRUE(again->empty());
}

TEST_F(SchemaTest, AFailingFileIsNamedAndNotRecorded) {
    std::vector<SqlFile> files(sql_files().begin(), sql_files().end());
    files.push_back({"views/zz_broken.sql", "-- Broken on purpose.\nselekt", kChecksum});
    const auto applied = planner(files).apply();
    ASSERT_FALSE(applied);
    EXPECT_NE(applied.error().message.find("views/zz_broken.sql"), std::string::npos);
    EXPECT_EQ(names(*planner(files).plan()), std::vector<std::string>{"views/zz_broken.sql"});
}

TEST_F(SchemaTest, ADefinerIsAnIdentifier) {
    for (const char* name : {"", "a b", "x; drop", "1x", "a-b", "`a`"}) {
        const auto made = SchemaPlanner::create(warehouse(), name);
        ASSERT_FALSE(made) << name;
        EXPECT_EQ(made.error().kind, ErrorKind::kInvalidInput);
    }
}

TEST_F(SchemaTest, TablesHaveTheColumnsThatTheDescriptionsSay) {
    for (const retail::OperatorTable& table : retail::operator_tables()) {
        for (const std::string_view layer : {"speed", "batch"}) {
            std::ostringstream expected;
            if (layer == "speed") {
                expected << "epoch\tUInt32\nflush_id\tUInt64\n";
            } else {
                expected << "generation\tUInt32\nepoch\tUInt32\n";
            }
            for (const retail::TableColumn& column : table.columns) {
                expected << column.name << '\t' << retail::clickhouse_name(column.type) << '\n';
            }
            EXPECT_EQ(ask("columns", {{"table", fmt::format("{}_{}", table.name, layer)}}),
                      expected.str());
            const std::string engine =
                ask("engine", {{"table", fmt::format("{}_{}", table.name, layer)}});
            EXPECT_EQ(
                engine.find(table.kind == retail::TableKind::kRows ? "MergeTree\t"
                                                                   : "AggregatingMergeTree\t"),
                0U)
                << engine;
            EXPECT_NE(engine.find(layer == "speed" ? "\tepoch\t" : "\tgeneration, epoch\t"),
                      std::string::npos)
                << engine;
        }
    }
}

TEST_F(SchemaTest, RollupMeasuresAddUpAsTheDescriptionsSay) {
    for (const retail::OperatorTable& table : retail::operator_tables()) {
        if (table.kind != retail::TableKind::kRollup) {
            continue;
        }
        const std::string types =
            ask("raw_types", {{"table", fmt::format("{}_speed", table.name)}});
        for (const retail::TableColumn& column : table.columns) {
            const std::string line =
                fmt::format("{}\tSimpleAggregateFunction({}", column.name,
                            column.role == retail::ColumnRole::kMax    ? "max"
                            : column.role == retail::ColumnRole::kBits ? "groupBitOr"
                                                                       : "sum");
            EXPECT_EQ(types.find(line) != std::string::npos,
                      column.role != retail::ColumnRole::kKey)
                << table.name << "." << column.name;
        }
    }
}

// A view asks only for partitions that can hold rows: of three speed epochs the one that is open.
TEST_F(SchemaTest, AViewReadsNoClosedSpeedPartition) {
    const retail::OperatorTable& events = retail::operator_table(retail::kEventsTable);
    const auto rows = sample_rows(events, 10);
    for (const std::uint32_t epoch : {1U, 2U, 3U}) {
        ASSERT_TRUE(warehouse().insert_speed(events, EpochId{epoch}, FlushId{epoch}, 1, rows));
        ASSERT_TRUE(warehouse().insert_batch(events, GenerationId{1}, EpochId{epoch}, 1, rows));
    }
    ASSERT_TRUE(warehouse().insert_manifest({GenerationId{1}, EpochId{2}, 1, {}, {}}));
    const std::string plan = ask("explain_unified", {});
    const std::size_t batch = plan.find("events_batch");
    const std::size_t speed = plan.find("events_speed");
    ASSERT_LT(batch, speed) << plan;
    ASSERT_NE(speed, std::string::npos) << plan;
    EXPECT_NE(plan.find("Parts: 2/3", batch), std::string::npos) << plan;
    EXPECT_NE(plan.find("Parts: 1/3", speed), std::string::npos) << plan;
}

}  // namespace
}  // namespace shelfcast::contract
