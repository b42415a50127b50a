#include "pipelines/ingest/log_owner.h"

#include <gtest/gtest.h>

#include "adapters/memory_log/memory_log.h"
#include "ports/test_hand_clock.h"

namespace shelfcast::ingest {
namespace {

TEST(LogOwner, AChainFindsItsOwnTopicsAgainAndAnotherOneIsRefused) {
    ports::HandClock clock;
    adapters::MemoryLog log(clock);
    ASSERT_TRUE(claim_topics(log, "one"));
    ASSERT_TRUE(claim_topics(log, "one"));
    const Status other = claim_topics(log, "two");
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().kind, ErrorKind::kConflict);
    for (const char* word : {"one", "two", "chain-identity", "prefix"}) {
        EXPECT_NE(other.error().message.find(word), std::string::npos) << other.error().message;
    }
    EXPECT_TRUE(claim_topics(log, "one"));
}

TEST(LogOwner, OfTwoRecordsTheFirstHolds) {
    ports::HandClock clock;
    adapters::MemoryLog log(clock);
    ASSERT_TRUE(log.create_topic(kOwnerTopic, 1));
    for (const char* chain : {"one", "two"}) {
        ports::AppendBatch batch{std::string(kOwnerTopic), PartitionId{0}, {}, {}};
        batch.records.push_back(fmt::format(R"({{"chain_id":"{}"}})", chain));
        ASSERT_TRUE(log.append({batch}));
    }
    EXPECT_TRUE(claim_topics(log, "one"));
    EXPECT_FALSE(claim_topics(log, "two"));
}

}  // namespace
}  // namespace shelfcast::ingest
