#include "base/check.h"

#include <gtest/gtest.h>

namespace shelfcast {
namespace {

TEST(CheckDeathTest, ABrokenInvariantSaysWhereAndStops) {
    const int shelves = 3;
    SHELFCAST_CHECK(shelves == 3);
    EXPECT_DEATH(SHELFCAST_CHECK(shelves == 4),
                 "broken invariant \\(shelves == 4\\) at .*check_test");
}

}  // namespace
}  // namespace shelfcast
