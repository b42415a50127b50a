#include "adapters/kafka/producer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/kafka/key_index.h"
#include "base/log.h"

namespace shelfcast::adapters::kafka {
namespace {

constexpr std::size_t kMessagesPerCall = 1'000;
/// What the library keeps for a record beside its bytes.
constexpr std::size_t kRecordCost = 128;
/// What a record has beside its value: key, headers, framing.
constexpr std::size_t kRecordOverhead = 32U << 10U;

std::size_t cost_of(const Outgoing& out) {
    return out.batch->records.bytes.size() + out.batch->records.size() * kRecordCost;
}

}  // namespace

/// The batches of one send().
struct Producer::Call {
    std::mutex mutex;
    std::condition_variable done;
    std::size_t left = 0;  ///< Batches without an outcome.
};

/// One batch under way. Its fields are the polling thread's until `left` is 0.
struct Producer::Pending {
    Call* call = nullptr;
    std::atomic<std::size_t> left{0};  ///< Records without an outcome, and one for who hands over.
    Acknowledged where{};
    rd_kafka_resp_err_t fault = RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_resp_err_t refused = RD_KAFKA_RESP_ERR_NO_ERROR;  ///< When it was handed over.

    void settle(std::size_t records) {
        if (left.fetch_sub(records) == records) {
            const std::scoped_lock lock(call->mutex);
            --call->left;
            call->done.notify_all();  // Under the lock: the call is gone soon after.
        }
    }
};

rd_kafka_topic_t* Producer::Handle::topic(const std::string& name) {
    const std::scoped_lock lock(mutex);
    Owned<rd_kafka_topic_t>& found = topics[name];
    if (found == nullptr) {
        found.reset(rd_kafka_topic_new(client->get(), name.c_str(), nullptr));
    }
    return found.get();
}

Result<std::unique_ptr<Producer>> Producer::make(const KafkaConnection& connection,
                                                 const ProducerOptions& options,
                                                 Arrivals& arrivals) {
    std::unique_ptr<Producer> producer(new Producer(connection, options, arrivals));
    SHELFCAST_TRY(producer->handle());
    return producer;
}

Result<std::shared_ptr<Producer::Handle>> Producer::handle() {
    const std::scoped_lock lock(mutex_);
    if (handle_ != nullptr) {
        std::array<char, 256> why{};
        if (rd_kafka_fatal_error(handle_->client->get(), why.data(), why.size()) == 0) {
            return handle_;
        }
        log::warning("kafka", "the producer is made anew reason=\"{}\"", why.data());
    }
    const std::string timeout = std::to_string(connection_.timeout_ms);
    const std::string message_bytes = std::to_string(options_.max_record_bytes + kRecordOverhead);
    SHELFCAST_ASSIGN(auto client, Client::make(RD_KAFKA_PRODUCER, connection_,
                                               {{"enable.idempotence", "true"},
                                                {"acks", "all"},
                                                {"max.in.flight.requests.per.connection", "5"},
                                                {"compression.codec", "lz4"},
                                                {"linger.ms", std::to_string(options_.linger_ms)},
                                                {"message.timeout.ms", timeout},
                                                {"message.max.bytes", message_bytes},
                                                {"batch.num.messages", "100000"},
                                                // send() has the limit that counts.
                                                {"queue.buffering.max.messages", "10000000"},
                                                {"queue.buffering.max.kbytes", "2097151"},
                                                {"retry.backoff.ms", "50"}},
                                               {.delivered = &Producer::delivered}));
    handle_ = std::make_shared<Handle>(std::move(client));
    return handle_;
}

void Producer::delivered(const rd_kafka_message_t& message) {
    auto& pending = *static_cast<Pending*>(message._private);
    if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        pending.fault = message.err;
    } else if (message.offset < 0) {
        // It was in already when it was repeated, and the broker has forgotten where.
        pending.fault = RD_KAFKA_RESP_ERR__TIMED_OUT;
    } else {
        Acknowledged& where = pending.where;
        if (where.first_offset < 0 || message.offset < where.first_offset) {
            rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
            where.first_offset = message.offset;
            where.log_time_us = rd_kafka_message_timestamp(&message, &type) * 1000;
        }
        where.last_offset = std::max(where.last_offset, message.offset);
    }
    pending.settle(1);
}

void Producer::hand_over(Handle& handle, const Outgoing& out, Pending& pending) {
    rd_kafka_topic_t* const topic = handle.topic(out.topic->full_name);
    const ports::AppendBatch& batch = *out.batch;
    const std::size_t count = batch.records.size();
    const auto partition = static_cast<std::int32_t>(out.partition->id.value);
    std::string stamp =
        batch.header.idempotency_key.empty()
            ? std::string()
            : encode_stamp({0, static_cast<std::uint32_t>(count), batch.header.idempotency_key,
                            batch.header.fingerprint});
    std::vector<rd_kafka_message_t> messages;
    messages.reserve(std::min(count, kMessagesPerCall));
    std::vector<std::string> keys(std::min(count, kMessagesPerCall));
    std::size_t unsent = count;
    const std::scoped_lock lock(out.partition->enqueue);
    for (std::size_t i = 0; i < count && pending.refused == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
        if (!out.leave_out.empty() && out.leave_out[i]) {
            pending.settle(1);
            --unsent;
            continue;
        }
        const std::string_view value = batch.records[i];
        std::string key =
            batch.stores.empty() ? std::string() : std::to_string(batch.stores[i].value);
        // The value is not copied: the batch outlives its acknowledgement.
        void* const bytes = const_cast<char*>(value.data());
        if (!stamp.empty()) {
            set_stamp_index(stamp, static_cast<std::uint32_t>(i));
            const rd_kafka_resp_err_t code = rd_kafka_producev(
                handle.client->get(), RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition),
                RD_KAFKA_V_VALUE(bytes, value.size()),
                RD_KAFKA_V_KEY(key.empty() ? nullptr : key.data(), key.size()),
                RD_KAFKA_V_HEADER(kBatchHeader, stamp.data(), static_cast<ssize_t>(stamp.size())),
                RD_KAFKA_V_OPAQUE(&pending), RD_KAFKA_V_END);
            pending.refused = code;
            unsent -= code == RD_KAFKA_RESP_ERR_NO_ERROR ? 1 : 0;
            continue;
        }
        keys[messages.size()] = std::move(key);
        std::string& kept = keys[messages.size()];
        rd_kafka_message_t& message = messages.emplace_back();
        message.payload = bytes;
        message.len = value.size();
        message.key = kept.empty() ? nullptr : kept.data();
        message.key_len = kept.size();
        message._private = &pending;
        if (messages.size() == kMessagesPerCall || i + 1 == count) {
            const int taken = rd_kafka_produce_batch(topic, partition, 0, messages.data(),
                                                     static_cast<int>(messages.size()));
            unsent -= static_cast<std::size_t>(taken);
            for (const rd_kafka_message_t& each : messages) {
                pending.refused =
                    each.err == RD_KAFKA_RESP_ERR_NO_ERROR ? pending.refused : each.err;
            }
            messages.clear();
        }
    }
    pending.settle(unsent + 1);
}

Result<Acknowledged> Producer::outcome(const Handle& handle, const Outgoing& out,
                                       const Pending& pending) {
    const rd_kafka_resp_err_t code =
        pending.refused == RD_KAFKA_RESP_ERR_NO_ERROR ? pending.fault : pending.refused;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        return pending.where;
    }
    return handle.client->error(code, fmt::format("append to topic {} partition {}",
                                                  out.topic->name, out.partition->id.value));
}

Result<std::vector<Result<Acknowledged>>> Producer::send(std::span<const Outgoing> batches) {
    std::size_t cost = 0;
    for (const Outgoing& out : batches) {
        cost += cost_of(out);
    }
    if (const std::size_t before = queued_bytes_.fetch_add(cost);
        before > 0 && before + cost > options_.queue_bytes) {
        queued_bytes_ -= cost;
        return fail(ErrorKind::kBusy, "kafka {}: {} bytes wait to be acknowledged, limit {}",
                    connection_.bootstrap, before, options_.queue_bytes);
    }
    auto made = handle();
    if (!made) {
        queued_bytes_ -= cost;
        return forward_error(made);
    }
    const std::shared_ptr<Handle> handle = std::move(*made);
    Call call{.left = batches.size()};
    std::vector<Pending> pendings(batches.size());
    for (std::size_t i = 0; i < batches.size(); ++i) {
        pendings[i].call = &call;
        pendings[i].left = batches[i].batch->records.size() + 1;
        hand_over(*handle, batches[i], pendings[i]);
    }
    {
        // Without a deadline: each record has its own, and is reported then.
        std::unique_lock lock(call.mutex);
        call.done.wait(lock, [&] { return call.left == 0; });
    }
    queued_bytes_ -= cost;
    std::vector<Result<Acknowledged>> outcomes;
    outcomes.reserve(batches.size());
    for (std::size_t i = 0; i < batches.size(); ++i) {
        outcomes.push_back(outcome(*handle, batches[i], pendings[i]));
        if (outcomes.back()) {
            batches[i].partition->saw_end(outcomes.back()->last_offset + 1);
        }
    }
    arrivals_.announce();
    return outcomes;
}

}  // namespace shelfcast::adapters::kafka
