#include "adapters/sqlite_log/sqlite_log.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "adapters/sqlite_log/test_sqlite_log.h"

namespace shelfcast::adapters {
namespace {

using namespace testing;  // NOLINT: this adapter's own test names

// ---- days and times

TEST_F(SqliteLogTest, EachDayHasItsFile) {
    open();
    append(0, {"a", "b"});
    append(1, {"x"});
    clock_.now += kDayUs;
    append(0, {"c"});
    clock_.now += 3 * kDayUs;
    append(0, {"d", "e"});
    append(1, {"y"});
    EXPECT_TRUE(std::filesystem::exists(file("2026-11-22")));
    EXPECT_TRUE(std::filesystem::exists(file("2026-11-23")));
    EXPECT_TRUE(std::filesystem::exists(file("2026-11-26")));
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(read_all(0), (std::vector<std::string>{"a", "b", "c", "d", "e"}));
        EXPECT_EQ(read_all(0, 1), (std::vector<std::string>{"b", "c", "d", "e"}));
        EXPECT_EQ(read_all(0, 4), (std::vector<std::string>{"e"}));
        EXPECT_EQ(read_all(1), (std::vector<std::string>{"x", "y"}));
        open();
    }
    EXPECT_EQ(append(0, {"f"}).base_offset, 5);
}

TEST_F(SqliteLogTest, LogTimeNeverGoesBack) {
    open();
    EXPECT_EQ(append(0, {"a"}).log_time_us, kNoonUs);
    clock_.now = kNoonUs - kHourUs;
    EXPECT_EQ(append(0, {"b"}).log_time_us, kNoonUs);
    open();
    clock_.now = kNoonUs - 2 * kDayUs;
    EXPECT_EQ(append(0, {"c"}).log_time_us, kNoonUs);
    EXPECT_EQ(append(1, {"x"}).log_time_us, kNoonUs);
    clock_.now = kNoonUs + 1;
    EXPECT_EQ(append(0, {"d"}).log_time_us, kNoonUs + 1);
    EXPECT_EQ(read_all(0), (std::vector<std::string>{"a", "b", "c", "d"}));
    EXPECT_FALSE(std::filesystem::exists(file("2026-11-20")));
}

TEST_F(SqliteLogTest, ReadersMergePartitionsByLogTime) {
    open();
    std::vector<std::int64_t> times;
    for (int round = 0; round < 6; ++round) {
        clock_.now += kHourUs;
        append(static_cast<std::uint32_t>(round % 2), {"a"});
    }
    const std::vector<ports::PartitionOffset> from{{PartitionId{0}, 0}, {PartitionId{1}, 0}};
    const auto fetched = log_->read(kTopic, from, {});
    ASSERT_TRUE(fetched) << fetched.error().message;
    ASSERT_EQ(fetched->size(), 6U);
    for (std::size_t index = 0; index < 6; ++index) {
        EXPECT_EQ((*fetched)[index].partition.value, index % 2);
    }
}

TEST_F(SqliteLogTest, KeysAreKnownAcrossDays) {
    open();
    const ports::AppendedBatch first = append(0, {"a"}, {"key", "f"});
    for (int day = 0; day < 5; ++day) {
        clock_.now += kDayUs;
        append(0, {"b"});
    }
    EXPECT_TRUE(append(0, {"a"}, {"key", "f"}).already_present);
    open();
    const ports::AppendedBatch again = append(0, {"a"}, {"key", "f"});
    EXPECT_TRUE(again.already_present);
    EXPECT_EQ(again.base_offset, first.base_offset);
    EXPECT_EQ(again.log_time_us, first.log_time_us);
    EXPECT_EQ(log_->append(one(batch(0, {"a"}, {"key", "g"}))).error().kind, ErrorKind::kConflict);
}

// ---- pruning

TEST_F(SqliteLogTest, PruningRemovesWholeDays) {
    open();
    append(0, {"a", "b"});
    append(1, {"x"});
    clock_.now += kDayUs;
    append(0, {"c", "d"});
    clock_.now += kDayUs;
    append(0, {"e"});
    // Partition 1 still needs the first day.
    ASSERT_TRUE(log_->prune(kTopic, at(0, 4)));
    EXPECT_TRUE(std::filesystem::exists(file("2026-11-22")));
    EXPECT_EQ(read_all(1), (std::vector<std::string>{"x"}));
    EXPECT_EQ(log_->read(kTopic, at(0, 3), {}).error().kind, ErrorKind::kNotFound);
    ASSERT_TRUE(log_->prune(kTopic, at(1, 1)));
    EXPECT_FALSE(std::filesystem::exists(file("2026-11-22")));
    EXPECT_FALSE(std::filesystem::exists(file("2026-11-23")));
    EXPECT_FALSE(std::filesystem::exists(file("2026-11-22-wal")));
    EXPECT_TRUE(std::filesystem::exists(file("2026-11-24")));
    // The newest file stays, though nothing in it is needed.
    ASSERT_TRUE(log_->prune(kTopic, at(0, 5)));
    open();
    EXPECT_TRUE(std::filesystem::exists(file("2026-11-24")));
    EXPECT_EQ(log_->begin_offsets(kTopic)->at(0).offset, 5);
    EXPECT_EQ(append(0, {"f"}).base_offset, 5);
    EXPECT_EQ(append(1, {"y"}).base_offset, 1);
    EXPECT_EQ(read_all(0, 5), (std::vector<std::string>{"f"}));
}

TEST_F(SqliteLogTest, KeysOfRemovedDaysAreRememberedFor48Hours) {
    open();
    append(0, {"old"}, {"old", "f"});
    clock_.now += kDayUs;
    const ports::AppendedBatch young = append(0, {"young"}, {"young", "f"});
    clock_.now += kDayUs + kHourUs;
    append(0, {"now"});
    ASSERT_TRUE(log_->prune(kTopic, at(0, 2)));
    ASSERT_FALSE(std::filesystem::exists(file("2026-11-23")));
    for (int round = 0; round < 2; ++round) {
        const ports::AppendedBatch again = append(0, {"young"}, {"young", "f"});
        EXPECT_TRUE(again.already_present);
        EXPECT_EQ(again.base_offset, young.base_offset);
        EXPECT_EQ(again.log_time_us, young.log_time_us);
        EXPECT_EQ(log_->append(one(batch(0, {"a"}, {"young", "g"}))).error().kind,
                  ErrorKind::kConflict);
        EXPECT_TRUE(log_->find_key(kTopic, PartitionId{0}, "young")->has_value());
        EXPECT_FALSE(log_->find_key(kTopic, PartitionId{0}, "old")->has_value());
        open();
    }
}

TEST_F(SqliteLogTest, ReadUnderWayOutlivesPruning) {
    open();
    for (int count = 0; count < 200; ++count) {
        append(0, {std::string(1'000, 'a')});
    }
    clock_.now += kDayUs;
    append(0, {"b"});
    std::atomic<bool> failed{false};
    std::jthread reader([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            const auto fetched = log_->read(kTopic, at(0, 0), {});
            if (!fetched) {
                failed = fetched.error().kind != ErrorKind::kNotFound;
                return;
            }
        }
    });
    ASSERT_TRUE(log_->prune(kTopic, at(0, 200)));
    reader.join();
    EXPECT_FALSE(failed);
    EXPECT_FALSE(std::filesystem::exists(file("2026-11-22")));
}

// ---- copies

TEST_F(SqliteLogTest, ACopyHoldsWhatTheLogHolds) {
    open();
    append(0, {"a", "b"}, {"key", "f"});
    append(1, {"x"});
    clock_.now += kDayUs;
    append(0, {"c"});
    ASSERT_TRUE(log_->prune(kTopic, at(0, 2)));
    ASSERT_TRUE(log_->commit_offsets("group", kTopic, at(1, 1)));
    const TemporaryFolder other;
    const Status copied = log_->copy_to(other.path / "copy", {});
    ASSERT_TRUE(copied) << copied.error().message;
    append(0, {"later"});

    options_.directory = other.path / "copy";
    log_.reset();
    auto opened = SqliteLog::open(options_);
    ASSERT_TRUE(opened) << opened.error().message;
    log_ = std::move(*opened);
    EXPECT_EQ(log_->begin_offsets(kTopic).value()[0].offset, 2);
    EXPECT_EQ(read_all(0, 2), (std::vector<std::string>{"c"}));
    EXPECT_EQ(read_all(1), (std::vector<std::string>{"x"}));
    EXPECT_EQ(log_->committed_offsets("group", kTopic).value(), at(1, 1));
    EXPECT_TRUE(append(0, {"a", "b"}, {"key", "f"}).already_present);
    EXPECT_EQ(append(0, {"d"}).base_offset, 3);
}

TEST_F(SqliteLogTest, AppendsBesideACopyAreInItWhollyOrNotAtAll) {
    open();
    std::atomic<int> appended = 0;
    std::jthread appending([&](const std::stop_token& stop) {
        for (int number = 0; !stop.stop_requested(); ++number) {
            std::vector<ports::AppendBatch> both = one(batch(0, {std::to_string(number)}));
            both.push_back(batch(1, {std::to_string(number), "and one"}));
            ASSERT_TRUE(log_->append(std::move(both)));
            appended = number + 1;
        }
    });
    const TemporaryFolder other;
    for (int round = 0; round < 5; ++round) {
        const int wanted = appended + 20;
        while (appended < wanted) {
            std::this_thread::yield();
        }
        const int before = appended;
        const std::filesystem::path folder = other.path / std::to_string(round);
        const Status copied = log_->copy_to(folder, {});
        ASSERT_TRUE(copied) << copied.error().message;
        auto copy = SqliteLog::open({.directory = folder, .clock = clock_});
        ASSERT_TRUE(copy) << copy.error().message;
        const auto ends = (*copy)->end_offsets(kTopic).value();
        EXPECT_GE(ends[0].offset, before);
        EXPECT_EQ(ends[1].offset, 2 * ends[0].offset);
        ASSERT_TRUE((*copy)->read(kTopic, at(1, 0), {}));
    }
}

TEST_F(SqliteLogTest, ADamagedBatchEndsACopy) {
    open();
    append(0, {"a"});
    append(0, {"b"});
    log_.reset();
    damage(file("2026-11-22"), "update batches set log_time_us = 1 where position = 1");
    open();
    const TemporaryFolder other;
    const Status copied = log_->copy_to(other.path / "copy", {});
    ASSERT_FALSE(copied);
    EXPECT_EQ(copied.error().kind, ErrorKind::kCorrupted);
    EXPECT_NE(copied.error().message.find("2026-11-22.sqlite"), std::string::npos);
    EXPECT_NE(copied.error().message.find("offset 1"), std::string::npos) << copied.error().message;
}

// ---- damage

TEST_F(SqliteLogTest, ChangedPayloadIsNoticed) {
    open();
    append(0, {"a"});
    append(0, std::vector<std::string>(500, "some text that compresses well"));
    append(1, {"x"});
    log_.reset();
    damage(file("2026-11-22"),
           "update batches set stored = zeroblob(length(stored)) where record_count = 500");
    open();
    const auto fetched = log_->read(kTopic, at(0, 0), {});
    ASSERT_FALSE(fetched);
    EXPECT_EQ(fetched.error().kind, ErrorKind::kCorrupted);
    EXPECT_NE(fetched.error().message.find("topic receipts partition 0 offset 1"),
              std::string::npos)
        << fetched.error().message;
    EXPECT_EQ(read_all(1), (std::vector<std::string>{"x"}));
}

TEST_F(SqliteLogTest, ChangedHeaderIsNoticed) {
    for (const std::string& change :
         {std::string("log_time_us = log_time_us + 1"), std::string("idempotency_key = x'41'"),
          std::string("fingerprint = x'41'"), std::string("body_bytes = body_bytes + 1"),
          std::string("encoding = 1 - encoding"), std::string("checksum = checksum + 1"),
          std::string("record_count = 2"), std::string("position = position + 1")}) {
        std::filesystem::remove_all(folder_.path);
        open();
        append(0, {"a", "b", "c"}, {"k", "f"});
        append(0, {"d", "e", "f"});
        log_.reset();
        damage(file("2026-11-22"), "update batches set " + change + " where position = 0");
        open();
        const auto fetched = log_->read(kTopic, at(0, 0), {});
        ASSERT_FALSE(fetched) << change;
        EXPECT_EQ(fetched.error().kind, ErrorKind::kCorrupted) << change;
    }
}

TEST_F(SqliteLogTest, MissingBatchIsNoticed) {
    open();
    append(0, {"a"});
    append(0, {"b"});
    append(0, {"c"});
    log_.reset();
    damage(file("2026-11-22"), "delete from batches where position = 1");
    open();
    EXPECT_EQ(log_->read(kTopic, at(0, 0), {}).error().kind, ErrorKind::kCorrupted);
    EXPECT_EQ(log_->read(kTopic, at(0, 1), {}).error().kind, ErrorKind::kCorrupted);
    EXPECT_EQ(read_all(0, 2), (std::vector<std::string>{"c"}));
}

TEST_F(SqliteLogTest, RowOfAnotherWriterStopsTheAppendWhole) {
    open();
    append(0, {"a"});
    damage(file("2026-11-22"), "insert into batches values (1, 1, 0, null, null, 0, 5, 0, x'00')");
    auto batches = one(batch(1, {"x"}));
    batches.push_back(batch(0, {"b"}));
    const auto refused = log_->append(batches);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::kCorrupted) << refused.error().message;
    damage(file("2026-11-22"), "delete from batches where position = 1");
    EXPECT_EQ(append(0, {"b"}).base_offset, 1);
    EXPECT_EQ(append(1, {"y"}).base_offset, 0);
    EXPECT_EQ(read_all(1), (std::vector<std::string>{"y"}));
}

TEST_F(SqliteLogTest, DamagedFileIsNamed) {
    open();
    append(0, {"a"});
    log_.reset();
    std::ofstream(file("2026-11-22"), std::ios::binary | std::ios::trunc)
        << std::string(50'000, 'x');
    const Error day = open_error();
    EXPECT_EQ(day.kind, ErrorKind::kCorrupted);
    EXPECT_NE(day.message.find("2026-11-22.sqlite"), std::string::npos) << day.message;
    // Cut off, empty, and gone.
    std::filesystem::resize_file(file("2026-11-22"), 0);
    const Error empty = open_error();
    EXPECT_EQ(empty.kind, ErrorKind::kCorrupted);
    EXPECT_NE(empty.message.find("2026-11-22.sqlite"), std::string::npos) << empty.message;
    std::filesystem::remove(file("2026-11-22"));
    const Error gone = open_error();
    EXPECT_EQ(gone.kind, ErrorKind::kCorrupted);
    EXPECT_NE(gone.message.find("2026-11-22.sqlite"), std::string::npos) << gone.message;
    std::ofstream(folder_.path / "log.sqlite", std::ios::binary | std::ios::trunc)
        << std::string(50'000, 'x');
    const Error catalog = open_error();
    EXPECT_EQ(catalog.kind, ErrorKind::kCorrupted);
    EXPECT_NE(catalog.message.find("log.sqlite"), std::string::npos) << catalog.message;
}

TEST_F(SqliteLogTest, DamagedPageDoesNotStopTheProcess) {
    open();
    for (int count = 0; count < 200; ++count) {
        append(0, {std::string(3'000, static_cast<char>('a' + count % 26)) +
                   std::to_string(count * 7'919)});
    }
    log_.reset();
    std::mt19937 random(20'261'122);
    std::fstream bytes(file("2026-11-22"), std::ios::in | std::ios::out | std::ios::binary);
    const auto size = std::filesystem::file_size(file("2026-11-22"));
    for (int count = 0; count < 2'000; ++count) {
        bytes.seekp(static_cast<std::streamoff>(4'096 + random() % (size - 4'096)));
        bytes.put(static_cast<char>(random()));
    }
    bytes.close();
    options_.directory = folder_.path;
    auto opened = SqliteLog::open(options_);
    const ErrorKind kind =
        opened ? (*opened)->read(kTopic, at(0, 0), {}).error().kind : opened.error().kind;
    EXPECT_EQ(kind, ErrorKind::kCorrupted);
}

TEST_F(SqliteLogTest, FileOfAnotherFormatIsRefused) {
    open();
    log_.reset();
    damage(folder_.path / "log.sqlite", "pragma user_version = 9");
    const Error error = open_error();
    EXPECT_EQ(error.kind, ErrorKind::kInvalidInput);
    EXPECT_NE(error.message.find("format 9"), std::string::npos) << error.message;
}

// ---- options

TEST_F(SqliteLogTest, OptionsAreChecked) {
    options_.vfs = "no-such-vfs";
    EXPECT_EQ(open_error().kind, ErrorKind::kInvalidInput);
    options_.vfs = "";
    options_.queue_bytes = 0;
    EXPECT_EQ(open_error().kind, ErrorKind::kInvalidInput);
}

}  // namespace
}  // namespace shelfcast::adapters
