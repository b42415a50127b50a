#pragma once

/// \file tests/contract/event_log_contract.h
/// What every adapter of ports/event_log.h must do, whatever is behind it.
///
/// An adapter's test instantiates the suite with a way to make an empty log:
///
///     INSTANTIATE_TEST_SUITE_P(Sqlite, EventLogContract, ::testing::Values(EventLogBackend{...}),
///                              event_log_backend_name);
///
/// Only behaviour that the port promises is asked for: batch boundaries may move (offsets and
/// records may not), and an append across partitions counts as done only when the call said so;
/// until then it is repeated with the same keys. Nothing sleeps; waits have deadlines.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <latch>
#include <map>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "ports/event_log.h"
#include "tests/contract/event_log_fixture.h"

namespace shelfcast::contract {

// ---- topics

TEST_P(EventLogContract, TopicKeepsItsPartitions) {
    create(3);
    create(3);
    EXPECT_EQ(log().partitions(kTopic), 3U);
    const Status other = log().create_topic(kTopic, 4);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().kind, ErrorKind::kConflict);
    site_->reopen();
    EXPECT_EQ(log().partitions(kTopic), 3U);
    const Status still_other = log().create_topic(kTopic, 4);
    ASSERT_FALSE(still_other);
    EXPECT_EQ(still_other.error().kind, ErrorKind::kConflict);
}

TEST_P(EventLogContract, UnusableTopicIsRefused) {
    for (const std::string& name : {std::string(""), std::string("a/b"), std::string("a b"),
                                    std::string(".."), std::string(300, 'a')}) {
        const Status created = log().create_topic(name, 1);
        ASSERT_FALSE(created) << name;
        EXPECT_EQ(created.error().kind, ErrorKind::kInvalidInput) << name;
    }
    const Status none = log().create_topic(kTopic, 0);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().kind, ErrorKind::kInvalidInput);
}

TEST_P(EventLogContract, UnknownTopicIsNotFound) {
    create(1);
    const std::vector<ports::PartitionOffset> start{{PartitionId{0}, 0}};
    const std::stop_source stop;
    EXPECT_EQ(append_error({batch(0, {"x"}, {}, "other")}), ErrorKind::kNotFound);
    EXPECT_EQ(log().partitions("other").error().kind, ErrorKind::kNotFound);
    EXPECT_EQ(log().read("other", start, {}).error().kind, ErrorKind::kNotFound);
    EXPECT_EQ(log().wait_for_records(at("other", start), kSoon, stop.get_token()).error().kind,
              ErrorKind::kNotFound);
    EXPECT_EQ(log().begin_offsets("other").error().kind, ErrorKind::kNotFound);
    EXPECT_EQ(log().end_offsets("other").error().kind, ErrorKind::kNotFound);
    EXPECT_EQ(log().find_key("other", PartitionId{0}, "k").error().kind, ErrorKind::kNotFound);
    EXPECT_EQ(log().commit_offsets("group", "other", start).error().kind, ErrorKind::kNotFound);
    EXPECT_EQ(log().committed_offsets("group", "other").error().kind, ErrorKind::kNotFound);
    EXPECT_EQ(log().prune("other", start).error().kind, ErrorKind::kNotFound);
}

TEST_P(EventLogContract, UnknownPartitionIsInvalid) {
    create(2);
    const std::vector<ports::PartitionOffset> third{{PartitionId{2}, 0}};
    EXPECT_EQ(append_error({batch(0, {"x"}), batch(2, {"y"})}), ErrorKind::kInvalidInput);
    EXPECT_EQ(end_of(0), 0);
    EXPECT_EQ(log().read(kTopic, third, {}).error().kind, ErrorKind::kInvalidInput);
    EXPECT_EQ(log().prune(kTopic, third).error().kind, ErrorKind::kInvalidInput);
    EXPECT_EQ(log().find_key(kTopic, PartitionId{2}, "k").error().kind, ErrorKind::kInvalidInput);
    EXPECT_EQ(log().commit_offsets("group", kTopic, third).error().kind, ErrorKind::kInvalidInput);
}

// ---- appending and reading

TEST_P(EventLogContract, NewTopicIsEmpty) {
    create(2);
    EXPECT_EQ(begin_of(0), 0);
    EXPECT_EQ(begin_of(1), 0);
    EXPECT_EQ(end_of(0), 0);
    EXPECT_EQ(end_of(1), 0);
    EXPECT_TRUE(read({{PartitionId{0}, 0}, {PartitionId{1}, 0}}).empty());
    EXPECT_TRUE(append({}).empty());
}

TEST_P(EventLogContract, OffsetsAreDensePerPartition) {
    create(2);
    EXPECT_EQ(append_one(0, {"a", "b", "c"}).base_offset, 0);
    EXPECT_EQ(append_one(1, {"x"}).base_offset, 0);
    EXPECT_EQ(append_one(0, {"d"}).base_offset, 3);
    const std::vector<ports::AppendedBatch> both = append({batch(1, {"y"}), batch(0, {"e", "f"})});
    EXPECT_EQ(both[0].base_offset, 1);
    EXPECT_EQ(both[1].base_offset, 4);
    EXPECT_FALSE(both[0].already_present);
    EXPECT_EQ(end_of(0), 6);
    EXPECT_EQ(end_of(1), 2);
    EXPECT_EQ(read_all(0), (std::vector<std::string>{"a", "b", "c", "d", "e", "f"}));
    EXPECT_EQ(read_all(1), (std::vector<std::string>{"x", "y"}));
}

TEST_P(EventLogContract, BatchesOfOneCallKeepTheirOrder) {
    create(1);
    const std::vector<ports::AppendedBatch> appended =
        append({batch(0, {"a", "b"}), batch(0, {"c"}), batch(0, {"d", "e"})});
    EXPECT_EQ(appended[0].base_offset, 0);
    EXPECT_EQ(appended[1].base_offset, 2);
    EXPECT_EQ(appended[2].base_offset, 3);
    EXPECT_EQ(read_all(0), (std::vector<std::string>{"a", "b", "c", "d", "e"}));
}

TEST_P(EventLogContract, LogTimeIsTheOneAnswered) {
    create(1);
    std::int64_t before = 0;
    for (int round = 0; round < 5; ++round) {
        const ports::AppendedBatch appended = append_one(0, {"a"});
        EXPECT_GE(appended.log_time_us, before);
        before = appended.log_time_us;
        const auto fetched = read({{PartitionId{0}, appended.base_offset}});
        ASSERT_EQ(fetched.size(), 1U);
        EXPECT_EQ(fetched[0].log_time_us, appended.log_time_us);
    }
}

TEST_P(EventLogContract, RecordsSurviveReopening) {
    create(2);
    append({batch(0, numbered("a", 100)), batch(1, {"x"})});
    site_->reopen();
    EXPECT_EQ(end_of(0), 100);
    EXPECT_EQ(append_one(0, {"last"}).base_offset, 100);
    EXPECT_EQ(read_all(0).size(), 101U);
    EXPECT_EQ(read_all(0).back(), "last");
    EXPECT_EQ(read_all(1), (std::vector<std::string>{"x"}));
}

TEST_P(EventLogContract, TopicsDoNotMix) {
    create(1);
    create(2, "other");
    append({batch(0, {"here"}), batch(0, {"there"}, {}, "other"), batch(1, {"far"}, {}, "other")});
    EXPECT_EQ(read_all(0), (std::vector<std::string>{"here"}));
    const auto other = log().read(
        "other", std::vector<ports::PartitionOffset>{{PartitionId{0}, 0}, {PartitionId{1}, 0}}, {});
    ASSERT_TRUE(other) << other.error().message;
    ASSERT_EQ(other->size(), 2U);
    EXPECT_EQ((*other)[0].records.size() + (*other)[1].records.size(), 2U);
}

TEST_P(EventLogContract, AnyBytesComeBackAsTheyWere) {
    create(1);
    std::string every_byte;
    for (int value = 0; value < 256; ++value) {
        every_byte.push_back(static_cast<char>(value));
    }
    std::vector<std::string> messages{
        "",         std::string("\0", 1),      "line\nfeed\r\n",
        every_byte, "\xff\xfe not utf-8 \xc3", std::string(200'000, 'r'),
        ""};
    // Bytes that do not compress: xorshift from a fixed seed.
    std::string noise;
    std::uint64_t state = 88172645463325252ULL;
    for (int count = 0; count < 100'000; ++count) {
        state ^= state << 13U;
        state ^= state >> 7U;
        state ^= state << 17U;
        noise.push_back(static_cast<char>(state));
    }
    messages.push_back(noise);
    append_one(0, messages);
    append_one(0, {noise});
    append_one(0, {""});
    site_->reopen();
    messages.push_back(noise);
    messages.emplace_back();
    EXPECT_TRUE(read_all(0) == messages);
}

TEST_P(EventLogContract, PaddingPastTheLastRecordIsReadable) {
    create(1);
    append_one(0, {"a", std::string(5'000, 'b')});
    append_one(0, {"tiny"});
    for (const std::int64_t offset : {0, 1, 2}) {
        for (const ports::FetchedBatch& found : read({{PartitionId{0}, offset}})) {
            EXPECT_GE(found.records.bytes.capacity(), found.records.bytes.size() + 64);
        }
    }
}

TEST_P(EventLogContract, ReadBeginsInTheMiddleOfABatch) {
    create(1);
    append_one(0, {"a", "bb", "", "dddd", "e"});
    append_one(0, {"f"});
    for (std::int64_t from = 0; from < 6; ++from) {
        const std::vector<std::string> all{"a", "bb", "", "dddd", "e", "f"};
        EXPECT_EQ(read_all(0, from), std::vector<std::string>(all.begin() + from, all.end()));
    }
    EXPECT_TRUE(read({{PartitionId{0}, 6}}).empty());
}

TEST_P(EventLogContract, OneReadServesManyPartitions) {
    constexpr std::uint32_t kPartitions = 16;
    create(kPartitions);
    std::vector<std::vector<std::string>> expected(kPartitions);
    for (int round = 0; round < 20; ++round) {
        std::vector<ports::AppendBatch> batches;
        for (std::uint32_t partition = 0; partition < kPartitions; ++partition) {
            const std::vector<std::string> messages =
                numbered(std::to_string(partition) + "/" + std::to_string(round) + "/",
                         1 + static_cast<int>(partition % 4));
            batches.push_back(batch(partition, messages));
            expected[partition].insert(expected[partition].end(), messages.begin(), messages.end());
        }
        append(batches);
    }
    std::vector<ports::PartitionOffset> from;
    for (std::uint32_t partition = 0; partition < kPartitions; ++partition) {
        from.push_back({PartitionId{partition}, 0});
    }
    std::vector<std::vector<std::string>> seen(kPartitions);
    // Few records a time, so that every read stops somewhere in between.
    for (int rounds = 0; rounds < 1'000; ++rounds) {
        const auto fetched = read(from, {.max_records = 7, .max_bytes = 1U << 20U});
        if (fetched.empty()) {
            break;
        }
        for (const ports::FetchedBatch& found : fetched) {
            const std::uint32_t partition = found.partition.value;
            ASSERT_EQ(found.base_offset, from[partition].offset);
            from[partition].offset += static_cast<std::int64_t>(found.records.size());
            for (std::size_t index = 0; index < found.records.size(); ++index) {
                seen[partition].emplace_back(found.records[index]);
            }
        }
    }
    EXPECT_EQ(seen, expected);
}

TEST_P(EventLogContract, ReadStopsAfterTheBatchThatReachesALimit) {
    create(1);
    for (int count = 0; count < 20; ++count) {
        append_one(0, {"12345678", "12345678", "12345678", "12345678"});
    }
    const auto count_records = [&](ports::ReadLimits limits) {
        std::size_t records = 0;
        for (const ports::FetchedBatch& found : read({{PartitionId{0}, 0}}, limits)) {
            records += found.records.size();
        }
        return records;
    };
    const std::size_t by_records = count_records({.max_records = 10, .max_bytes = 1U << 20U});
    EXPECT_GE(by_records, 10U);
    EXPECT_LT(by_records, 14U);
    const std::size_t by_bytes = count_records({.max_records = 1'000, .max_bytes = 100});
    EXPECT_GE(by_bytes * 8, 100U);
    EXPECT_LT(by_bytes * 8, 132U);
    EXPECT_GE(count_records({.max_records = 1, .max_bytes = 1}), 1U);
    EXPECT_EQ(read_all(0, 0, {.max_records = 3, .max_bytes = 1U << 20U}).size(), 80U);
}

TEST_P(EventLogContract, UnusableBatchIsRefusedWhole) {
    create(1);
    EXPECT_EQ(append_error({batch(0, {})}), ErrorKind::kInvalidInput);
    EXPECT_EQ(append_error({batch(0, {"fine"}), batch(0, {})}), ErrorKind::kInvalidInput);
    const std::string oversize(site_->max_record_bytes() + 1, 'x');
    EXPECT_EQ(append_error({batch(0, {"fine"}), batch(0, {"a", oversize})}),
              ErrorKind::kInvalidInput);
    EXPECT_EQ(end_of(0), 0);
    append_one(0, {oversize.substr(1)});
    EXPECT_EQ(read_all(0).front().size(), site_->max_record_bytes());
}

// ---- idempotency keys

TEST_P(EventLogContract, SameKeyAppendsOnce) {
    create(2);
    const ports::BatchHeader header{"upload-1", "hash-1"};
    const ports::AppendedBatch first = append_one(0, {"a", "b"}, header);
    EXPECT_FALSE(first.already_present);
    append_one(0, {"c"});
    const ports::AppendedBatch second = append_one(0, {"a", "b"}, header);
    EXPECT_TRUE(second.already_present);
    EXPECT_EQ(second.base_offset, first.base_offset);
    EXPECT_EQ(second.log_time_us, first.log_time_us);
    site_->reopen();
    const ports::AppendedBatch third = append_one(0, {"a", "b"}, header);
    EXPECT_TRUE(third.already_present);
    EXPECT_EQ(third.base_offset, first.base_offset);
    EXPECT_EQ(third.log_time_us, first.log_time_us);
    EXPECT_EQ(read_all(0), (std::vector<std::string>{"a", "b", "c"}));
    // The key stands for a batch of one partition only.
    EXPECT_FALSE(append_one(1, {"z"}, header).already_present);
}

TEST_P(EventLogContract, SameKeyWithOtherFingerprintIsAConflict) {
    create(2);
    append_one(0, {"a"}, {"key", "one"});
    EXPECT_EQ(append_error({batch(1, {"fresh"}), batch(0, {"b"}, {"key", "two"})}),
              ErrorKind::kConflict);
    EXPECT_EQ(end_of(0), 1);
    EXPECT_EQ(end_of(1), 0) << "a part of a refused append went in";
    site_->reopen();
    EXPECT_EQ(append_error({batch(0, {"b"}, {"key", "two"})}), ErrorKind::kConflict);
    EXPECT_EQ(append_error({batch(0, {"b"}, {"key", ""})}), ErrorKind::kConflict);
    EXPECT_EQ(end_of(0), 1);
}

TEST_P(EventLogContract, KeyTwiceInOneCallAppendsOnce) {
    create(1);
    const std::vector<ports::AppendedBatch> appended =
        append({batch(0, {"a"}, {"k", "f"}), batch(0, {"b"}), batch(0, {"a"}, {"k", "f"})});
    EXPECT_FALSE(appended[0].already_present);
    EXPECT_TRUE(appended[2].already_present);
    EXPECT_EQ(appended[2].base_offset, appended[0].base_offset);
    EXPECT_EQ(appended[2].log_time_us, appended[0].log_time_us);
    EXPECT_EQ(append_error({batch(0, {"c"}, {"n", "f"}), batch(0, {"d"}, {"n", "g"})}),
              ErrorKind::kConflict);
    EXPECT_EQ(read_all(0), (std::vector<std::string>{"a", "b"}));
}

TEST_P(EventLogContract, RepeatedCallAddsOnlyWhatIsMissing) {
    create(2);
    append_one(0, {"a"}, {"request/0", "f"});
    const std::vector<ports::AppendedBatch> appended =
        append({batch(0, {"a"}, {"request/0", "f"}), batch(1, {"b"}, {"request/1", "f"})});
    EXPECT_TRUE(appended[0].already_present);
    EXPECT_FALSE(appended[1].already_present);
    EXPECT_EQ(end_of(0), 1);
    EXPECT_EQ(end_of(1), 1);
}

TEST_P(EventLogContract, KeysAreFoundAndReadBack) {
    create(2);
    const std::string key("key\0with\nbytes\xff", 15);
    const ports::BatchHeader header{key, std::string("finger\0print", 12)};
    append_one(1, {"before"});
    const ports::AppendedBatch appended = append_one(1, {"a", "b"}, header);
    site_->reopen();
    const auto found = log().find_key(kTopic, PartitionId{1}, key);
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_TRUE(found->has_value());
    EXPECT_EQ((*found)->base_offset, appended.base_offset);
    EXPECT_EQ((*found)->log_time_us, appended.log_time_us);
    EXPECT_FALSE(*log().find_key(kTopic, PartitionId{0}, key));
    EXPECT_FALSE(*log().find_key(kTopic, PartitionId{1}, "other"));
    EXPECT_FALSE(*log().find_key(kTopic, PartitionId{1}, ""));
    const auto fetched = read({{PartitionId{1}, appended.base_offset}});
    ASSERT_FALSE(fetched.empty());
    EXPECT_EQ(fetched[0].header.idempotency_key, header.idempotency_key);
    EXPECT_EQ(fetched[0].header.fingerprint, header.fingerprint);
    EXPECT_EQ(read({{PartitionId{1}, 0}})[0].header.idempotency_key, "");
}

TEST_P(EventLogContract, RacingRepeatsAppendOnce) {
    constexpr int kThreads = 8;
    constexpr int kKeys = 40;
    create(2);
    std::atomic<int> fresh{0};
    std::latch start(kThreads);
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < kThreads; ++thread) {
            threads.emplace_back([&] {
                start.arrive_and_wait();
                for (int key = 0; key < kKeys; ++key) {
                    const std::string name = "key-" + std::to_string(key);
                    const std::vector<ports::AppendedBatch> appended = append(
                        {batch(0, {name, name}, {name, "f"}), batch(1, {name}, {name, "f"})});
                    for (const ports::AppendedBatch& result : appended) {
                        fresh += result.already_present ? 0 : 1;
                    }
                }
            });
        }
    }
    EXPECT_EQ(fresh, 2 * kKeys);
    EXPECT_EQ(end_of(0), 2 * kKeys);
    EXPECT_EQ(end_of(1), kKeys);
    const std::vector<std::string> messages = read_all(1);
    EXPECT_EQ(std::set<std::string>(messages.begin(), messages.end()).size(), messages.size());
}

TEST_P(EventLogContract, ConflictOfOneCallerHarmsNoOther) {
    constexpr int kThreads = 6;
    constexpr int kRounds = 30;
    create(1);
    append_one(0, {"first"}, {"taken", "f"});
    std::atomic<int> conflicts{0};
    std::latch start(kThreads);
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < kThreads; ++thread) {
            threads.emplace_back([&, thread] {
                start.arrive_and_wait();
                for (int round = 0; round < kRounds; ++round) {
                    if (thread % 2 == 0) {
                        append_one(0, {"good"});
                    } else if (append_error(
                                   {batch(0, {"bad"}), batch(0, {"bad"}, {"taken", "g"})}) ==
                               ErrorKind::kConflict) {
                        ++conflicts;
                    }
                }
            });
        }
    }
    EXPECT_EQ(conflicts, kThreads / 2 * kRounds);
    const std::vector<std::string> messages = read_all(0);
    EXPECT_EQ(messages.size(), 1U + kThreads / 2 * kRounds);
    EXPECT_EQ(std::ranges::count(messages, "bad"), 0);
}

// ---- many writers

TEST_P(EventLogContract, ConcurrentAppendsKeepEachProducersOrder) {
    constexpr int kProducers = 8;
    constexpr int kRounds = 50;
    constexpr std::uint32_t kPartitions = 3;
    create(kPartitions);
    std::latch start(kProducers + 1);
    std::vector<std::vector<std::string>> tailed(kPartitions);
    std::jthread reader([&] {
        // Reads while the others write: what it sees must be the final log from its beginning.
        start.arrive_and_wait();
        std::vector<ports::PartitionOffset> from{
            {PartitionId{0}, 0}, {PartitionId{1}, 0}, {PartitionId{2}, 0}};
        std::size_t seen = 0;
        const std::stop_source never;
        while (seen < kProducers * kRounds * 4) {
            const auto more =
                log().wait_for_records(at(kTopic, from), kPatience, never.get_token());
            ASSERT_TRUE(more) << more.error().message;
            ASSERT_TRUE(*more) << "only " << seen << " records came";
            for (const ports::FetchedBatch& found : read(from)) {
                const std::uint32_t partition = found.partition.value;
                ASSERT_EQ(found.base_offset, from[partition].offset);
                from[partition].offset += static_cast<std::int64_t>(found.records.size());
                for (std::size_t index = 0; index < found.records.size(); ++index) {
                    tailed[partition].emplace_back(found.records[index]);
                    ++seen;
                }
            }
        }
    });
    {
        std::vector<std::jthread> producers;
        for (int producer = 0; producer < kProducers; ++producer) {
            producers.emplace_back([&, producer] {
                start.arrive_and_wait();
                for (int round = 0; round < kRounds; ++round) {
                    const std::string name =
                        std::to_string(producer) + ":" + std::to_string(round) + ":";
                    const auto one = static_cast<std::uint32_t>(round) % kPartitions;
                    append({batch(one, {name + "0", name + "1"}),
                            batch((one + 1) % kPartitions, {name + "2", name + "3"})});
                }
            });
        }
    }
    reader.join();
    std::set<std::string> all;
    for (std::uint32_t partition = 0; partition < kPartitions; ++partition) {
        const std::vector<std::string> messages = read_all(partition);
        EXPECT_EQ(messages, tailed[partition]);
        std::map<std::string, int> last_round;
        for (const std::string& message : messages) {
            EXPECT_TRUE(all.insert(message).second) << message << " is there twice";
            const std::size_t colon = message.find(':');
            const int round = std::stoi(message.substr(colon + 1));
            int& last = last_round.try_emplace(message.substr(0, colon), -1).first->second;
            EXPECT_GE(round, last) << message;
            last = round;
        }
    }
    EXPECT_EQ(all.size(), static_cast<std::size_t>(kProducers * kRounds * 4));
}

// ---- waiting

TEST_P(EventLogContract, WaitReturnsAtOnceWhenRecordsAreThere) {
    create(2);
    append_one(1, {"a"});
    const std::stop_source never;
    const std::vector<ports::PartitionOffset> from{{PartitionId{0}, 0}, {PartitionId{1}, 0}};
    EXPECT_EQ(log().wait_for_records(at(kTopic, from), kPatience, never.get_token()), true);
}

TEST_P(EventLogContract, WaitEndsAtItsDeadline) {
    create(2);
    append_one(1, {"a"});
    const std::stop_source never;
    const std::vector<ports::PartitionOffset> from{{PartitionId{0}, 0}, {PartitionId{1}, 1}};
    const auto before = std::chrono::steady_clock::now();
    EXPECT_EQ(log().wait_for_records(at(kTopic, from), kSoon, never.get_token()), false);
    EXPECT_GE(std::chrono::steady_clock::now() - before, kSoon);
    EXPECT_EQ(
        log().wait_for_records(at(kTopic, from), std::chrono::milliseconds(0), never.get_token()),
        false);
}

TEST_P(EventLogContract, AppendWakesAWaiter) {
    create(2);
    const std::stop_source never;
    for (int round = 0; round < 20; ++round) {
        std::latch waiting(1);
        Result<bool> woken = false;
        std::jthread waiter([&] {
            const std::vector<ports::PartitionOffset> from{{PartitionId{0}, round},
                                                           {PartitionId{1}, 0}};
            waiting.count_down();
            woken = log().wait_for_records(at(kTopic, from), kPatience, never.get_token());
        });
        waiting.wait();
        append_one(0, {"a"});
        waiter.join();
        ASSERT_EQ(woken, true);
    }
}

TEST_P(EventLogContract, AppendToAnyTopicWakesAWaiter) {
    create(2);
    create(1, "other");
    append_one(1, {"a"});
    const std::stop_source never;
    const std::vector<ports::TopicPosition> from{
        {kTopic, {{PartitionId{0}, 0}, {PartitionId{1}, 1}}}, {"other", {{PartitionId{0}, 0}}}};
    EXPECT_EQ(log().wait_for_records(from, kSoon, never.get_token()), false);
    std::latch waiting(1);
    Result<bool> woken = false;
    std::jthread waiter([&] {
        waiting.count_down();
        woken = log().wait_for_records(from, kPatience, never.get_token());
    });
    waiting.wait();
    ASSERT_TRUE(log().append({batch(0, {"b"}, {}, "other")}));
    waiter.join();
    EXPECT_EQ(woken, true);
}

TEST_P(EventLogContract, StopRequestWakesAWaiter) {
    create(1);
    std::latch waiting(1);
    Result<bool> woken = true;
    std::jthread waiter([&](const std::stop_token& stop) {
        const std::vector<ports::PartitionOffset> from{{PartitionId{0}, 0}};
        waiting.count_down();
        woken = log().wait_for_records(at(kTopic, from), 10 * kPatience, stop);
    });
    waiting.wait();
    const auto before = std::chrono::steady_clock::now();
    waiter.request_stop();
    waiter.join();
    EXPECT_LT(std::chrono::steady_clock::now() - before, 5 * kPatience);
    EXPECT_EQ(woken, false);
}

// ---- reader groups

TEST_P(EventLogContract, GroupOffsetsAreKeptPerGroupTopicAndPartition) {
    using Offsets = std::vector<ports::PartitionOffset>;
    create(3);
    create(3, "other");
    append_one(0, numbered("a", 50));
    EXPECT_EQ(log().committed_offsets("stream", kTopic), Offsets{});
    ASSERT_TRUE(
        log().commit_offsets("stream", kTopic, Offsets{{PartitionId{2}, 7}, {PartitionId{0}, 5}}));
    ASSERT_TRUE(log().commit_offsets("batch", kTopic, Offsets{{PartitionId{0}, 1}}));
    ASSERT_TRUE(log().commit_offsets("stream", "other", Offsets{{PartitionId{0}, 40}}));
    ASSERT_TRUE(log().commit_offsets("stream", kTopic, Offsets{{PartitionId{0}, 6}}));
    site_->reopen();
    auto committed = log().committed_offsets("stream", kTopic);
    ASSERT_TRUE(committed) << committed.error().message;
    std::ranges::sort(*committed);
    EXPECT_EQ(*committed, (Offsets{{PartitionId{0}, 6}, {PartitionId{2}, 7}}));
    EXPECT_EQ(log().committed_offsets("batch", kTopic), (Offsets{{PartitionId{0}, 1}}));
    EXPECT_EQ(log().committed_offsets("stream", "other"), (Offsets{{PartitionId{0}, 40}}));
    EXPECT_EQ(log().committed_offsets("nobody", kTopic), Offsets{});
}

// ---- pruning

TEST_P(EventLogContract, PruneNeverTouchesWhatIsAbove) {
    create(2);
    for (int round = 0; round < 10; ++round) {
        append({batch(0, numbered("a", 10)), batch(1, numbered("b", 3))});
    }
    const std::vector<ports::PartitionOffset> below{{PartitionId{0}, 45}};
    ASSERT_TRUE(log().prune(kTopic, below));
    EXPECT_LE(begin_of(0), 45);
    EXPECT_EQ(begin_of(1), 0);
    EXPECT_EQ(end_of(0), 100);
    EXPECT_EQ(read_all(0, 45).size(), 55U);
    EXPECT_EQ(read_all(1).size(), 30U);
    if (begin_of(0) > 0) {
        const std::vector<ports::PartitionOffset> from{{PartitionId{0}, begin_of(0) - 1}};
        const auto fetched = log().read(kTopic, from, {});
        ASSERT_FALSE(fetched);
        EXPECT_EQ(fetched.error().kind, ErrorKind::kNotFound);
    }
}

TEST_P(EventLogContract, PruneNeverGoesBackOrPastTheEnd) {
    create(1);
    append_one(0, numbered("a", 20));
    const auto prune = [&](std::int64_t below) {
        const std::vector<ports::PartitionOffset> offsets{{PartitionId{0}, below}};
        const Status pruned = log().prune(kTopic, offsets);
        EXPECT_TRUE(pruned) << pruned.error().message;
    };
    prune(12);
    const std::int64_t begin = begin_of(0);
    prune(3);
    EXPECT_EQ(begin_of(0), begin);
    prune(1'000);
    EXPECT_LE(begin_of(0), 20);
    EXPECT_EQ(end_of(0), 20);
    site_->reopen();
    EXPECT_GE(begin_of(0), begin);
    EXPECT_EQ(end_of(0), 20);
    EXPECT_EQ(append_one(0, {"next"}).base_offset, 20);
    EXPECT_EQ(read_all(0, 20), (std::vector<std::string>{"next"}));
}

TEST_P(EventLogContract, KeysOutliveThePruningOfTheirBatch) {
    create(1);
    const ports::AppendedBatch first = append_one(0, {"a", "b"}, {"key", "f"});
    append_one(0, {"c"});
    const std::vector<ports::PartitionOffset> below{{PartitionId{0}, 3}};
    ASSERT_TRUE(log().prune(kTopic, below));
    site_->reopen();
    const ports::AppendedBatch again = append_one(0, {"a", "b"}, {"key", "f"});
    EXPECT_TRUE(again.already_present);
    EXPECT_EQ(again.base_offset, first.base_offset);
    EXPECT_EQ(append_error({batch(0, {"x"}, {"key", "g"})}), ErrorKind::kConflict);
    EXPECT_EQ(end_of(0), 3);
}

}  // namespace shelfcast::contract
