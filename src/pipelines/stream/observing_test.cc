#include "pipelines/stream/observing.h"

#include <gtest/gtest.h>

#include "ports/test_hand_clock.h"

namespace shelfcast::stream {
namespace {

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
    ports::HandClock clock;
    Follower follower;
    Observing observing(&follower, clock);
    follower.outcome = fail(ErrorKind::kCorrupted, "other columns");
    observing.begin();
    observing.tell({}, 1);
    EXPECT_EQ(follower.told, 0);
    EXPECT_FALSE(observing.due());
    clock.at_us += 2'000'000;
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
    clock.at_us += 2'000'000;
    EXPECT_TRUE(observing.due());
    EXPECT_EQ(follower.begun, 2);
}

TEST(Observing, NobodyIsNeverDue) {
    ports::HandClock clock;
    Observing observing(nullptr, clock);
    observing.begin();
    observing.tell({}, 1);
    clock.at_us += 10'000'000;
    EXPECT_FALSE(observing.due());
}

}  // namespace
}  // namespace shelfcast::stream
