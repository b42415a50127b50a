#include "operator/duplicate_index.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

#include "operator/test_state_store.h"

namespace shelfcast::operators {
namespace {

using retail::EventUuid;

EventUuid id(std::uint64_t number) { return {0x0190'0000'0000'0000, number + 1}; }

TEST(DuplicateIndex, AnIdCountsOnceWithinTheHorizon) {
    DuplicateIndex index(48, nullptr, "test");
    EXPECT_FALSE(index.seen_or_insert(id(1), 100));
    EXPECT_TRUE(index.seen_or_insert(id(1), 100));
    EXPECT_TRUE(index.seen_or_insert(id(1), 148));
    EXPECT_FALSE(index.seen_or_insert(id(2), 148));
}

TEST(DuplicateIndex, AfterTheHorizonAnIdIsNewAgain) {
    DuplicateIndex index(48, nullptr, "test");
    EXPECT_FALSE(index.seen_or_insert(id(1), 100));
    EXPECT_FALSE(index.seen_or_insert(id(1), 149));
    EXPECT_TRUE(index.seen_or_insert(id(1), 150));
}

TEST(DuplicateIndex, TheVerdictDoesNotDependOnWhenHoursExpire) {
    DuplicateIndex kept(48, nullptr, "test");
    DuplicateIndex expired(48, nullptr, "test");
    for (std::int64_t hour = 0; hour < 200; ++hour) {
        const EventUuid repeated = id(static_cast<std::uint64_t>(hour % 70));
        EXPECT_EQ(kept.seen_or_insert(repeated, hour), expired.seen_or_insert(repeated, hour))
            << "hour " << hour;
        expired.expire(hour);
    }
    EXPECT_LT(expired.size(), kept.size());
}

TEST(DuplicateIndex, AgreesWithAPlainSetOverManyIdsAndHours) {
    constexpr std::uint64_t kSeed = 20261122;
    SCOPED_TRACE(kSeed);
    std::mt19937_64 random(kSeed);
    MemoryStateStore store;
    DuplicateIndex index(5, &store, "test");
    std::map<std::uint64_t, std::int64_t> last_accepted;
    for (std::int64_t hour = 0; hour < 12; ++hour) {
        for (int i = 0; i < 40'000; ++i) {
            const std::uint64_t number = random() % 300'000;
            const auto before = last_accepted.find(number);
            const bool repeated = before != last_accepted.end() && hour - before->second <= 5;
            ASSERT_EQ(index.seen_or_insert(id(number), hour), repeated)
                << "id " << number << " hour " << hour;
            if (!repeated) {
                last_accepted[number] = hour;
            }
        }
        index.expire(hour);
    }
}

TEST(DuplicateIndex, LargeRunsGoToTheStoreAndAreStillFound) {
    MemoryStateStore store;
    DuplicateIndex index(48, &store, "speed");
    for (std::uint64_t i = 0; i < 600'000; ++i) {
        ASSERT_FALSE(index.seen_or_insert(id(i), 7));
    }
    EXPECT_FALSE(store.blobs.empty());
    for (std::uint64_t i = 0; i < 600'000; i += 997) {
        ASSERT_TRUE(index.seen_or_insert(id(i), 8)) << i;
    }
}

TEST(DuplicateIndex, TheIdsOfAnHourThatIsOverGoToTheStore) {
    MemoryStateStore store;
    DuplicateIndex index(48, &store, "speed");
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        ASSERT_FALSE(index.seen_or_insert(id(i), 7));
    }
    index.expire(7);
    EXPECT_TRUE(store.blobs.empty());
    index.expire(8);
    ASSERT_EQ(store.blobs.size(), 1U);
    EXPECT_EQ(store.blobs.begin()->second->size(), 20'000 * sizeof(EventUuid));
    for (std::uint64_t i = 0; i < 20'000; i += 97) {
        ASSERT_TRUE(index.seen_or_insert(id(i), 8)) << i;
    }
}

TEST(DuplicateIndex, WithoutRoomToSpillNothingIsForgotten) {
    MemoryStateStore store;
    store.refuse_puts = true;
    DuplicateIndex index(48, &store, "speed");
    for (std::uint64_t i = 0; i < 300'000; ++i) {
        ASSERT_FALSE(index.seen_or_insert(id(i), 7));
    }
    index.expire(8);
    EXPECT_TRUE(index.seen_or_insert(id(123'456), 8));
}

TEST(DuplicateIndex, ReadsBackWhatItWrote) {
    MemoryStateStore store;
    DuplicateIndex index(48, &store, "speed");
    for (std::uint64_t i = 0; i < 50'000; ++i) {
        ASSERT_FALSE(index.seen_or_insert(id(i), static_cast<std::int64_t>(i % 3)));
    }
    std::string text;
    ASSERT_TRUE(index.encode(store, text));
    text += "what follows";

    DuplicateIndex again(48, &store, "batch");
    std::string_view rest = text;
    ASSERT_TRUE(again.decode(store, rest));
    EXPECT_EQ(rest, "what follows");
    EXPECT_EQ(again.size(), 50'000U);
    for (std::uint64_t i = 0; i < 50'000; i += 97) {
        ASSERT_TRUE(again.seen_or_insert(id(i), 3)) << i;
    }
    EXPECT_FALSE(again.seen_or_insert(id(50'000), 3));
}

TEST(DuplicateIndex, ACutTextIsCorrupted) {
    MemoryStateStore store;
    DuplicateIndex index(48, &store, "speed");
    for (std::uint64_t i = 0; i < 10; ++i) {
        ASSERT_FALSE(index.seen_or_insert(id(i), 1));
    }
    std::string text;
    ASSERT_TRUE(index.encode(store, text));
    for (std::size_t keep = 0; keep < text.size(); ++keep) {
        DuplicateIndex again(48, &store, "speed");
        std::string_view cut = std::string_view(text).substr(0, keep);
        const Status outcome = again.decode(store, cut);
        ASSERT_FALSE(outcome) << keep;
        ASSERT_EQ(outcome.error().kind, ErrorKind::kCorrupted);
    }
}

}  // namespace
}  // namespace shelfcast::operators
