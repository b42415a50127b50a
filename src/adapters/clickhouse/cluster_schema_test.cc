#include "adapters/clickhouse/cluster_schema.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace shelfcast::adapters::clickhouse {
namespace {

SchemaForm form_of(std::size_t shards) {
    return {.definer = "shelfcast", .shards = shards, .cluster = "chain"};
}

std::set<std::string> names_of(const std::vector<SchemaStep>& steps) {
    std::set<std::string> names;
    for (const SchemaStep& step : steps) {
        names.insert(step.name);
    }
    return names;
}

std::vector<ClusterStatement> all_statements(std::size_t shards, bool moves_rows) {
    const auto steps = schema_steps(form_of(shards));
    EXPECT_TRUE(steps);
    auto statements = cluster_statements(form_of(shards), *steps, names_of(*steps), moves_rows);
    EXPECT_TRUE(statements);
    return *statements;
}

bool holds(const ClusterStatement& statement, std::string_view words) {
    return statement.text.find(words) != std::string::npos;
}

TEST(ClusterSchema, EveryTableIsReplicatedAndEveryChangeReachesAllServers) {
    for (const std::size_t shards : {1UL, 2UL}) {
        std::size_t tables = 0;
        for (const ClusterStatement& each : all_statements(shards, true)) {
            EXPECT_EQ(holds(each, " on cluster 'chain'"), each.run_on == RunOn::kOneServer)
                << each.text;
            EXPECT_FALSE(holds(each, "engine = MergeTree")) << each.text;
            EXPECT_FALSE(holds(each, "engine = Replacing")) << each.text;
            EXPECT_FALSE(holds(each, "engine = Aggregating")) << each.text;
            EXPECT_FALSE(holds(each, "non_replicated_")) << each.text;
            tables += holds(each, "engine = Replicated") ? 1U : 0U;
        }
        EXPECT_GT(tables, 40U);
    }
}

TEST(ClusterSchema, ArgumentsOfAnEngineFollowThoseOfTheCopies) {
    const auto statements = all_statements(1, false);
    const auto stores = std::ranges::find_if(statements, [](const ClusterStatement& each) {
        return holds(each, "create table if not exists retail_core.stores on cluster 'chain'\n(");
    });
    ASSERT_NE(stores, statements.end());
    EXPECT_TRUE(holds(*stores,
                      "engine = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', "
                      "'{replica}', version)\n"))
        << stores->text;
}

TEST(ClusterSchema, ATableMadeAfterAnotherIsWrittenOutAsThatStandsByThen) {
    const auto statements = all_statements(2, false);
    // product_sales_speed was put in another order by then.
    const auto repair = std::ranges::find_if(statements, [](const ClusterStatement& each) {
        return holds(each, "create table retail_shard.product_sales_repair on cluster 'chain'");
    });
    ASSERT_NE(repair, statements.end());
    EXPECT_TRUE(holds(*repair, "order by (store_id, business_date, product_id, category)"))
        << repair->text;
    EXPECT_TRUE(holds(*repair, "engine = ReplicatedAggregatingMergeTree(")) << repair->text;
}

TEST(ClusterSchema, AnEmptyClusterNeedsNoRowsMoved) {
    const auto is_insert = [](const ClusterStatement& each) {
        return each.run_on == RunOn::kOneReplicaPerShard;
    };
    // The record of what was applied.
    EXPECT_EQ(std::ranges::count_if(all_statements(2, false), is_insert), 1);
    // And of each table that was put in another order.
    EXPECT_EQ(std::ranges::count_if(all_statements(2, true), is_insert), 7);
}

TEST(ClusterSchema, WhatIsAppliedIsNotPrintedButStillKnown) {
    const auto steps = schema_steps(form_of(2));
    ASSERT_TRUE(steps);
    const auto statements =
        cluster_statements(form_of(2), *steps, {"schema/0020_product_sales_by_store.sql"}, true);
    ASSERT_TRUE(statements);
    for (const ClusterStatement& each : *statements) {
        EXPECT_FALSE(holds(each, "create or replace view")) << each.text;
        EXPECT_FALSE(holds(each, "'schema/0004_events.sql'")) << each.text;
    }
    EXPECT_TRUE(holds(statements->back(), "(20, 'schema/0020_product_sales_by_store.sql', '"));
    const auto none = cluster_statements(form_of(2), *steps, {}, true);
    ASSERT_TRUE(none);
    EXPECT_TRUE(none->empty());
}

// Who may see which stores must hold for every table that names one, where its rows are.
TEST(ClusterSchema, EveryTableWithStoresHasAPolicy) {
    for (const std::size_t shards : {1UL, 2UL}) {
        std::set<std::string> tables;
        std::set<std::string> kept;
        for (const ClusterStatement& each : all_statements(shards, false)) {
            const std::size_t at = each.text.find("create row policy");
            const std::size_t made = each.text.find("create table");
            if (at != std::string::npos) {
                const std::size_t name = each.text.find(" on retail_", at) + 4;
                kept.insert(each.text.substr(name, each.text.find('\n', name) - name));
            } else if (made != std::string::npos && holds(each, "\n    store_id ")) {
                const std::size_t name = each.text.find("retail_", made);
                tables.insert(each.text.substr(name, each.text.find(' ', name) - name));
            }
        }
        std::erase_if(tables, [](const std::string& name) {
            return name.ends_with("_reordered") || name.ends_with(".account_stores") ||
                   name == "retail_core.inventory" || name == "retail_core.stock_movements";
        });
        EXPECT_GT(tables.size(), 25U);
        EXPECT_TRUE(std::ranges::includes(kept, tables));
        EXPECT_TRUE(kept.contains(shards == 1 ? "retail_core.rejections_speed"
                                              : "retail_shard.rejections_speed"));
        EXPECT_TRUE(kept.contains("retail_core.reconciliation_differences"));
        EXPECT_FALSE(kept.contains("retail_core.manifest"));
    }
}

TEST(ClusterSchema, TheScriptSaysWhereEachGroupIsRun) {
    const std::vector<ClusterStatement> statements = {
        {RunOn::kOneServer, "\n-- A comment;\nfirst"},
        {RunOn::kOneServer, "second\n"},
        {RunOn::kOneReplicaPerShard, "third"},
    };
    EXPECT_EQ(script_of(statements),
              "-- ==== On any one server of the cluster:\n\n-- A comment;\nfirst;\n\nsecond;\n\n"
              "-- ==== On one replica of every shard:\n\nthird;\n\n");
}

TEST(ClusterSchema, AClustersNameIsAnIdentifier) {
    for (const char* name : {"", "a b", "x'; drop", "1x"}) {
        SchemaForm form = form_of(1);
        form.cluster = name;
        const auto statements = cluster_statements(form, {}, {}, false);
        ASSERT_FALSE(statements) << name;
        EXPECT_EQ(statements.error().kind, ErrorKind::kInvalidInput);
    }
}

}  // namespace
}  // namespace shelfcast::adapters::clickhouse
