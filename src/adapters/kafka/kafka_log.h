#pragma once

/// \file adapters/kafka/kafka_log.h
/// The event log on Apache Kafka, and the worker group beside it.
///
/// One Kafka record per message, its value the message as it is, its key the store's number where
/// the caller names one. Topics are made with `message.timestamp.type=LogAppendTime`: log time is
/// the clock of the partition's leader, in whole milliseconds, and never decreases as long as the
/// brokers' clocks do not. Offsets are dense because nothing here writes transactions.
///
/// What it promises less of than the embedded log, because Kafka does:
/// - Two processes that append the same idempotency key at the same moment may both append; one
///   after the other is noticed. One chain's door is one process, and the ids of events catch the
///   rest.
/// - A batch that was cut short (the process died) is completed by the repeat; its records then
///   need not be neighbours. Nor are they when another process appends to the partition meanwhile.
/// - An append without a key that answers kUnavailable may be in the log all the same.
/// - Group offsets go some days after the group's last member (`offsets.retention.minutes`).
///
/// Several processes may use the same topics. Thread safe.

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "ports/clock.h"
#include "ports/event_log.h"
#include "ports/worker_group.h"

namespace shelfcast::adapters {

struct KafkaConnection {
    std::string bootstrap;    ///< "host:port,host:port"
    std::string prefix = {};  ///< In front of every topic's and group's name.
    /// Any other setting of librdkafka ("security.protocol", "sasl.password", …). Those that the
    /// promises above rest on may not be set.
    std::map<std::string, std::string> properties = {};
    /// How long a call waits for brokers before it is kUnavailable.
    std::uint32_t timeout_ms = 10'000;
};

/// Of topics that are made here; those that exist keep what they have.
struct KafkaTopicOptions {
    std::uint16_t replication = 3;
    std::uint16_t min_insync_replicas = 2;
    /// Log time after which Kafka removes records by itself; -1: never, pruning does it. Shorter
    /// than it takes to close an epoch loses events.
    std::int64_t retention_ms = -1;
};

struct KafkaLogOptions {
    KafkaConnection connection;
    const ports::Clock&
        clock;  ///< Which keys are old enough to be forgotten. Must outlive the log.
    KafkaTopicOptions topics = {};

    std::uint32_t linger_ms = 2;  ///< An append waits so long for others to go with it.
    /// Bytes of records that are not acknowledged yet; an append beyond them is kBusy.
    std::size_t queue_bytes = 64U << 20U;
    std::size_t max_record_bytes = 1U << 20U;  ///< Topics are made to take records of this size.
    /// How long idempotency keys are known, in log time; pruning keeps their records as long.
    std::uint32_t keep_keys_h = 48;
    /// Readers at different positions of the same partition that do not disturb each other.
    std::uint32_t max_readers = 4;
    std::uint32_t prefetch_kib = 4'096;  ///< Of each partition, for each reader.
};

struct KafkaGroupOptions {
    std::string group;  ///< As in commit_offsets.
    std::string topic;  ///< The one whose partitions are shared out; others go by its numbers.
    /// A worker that was not heard of for so long is dead to the others.
    std::uint32_t session_timeout_ms = 45'000;
    /// A worker that does not let go within this time of being asked is left behind.
    std::uint32_t release_timeout_ms = 60'000;
};

class KafkaLog final : public ports::EventLog {
public:
    /// Returns once a broker has answered. Errors, each naming the addresses: kUnavailable (no
    /// broker answers), kUnauthenticated, kInvalidInput (a setting that librdkafka refuses).
    [[nodiscard]] static Result<std::unique_ptr<KafkaLog>> open(KafkaLogOptions options);

    /// No other call may be running, and its groups are gone.
    ~KafkaLog() override;
    KafkaLog(const KafkaLog&) = delete;
    KafkaLog& operator=(const KafkaLog&) = delete;

    /// A worker of the group, which it joins when it is first asked for its assignment. While it is
    /// a member, this log's commit_offsets for that group go through it; those of a process that is
    /// no member are kConflict. The log must outlive it.
    [[nodiscard]] std::unique_ptr<ports::WorkerGroup> worker_group(KafkaGroupOptions options);

    /// Names: as Kafka's, 1 to 249 of [A-Za-z0-9._-] with the prefix, the first one no dot. A topic
    /// that is there must stamp records by LogAppendTime and not be compacted (kConflict). Errors
    /// besides: kUnavailable when its partitions have no leaders in time.
    [[nodiscard]] Status create_topic(std::string_view topic, std::uint32_t partitions) override;
    [[nodiscard]] Result<std::uint32_t> partitions(std::string_view topic) override;
    /// The first keyed append to a partition reads what was written in the time that keys are kept.
    [[nodiscard]] Result<std::vector<ports::AppendedBatch>> append(
        std::vector<ports::AppendBatch> batches) override;
    /// Every partition gets its share of the limits before one gets more.
    [[nodiscard]] Result<std::vector<ports::FetchedBatch>> read(
        std::string_view topic, std::span<const ports::PartitionOffset> from,
        ports::ReadLimits limits) override;
    /// Fetches ahead what the next read will return, and wakes as it comes in.
    [[nodiscard]] Result<bool> wait_for_records(std::span<const ports::TopicPosition> from,
                                                std::chrono::milliseconds deadline,
                                                const std::stop_token& stop) override;
    [[nodiscard]] Result<std::vector<ports::PartitionOffset>> begin_offsets(
        std::string_view topic) override;
    [[nodiscard]] Result<std::vector<ports::PartitionOffset>> end_offsets(
        std::string_view topic) override;
    [[nodiscard]] Result<std::optional<ports::AppendedBatch>> find_key(
        std::string_view topic, PartitionId partition, std::string_view key) override;
    /// Kafka's own group offsets: its tools show the lag. kConflict: the group has members and this
    /// process is none, or no longer.
    [[nodiscard]] Status commit_offsets(std::string_view group, std::string_view topic,
                                        std::span<const ports::PartitionOffset> offsets) override;
    [[nodiscard]] Result<std::vector<ports::PartitionOffset>> committed_offsets(
        std::string_view group, std::string_view topic) override;
    /// Removes whole records (DeleteRecords), but none whose idempotency key is still to be known.
    [[nodiscard]] Status prune(std::string_view topic,
                               std::span<const ports::PartitionOffset> below) override;

private:
    class Impl;
    explicit KafkaLog(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace shelfcast::adapters
