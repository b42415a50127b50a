#pragma once

/// \file tests/contract/event_log_fixture.h
/// What an adapter gives to the event log's contract suite, and what the suite's tests build on.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "ports/event_log.h"

namespace shelfcast::contract {

/// An event log over some storage, which outlives the adapter's objects.
class EventLogSite {
public:
    virtual ~EventLogSite() = default;
    [[nodiscard]] virtual ports::EventLog& log() = 0;
    /// Ends the adapter's objects and makes new ones over the same storage.
    virtual void reopen() = 0;
    /// The largest record that append() takes.
    [[nodiscard]] virtual std::size_t max_record_bytes() const = 0;
};

struct EventLogBackend {
    std::string name;
    std::function<std::unique_ptr<EventLogSite>()> make_site;  ///< Over empty storage.
};

inline std::string event_log_backend_name(const ::testing::TestParamInfo<EventLogBackend>& info) {
    return info.param.name;
}

class EventLogContract : public ::testing::TestWithParam<EventLogBackend> {
protected:
    static constexpr std::chrono::milliseconds kSoon{20};
    static constexpr std::chrono::milliseconds kPatience{30'000};
    static constexpr const char* kTopic = "receipts";

    void SetUp() override {
        site_ = GetParam().make_site();
        ASSERT_NE(site_, nullptr);
    }

    [[nodiscard]] ports::EventLog& log() { return site_->log(); }

    static std::vector<ports::TopicPosition> at(const std::string& topic,
                                                std::vector<ports::PartitionOffset> next) {
        return {{topic, std::move(next)}};
    }

    void create(std::uint32_t partitions, const std::string& topic = kTopic) {
        const Status created = log().create_topic(topic, partitions);
        ASSERT_TRUE(created) << created.error().message;
    }

    static ports::AppendBatch batch(std::uint32_t partition, std::vector<std::string> messages,
                                    ports::BatchHeader header = {},
                                    const std::string& topic = kTopic) {
        ports::AppendBatch made{topic, PartitionId{partition}, std::move(header), {}};
        for (const std::string& message : messages) {
            made.records.push_back(message);
        }
        return made;
    }

    /// Appends, repeating what may be repeated. Batches without a key must not need it.
    std::vector<ports::AppendedBatch> append(const std::vector<ports::AppendBatch>& batches) {
        const auto deadline = std::chrono::steady_clock::now() + kPatience;
        while (true) {
            Result<std::vector<ports::AppendedBatch>> appended = log().append(batches);
            if (appended) {
                EXPECT_EQ(appended->size(), batches.size());
                return *appended;
            }
            if (!is_retryable(appended.error().kind) ||
                std::chrono::steady_clock::now() > deadline) {
                ADD_FAILURE() << appended.error().message;
                return std::vector<ports::AppendedBatch>(batches.size());
            }
            std::this_thread::yield();
        }
    }

    ports::AppendedBatch append_one(std::uint32_t partition, std::vector<std::string> messages,
                                    ports::BatchHeader header = {}) {
        return append({batch(partition, std::move(messages), std::move(header))}).front();
    }

    ErrorKind append_error(std::vector<ports::AppendBatch> batches) {
        const Result<std::vector<ports::AppendedBatch>> appended = log().append(std::move(batches));
        EXPECT_FALSE(appended) << "the append went through";
        if (appended) {
            return ErrorKind::kUnavailable;
        }
        EXPECT_FALSE(appended.error().message.empty());
        return appended.error().kind;
    }

    std::vector<ports::FetchedBatch> read(const std::vector<ports::PartitionOffset>& from,
                                          ports::ReadLimits limits = {}) {
        Result<std::vector<ports::FetchedBatch>> fetched = log().read(kTopic, from, limits);
        if (!fetched) {
            ADD_FAILURE() << fetched.error().message;
            return {};
        }
        return std::move(*fetched);
    }

    /// Everything of one partition from an offset on, read in as many calls as it takes; checks
    /// that offsets are dense and log times never decrease.
    std::vector<std::string> read_all(std::uint32_t partition, std::int64_t from = 0,
                                      ports::ReadLimits limits = {}) {
        std::vector<std::string> messages;
        std::int64_t next = from;
        std::int64_t log_time_us = 0;
        while (true) {
            const std::vector<ports::FetchedBatch> fetched =
                read({{PartitionId{partition}, next}}, limits);
            if (fetched.empty()) {
                return messages;
            }
            for (const ports::FetchedBatch& found : fetched) {
                EXPECT_EQ(found.partition, PartitionId{partition});
                EXPECT_EQ(found.base_offset, next);
                EXPECT_GE(found.log_time_us, log_time_us);
                EXPECT_GT(found.records.size(), 0U);
                if (found.base_offset != next || found.records.size() == 0) {
                    return messages;
                }
                log_time_us = found.log_time_us;
                for (std::size_t index = 0; index < found.records.size(); ++index) {
                    messages.emplace_back(found.records[index]);
                }
                next += static_cast<std::int64_t>(found.records.size());
            }
        }
    }

    std::int64_t end_of(std::uint32_t partition) {
        return offset_of(log().end_offsets(kTopic), partition);
    }
    std::int64_t begin_of(std::uint32_t partition) {
        return offset_of(log().begin_offsets(kTopic), partition);
    }

    static std::vector<std::string> numbered(const std::string& prefix, int count) {
        std::vector<std::string> messages;
        messages.reserve(static_cast<std::size_t>(count));
        for (int number = 0; number < count; ++number) {
            messages.push_back(prefix + std::to_string(number));
        }
        return messages;
    }

    std::unique_ptr<EventLogSite> site_;

private:
    static std::int64_t offset_of(const Result<std::vector<ports::PartitionOffset>>& offsets,
                                  std::uint32_t partition) {
        if (!offsets) {
            ADD_FAILURE() << offsets.error().message;
            return -1;
        }
        for (const ports::PartitionOffset& offset : *offsets) {
            if (offset.partition == PartitionId{partition}) {
                return offset.offset;
            }
        }
        ADD_FAILURE() << "partition " << partition << " is absent";
        return -1;
    }
};

}  // namespace shelfcast::contract
