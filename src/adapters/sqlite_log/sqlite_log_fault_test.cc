/// Full and failing disks, a full queue, and the end of the process at any moment.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "adapters/sqlite_log/fault_vfs.h"
#include "adapters/sqlite_log/sqlite_log.h"
#include "adapters/sqlite_log/test_sqlite_log.h"

namespace shelfcast::adapters {
namespace {

using namespace testing;  // NOLINT: this adapter's own test names
using sqlite_log::fault_vfs;
using sqlite_log::FaultVfs;

TEST_F(SqliteLogTest, OnlyFullDurabilitySyncsEachCommit) {
    options_.vfs = FaultVfs::kName;
    for (const bool threaded : {true, false}) {
        for (const LogDurability durability : {LogDurability::kFull, LogDurability::kNormal}) {
            std::atomic<std::int64_t>& syncs = fault_vfs().syncs;
            options_.threaded = threaded;
            options_.durability = durability;
            open();
            append(0, {"first"});
            const std::int64_t before = syncs;
            for (int count = 0; count < 5; ++count) {
                append(0, {"more"});
            }
            const std::int64_t synced = syncs - before;
            if (durability == LogDurability::kFull) {
                EXPECT_GE(synced, 5);
            } else {
                EXPECT_EQ(synced, 0);
            }
        }
    }
}

// ---- a disk that fills up, a disk that fails, a queue that is full

class SqliteLogFaults : public SqliteLogTest, public ::testing::WithParamInterface<bool> {
protected:
    void SetUp() override {
        fault_vfs();
        options_.vfs = FaultVfs::kName;
        options_.threaded = GetParam();
    }
    void TearDown() override {
        fault_vfs().bytes_left = FaultVfs::kNoLimit;
        fault_vfs().fail_syncs = false;
        fault_vfs().release();
    }
};

INSTANTIATE_TEST_SUITE_P(Threads, SqliteLogFaults, ::testing::Bool(),
                         [](const auto& threads) { return threads.param ? "Writer" : "None"; });

TEST_P(SqliteLogFaults, FullDiskLosesNothingAndHeals) {
    open();
    std::vector<std::string> expected{"first"};
    append(0, expected);
    append(1, {"x"});
    std::mt19937_64 random(7);
    int refused = 0;
    for (int round = 0; round < 60; ++round) {
        // Room for anything from nothing to a few pages: the disk is full at each place in turn.
        fault_vfs().bytes_left = static_cast<std::int64_t>(random() % 120'000);
        const std::vector<std::string> messages{"round " + std::to_string(round),
                                                noise(random(), 32'000)};
        const ports::BatchHeader header{"key " + std::to_string(round), "f"};
        auto batches = one(batch(0, messages, header));
        batches.push_back(batch(1, {"x"}, header));
        const auto first = log_->append(batches);
        if (!first) {
            ++refused;
            EXPECT_EQ(first.error().kind, ErrorKind::kStorageFull) << first.error().message;
            EXPECT_EQ(read_all(0).size(), expected.size());
            EXPECT_EQ(log_->end_offsets(kTopic)->at(1).offset, 1 + round);
        }
        fault_vfs().bytes_left = FaultVfs::kNoLimit;
        const auto second = log_->append(batches);
        ASSERT_TRUE(second) << second.error().message;
        EXPECT_EQ(second->front().already_present, first.has_value());
        expected.insert(expected.end(), messages.begin(), messages.end());
    }
    EXPECT_GT(refused, 10);
    EXPECT_LT(refused, 60);
    EXPECT_TRUE(read_all(0) == expected);
    open();
    EXPECT_TRUE(read_all(0) == expected);
    EXPECT_EQ(read_all(1).size(), 61U);
}

TEST_P(SqliteLogFaults, WhatAKilledProcessLeftUnsyncedIsSyncedAtTheStart) {
    options_.durability = LogDurability::kNormal;
    open();
    append(0, {"a"});
    // A copy of the files is what a killed process leaves: a log that was written, never synced.
    const TemporaryFolder left;
    std::filesystem::copy(folder_.path, left.path,
                          std::filesystem::copy_options::recursive |
                              std::filesystem::copy_options::overwrite_existing);
    log_.reset();
    const std::int64_t before = fault_vfs().syncs;
    options_.directory = left.path;
    {
        const auto opened = SqliteLog::open(options_);
        ASSERT_TRUE(opened) << opened.error().message;
        EXPECT_EQ((*opened)->end_offsets(kTopic)->front().offset, 1);
        EXPECT_GE(fault_vfs().syncs - before, 2) << "of log.sqlite and of the newest day";
    }
    fault_vfs().fail_syncs = true;
    const auto refused = SqliteLog::open(options_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::kUnavailable) << refused.error().message;
}

TEST_P(SqliteLogFaults, DiskFullInTheMiddleOfALargeAppend) {
    open();
    append(0, {"a"});
    // More than the writer's page cache holds: pages are written, and refused, before COMMIT.
    const std::string large = noise(1, 1U << 20U);
    std::vector<ports::AppendBatch> batches;
    for (std::uint32_t count = 0; count < 48; ++count) {
        batches.push_back(batch(count % 2, {large}));
    }
    fault_vfs().bytes_left = 10 << 20;
    const auto refused = log_->append(batches);
    fault_vfs().bytes_left = FaultVfs::kNoLimit;
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::kStorageFull) << refused.error().message;
    EXPECT_EQ(append(0, {"b"}).base_offset, 1);
    EXPECT_EQ(append(1, {"x"}).base_offset, 0);
    open();
    EXPECT_EQ(read_all(0), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(read_all(1), (std::vector<std::string>{"x"}));
}

TEST_P(SqliteLogFaults, DiskFullAtTheTurnOfTheDay) {
    open();
    append(0, {"a"});
    int refusals = 0;
    for (std::int64_t room = 0; room < 40'000; room += 1'500) {
        clock_.now += kDayUs;
        fault_vfs().bytes_left = room;
        const auto refused = log_->append(one(batch(0, {"b"}, {std::to_string(room), "f"})));
        fault_vfs().bytes_left = FaultVfs::kNoLimit;
        if (!refused) {
            ++refusals;
            EXPECT_EQ(refused.error().kind, ErrorKind::kStorageFull) << refused.error().message;
            // The clock going back must not put a batch behind the offsets noted for the new day.
            clock_.now -= kDayUs;
            if (room % 2'000 == 0) {
                open();
            }
            append(0, {"b"}, {std::to_string(room), "f"});
            clock_.now += kDayUs;
        }
    }
    EXPECT_GT(refusals, 5);
    const std::size_t count = read_all(0).size();
    EXPECT_EQ(count, 1U + 27U);
    open();
    EXPECT_EQ(read_all(0).size(), count);
}

TEST_P(SqliteLogFaults, FailedSyncIsNoAcknowledgement) {
    open();
    append(0, {"a"}, {"a", "f"});
    fault_vfs().fail_syncs = true;
    const auto failed = log_->append(one(batch(0, {"b"}, {"b", "f"})));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, ErrorKind::kUnavailable) << failed.error().message;
    EXPECT_EQ(log_->end_offsets(kTopic)->front().offset, 1);
    fault_vfs().fail_syncs = false;
    EXPECT_FALSE(append(0, {"b"}, {"b", "f"}).already_present);
    append(0, {"c"});
    open();
    EXPECT_EQ(read_all(0), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(SqliteLogTest, FullQueueIsBusyAtOnce) {
    fault_vfs();
    options_.vfs = FaultVfs::kName;
    options_.queue_bytes = 1'000;
    open();
    append(0, {"first"});
    fault_vfs().hold();
    std::atomic<bool> appended{false};
    std::jthread caller(
        [&] { appended = log_->append(one(batch(0, {noise(1, 600)}))).has_value(); });
    EXPECT_TRUE(fault_vfs().await_held());
    // The writer stands still with 600 bytes in hand.
    std::packaged_task<Result<std::vector<ports::AppendedBatch>>()> second(
        [&] { return log_->append(one(batch(0, {noise(2, 600)}))); });
    auto answer = second.get_future();
    std::jthread second_caller(std::ref(second));
    EXPECT_EQ(answer.wait_for(std::chrono::seconds(30)), std::future_status::ready);
    fault_vfs().release();
    const auto refused = answer.get();
    caller.join();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::kBusy) << refused.error().message;
    EXPECT_TRUE(appended);
    // One append larger than the queue goes in alone.
    append(0, {noise(3, 5'000)});
    EXPECT_EQ(read_all(0), (std::vector<std::string>{"first", noise(1, 600), noise(3, 5'000)}));
}

// ---- kill -9

struct Acknowledged {
    std::uint32_t producer = 0;
    std::uint32_t round = 0;
    std::uint32_t partition = 0;
    std::int64_t base_offset = 0;
};

std::vector<std::string> killed_messages(std::uint32_t producer, std::uint32_t round) {
    std::vector<std::string> messages;
    for (std::uint32_t index = 0; index < 1 + (producer + round) % 5; ++index) {
        messages.push_back(fmt::format("{}:{}:{}:{}", producer, round, index,
                                       std::string((round * 37) % 3'000, 'p')));
    }
    return messages;
}

/// Appends from several threads for ever, writing each acknowledgement into a pipe.
[[noreturn]] void append_until_killed(const std::filesystem::path& directory,
                                      std::uint32_t first_round, int pipe) {
    FixedClock clock;
    auto log = SqliteLog::open({.directory = directory, .clock = clock, .group_commit_ms = 0});
    if (!log || !(*log)->create_topic(kTopic, 2)) {
        ::_exit(1);
    }
    std::vector<std::jthread> threads;
    for (std::uint32_t producer = 0; producer < 3; ++producer) {
        threads.emplace_back([&, producer] {
            for (std::uint32_t round = first_round;; ++round) {
                clock.now += kHourUs / 50;
                const std::uint32_t partition = (producer + round) % 2;
                const auto appended =
                    (*log)->append(one(batch(partition, killed_messages(producer, round))));
                if (!appended) {
                    ::_exit(2);
                }
                const Acknowledged done{producer, round, partition, appended->front().base_offset};
                if (::write(pipe, &done, sizeof(done)) != sizeof(done)) {
                    ::_exit(3);
                }
            }
        });
    }
    threads.clear();
    ::_exit(4);
}

TEST_F(SqliteLogTest, KilledProcessLosesNothingAcknowledged) {
    std::mt19937 random(1'122);
    std::vector<Acknowledged> acknowledged;
    for (std::uint32_t life = 0; life < 8; ++life) {
        SCOPED_TRACE(fmt::format("life {} of seed 1122", life));
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            ::close(ends[0]);
            append_until_killed(folder_.path, life * 1'000'000, ends[1]);
        }
        ::close(ends[1]);
        const std::size_t killed_after = acknowledged.size() + 20 + random() % 150;
        Acknowledged done;
        while (::read(ends[0], &done, sizeof(done)) == sizeof(done)) {
            acknowledged.push_back(done);
            if (acknowledged.size() == killed_after) {
                ::kill(child, SIGKILL);  // what is in the pipe already is still read
            }
        }
        ::close(ends[0]);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
        open();
        for (const Acknowledged& expected : acknowledged) {
            const std::vector<std::string> messages =
                killed_messages(expected.producer, expected.round);
            const auto fetched = log_->read(kTopic, at(expected.partition, expected.base_offset),
                                            {.max_records = 1});
            ASSERT_TRUE(fetched) << fetched.error().message;
            ASSERT_EQ(fetched->size(), 1U);
            ASSERT_EQ(fetched->front().records.size(), messages.size());
            for (std::size_t index = 0; index < messages.size(); ++index) {
                ASSERT_EQ(fetched->front().records[index], messages[index]);
            }
        }
        for (std::uint32_t partition = 0; partition < 2; ++partition) {
            EXPECT_EQ(static_cast<std::int64_t>(read_all(partition).size()),
                      log_->end_offsets(kTopic)->at(partition).offset);
        }
        log_.reset();
    }
}

}  // namespace
}  // namespace shelfcast::adapters
