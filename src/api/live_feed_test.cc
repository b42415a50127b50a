#include "api/live_feed.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include "ports/test_hand_clock.h"

namespace shelfcast::api {
namespace {

using std::chrono::milliseconds;

/// The real clock: these tests wait for each other, never for time.
class SteadyClock final : public ports::Clock {
public:
    std::int64_t now_us() const override { return 0; }
    std::int64_t steady_us() const override {
        return std::chrono::duration_cast<std::chrono::microseconds>(
                   std::chrono::steady_clock::now().time_since_epoch())
            .count();
    }
};

TEST(LiveFeed, ManyViewersAreOneReader) {
    constexpr int kViewers = 16;
    const SteadyClock clock;
    std::atomic<int> read{0};
    std::latch all_wait(kViewers);
    LiveFeed feed(
        [&](const ports::StoreScope&) -> Result<std::optional<std::string>> {
            ++read;
            all_wait.wait();
            return "{\"n\":1}";
        },
        ports::StoreScope::everything(), milliseconds(60'000), clock);
    std::vector<std::string> seen(kViewers);
    {
        std::vector<std::jthread> viewers;
        for (std::string& mine : seen) {
            viewers.emplace_back([&feed, &all_wait, &mine] {
                all_wait.count_down();
                mine = feed.next(0, milliseconds(30'000), {})->json;
            });
        }
    }
    EXPECT_EQ(read, 1);
    EXPECT_EQ(seen, std::vector<std::string>(kViewers, "{\"n\":1}"));
}

TEST(LiveFeed, OnlyChangesAreToldAndAStopEndsTheWait) {
    ports::HandClock clock;
    int read = 0;
    std::vector<Result<std::optional<std::string>>> answers = {
        "a", std::nullopt, "a", "b", fail(ErrorKind::kUnavailable, "away"), "b"};
    LiveFeed feed(
        [&](const ports::StoreScope& stores) {
            EXPECT_TRUE(stores.sees(StoreId{3}));
            EXPECT_FALSE(stores.sees(StoreId{4}));
            clock.at_us += 1'000;  // Time goes on while something is read.
            return answers.at(static_cast<std::size_t>(read++));
        },
        ports::StoreScope::of({StoreId{3}}), milliseconds(0), clock);
    const std::stop_token never;
    const auto first = feed.next(0, milliseconds(100), never);
    ASSERT_NE(first, nullptr);
    EXPECT_EQ(first->json, "a");
    EXPECT_EQ(feed.next(0, milliseconds(100), never)->sequence, first->sequence)
        << "whoever comes later gets what is there";
    const auto second = feed.next(first->sequence, milliseconds(100), never);
    EXPECT_EQ(second->json, "b");
    EXPECT_EQ(read, 4);
    const auto problem = feed.next(second->sequence, milliseconds(100), never);
    EXPECT_TRUE(problem->is_problem);
    EXPECT_NE(problem->json.find("away"), std::string::npos);
    EXPECT_EQ(feed.next(problem->sequence, milliseconds(100), never)->json, "b");
    std::stop_source stopped;
    stopped.request_stop();
    EXPECT_EQ(feed.next(99, milliseconds(100), stopped.get_token()), nullptr);
    EXPECT_EQ(read, 6);
}

TEST(LiveFeed, WhenTheReaderGoesAwayAnotherOneReads) {
    const SteadyClock clock;
    std::latch second_waits(1);
    std::stop_source first_goes;
    int read = 0;
    LiveFeed feed(
        [&](const ports::StoreScope&) -> Result<std::optional<std::string>> {
            if (++read == 1) {
                second_waits.wait();
                first_goes.request_stop();
                return std::nullopt;
            }
            return "b";
        },
        ports::StoreScope::everything(), milliseconds(1), clock);
    std::jthread first(
        [&] { static_cast<void>(feed.next(0, milliseconds(60'000), first_goes.get_token())); });
    std::jthread second([&] {
        second_waits.count_down();
        const auto figures = feed.next(0, milliseconds(60'000), {});
        ASSERT_NE(figures, nullptr) << "it waited for a reader that had gone";
        EXPECT_EQ(figures->json, "b");
    });
}

TEST(LiveFeeds, WhoWatchesTheSameStoresSharesAFeed) {
    const SteadyClock clock;
    LiveFeeds feeds([&](const ports::StoreScope& stores) {
        return std::make_shared<LiveFeed>(
            [](const ports::StoreScope&) -> Result<std::optional<std::string>> { return ""; },
            stores, milliseconds(1), clock);
    });
    const auto one = feeds.of(ports::StoreScope::of({StoreId{1}, StoreId{2}}));
    EXPECT_EQ(one, feeds.of(ports::StoreScope::of({StoreId{2}, StoreId{1}})));
    EXPECT_NE(one, feeds.of(ports::StoreScope::of({StoreId{1}})));
    EXPECT_NE(feeds.of(ports::StoreScope::everything()), feeds.of(ports::StoreScope()));
}

}  // namespace
}  // namespace shelfcast::api
