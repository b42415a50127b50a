#pragma once

/// \file adapters/sqlite_log/test_sqlite_log.h
/// For tests: a log in a temporary folder under a clock that stands still.

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "adapters/sqlite_log/sqlite_log.h"

namespace shelfcast::adapters::testing {

inline constexpr std::int64_t kHourUs = 3'600'000'000;
inline constexpr std::int64_t kDayUs = 24 * kHourUs;
inline constexpr std::int64_t kNoonUs = 1'795'348'800'000'000;  // 2026-11-22T12:00:00Z
inline constexpr const char* kTopic = "receipts";

class FixedClock final : public ports::Clock {
public:
    [[nodiscard]] std::int64_t now_us() const override { return now; }
    [[nodiscard]] std::int64_t steady_us() const override { return now; }
    std::atomic<std::int64_t> now{kNoonUs};
};

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "log-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            std::abort();
        }
        path = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    std::filesystem::path path;
};

inline std::vector<ports::PartitionOffset> at(std::uint32_t partition, std::int64_t offset) {
    return {{PartitionId{partition}, offset}};
}

inline ports::AppendBatch batch(std::uint32_t partition, const std::vector<std::string>& messages,
                                ports::BatchHeader header = {}, const std::string& topic = kTopic) {
    ports::AppendBatch made{topic, PartitionId{partition}, std::move(header), {}};
    for (const std::string& message : messages) {
        made.records.push_back(message);
    }
    return made;
}

/// Bytes that do not compress.
inline std::string noise(std::uint64_t seed, std::size_t bytes) {
    std::mt19937_64 random(seed);
    std::string text;
    text.reserve(bytes);
    for (std::size_t count = 0; count < bytes; ++count) {
        text.push_back(static_cast<char>(random() >> 32U));
    }
    return text;
}

inline std::vector<ports::AppendBatch> one(ports::AppendBatch made) {
    std::vector<ports::AppendBatch> batches;
    batches.push_back(std::move(made));
    return batches;
}

class SqliteLogTest : public ::testing::Test {
protected:
    void open() {
        log_.reset();
        options_.directory = folder_.path;
        auto opened = SqliteLog::open(options_);
        ASSERT_TRUE(opened) << opened.error().message;
        log_ = std::move(*opened);
        const Status created = log_->create_topic(kTopic, 2);
        ASSERT_TRUE(created) << created.error().message;
    }

    Error open_error() {
        log_.reset();
        options_.directory = folder_.path;
        auto opened = SqliteLog::open(options_);
        if (opened) {
            ADD_FAILURE() << "the log opened";
            return Error{ErrorKind::kBusy, ""};
        }
        return opened.error();
    }

    ports::AppendedBatch append(std::uint32_t partition, const std::vector<std::string>& messages,
                                ports::BatchHeader header = {}) {
        auto appended = log_->append(one(batch(partition, messages, std::move(header))));
        if (!appended) {
            ADD_FAILURE() << appended.error().message;
            return {};
        }
        return appended->front();
    }

    std::vector<std::string> read_all(std::uint32_t partition, std::int64_t from = 0) {
        std::vector<std::string> messages;
        while (true) {
            auto fetched = log_->read(kTopic, at(partition, from), {});
            if (!fetched) {
                ADD_FAILURE() << fetched.error().message;
                return messages;
            }
            if (fetched->empty()) {
                return messages;
            }
            for (const ports::FetchedBatch& found : *fetched) {
                for (std::size_t index = 0; index < found.records.size(); ++index) {
                    messages.emplace_back(found.records[index]);
                }
                from = found.base_offset + static_cast<std::int64_t>(found.records.size());
            }
        }
    }

    std::filesystem::path file(const std::string& name) const {
        return folder_.path / kTopic / (name + ".sqlite");
    }

    /// Runs SQL on a file of the log.
    static void damage(const std::filesystem::path& path, const std::string& sql) {
        sqlite3* handle = nullptr;
        ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
        char* message = nullptr;
        EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK)
            << message;
        sqlite3_close(handle);
    }

    TemporaryFolder folder_;
    FixedClock clock_;
    SqliteLogOptions options_{.directory = {}, .clock = clock_};
    std::unique_ptr<SqliteLog> log_;
};

}  // namespace shelfcast::adapters::testing
