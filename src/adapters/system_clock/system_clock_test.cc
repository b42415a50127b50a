#include "adapters/system_clock/system_clock.h"

#include <gtest/gtest.h>

#include <ctime>

namespace shelfcast::adapters {
namespace {

TEST(SystemClock, CountsUtcMicrosecondsSince1970) {
    const SystemClock clock;
    const std::int64_t before_s = std::time(nullptr);
    const std::int64_t now_us = clock.now_us();
    const std::int64_t after_s = std::time(nullptr);
    // time() may read a coarser clock that lags by a tick.
    EXPECT_GE(now_us, before_s * 1'000'000);
    EXPECT_LT(now_us, (after_s + 2) * 1'000'000);
}

TEST(SystemClock, TheSteadyClockNeverGoesBackAndDoesMove) {
    const SystemClock clock;
    const std::int64_t first = clock.steady_us();
    std::int64_t last = first;
    // Bounded: 10 million readings take far more than a microsecond.
    for (int i = 0; i < 10'000'000 && last == first; ++i) {
        const std::int64_t now = clock.steady_us();
        ASSERT_GE(now, last);
        last = now;
    }
    EXPECT_GT(last, first);
}

}  // namespace
}  // namespace shelfcast::adapters
