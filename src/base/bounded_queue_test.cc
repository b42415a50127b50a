#include "base/bounded_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <latch>
#include <memory>
#include <numeric>
#include <stop_token>
#include <thread>
#include <vector>

namespace shelfcast {
namespace {

TEST(BoundedQueue, GivesItemsInTheOrderTheyCame) {
    BoundedQueue<int> queue(3);
    for (int item : {1, 2, 3}) {
        EXPECT_TRUE(queue.try_push(item));
    }
    EXPECT_EQ(queue.size(), 3U);
    for (const int item : {1, 2, 3}) {
        EXPECT_EQ(queue.pop({}), item);
    }
    EXPECT_EQ(queue.size(), 0U);
}

TEST(BoundedQueue, AFullQueueLeavesTheItemWithItsOwner) {
    BoundedQueue<std::unique_ptr<int>> queue(1);
    auto first = std::make_unique<int>(1);
    auto second = std::make_unique<int>(2);
    EXPECT_TRUE(queue.try_push(first));
    EXPECT_EQ(first, nullptr);
    EXPECT_FALSE(queue.try_push(second));
    ASSERT_NE(second, nullptr);
    EXPECT_EQ(*second, 2);
    const auto popped = queue.pop({});
    EXPECT_TRUE(popped.has_value() && **popped == 1);
    EXPECT_TRUE(queue.try_push(second));
}

TEST(BoundedQueue, AClosedQueueTakesNothingAndGivesTheRest) {
    BoundedQueue<int> queue(4);
    EXPECT_TRUE(queue.push(1, {}));
    EXPECT_TRUE(queue.push(2, {}));
    queue.close();
    int item = 3;
    EXPECT_FALSE(queue.try_push(item));
    EXPECT_FALSE(queue.push(3, {}));
    EXPECT_EQ(queue.pop({}), 1);
    EXPECT_EQ(queue.pop({}), 2);
    EXPECT_EQ(queue.pop({}), std::nullopt);
}

TEST(BoundedQueue, StopEndsBothWaits) {
    BoundedQueue<int> full(1);
    ASSERT_TRUE(full.push(1, {}));
    BoundedQueue<int> empty(1);
    std::atomic<bool> pushed{true};
    std::atomic<bool> popped{true};
    {
        std::latch started(2);
        const std::jthread pusher([&](const std::stop_token& stop) {
            started.count_down();
            pushed = full.push(2, stop);
        });
        const std::jthread popper([&](const std::stop_token& stop) {
            started.count_down();
            popped = empty.pop(stop).has_value();
        });
        started.wait();
    }  // Each jthread asks for the stop and joins: a wait that went on would hang here.
    EXPECT_FALSE(pushed);
    EXPECT_FALSE(popped);
    EXPECT_EQ(full.size(), 1U);
}

TEST(BoundedQueue, CloseEndsBothWaits) {
    BoundedQueue<int> full(1);
    ASSERT_TRUE(full.push(1, {}));
    BoundedQueue<int> empty(1);
    std::atomic<bool> pushed{true};
    std::atomic<bool> popped{true};
    std::latch started(2);
    std::jthread pusher([&] {
        started.count_down();
        pushed = full.push(2, {});
    });
    std::jthread popper([&] {
        started.count_down();
        popped = empty.pop({}).has_value();
    });
    started.wait();
    full.close();
    empty.close();
    pusher.join();
    popper.join();
    EXPECT_FALSE(pushed);
    EXPECT_FALSE(popped);
}

TEST(BoundedQueue, RoomWakesAWaitingPusher) {
    BoundedQueue<int> queue(1);
    ASSERT_TRUE(queue.push(1, {}));
    std::atomic<bool> pushed{false};
    std::jthread pusher([&] { pushed = queue.push(2, {}); });
    EXPECT_EQ(queue.pop({}), 1);
    EXPECT_EQ(queue.pop({}), 2);
    pusher.join();
    EXPECT_TRUE(pushed);
}

TEST(BoundedQueue, ManyThreadsLoseAndDoubleNothing) {
    constexpr int kThreads = 4;
    constexpr int kItems = 5'000;
    constexpr std::size_t kCapacity = 7;
    BoundedQueue<int> queue(kCapacity);
    std::vector<std::vector<int>> taken(kThreads);
    std::atomic<bool> overfull{false};
    std::vector<std::jthread> consumers;
    consumers.reserve(kThreads);
    for (std::vector<int>& mine : taken) {
        consumers.emplace_back([&] {
            while (const auto item = queue.pop({})) {
                mine.push_back(*item);
                overfull = overfull || queue.size() > kCapacity;
            }
        });
    }
    std::vector<std::jthread> producers;
    producers.reserve(kThreads);
    for (int thread = 0; thread < kThreads; ++thread) {
        producers.emplace_back([&queue, thread] {
            for (int index = 0; index < kItems; ++index) {
                if (!queue.push(thread * kItems + index, {})) {
                    return;
                }
            }
        });
    }
    for (std::jthread& producer : producers) {
        producer.join();
    }
    queue.close();
    for (std::jthread& consumer : consumers) {
        consumer.join();
    }
    EXPECT_FALSE(overfull);
    std::vector<int> all;
    for (const std::vector<int>& part : taken) {
        all.insert(all.end(), part.begin(), part.end());
    }
    std::ranges::sort(all);
    std::vector<int> expected(std::size_t{kThreads} * kItems);
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(all, expected);
}

}  // namespace
}  // namespace shelfcast
