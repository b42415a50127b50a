#pragma once

/// \file adapters/memory_log/memory_log.h
/// An event log that lives in memory: for tests and the simulation, where nothing must outlive the
/// process. Passes tests/contract/event_log_contract.h. Thread safe.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ports/clock.h"
#include "ports/event_log.h"

namespace shelfcast::adapters {

struct MemoryLogLimits {
    std::size_t max_record_bytes = 1U << 20U;
    std::int64_t keep_keys_us = 48LL * 3600 * 1'000'000;  ///< Of pruned batches, in log time.
};

class MemoryLog final : public ports::EventLog {
public:
    explicit MemoryLog(const ports::Clock& clock, MemoryLogLimits limits = {})
        : clock_(clock), limits_(limits) {}

    [[nodiscard]] Status create_topic(std::string_view topic, std::uint32_t partitions) override;
    [[nodiscard]] Result<std::uint32_t> partitions(std::string_view topic) override;
    [[nodiscard]] Result<std::vector<ports::AppendedBatch>> append(
        std::vector<ports::AppendBatch> batches) override;
    [[nodiscard]] Result<std::vector<ports::FetchedBatch>> read(
        std::string_view topic, std::span<const ports::PartitionOffset> from,
        ports::ReadLimits limits) override;
    [[nodiscard]] Result<bool> wait_for_records(std::span<const ports::TopicPosition> from,
                                                std::chrono::milliseconds deadline,
                                                const std::stop_token& stop) override;
    [[nodiscard]] Result<std::vector<ports::PartitionOffset>> begin_offsets(
        std::string_view topic) override;
    [[nodiscard]] Result<std::vector<ports::PartitionOffset>> end_offsets(
        std::string_view topic) override;
    [[nodiscard]] Result<std::optional<ports::AppendedBatch>> find_key(
        std::string_view topic, PartitionId partition, std::string_view key) override;
    [[nodiscard]] Status commit_offsets(std::string_view group, std::string_view topic,
                                        std::span<const ports::PartitionOffset> offsets) override;
    [[nodiscard]] Result<std::vector<ports::PartitionOffset>> committed_offsets(
        std::string_view group, std::string_view topic) override;
    [[nodiscard]] Status prune(std::string_view topic,
                               std::span<const ports::PartitionOffset> below) override;

private:
    struct StoredBatch {
        std::int64_t base_offset = 0;
        std::int64_t log_time_us = 0;
        ports::BatchHeader header;
        ports::RecordBuffer records;
        [[nodiscard]] std::int64_t end() const {
            return base_offset + static_cast<std::int64_t>(records.size());
        }
    };
    struct KeyEntry {
        std::string fingerprint;
        ports::AppendedBatch batch;
    };
    struct Partition {
        std::int64_t begin = 0;
        std::int64_t end = 0;
        std::int64_t last_log_time_us = 0;
        std::map<std::int64_t, StoredBatch> batches;  ///< By base offset.
        std::map<std::string, KeyEntry, std::less<>> keys;
    };
    using Topic = std::vector<Partition>;

    // All of them with mutex_ held.
    [[nodiscard]] Result<Topic*> find_topic(std::string_view topic);
    [[nodiscard]] Result<Partition*> find_partition(std::string_view topic, PartitionId partition);
    using KeysInCall = std::map<std::pair<const Partition*, std::string>, std::string>;
    [[nodiscard]] Status check(const ports::AppendBatch& batch, KeysInCall& keys);
    ports::AppendedBatch append_one(Partition& partition, ports::AppendBatch batch,
                                    std::int64_t now_us);

    const ports::Clock& clock_;
    const MemoryLogLimits limits_;
    std::mutex mutex_;
    std::condition_variable_any appended_;
    std::map<std::string, Topic, std::less<>> topics_;
    std::map<std::pair<std::string, std::string>, std::map<PartitionId, std::int64_t>> groups_;
};

}  // namespace shelfcast::adapters
