#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string_view>

#include "base/failpoint.h"
#include "base/log.h"
#include "tests/simulation/world.h"

namespace shelfcast::simulation {
namespace {

// Set by flags: --histories=N --seed=S (one history: --histories=1 --seed=S).
int histories = 300;
std::uint64_t first_seed = 20'261'122;

constexpr int kActions = 120;

std::string replay(std::uint64_t seed) {
    return fmt::format("seed {}: replay with --gtest_filter=Simulation.* --histories=1 --seed={}",
                       seed, seed);
}

TEST(Simulation, EveryHistoryEndsWithOneTruth) {
    Tally tally;
    for (int i = 0; i < histories; ++i) {
        const std::uint64_t seed = first_seed + static_cast<std::uint64_t>(i);
        World world(seed, {});
        const auto wrong = world.run(kActions, tally);
        ASSERT_FALSE(wrong) << *wrong << "\n" << replay(seed);
    }
    fmt::print(
        "{} histories: {} events, {} duplicates, {} crashes, {} epochs closed, {} flushes "
        "inserted again, {} tables spoilt, {} contributions, {} rebuilds, {} files merged, {} "
        "removed\n",
        histories, tally.events, tally.duplicates, tally.crashes, tally.epochs_closed,
        tally.reinserted_flushes, tally.spoilt_tables, tally.contributions, tally.rebuilds,
        tally.merged_files, tally.removed_files);
    if (histories < 100) {
        return;  // Too few for the dice to show every side.
    }
    EXPECT_GT(tally.duplicates, 0U);
    EXPECT_GT(tally.reinserted_flushes, 0U);
    EXPECT_GT(tally.spoilt_tables, 0U);
    EXPECT_GT(tally.contributions, 0U);
    EXPECT_GT(tally.rebuilds, 0U);
    EXPECT_GT(tally.merged_files, 0U);
    EXPECT_GT(tally.removed_files, 0U);
    for (const std::string_view name : failpoint::all_names()) {
        // What the program does around the layers is killed in tests/system.
        const std::string_view group = name.substr(0, name.find('.'));
        static const std::set<std::string_view> kElsewhere = {
            "import", "backup", "restore", "replay", "snapshot",
            "order",  "review", "models",  "train",  "predict"};
        if (!kElsewhere.contains(group)) {
            EXPECT_GT(tally.failpoints[std::string(name)], 0U) << name;
        }
    }
}

TEST(Simulation, ThreeSteadyDaysKeepNoMoreThanTwo) {
    constexpr int kHours = 72;
    constexpr std::size_t kHorizonHours = 48;  // From then on, as many ids go as come.
    Tally tally;
    std::vector<Kept> kept;
    World world(first_seed, {});
    const auto wrong = world.run_steadily(kHours, 60, tally, kept);
    ASSERT_FALSE(wrong) << *wrong << " seed " << first_seed;
    ASSERT_EQ(kept.size(), static_cast<std::size_t>(kHours));
    EXPECT_EQ(tally.epochs_closed, static_cast<std::uint64_t>(kHours));
    const auto greatest = [&](std::size_t from, std::size_t to, std::uint64_t Kept::* what) {
        std::uint64_t most = 0;
        for (std::size_t hour = from; hour < to; ++hour) {
            most = std::max(most, kept[hour].*what);
        }
        return static_cast<double>(most);
    };
    const auto expect_flat = [&](const char* name, std::uint64_t Kept::* what) {
        const double before = greatest(kHorizonHours + 2, 61, what);
        const double after = greatest(61, kHours, what);
        fmt::print("{}: {} in hours 50 to 60, {} after\n", name, before, after);
        EXPECT_GT(before, 0) << name;
        EXPECT_LT(after, before * 1.1) << name;
    };
    expect_flat("log bytes", &Kept::log_bytes);
    expect_flat("store bytes", &Kept::store_bytes);
    expect_flat("state bytes", &Kept::state_bytes);
    expect_flat("speed rows", &Kept::speed_rows);
}

/// Runs sabotaged histories until one ends wrong.
bool is_noticed(Sabotage sabotage) {
    constexpr std::uint64_t kMost = 300;
    Tally tally;
    for (std::uint64_t seed = 1; seed <= kMost; ++seed) {
        World world(seed, sabotage);
        if (const auto wrong = world.run(kActions, tally)) {
            fmt::print("noticed after {} histories: {}\n", seed, wrong->substr(0, 300));
            return true;
        }
    }
    return false;
}

TEST(SimulationNotices, SqliteWithSynchronousNormal) {
    EXPECT_TRUE(is_noticed({.normal_durability = true}));
}

TEST(SimulationNotices, ALakeRenameWithoutItsSync) {
    EXPECT_TRUE(is_noticed({.drop_lake_syncs = true}));
}

TEST(SimulationNotices, RecoveryThatDoesNotInsertAbsentRanges) {
    EXPECT_TRUE(is_noticed({.skip_reinsert = true}));
}

TEST(SimulationNotices, RecoveryThatDoesNotRecomputeRollups) {
    EXPECT_TRUE(is_noticed({.skip_rollup_repair = true}));
}

TEST(SimulationNotices, RecoveryThatTrustsStoredBytes) {
    EXPECT_TRUE(is_noticed({.skip_spoilt = true}));
}

TEST(SimulationNotices, WritesThatLandAfterTheirAnswerWasLost) {
    EXPECT_TRUE(is_noticed({.skip_settle = true}));
}

}  // namespace
}  // namespace shelfcast::simulation

int main(int argc, char** argv) {
    ::testing::InitGoogleTest(&argc, argv);
    shelfcast::log::configure(shelfcast::log::Level::kError, shelfcast::log::Style::kText);
    for (int i = 1; i < argc; ++i) {
        const std::string_view flag = argv[i];
        if (flag.starts_with("--histories=")) {
            shelfcast::simulation::histories = std::atoi(argv[i] + 12);
        } else if (flag.starts_with("--seed=")) {
            shelfcast::simulation::first_seed = std::strtoull(argv[i] + 7, nullptr, 10);
        } else {
            fmt::print(stderr, "unknown flag {}: --histories=N --seed=S\n", flag);
            return 2;
        }
    }
    return RUN_ALL_TESTS();
}
