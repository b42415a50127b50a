#include "pipelines/produce/produce.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "synthetic/chain.h"

namespace shelfcast::produce {
namespace {

/// Time passes only when somebody waits, or when the test says so.
class ManualClock final : public ports::Clock {
public:
    [[nodiscard]] std::int64_t now_us() const override { return kStartUs + passed_us; }
    [[nodiscard]] std::int64_t steady_us() const override { return passed_us; }
    static constexpr std::int64_t kStartUs = 1'795'334'400'000'000;  // 2026-11-22T08:00:00Z
    std::int64_t passed_us = 0;
};

class CountingDoor final : public ports::EventDoor {
public:
    explicit CountingDoor(ManualClock& clock) : clock_(clock) {}
    Result<ports::DoorReceipt> accept(const ports::DoorRequest& request) override {
        ++calls;
        clock_.passed_us += takes_us;
        if (refusals > 0) {
            --refusals;
            return tl::unexpected(Error{kind, "not now"});
        }
        EXPECT_EQ(request.source, "produce");
        const auto lines = static_cast<std::uint64_t>(std::ranges::count(request.body, '\n'));
        events += lines;
        largest = std::max(largest, lines);
        bodies += request.body;
        ports::DoorReceipt receipt;
        receipt.tally.accepted = lines;
        return receipt;
    }

    int calls = 0;
    int refusals = 0;
    ErrorKind kind = ErrorKind::kBusy;
    std::int64_t takes_us = 0;
    std::uint64_t events = 0;
    std::uint64_t largest = 0;
    std::string bodies;

private:
    ManualClock& clock_;
};

class ProduceTest : public ::testing::Test {
protected:
    Result<ProduceReport> produce(const ProduceOptions& options) {
        return run(options,
                   {.door = door_,
                    .clock = clock_,
                    .chain = *chain_,
                    .stock = {},
                    .pause =
                        [this](std::chrono::microseconds wait, const std::stop_token&) {
                            EXPECT_GT(wait.count(), 0);
                            clock_.passed_us += wait.count();
                            if (clock_.passed_us >= stop_after_us_) {
                                stop_.request_stop();
                            }
                        },
                    .progress = {}},
                   stop_.get_token());
    }

    Result<synthetic::Chain> chain_ = synthetic::Chain::create({});
    ManualClock clock_;
    CountingDoor door_{clock_};
    std::stop_source stop_;
    std::int64_t stop_after_us_ = 3600LL * 1'000'000;
};

TEST_F(ProduceTest, PaceIsKept) {
    for (const double rate : {0.5, 2.0, 333.0, 2000.0, 20'000.0}) {
        clock_.passed_us = 0;
        door_.events = 0;
        stop_ = std::stop_source();
        stop_after_us_ = 20'000'000;
        const auto report = produce({.rate = rate});
        ASSERT_TRUE(report) << report.error().message;
        EXPECT_EQ(report->sent, door_.events);
        EXPECT_EQ(report->skipped, 0U);
        EXPECT_NEAR(static_cast<double>(report->sent), rate * report->seconds, 1 + rate * 0.006)
            << rate;
    }
}

TEST_F(ProduceTest, SlowPaceSendsEachEventAtItsTime) {
    ASSERT_TRUE(produce({.rate = 2, .events = 11}));
    EXPECT_EQ(door_.calls, 11);
    EXPECT_EQ(door_.largest, 1U);
    EXPECT_NEAR(static_cast<double>(clock_.passed_us), 5e6, 1e4);
}

TEST_F(ProduceTest, HeldUpProducerCatchesUpASecondAtMost) {
    door_.takes_us = 10'000'000;
    const auto report = produce({.rate = 100, .events = 450});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->sent, 450U);
    EXPECT_LE(door_.largest, 100U);
    EXPECT_GT(report->skipped, 2000U);
}

TEST_F(ProduceTest, FastRunSendsExactlySoManyInThePast) {
    const auto report = produce({.rate = 0, .events = 12'345, .batch_events = 1000});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->sent, 12'345U);
    EXPECT_EQ(report->tally.accepted, 12'345U);
    EXPECT_EQ(door_.events, 12'345U);
    EXPECT_EQ(door_.calls, 13);
    constexpr std::string_view kTime = R"("event_time":")";
    std::string latest;
    for (std::size_t at = door_.bodies.find(kTime); at != std::string::npos;
         at = door_.bodies.find(kTime, at + 1)) {
        latest = std::max(latest, door_.bodies.substr(at + kTime.size(), 19));
    }
    EXPECT_LT(latest, "2026-11-22T08:00:00");
    EXPECT_GT(latest, "2026-11-19T00:00:00");
}

TEST_F(ProduceTest, FastRunFromTheSameStartGivesTheSameBytes) {
    const ProduceOptions options{
        .rate = 0, .events = 3000, .seed = 9, .start_ms = 1'790'000'000'000};
    ASSERT_TRUE(produce(options));
    const std::string once = std::exchange(door_.bodies, "");
    clock_.passed_us = 77'000'000;
    ASSERT_TRUE(produce(options));
    EXPECT_EQ(once, door_.bodies);
}

TEST_F(ProduceTest, BusyDoorIsAskedAgainWithTheSameEvents) {
    door_.refusals = 3;
    ASSERT_TRUE(produce({.rate = 0, .events = 10, .start_ms = 1'790'000'000'000}));
    EXPECT_EQ(door_.calls, 4);
    EXPECT_EQ(door_.events, 10U);
    door_.refusals = 1000;
    EXPECT_EQ(produce({.rate = 0, .events = 10, .attempts = 5}).error().kind, ErrorKind::kBusy);
    door_.refusals = 1;
    door_.kind = ErrorKind::kStorageFull;
    EXPECT_EQ(produce({.rate = 0, .events = 10}).error().kind, ErrorKind::kStorageFull);
}

TEST_F(ProduceTest, StopEndsARunWithItsReport) {
    stop_after_us_ = 3'000'000;
    const auto report = produce({.rate = 10});
    ASSERT_TRUE(report);
    EXPECT_NEAR(static_cast<double>(report->sent), 30, 2);
}

TEST_F(ProduceTest, GoodsThatTheDoorNeverTookLieOnNoShelf) {
    const auto whole = produce({.rate = 0, .events = 500});
    ASSERT_TRUE(whole) << whole.error().message;
    EXPECT_EQ(whole->stock.size(), chain_->stores().size());
    stop_after_us_ = 0;
    door_.refusals = 1000;
    const auto cut = produce({.rate = 0, .events = 500});
    ASSERT_TRUE(cut) << cut.error().message;
    EXPECT_EQ(cut->sent, 0U);
    EXPECT_TRUE(cut->stock.empty());
}

TEST_F(ProduceTest, SenselessOptionsAreRefused) {
    for (const ProduceOptions& options :
         {ProduceOptions{.rate = -1}, ProduceOptions{.rate = 0}, ProduceOptions{.rate = 1e12},
          ProduceOptions{.rate = std::nan("")},
          ProduceOptions{.rate = 0, .events = 10, .simulated_rate = 0},
          ProduceOptions{.rate = 0, .events = 10, .batch_events = 0},
          ProduceOptions{.rate = 0, .events = 1'000'000'000'000}}) {
        const auto report = produce(options);
        ASSERT_FALSE(report);
        EXPECT_EQ(report.error().kind, ErrorKind::kInvalidInput) << report.error().message;
    }
    EXPECT_EQ(door_.calls, 0);
}

}  // namespace
}  // namespace shelfcast::produce
