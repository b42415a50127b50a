#include "adapters/clickhouse/shard_map.h"

#include <gtest/gtest.h>

#include "retail/tables.h"
#include "sql_text.h"

namespace shelfcast::adapters::clickhouse {
namespace {

// select number, intHash64(number) % 2, intHash64(number) % 3 from numbers(1, 8)
TEST(ShardMap, TheShardIsTheEnginesHash) {
    constexpr std::size_t kOfTwo[] = {0, 1, 0, 0, 0, 0, 0, 0};
    constexpr std::size_t kOfThree[] = {1, 1, 0, 0, 1, 2, 2, 2};
    for (std::uint64_t key = 1; key <= 8; ++key) {
        EXPECT_EQ(shard_of(key, 2), kOfTwo[key - 1]) << key;
        EXPECT_EQ(shard_of(key, 3), kOfThree[key - 1]) << key;
    }
}

TEST(ShardMap, EveryRowGoesToTheShardOfItsStoreInOrder) {
    retail::ColumnBlock rows = retail::make_table_block(retail::operator_table("events"));
    for (retail::Column& column : rows.columns) {
        for (std::uint32_t row = 0; row < 100; ++row) {
            if (column.name == "store_id") {
                std::get<std::vector<std::uint32_t>>(column.data).push_back(row % 7);
            } else if (auto* texts = std::get_if<retail::TextColumn>(&column.data)) {
                texts->push_back(std::to_string(row));
            } else if (auto* nullable = std::get_if<retail::NullableInt64>(&column.data)) {
                row % 3 == 0 ? nullable->push_null() : nullable->push_back(row);
            } else {
                std::visit(
                    [&](auto& values) {
                        if constexpr (requires { values.emplace_back(); }) {
                            values.emplace_back();
                        }
                    },
                    column.data);
            }
        }
    }
    const auto blocks = split_by_shard(rows, 3);
    ASSERT_EQ(blocks.size(), 3U);
    std::vector<std::size_t> next(3, 0);
    for (std::uint32_t row = 0; row < 100; ++row) {
        const std::size_t shard = shard_of(row % 7, 3);
        const retail::ColumnBlock& block = blocks[shard];
        const std::size_t at = next[shard]++;
        EXPECT_EQ(block.data<std::vector<std::uint32_t>>("store_id").at(at), row % 7);
        EXPECT_EQ(block.data<retail::TextColumn>("product_id")[at], std::to_string(row));
        EXPECT_EQ(block.data<retail::NullableInt64>("unit_cost").nulls.at(at), row % 3 == 0);
    }
    for (std::size_t shard = 0; shard < 3; ++shard) {
        EXPECT_EQ(blocks[shard].rows(), next[shard]);
    }
}

TEST(ShardMap, RowsWithoutAStoreGoByLogOffset) {
    retail::ColumnBlock rows;
    rows.columns.push_back(
        {"log_offset", retail::ColumnType::kInt64, std::vector<std::int64_t>{1, 2, 3, 4}});
    const auto blocks = split_by_shard(rows, 2);
    EXPECT_EQ(blocks[0].rows() + blocks[1].rows(), 4U);
    for (std::size_t shard = 0; shard < 2; ++shard) {
        for (const std::int64_t offset :
             blocks[shard].data<std::vector<std::int64_t>>("log_offset")) {
            EXPECT_EQ(shard_of(static_cast<std::uint64_t>(offset), 2), shard);
        }
    }
}

TEST(ShardMap, OnlyTheOperatorsTablesAreSplit) {
    EXPECT_EQ(on_shard("select 1 from retail_core.events_speed, retail_core.events_batch;"),
              "select 1 from retail_shard.events_speed, retail_shard.events_batch;");
    EXPECT_EQ(on_shard("drop table retail_core.product_sales_speed_reordered"),
              "drop table retail_shard.product_sales_speed_reordered");
    for (const char* whole : {"from retail_core.events", "from retail_core.manifest",
                              "retail_core.", "database retail_core", ""}) {
        EXPECT_EQ(on_shard(whole), whole);
    }
}

TEST(ShardMap, EveryDerivedStatementHasTwoHalves) {
    for (const SqlFile& file : sql_files()) {
        // The adapter's own, and what a person runs on a cluster.
        if (file.path.starts_with("core/") || file.path.starts_with("cluster/")) {
            continue;
        }
        const InsertSelect halves = split_insert_select(file.text);
        EXPECT_EQ(halves.insert.empty(), !file.path.starts_with("derived/")) << file.path;
    }
    const InsertSelect halves =
        split_insert_select("-- What.\ninsert into t\n(\n    a\n)\nselect 1\n");
    EXPECT_EQ(halves.insert, "insert into t\n(\n    a\n)");
    EXPECT_EQ(halves.select, "select 1\n");
}

}  // namespace
}  // namespace shelfcast::adapters::clickhouse
