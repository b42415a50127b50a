#pragma once

/// \file ports/event_log.h
/// The event log: topics of partitions of messages, appended durably, read from an offset.
///
/// Adapters: sqlite_log (embedded), kafka; each passes tests/contract/event_log_contract.h.
/// Thread safe: any thread may call any method. Partition counts are fixed when a topic is created.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace shelfcast::ports {

/// Messages of one batch in one buffer: message i is bytes [ends[i-1], ends[i]).
struct RecordBuffer {
    std::string bytes;
    std::vector<std::uint32_t> ends;

    void push_back(std::string_view message) {
        bytes.append(message);
        ends.push_back(static_cast<std::uint32_t>(bytes.size()));
    }
    [[nodiscard]] std::size_t size() const noexcept { return ends.size(); }
    [[nodiscard]] std::string_view operator[](std::size_t index) const {
        const std::uint32_t begin = index == 0 ? 0 : ends[index - 1];
        return std::string_view(bytes).substr(begin, ends[index] - begin);
    }
};

/// What is stored with a batch, in the same commit.
struct BatchHeader {
    /// Not empty: the append happens once per (topic, partition, key) for as long as the batch is
    /// kept, and at least 48 h of log time.
    std::string idempotency_key;
    /// Hash of what the key stands for. The same key with another fingerprint is kConflict.
    std::string fingerprint;
};

struct AppendBatch {
    std::string topic;
    PartitionId partition;
    BatchHeader header;
    RecordBuffer records;  ///< At least one record.
    /// The store that each record is of, for other readers of a log that keeps such keys (Kafka);
    /// empty: they have none. Nothing here goes by them.
    std::vector<StoreId> stores{};
};

struct AppendedBatch {
    std::int64_t base_offset = 0;  ///< Offset of the first record.
    std::int64_t log_time_us = 0;  ///< UTC; never decreases within a partition.
    bool already_present = false;  ///< The idempotency key was there: nothing was appended now.
};

struct FetchedBatch {
    PartitionId partition;
    std::int64_t base_offset = 0;
    std::int64_t log_time_us = 0;  ///< Of every record in the batch.
    BatchHeader header;
    RecordBuffer records;  ///< `bytes` has at least 64 readable bytes after its last record.
};

struct PartitionOffset {
    PartitionId partition;
    std::int64_t offset = 0;  ///< The next offset to read, or one past the last.
    auto operator<=>(const PartitionOffset&) const = default;
};

/// Where a reader of a topic stands.
struct TopicPosition {
    std::string topic;
    std::vector<PartitionOffset> next;
};

struct ReadLimits {
    std::size_t max_records = 100'000;  ///< Stops after the batch that reaches it.
    std::size_t max_bytes = 64U << 20U;
};

class EventLog {
public:
    virtual ~EventLog() = default;

    /// Creates the topic, or checks that it has that many partitions (kConflict if not).
    [[nodiscard]] virtual Status create_topic(std::string_view topic, std::uint32_t partitions) = 0;

    /// Partition count. Error: kNotFound.
    [[nodiscard]] virtual Result<std::uint32_t> partitions(std::string_view topic) = 0;

    /// Appends and returns once every batch is durable (fsynced or acknowledged by all replicas).
    /// One result per batch, in order. All batches of one topic become durable together or, where
    /// a backend cannot, are made so by repeating the call with the same idempotency keys.
    /// Errors: kBusy (append queue full, nothing appended: repeat later), kStorageFull, kNotFound,
    /// kConflict (same key, other fingerprint), kInvalidInput (record over the size limit, a batch
    /// without records, a partition that the topic does not have).
    [[nodiscard]] virtual Result<std::vector<AppendedBatch>> append(
        std::vector<AppendBatch> batches) = 0;

    /// Batches from the given positions on, per partition in offset order, up to the limits. A
    /// position in the middle of a batch yields that batch cut to begin there. Empty: nothing new.
    /// Error: kNotFound when a position lies below the pruned start.
    [[nodiscard]] virtual Result<std::vector<FetchedBatch>> read(
        std::string_view topic, std::span<const PartitionOffset> from, ReadLimits limits) = 0;

    /// Waits until one of the topics has a record at or past one of the positions, or the deadline
    /// or a stop request; true if it has. Wakes by notification inside the process, without
    /// polling.
    [[nodiscard]] virtual Result<bool> wait_for_records(std::span<const TopicPosition> from,
                                                        std::chrono::milliseconds deadline,
                                                        const std::stop_token& stop) = 0;

    /// First kept and one past the last offset, for every partition.
    [[nodiscard]] virtual Result<std::vector<PartitionOffset>> begin_offsets(
        std::string_view topic) = 0;
    [[nodiscard]] virtual Result<std::vector<PartitionOffset>> end_offsets(
        std::string_view topic) = 0;

    /// What an earlier append with this key did, if its batch is still remembered.
    [[nodiscard]] virtual Result<std::optional<AppendedBatch>> find_key(std::string_view topic,
                                                                        PartitionId partition,
                                                                        std::string_view key) = 0;

    /// Positions of a named reader group; partitions never committed are absent. They outlive the
    /// process; a power loss may bring back older ones, so a reader that must not read twice keeps
    /// its own.
    [[nodiscard]] virtual Status commit_offsets(std::string_view group, std::string_view topic,
                                                std::span<const PartitionOffset> offsets) = 0;
    [[nodiscard]] virtual Result<std::vector<PartitionOffset>> committed_offsets(
        std::string_view group, std::string_view topic) = 0;

    /// Permits removal of records below the given offsets. A backend may keep more; it never
    /// removes more.
    [[nodiscard]] virtual Status prune(std::string_view topic,
                                       std::span<const PartitionOffset> below) = 0;
};

}  // namespace shelfcast::ports
