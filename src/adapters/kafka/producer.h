#pragma once

/// \file adapters/kafka/producer.h
/// Hands batches to the brokers and waits until they are acknowledged. Private to this folder.
///
/// The producer of librdkafka is idempotent: what it repeats is not doubled. After a fatal error
/// its handle is made anew. Thread safe.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "adapters/kafka/client.h"
#include "adapters/kafka/topic.h"
#include "ports/event_log.h"

namespace shelfcast::adapters::kafka {

/// Records of one batch that go to the brokers.
struct Outgoing {
    const Topic* topic = nullptr;
    Partition* partition = nullptr;
    const ports::AppendBatch* batch = nullptr;
    std::vector<bool> leave_out{};  ///< By place in the batch; empty: all go.
};

/// Where they came to lie.
struct Acknowledged {
    std::int64_t first_offset = -1;
    std::int64_t last_offset = -1;
    std::int64_t log_time_us = 0;  ///< Of the first one.
};

struct ProducerOptions {
    std::uint32_t linger_ms = 2;
    std::size_t queue_bytes = 64U << 20U;
    std::size_t max_record_bytes = 1U << 20U;
};

class Producer {
public:
    [[nodiscard]] static Result<std::unique_ptr<Producer>> make(const KafkaConnection& connection,
                                                                const ProducerOptions& options,
                                                                Arrivals& arrivals);

    /// One result per batch, once all are acknowledged or given up. Error (of the whole call):
    /// kBusy, nothing was handed over.
    [[nodiscard]] Result<std::vector<Result<Acknowledged>>> send(std::span<const Outgoing> batches);

private:
    struct Call;
    struct Pending;
    /// A handle with its topics.
    struct Handle {
        std::unique_ptr<Client> client;
        std::mutex mutex{};
        std::map<std::string, Owned<rd_kafka_topic_t>> topics{};
        [[nodiscard]] rd_kafka_topic_t* topic(const std::string& name);
    };

    Producer(KafkaConnection connection, ProducerOptions options, Arrivals& arrivals)
        : connection_(std::move(connection)), options_(options), arrivals_(arrivals) {}
    [[nodiscard]] Result<std::shared_ptr<Handle>> handle();
    void hand_over(Handle& handle, const Outgoing& out, Pending& pending);
    static void delivered(const rd_kafka_message_t& message);
    [[nodiscard]] static Result<Acknowledged> outcome(const Handle& handle, const Outgoing& out,
                                                      const Pending& pending);

    const KafkaConnection connection_;
    const ProducerOptions options_;
    Arrivals& arrivals_;
    std::atomic<std::size_t> queued_bytes_{0};
    std::mutex mutex_;
    /// Shared with the calls that wait for it: a handle that failed goes with the last of them.
    std::shared_ptr<Handle> handle_;
};

}  // namespace shelfcast::adapters::kafka
