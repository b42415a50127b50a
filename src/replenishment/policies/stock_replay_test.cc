#include "replenishment/policies/stock_replay.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace shelfcast::replenishment {
namespace {

struct Days {
    std::vector<std::int32_t> demand;
    std::vector<std::uint8_t> lead;
    std::vector<double> reorder;
    std::vector<double> up_to;

    [[nodiscard]] ReplayDays view() const { return {demand, lead, reorder, up_to}; }
};

Days days_of(std::vector<std::int32_t> demand, std::uint8_t lead, double reorder, double up_to) {
    const std::size_t count = demand.size();
    return {std::move(demand), std::vector<std::uint8_t>(count, lead),
            std::vector<double>(count, reorder), std::vector<double>(count, up_to)};
}

// Worked by hand: 5 on the shelf; day 0 orders 6 (two packs of 3 for 10 - 5), here on day 2; day 3
// finds 4 and orders 6 again.
TEST(StockReplay, OrdersWholePacksThatArriveAfterTheLeadTime) {
    const ReplayOutcome out =
        replay({.pack_units = 3}, days_of({4, 3, 2, 0}, 2, 5, 10).view(), {.on_hand_units = 5});
    EXPECT_EQ(out.orders, 2);
    EXPECT_EQ(out.ordered_units, 6 + 6);
    EXPECT_EQ(out.sold_units, 4 + 1 + 2);
    EXPECT_EQ(out.stock_out_days, 1);
}

TEST(StockReplay, ThrowsAwayWhatIsAsOldAsItsLife) {
    const ReplayOutcome out =
        replay({.shelf_life_days = 2}, days_of({1, 1, 1}, 1, -1, 0).view(), {.on_hand_units = 5});
    EXPECT_EQ(out.wasted_units, 3);
    EXPECT_EQ(out.sold_units, 2);
    EXPECT_EQ(out.stock_unit_days, 4);
}

TEST(StockReplay, UnitsAreConserved) {
    constexpr std::uint64_t kSeed = 20260301;
    SCOPED_TRACE(kSeed);
    std::mt19937_64 random(kSeed);
    for (int round = 0; round < 500; ++round) {
        Days days =
            days_of(std::vector<std::int32_t>(40), 0, static_cast<double>(random() % 40), 0);
        for (std::size_t day = 0; day < 40; ++day) {
            days.demand[day] = static_cast<std::int32_t>(random() % 12);
            days.lead[day] = static_cast<std::uint8_t>(random() % 11);
            days.up_to[day] = days.reorder[day] + static_cast<double>(random() % 30);
        }
        const ReplayStart start{
            .on_hand_units = static_cast<std::int64_t>(random() % 50),
            .issue = random() % 2 == 0 ? IssueOrder::kOldestFirst : IssueOrder::kNewestFirst};
        const ReplayOutcome out = replay({.pack_units = 1 + static_cast<std::int64_t>(random() % 7),
                                          .shelf_life_days = random() % 6},
                                         days.view(), start);
        EXPECT_EQ(start.on_hand_units + out.received_units,
                  out.sold_units + out.wasted_units + out.on_hand_at_end_units);
        EXPECT_EQ(out.ordered_units, out.received_units + out.on_order_at_end_units);
    }
}

TEST(StockReplay, ALifeThatNobodyReachesIsNoLife) {
    const Days days = days_of({3, 5, 0, 2, 4, 1}, 1, 6, 9);
    EXPECT_EQ(replay({.shelf_life_days = 0}, days.view(), {.on_hand_units = 4}),
              replay({.shelf_life_days = 100'000}, days.view(), {.on_hand_units = 4}));
}

}  // namespace
}  // namespace shelfcast::replenishment
