#include "pipelines/stream/observing.h"

#include <gtest/gtest.h>

namespace shelfcast::stream {
namespace {

class SetClock final : public ports::Clock {
public:
    [[nodiscard]] std::int64_t now_us() const override { return us; }
    [[nodiscard]] std::int64_t steady_us() const override { return us; }
    std::int64_t us = 0;
};

class Follower final : public operators::FlushObserver {
public:
    Status restart() override {
        ++begun;
        return outcome;
    }
    Status delivered(const operators::FlushOutput& /*rows*/, std::int64_t log_time_us) override {
        told = log_time_us;
        return outcome;
    }
    Status outcome;
    int begun = 0;
    std::int64_t told = 0;
};

TEST(Observing, AFollowerThatFailsIsAskedAgainAndToldNothingMeanwhile) {
    SetClock clock;
    Follower follower;
    Observing observing(&follower, clock);
    follower.outcome = fail(ErrorKind::kCorrupted, "other columns");
    observing.begin();
    observing.tell({}, 1);
    EXPECT_EQ(follower.told, 0);
    EXPECT_FALSE(observing.due());
    clock.us += 2'000'000;
    EXPECT_TRUE(observing.due());

    follower.outcome = {};
    observing.begin();
    EXPECT_FALSE(observing.due());
    observing.tell({}, 2);
    EXPECT_EQ(follower.told, 2);

    follower.outcome = fail(ErrorKind::kInvalidInput, "refused");
    observing.tell({}, 3);
    follower.outcome = {};
    observing.tell({}, 4);
    EXPECT_EQ(follower.told, 3);
    clock.us += 2'000'000;
    EXPECT_TRUE(observing.due());
    EXPECT_EQ(follower.begun, 2);
}

TEST(Observing, NobodyIsNeverDue) {
    SetClock clock;
    Observing observing(nullptr, clock);
    observing.begin();
    observing.tell({}, 1);
    clock.us += 10'000'000;
    EXPECT_FALSE(observing.due());
}

}  // namespace
}  // namespace shelfcast::stream
