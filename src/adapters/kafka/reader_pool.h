#pragma once

/// \file adapters/kafka/reader_pool.h
/// Consumers that stand at positions of partitions and fetch ahead. Private to this folder.
///
/// A cursor is one partition's place in one consumer, with a queue of its own. Who reads on from
/// where a cursor stands gets what was fetched already; who begins somewhere else gets another
/// consumer's cursor, so that readers at different positions do not disturb each other, up to the
/// number of consumers; then the cursor that was used least recently moves. Thread safe.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/kafka/client.h"
#include "adapters/kafka/topic.h"

namespace shelfcast::adapters::kafka {

/// The header of a keyed batch's record; no bytes: it has none. Points into the message.
[[nodiscard]] std::string_view stamp_bytes(const rd_kafka_message_t& message);

struct ReaderLimits {
    std::uint32_t consumers = 4;
    std::uint32_t prefetch_kib = 4'096;
};

class ReaderPool {
public:
    ReaderPool(KafkaConnection connection, ReaderLimits limits, Arrivals& arrivals);
    ~ReaderPool();
    ReaderPool(const ReaderPool&) = delete;
    ReaderPool& operator=(const ReaderPool&) = delete;

    /// False: this was the last message that is wanted.
    using Visit = std::function<bool(const rd_kafka_message_t&)>;
    struct Stretch {
        std::int64_t offset = 0;       ///< Of the first message.
        std::size_t max_messages = 0;  ///< At most so many of them.
    };
    /// Visits the messages of a partition from an offset on that have come, or come within the
    /// time. Returns how many. Error: kNotFound when the offset was removed.
    [[nodiscard]] Result<std::size_t> take(const Topic& topic, Partition& partition,
                                           Stretch stretch, std::chrono::milliseconds wait,
                                           const Visit& visit);

    /// A cursor stands there, and has fetched what there is.
    [[nodiscard]] bool stands_at(const Partition& partition, std::int64_t offset);

    /// Keeps a cursor for as long as it lives: nobody else moves it.
    class Hold {
    public:
        Hold(ReaderPool& pool, Cursor& cursor) : pool_(&pool), cursor_(&cursor) {}
        ~Hold();
        Hold(Hold&& other) noexcept : pool_(other.pool_), cursor_(other.cursor_) {
            other.cursor_ = nullptr;
        }
        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;
        Hold& operator=(Hold&&) = delete;
        [[nodiscard]] Cursor& operator*() const { return *cursor_; }

    private:
        ReaderPool* pool_;
        Cursor* cursor_;
    };
    /// A cursor that stands at the offset, which lies at or below the end. What comes in from now
    /// on announces itself.
    [[nodiscard]] Result<Hold> hold(const Topic& topic, Partition& partition, std::int64_t offset);
    /// The cursor of whoever read last, or one at the partition's end: to wait for records further
    /// ahead, which that reader will want too.
    [[nodiscard]] Result<Hold> hold_latest(const Topic& topic, Partition& partition);
    /// Looks at what has come in to a held cursor; the partition's end then says how far.
    [[nodiscard]] Status look(Cursor& cursor);

private:
    struct Lane;
    [[nodiscard]] Result<Cursor*> acquire(const Topic& topic, Partition& partition,
                                          std::int64_t offset);
    [[nodiscard]] Result<Lane*> lane_without(const Partition& partition);
    [[nodiscard]] Result<Cursor*> begin(Lane& lane, const Topic& topic, Partition& partition,
                                        std::int64_t offset);
    void drop(Cursor& cursor);
    void drop_idle();
    void release(Cursor& cursor);
    [[nodiscard]] Status fill(Cursor& cursor, std::size_t most, std::chrono::milliseconds wait);

    const KafkaConnection connection_;
    const ReaderLimits limits_;
    Arrivals& arrivals_;
    std::mutex mutex_;
    std::condition_variable released_;
    std::vector<std::unique_ptr<Lane>> lanes_;
    std::chrono::steady_clock::time_point last_sweep_{};
};

}  // namespace shelfcast::adapters::kafka
