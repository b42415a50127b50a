#include "demand/daily_panel.h"

#include <gtest/gtest.h>

#include <cmath>

namespace shelfcast::demand {
namespace {

constexpr std::int32_t kDay = 20'000;

/// Series 0 has the days kDay to kDay + 9, series 1 from kDay + 6 on, series 2 ends at kDay + 3.
DailyPanel small_panel() {
    DailyPanel panel;
    panel.names.stores = {"s"};
    panel.names.products = {"a", "b", "c"};
    const auto add = [&](std::uint32_t product, std::int32_t first, std::size_t days) {
        panel.series.push_back({.product = product,
                                .first_date = first,
                                .first_day = panel.units.size(),
                                .days = days});
        for (std::size_t day = 0; day < days; ++day) {
            const auto value = static_cast<float>(100 * product + day);
            panel.units.push_back(value);
            panel.price.push_back(value + 0.5F);
            panel.promo.push_back(day % 2 == 0 ? 1.0F : 0.0F);
            panel.holiday.push_back(0);
            panel.stock_out_mask.push_back(product == 0 && day == 8 ? 1U << 12U : 0U);
        }
    };
    add(0, kDay, 10);
    add(1, kDay + 6, 4);
    add(2, kDay, 4);
    panel.has_stock_outs = true;
    return panel;
}

TEST(AsOf, NothingAfterTheCutoffIsLeftButWhatIsKnownAhead) {
    const auto seen = as_of(small_panel(), kDay + 4, 3, {.promo = true});
    ASSERT_TRUE(seen) << seen.error().message;
    ASSERT_EQ(seen->series.size(), 2U);  // Product b begins later.
    const PanelSeries& first = seen->series[0];
    EXPECT_EQ(first.days, 8U);
    EXPECT_EQ(seen->last_date(first), kDay + 7);
    for (std::size_t day = 0; day < 8; ++day) {
        EXPECT_EQ(std::isnan(seen->units[first.first_day + day]), day >= 5) << day;
        EXPECT_EQ(std::isnan(seen->price[first.first_day + day]), day >= 5) << day;
        EXPECT_FALSE(std::isnan(seen->promo[first.first_day + day])) << day;
        EXPECT_EQ(std::isnan(seen->holiday[first.first_day + day]), day >= 5) << day;
    }
    EXPECT_EQ(seen->units[first.first_day + 4], 4);
    EXPECT_FALSE(seen->has_stock_outs);  // The one stock-out is later.
}

TEST(AsOf, ASeriesThatEndedBeforeIsUnknownUpToTheCutoff) {
    const auto seen = as_of(small_panel(), kDay + 9, 2, {.price = true});
    ASSERT_TRUE(seen);
    ASSERT_EQ(seen->series.size(), 3U);
    EXPECT_TRUE(seen->has_stock_outs);
    const PanelSeries& ended = seen->series[2];
    EXPECT_EQ(ended.days, 12U);
    EXPECT_EQ(seen->units[ended.first_day + 3], 203);
    for (std::size_t day = 4; day < 12; ++day) {
        EXPECT_TRUE(std::isnan(seen->units[ended.first_day + day])) << day;
        EXPECT_TRUE(std::isnan(seen->price[ended.first_day + day])) << day;
    }
}

TEST(AsOf, ACutoffBeforeTheFirstDayNamesTheDates) {
    const auto refused = as_of(small_panel(), kDay - 1, 7, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message,
              "no series has a day up to the cut-off 2024-10-03: the panel goes from 2024-10-04 to "
              "2024-10-13");
    EXPECT_FALSE(as_of({}, kDay, 7, {}));
}

}  // namespace
}  // namespace shelfcast::demand
