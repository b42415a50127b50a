// What `schema export` prints for a cluster with a Keeper, which the engine cannot run here: it
// reads every statement, and without the words for copies the tables are those of one server.

#include <gtest/gtest.h>

#include <regex>

#include "adapters/clickhouse/cluster_schema.h"
#include "adapters/clickhouse/schema_planner.h"
#include "tests/warehouse/engine_site.h"

namespace shelfcast::contract {
namespace {

using adapters::clickhouse::ClusterStatement;
using adapters::clickhouse::SchemaForm;
using adapters::clickhouse::SchemaPlanner;

class ClusterSchemaTest : public ::testing::Test {
protected:
    void SetUp() override {
        site_ = EngineSite::make();
        ASSERT_NE(site_, nullptr);
    }

    static std::vector<ClusterStatement> statements(std::size_t shards, bool moves_rows) {
        const SchemaForm form{.definer = test_definer(), .shards = shards, .cluster = "chain"};
        const auto steps = adapters::clickhouse::schema_steps(form);
        EXPECT_TRUE(steps);
        std::set<std::string> names;
        for (const auto& step : *steps) {
            names.insert(step.name);
        }
        auto made = adapters::clickhouse::cluster_statements(form, *steps, names, moves_rows);
        EXPECT_TRUE(made);
        return *made;
    }
    std::string ask(const std::string& name,
                    const adapters::clickhouse::QueryParameters& parameters = {}) {
        const auto answer = site_->warehouse().query_text(
            read_test_file("tests/warehouse/queries/" + name + ".sql"), parameters);
        EXPECT_TRUE(answer) << (answer ? "" : answer.error().message);
        return answer ? *answer : std::string();
    }

    std::unique_ptr<EngineSite> site_;
};

TEST_F(ClusterSchemaTest, TheEngineReadsEveryStatement) {
    for (const std::size_t shards : {1UL, 2UL}) {
        const auto all = statements(shards, true);
        EXPECT_GT(all.size(), 150U);
        for (const ClusterStatement& each : all) {
            EXPECT_FALSE(ask("formatted", {{"statement", each.text}}).empty()) << each.text;
        }
    }
    const auto broken =
        site_->warehouse().query_text(read_test_file("tests/warehouse/queries/formatted.sql"),
                                      {{"statement", "create row policy on cluster"}});
    EXPECT_FALSE(broken);  // Else it would read anything.
}

// As on one server, without the words for copies; accounts and policies cannot be made here.
std::optional<std::string> on_one_server(const std::string& text) {
    static const std::regex kAccounts("(^|\n)(create (user|role|row policy)|grant) ");
    static const std::regex kCluster(" on cluster 'chain'");
    static const std::regex kArguments(R"(Replicated(\w*MergeTree)\('[^']*', '[^']*'(, )?)");
    static const std::regex kWindow("    replicated_dedup");
    if (std::regex_search(text, kAccounts)) {
        return std::nullopt;
    }
    std::string plain = std::regex_replace(text, kCluster, "");
    plain = std::regex_replace(plain, kArguments, "$1(");
    return std::regex_replace(plain, kWindow, "    non_replicated_dedup");
}

TEST_F(ClusterSchemaTest, ItsTablesAreThoseOfOneServerAndTheProgramLeavesThemAlone) {
    const std::string before = ask("definitions");
    ASSERT_TRUE(run_everywhere(site_->warehouse(), "tests/warehouse/drop_all.sql"));
    std::size_t ran = 0;
    for (const ClusterStatement& each : statements(1, false)) {
        if (const auto plain = on_one_server(each.text)) {
            const auto done = site_->warehouse().run_on(0, *plain);
            ASSERT_TRUE(done) << *plain << '\n' << done.error().message;
            ++ran;
        }
    }
    EXPECT_GT(ran, 100U);
    EXPECT_EQ(ask("definitions"), before);

    auto planner = SchemaPlanner::create(site_->warehouse(), test_definer());
    ASSERT_TRUE(planner);
    const auto plan = planner->plan();
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_TRUE(plan->empty()) << plan->front().name;
    EXPECT_TRUE(planner->apply());

    // A newer release: the program must not make its tables in the form of one server.
    std::vector<SqlFile> files(sql_files().begin(), sql_files().end());
    files.push_back({"views/zz_new.sql", "-- New.\nselect 1", "0"});
    auto newer = SchemaPlanner::create(site_->warehouse(), test_definer(), files);
    ASSERT_TRUE(newer);
    const auto refused = newer->apply();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::kInvalidInput);
    EXPECT_NE(refused.error().message.find("views/zz_new.sql"), std::string::npos);
    EXPECT_NE(refused.error().message.find("schema export --pending"), std::string::npos);
}

}  // namespace
}  // namespace shelfcast::contract
