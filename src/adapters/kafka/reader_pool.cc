#include "adapters/kafka/reader_pool.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <utility>

namespace shelfcast::adapters::kafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// How long a fetch of partitions without news stays at the broker; a partition that joins the
/// fetching waits at most so long.
constexpr const char* kFetchWaitMs = "50";
constexpr std::size_t kMessagesPerCall = 2'000;
/// Looked-at messages that wait for their reader, per cursor.
constexpr std::size_t kMostAhead = 100'000;
constexpr std::chrono::seconds kIdle{60};  ///< A cursor that nobody used for so long goes.

}  // namespace

std::string_view stamp_bytes(const rd_kafka_message_t& message) {
    rd_kafka_headers_t* headers = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        rd_kafka_header_get_last(headers, kBatchHeader, &value, &size) !=
            RD_KAFKA_RESP_ERR_NO_ERROR) {
        return {};
    }
    return {static_cast<const char*>(value), size};
}

struct Cursor {
    rd_kafka_topic_t* topic;
    Partition* partition;
    Owned<rd_kafka_queue_t> queue;
    Arrivals* arrivals;
    const Client* client;
    std::string name;          ///< For messages.
    std::int64_t next = 0;     ///< Offset of the message that is handed out next.
    std::int64_t fetched = 0;  ///< Offset after the last one that came out of the queue.
    std::deque<Owned<rd_kafka_message_t>> ahead{};
    std::atomic<bool> signalled{true};  ///< Something may be in the queue.
    bool busy = false;
    bool broken = false;  ///< It said an error; begin anew.
    steady_clock::time_point last_used{};
};

struct ReaderPool::Lane {
    std::unique_ptr<Client> client;
    std::map<std::string, Owned<rd_kafka_topic_t>> topics{};
    std::map<const Partition*, std::unique_ptr<Cursor>> cursors{};
};

ReaderPool::ReaderPool(KafkaConnection connection, ReaderLimits limits, Arrivals& arrivals)
    : connection_(std::move(connection)), limits_(limits), arrivals_(arrivals) {}

ReaderPool::~ReaderPool() {
    for (const auto& lane : lanes_) {
        while (!lane->cursors.empty()) {
            drop(*lane->cursors.begin()->second);
        }
    }
}

ReaderPool::Hold::~Hold() {
    if (cursor_ != nullptr) {
        pool_->release(*cursor_);
    }
}

Result<ReaderPool::Lane*> ReaderPool::lane_without(const Partition& partition) {
    for (const auto& lane : lanes_) {
        if (!lane->cursors.contains(&partition)) {
            return lane.get();
        }
    }
    if (lanes_.size() >= limits_.consumers) {
        return nullptr;
    }
    // A queue that is full is looked at again after a second: the bytes are the limit, not the
    // messages, and one fetch is smaller than they are.
    SHELFCAST_ASSIGN(
        auto client,
        Client::make(RD_KAFKA_CONSUMER, connection_,
                     {{"auto.commit.enable", "false"},
                      {"auto.offset.reset", "error"},
                      {"allow.auto.create.topics", "false"},
                      {"fetch.wait.max.ms", kFetchWaitMs},
                      {"fetch.error.backoff.ms", "20"},
                      {"queued.min.messages", "1000000"},
                      {"queued.max.messages.kbytes", std::to_string(limits_.prefetch_kib)}}));
    lanes_.push_back(std::make_unique<Lane>(Lane{std::move(client)}));
    return lanes_.back().get();
}

Result<Cursor*> ReaderPool::begin(Lane& lane, const Topic& topic, Partition& partition,
                                  std::int64_t offset) {
    Owned<rd_kafka_topic_t>& handle = lane.topics[topic.full_name];
    if (handle == nullptr) {
        handle.reset(rd_kafka_topic_new(lane.client->get(), topic.full_name.c_str(), nullptr));
    }
    auto cursor = std::make_unique<Cursor>();
    cursor->topic = handle.get();
    cursor->partition = &partition;
    cursor->queue.reset(rd_kafka_queue_new(lane.client->get()));
    cursor->arrivals = &arrivals_;
    cursor->client = lane.client.get();
    cursor->name = fmt::format("topic {} partition {}", topic.name, partition.id.value);
    cursor->next = cursor->fetched = offset;
    rd_kafka_queue_cb_event_enable(
        cursor->queue.get(),
        [](rd_kafka_t*, void* self) {
            auto& it = *static_cast<Cursor*>(self);
            it.signalled = true;
            it.arrivals->announce();
        },
        cursor.get());
    if (rd_kafka_consume_start_queue(handle.get(), static_cast<std::int32_t>(partition.id.value),
                                     offset, cursor->queue.get()) != 0) {
        return lane.client->error(rd_kafka_last_error(), cursor->name);
    }
    partition.cursors.push_back(cursor.get());
    Cursor* const made = cursor.get();
    lane.cursors[&partition] = std::move(cursor);
    return made;
}

void ReaderPool::drop(Cursor& cursor) {
    rd_kafka_consume_stop(cursor.topic, static_cast<std::int32_t>(cursor.partition->id.value));
    rd_kafka_queue_cb_event_enable(cursor.queue.get(), nullptr, nullptr);
    std::erase(cursor.partition->cursors, &cursor);
    for (const auto& lane : lanes_) {
        if (const auto found = lane->cursors.find(cursor.partition);
            found != lane->cursors.end() && found->second.get() == &cursor) {
            lane->cursors.erase(found);
            return;
        }
    }
}

void ReaderPool::drop_idle() {
    const auto now = steady_clock::now();
    if (now - last_sweep_ < kIdle / 4) {
        return;
    }
    last_sweep_ = now;
    for (const auto& lane : lanes_) {
        std::vector<Cursor*> idle;
        for (const auto& [partition, cursor] : lane->cursors) {
            if (!cursor->busy && now - cursor->last_used > kIdle) {
                idle.push_back(cursor.get());
            }
        }
        std::ranges::for_each(idle, [&](Cursor* cursor) { drop(*cursor); });
    }
}

Result<Cursor*> ReaderPool::acquire(const Topic& topic, Partition& partition, std::int64_t offset) {
    std::unique_lock lock(mutex_);
    drop_idle();
    while (true) {
        Cursor* oldest = nullptr;
        for (Cursor* cursor : partition.cursors) {
            if (cursor->busy) {
                continue;
            }
            if (cursor->next == offset && !cursor->broken) {
                cursor->busy = true;
                return cursor;
            }
            if (oldest == nullptr || cursor->last_used < oldest->last_used) {
                oldest = cursor;
            }
        }
        SHELFCAST_ASSIGN(Lane * lane, lane_without(partition));
        if (lane == nullptr && oldest != nullptr) {
            drop(*oldest);
            continue;
        }
        if (lane != nullptr) {
            SHELFCAST_ASSIGN(Cursor* const made, begin(*lane, topic, partition, offset));
            made->busy = true;
            return made;
        }
        released_.wait(lock);  // Until one of so many readers is done; each has a deadline.
    }
}

void ReaderPool::release(Cursor& cursor) {
    {
        const std::scoped_lock lock(mutex_);
        cursor.busy = false;
        cursor.last_used = steady_clock::now();
        if (cursor.broken) {
            drop(cursor);
        }
    }
    released_.notify_all();
}

bool ReaderPool::stands_at(const Partition& partition, std::int64_t offset) {
    const std::scoped_lock lock(mutex_);
    return std::ranges::any_of(partition.cursors, [&](const Cursor* cursor) {
        return cursor->next == offset && !cursor->broken;
    });
}

Result<ReaderPool::Hold> ReaderPool::hold(const Topic& topic, Partition& partition,
                                          std::int64_t offset) {
    SHELFCAST_ASSIGN(Cursor* const cursor, acquire(topic, partition, offset));
    return Hold(*this, *cursor);
}

Result<ReaderPool::Hold> ReaderPool::hold_latest(const Topic& topic, Partition& partition) {
    {
        const std::scoped_lock lock(mutex_);
        Cursor* latest = nullptr;
        for (Cursor* cursor : partition.cursors) {
            if (!cursor->busy && !cursor->broken &&
                (latest == nullptr || cursor->last_used > latest->last_used)) {
                latest = cursor;
            }
        }
        if (latest != nullptr) {
            latest->busy = true;
            return Hold(*this, *latest);
        }
    }
    return hold(topic, partition, partition.end);
}

Status ReaderPool::look(Cursor& cursor) {
    if (!cursor.signalled.exchange(false)) {
        return {};
    }
    while (cursor.ahead.size() < kMostAhead) {
        const std::size_t before = cursor.ahead.size();
        SHELFCAST_TRY(fill(cursor, kMessagesPerCall, milliseconds(0)));
        if (cursor.ahead.size() == before) {
            return {};
        }
    }
    return {};
}

Status ReaderPool::fill(Cursor& cursor, std::size_t most, milliseconds wait) {
    std::array<rd_kafka_message_t*, kMessagesPerCall> messages{};
    rd_kafka_queue_t* const queue = cursor.queue.get();
    const std::size_t wanted = std::min(most, messages.size());
    ssize_t got = rd_kafka_consume_batch_queue(queue, 0, messages.data(), wanted);
    if (got == 0 && wait.count() > 0) {
        // For the first one only: a batch call would wait until it is full.
        got =
            rd_kafka_consume_batch_queue(queue, static_cast<int>(wait.count()), messages.data(), 1);
    }
    Status outcome;
    for (ssize_t i = 0; i < got; ++i) {
        Owned<rd_kafka_message_t> message(messages[static_cast<std::size_t>(i)]);
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            if (message->offset >= cursor.fetched) {
                cursor.fetched = message->offset + 1;
                cursor.ahead.push_back(std::move(message));
            }
            continue;
        }
        cursor.broken = true;
        outcome = message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
                          message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE
                      ? Status(fail(ErrorKind::kNotFound, "{}: offset {} not found", cursor.name,
                                    cursor.fetched))
                      : Status(cursor.client->error(message->err, cursor.name));
    }
    cursor.partition->saw_end(cursor.fetched);
    return outcome;
}

Result<std::size_t> ReaderPool::take(const Topic& topic, Partition& partition, Stretch stretch,
                                     milliseconds wait, const Visit& visit) {
    SHELFCAST_ASSIGN(const Hold held, hold(topic, partition, stretch.offset));
    Cursor& cursor = *held;
    const auto until = steady_clock::now() + wait;
    std::size_t taken = 0;
    bool more = stretch.max_messages > 0;
    while (more) {
        if (cursor.ahead.empty()) {
            const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now());
            const bool patient = taken == 0 && left.count() > 0;
            SHELFCAST_TRY(
                fill(cursor, stretch.max_messages - taken, patient ? left : milliseconds(0)));
            if (cursor.ahead.empty()) {
                break;
            }
        }
        const Owned<rd_kafka_message_t> message = std::move(cursor.ahead.front());
        cursor.ahead.pop_front();
        cursor.next = message->offset + 1;
        ++taken;
        more = visit(*message) && taken < stretch.max_messages;
    }
    return taken;
}

}  // namespace shelfcast::adapters::kafka
