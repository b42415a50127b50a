#pragma once

/// \file adapters/kafka/topic.h
/// What appends and reads share about the partitions of a topic. Private to this folder.

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "adapters/kafka/key_index.h"
#include "base/ids.h"

namespace shelfcast::adapters::kafka {

struct Cursor;

struct Partition {
    PartitionId id;
    /// What is known of the ends of the partition without asking; only grow.
    std::atomic<std::int64_t> begin{0};
    std::atomic<std::int64_t> end{-1};  ///< -1: never asked.

    std::mutex
        enqueue;      ///< Held while a batch is handed to the producer: its records stay together.
    KeyIndex keys;    ///< Guarded by KeyDesk's mutex.
    std::mutex scan;  ///< Held by who reads records for the key index.
    std::vector<Cursor*> cursors{};  ///< Guarded by ReaderPool's mutex.

    void saw_end(std::int64_t offset) { raise(end, offset); }
    void saw_begin(std::int64_t offset) { raise(begin, offset); }

private:
    static void raise(std::atomic<std::int64_t>& value, std::int64_t to) {
        std::int64_t before = value.load();
        while (before < to && !value.compare_exchange_weak(before, to)) {
        }
    }
};

struct Topic {
    std::string name;       ///< The caller's.
    std::string full_name;  ///< Kafka's: with the prefix.
    std::deque<Partition> partitions{};
};

/// Wakes who waits for records, of any topic.
class Arrivals {
public:
    void announce() {
        {
            const std::scoped_lock lock(mutex_);
            ++count_;
        }
        arrived_.notify_all();
    }
    [[nodiscard]] std::uint64_t count() const {
        const std::scoped_lock lock(mutex_);
        return count_;
    }
    /// False: the deadline passed or a stop was requested, and nothing came since `seen`.
    [[nodiscard]] bool wait(std::uint64_t seen, std::chrono::steady_clock::time_point until,
                            const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        return arrived_.wait_until(lock, stop, until, [&] { return count_ != seen; });
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable_any arrived_;
    std::uint64_t count_ = 0;
};

}  // namespace shelfcast::adapters::kafka
