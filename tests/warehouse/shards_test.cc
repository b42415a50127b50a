// Two shards behave as one warehouse: where rows are, who sees which, and what is refused.

#include <gtest/gtest.h>

#include <algorithm>

#include "adapters/clickhouse/schema_planner.h"
#include "adapters/clickhouse/shard_map.h"
#include "tests/contract/warehouse_rows.h"
#include "tests/engines/engine_settings.h"
#include "tests/warehouse/engine_site.h"

namespace shelfcast::contract {
namespace {

using adapters::clickhouse::ClickHouseOptions;
using adapters::clickhouse::ClickHouseWarehouse;
using adapters::clickhouse::SchemaPlanner;

constexpr std::string_view kCount = "select count() from retail.retail_events_unified";

class ShardsTest : public ::testing::Test {
protected:
    void SetUp() override {
        site_ = EngineSite::make();
        ASSERT_NE(site_, nullptr);
        ASSERT_EQ(warehouse().shards(), 2U);
    }

    [[nodiscard]] ClickHouseWarehouse& warehouse() { return site_->warehouse(); }
    static void expect_ok(const Status& status) {
        EXPECT_TRUE(status) << (status ? "" : status.error().message);
    }
    std::string ask(std::size_t shard, std::string_view sql,
                    const adapters::clickhouse::QueryParameters& values = {}) {
        const auto answer = warehouse().run_on(shard, sql, values);
        EXPECT_TRUE(answer) << (answer ? "" : answer.error().message);
        return answer ? *answer : std::string();
    }
    static Result<std::vector<adapters::clickhouse::SchemaStep>> plan(
        ClickHouseWarehouse& warehouse) {
        SHELFCAST_ASSIGN(auto planner, SchemaPlanner::create(warehouse, test_definer()));
        return planner.plan();
    }

    const retail::OperatorTable& events_ = retail::operator_table(retail::kEventsTable);
    std::unique_ptr<EngineSite> site_;
};

TEST_F(ShardsTest, ARowIsOnTheShardOfItsStoreAndNowhereElse) {
    std::vector<SampleEvent> sample = sample_events(1'000);
    for (std::size_t row = 0; row < sample.size(); ++row) {
        sample[row].store_id = static_cast<std::uint32_t>(row % 50);
    }
    expect_ok(warehouse().insert_speed(events_, EpochId{1}, FlushId{1}, 1, event_rows(sample)));
    expect_ok(warehouse().insert_speed(events_, EpochId{1}, FlushId{1}, 1, event_rows(sample)));
    std::array<std::size_t, 2> expected = {};
    for (const SampleEvent& event : sample) {
        ++expected.at(adapters::clickhouse::shard_of(event.store_id, 2));
    }
    for (std::size_t shard = 0; shard < 2; ++shard) {
        EXPECT_EQ(ask(shard,
                      "select count(), countIf(intHash64(store_id) % 2 = {shard:UInt64}) "
                      "from retail_shard.events_speed",
                      {{"shard", std::to_string(shard)}}),
                  fmt::format("{0}\t{0}\n", expected.at(shard)));
        EXPECT_EQ(ask(shard, kCount), "1000\n");
    }
}

// Rows of epoch 1 are in both layers, twice as many in the batch layer, so that a mixture would
// show.
TEST_F(ShardsTest, WhoIsAskedSaysWhichEpochsAreClosedForAllShards) {
    const auto speed = event_rows(sample_events(100));
    const auto batch = event_rows(sample_events(200));
    expect_ok(warehouse().insert_speed(events_, EpochId{1}, FlushId{1}, 1, speed));
    expect_ok(warehouse().insert_batch(events_, GenerationId{1}, EpochId{1}, 1, batch));
    constexpr std::string_view kClose =
        "insert into retail_core.manifest (generation, closed_epoch) select 1, 1";
    EXPECT_EQ(ask(0, kCount), "100\n");
    EXPECT_EQ(ask(1, kCount), "100\n");
    ask(1, kClose);
    EXPECT_EQ(ask(0, kCount), "100\n");
    EXPECT_EQ(ask(1, kCount), "200\n");
    auto row = warehouse().manifest();
    ASSERT_TRUE(row) << row.error().message;
    EXPECT_FALSE(row->has_value()) << "a shard has none yet";
    ask(0, kClose);
    EXPECT_EQ(ask(0, kCount), "200\n");
    row = warehouse().manifest();
    ASSERT_TRUE(row && *row);
    EXPECT_EQ((*row)->closed_epoch, EpochId{1});
}

TEST_F(ShardsTest, ServersThatHoldOtherSharesAreRefused) {
    const ClickHouseOptions right = test_options();
    ClickHouseOptions alone = right;
    alone.more_shards.clear();
    ClickHouseOptions swapped = right;
    std::swap(swapped.url, swapped.more_shards.front());
    ClickHouseOptions more = right;
    more.more_shards.push_back(right.url);
    for (const ClickHouseOptions& wrong : {alone, swapped, more}) {
        auto connected = ClickHouseWarehouse::connect(wrong);
        ASSERT_TRUE(connected) << connected.error().message;
        const auto refused = plan(**connected);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::kInvalidInput);
        EXPECT_NE(refused.error().message.find("of 2"), std::string::npos)
            << refused.error().message;
    }
}

TEST_F(ShardsTest, AShardThatIsAwayIsNamed) {
    ClickHouseOptions options = test_options();
    options.more_shards.front() = "http://127.0.0.1:1";
    const auto connected = ClickHouseWarehouse::connect(options);
    ASSERT_FALSE(connected);
    EXPECT_EQ(connected.error().kind, ErrorKind::kUnavailable);
    EXPECT_NE(connected.error().message.find("127.0.0.1:1"), std::string::npos);
}

TEST_F(ShardsTest, AnEmptyShardAndAHalfMadeOneAreBroughtUpToDate) {
    for (const char* database : {"retail", "retail_core", "retail_shard"}) {
        ask(1, fmt::format("drop database {} sync", database));
    }
    ask(0,
        "alter table retail_core.schema_files delete where number > 4 settings mutations_sync = 2");
    auto planner = SchemaPlanner::create(warehouse(), test_definer());
    ASSERT_TRUE(planner);
    const auto applied = planner->apply();
    ASSERT_TRUE(applied) << applied.error().message;
    const auto left = planner->plan();
    ASSERT_TRUE(left) << left.error().message;
    EXPECT_TRUE(left->empty());
    expect_ok(warehouse().insert_speed(events_, EpochId{1}, FlushId{1}, 1,
                                       event_rows(sample_events(100))));
    EXPECT_EQ(ask(0, kCount), "100\n");
    EXPECT_EQ(ask(1, kCount), "100\n");
}

TEST_F(ShardsTest, DerivedRowsAreTheSameOnEveryShard) {
    const auto sample = sample_events(200);
    expect_ok(warehouse().insert_speed(events_, EpochId{1}, FlushId{1}, 1, event_rows(sample)));
    for (const char* name : {"product_sales", "hourly_sales"}) {
        const auto& table = retail::operator_table(name);
        expect_ok(
            warehouse().insert_speed(table, EpochId{1}, FlushId{1}, 1, rollup_rows(table, sample)));
    }
    expect_ok(warehouse().compute(
        sql_text("derived/stock_snapshot.sql"),
        {{"date", "2024-10-30"}, {"previous_date", "2024-10-29"}, {"version", "1"}}));
    constexpr std::string_view kRows =
        "select count() > 0, count(), sum(cityHash64(*)) from retail_core.inventory_daily";
    const std::string rows = ask(0, kRows);
    EXPECT_TRUE(rows.starts_with("1\t")) << rows;
    EXPECT_EQ(ask(1, kRows), rows);
    // The others only need to be taken: what they find is the golden cases' affair.
    for (const SqlFile& file : sql_files()) {
        if (file.path.starts_with("derived/quality_")) {
            expect_ok(warehouse().compute(file.text, {{"hour_s", "1730275200"},
                                                      {"checked_at_ms", "1730278800000"},
                                                      {"allowed_lateness_minutes", "60"}}));
        }
    }
    constexpr std::string_view kFindings =
        "select count(), sum(cityHash64(*)) from retail_core.data_quality_results";
    EXPECT_EQ(ask(1, kFindings), ask(0, kFindings));
}

// The condition of the row policies that `schema export` prints, as a filter of the account that
// owns the view: who asks is known on every shard.
TEST_F(ShardsTest, AnAccountSeesItsOwnStoresOnEveryShard) {
    const std::string tables = read_test_file("tests/warehouse/scoped_rows.sql");
    for (std::size_t shard = 0; shard < 2; ++shard) {
        for (const std::string_view statement : adapters::clickhouse::statements_in(tables)) {
            ask(shard, statement);
        }
        ask(shard, fmt::format("insert into scope_test.own_rows select {} + number from numbers(2)",
                               2 * shard + 1));
    }
    ClickHouseOptions person = test_options();
    person.user = tests::engine_setting("SHELFCAST_TEST_WAREHOUSE_PERSON");
    auto connected = ClickHouseWarehouse::connect(person);
    ASSERT_TRUE(connected) << connected.error().message;
    const auto expect_seen = [&](ClickHouseWarehouse& who, std::string_view stores) {
        for (std::size_t shard = 0; shard < 2; ++shard) {
            const auto seen =
                who.run_on(shard, "select groupArraySorted(9)(store_id) from scope_test.seen_rows");
            ASSERT_TRUE(seen) << seen.error().message;
            EXPECT_EQ(*seen, fmt::format("{}\n", stores)) << shard;
        }
    };
    const auto grant = [&](std::uint32_t store) {
        for (std::size_t shard = 0; shard < 2; ++shard) {
            ask(shard, fmt::format("insert into scope_test.account_stores select '{}', {}",
                                   person.user, store));
        }
    };
    expect_seen(warehouse(), "[1,2,3,4]");
    expect_seen(**connected, "[]");
    grant(1);
    grant(4);
    expect_seen(**connected, "[1,4]");
    EXPECT_FALSE((*connected)->run_on(0, "select store_id from scope_test.own_rows"));
    grant(0);
    expect_seen(**connected, "[1,2,3,4]");
}

}  // namespace
}  // namespace shelfcast::contract
