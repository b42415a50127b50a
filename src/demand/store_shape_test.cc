#include "demand/store_shape.h"

#include <gtest/gtest.h>

#include <vector>

namespace shelfcast::demand {
namespace {

// Two weeks: 10 sales on each Monday, 30 on one of two Saturdays, shut on the others.
const std::vector<WeekHour> kSales = {{1, 9, 5}, {1, 10, 15}, {6, 10, 15}, {6, 11, 15}};

TEST(StoreShape, AWeekdayIsWorthItsShareOfTheOpenDays) {
    const StoreShape shape = StoreShape::of(kSales, {2, 2, 2, 2, 2, 2, 2}, 3);
    // 50 sales on 3 open days: 16.7 a day. A Monday brings 10, a Saturday 15.
    EXPECT_NEAR(shape.days_worth(1), 0.6, 1e-12);
    EXPECT_NEAR(shape.days_worth(6), 0.9, 1e-12);
    EXPECT_EQ(shape.days_worth(7), 0);
    // Both weeks together are the three days again.
    EXPECT_NEAR(2 * (shape.days_worth(1) + shape.days_worth(6)), 3, 1e-12);
}

TEST(StoreShape, WhatIsLeftOfTheDay) {
    const StoreShape shape = StoreShape::of(kSales, {2, 2, 2, 2, 2, 2, 2}, 3);
    EXPECT_NEAR(shape.share_after(0), 1, 1e-12);
    EXPECT_NEAR(shape.share_after(9.5), 0.95, 1e-12);
    EXPECT_NEAR(shape.share_after(11), 0.3, 1e-12);
    EXPECT_EQ(shape.share_after(24), 0);
}

TEST(StoreShape, AStoreThatNeverSoldIsWorthNothing) {
    const StoreShape shape = StoreShape::of({}, {}, 0);
    EXPECT_EQ(shape.days_worth(3), 0);
    EXPECT_EQ(shape.share_after(0), 0);
}

TEST(StoreShape, Weekdays) {
    EXPECT_EQ(weekday_of(0), 4);
    EXPECT_EQ(weekday_of(3), 7);
    EXPECT_EQ(weekday_of(4), 1);
    EXPECT_EQ(weekday_of(-4), 7);
}

}  // namespace
}  // namespace shelfcast::demand
