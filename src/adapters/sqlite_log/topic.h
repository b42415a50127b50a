#pragma once

/// \file adapters/sqlite_log/topic.h
/// What writer, readers and waiters share about one topic, and where its idempotency keys are.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "adapters/sqlite_log/catalog.h"
#include "adapters/sqlite_log/day_file.h"

namespace shelfcast::adapters::sqlite_log {

/// Day files are shared by the topic and by the reads under way: a pruned file goes with the last.
using DayFiles = std::vector<std::shared_ptr<DayFile>>;

/// One moment of a topic.
struct TopicView {
    std::vector<std::int64_t> begins;
    std::vector<std::int64_t> ends;
    DayFiles files;  ///< Oldest first; the last one is written to.
};

/// Wakes readers when a batch of any topic became visible.
class Arrivals {
public:
    void announce() {
        {
            const std::scoped_lock lock(mutex_);
        }  // Nobody is between looking and waiting.
        arrived_.notify_all();
    }
    /// Looks at each arrival, until `reached()`, the deadline or a stop request.
    template <typename Reached>
    [[nodiscard]] bool wait(const std::stop_token& stop,
                            std::chrono::steady_clock::time_point deadline, Reached&& reached) {
        std::unique_lock lock(mutex_);
        return arrived_.wait_until(lock, stop, deadline, std::forward<Reached>(reached));
    }

private:
    std::mutex mutex_;  // Lock order: before any topic's.
    std::condition_variable_any arrived_;
};

class Topic {
public:
    Topic(std::string name, std::uint32_t partitions, Arrivals& arrivals)
        : arrivals_(arrivals),
          name_(std::move(name)),
          partitions_(partitions),
          view_{std::vector<std::int64_t>(partitions, 0),
                std::vector<std::int64_t>(partitions, 0),
                {}} {}

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::uint32_t partitions() const { return partitions_; }

    [[nodiscard]] TopicView view() const {
        const std::scoped_lock lock(mutex_);
        return view_;
    }
    [[nodiscard]] std::vector<std::int64_t> ends() const {
        const std::scoped_lock lock(mutex_);
        return view_.ends;
    }
    [[nodiscard]] std::shared_ptr<DayFile> newest() const {
        const std::scoped_lock lock(mutex_);
        return view_.files.empty() ? nullptr : view_.files.back();
    }
    [[nodiscard]] std::int64_t log_time_us() const {
        const std::scoped_lock lock(mutex_);
        return log_time_us_;
    }

    /// No later batch gets an earlier log time.
    void raise_log_time(std::int64_t log_time_us) {
        const std::scoped_lock lock(mutex_);
        log_time_us_ = std::max(log_time_us_, log_time_us);
    }
    void add_file(std::shared_ptr<DayFile> file) {
        const std::scoped_lock lock(mutex_);
        view_.files.push_back(std::move(file));
    }
    /// Makes committed batches visible and wakes who waits for them.
    void publish(std::vector<std::int64_t> ends, std::int64_t log_time_us) {
        {
            const std::scoped_lock lock(mutex_);
            view_.ends = std::move(ends);
            log_time_us_ = std::max(log_time_us_, log_time_us);
        }
        arrivals_.announce();
    }
    /// Moves the begin offsets and lets go of the oldest files.
    void drop(std::vector<std::int64_t> begins, std::size_t files) {
        DayFiles gone;  // let go of outside the lock
        const std::scoped_lock lock(mutex_);
        view_.begins = std::move(begins);
        const auto last = view_.files.begin() + static_cast<std::ptrdiff_t>(files);
        gone.assign(view_.files.begin(), last);
        view_.files.erase(view_.files.begin(), last);
    }

private:
    Arrivals& arrivals_;
    const std::string name_;
    const std::uint32_t partitions_;
    mutable std::mutex mutex_;
    TopicView view_;                // guarded by mutex_
    std::int64_t log_time_us_ = 0;  // guarded by mutex_
};

/// The catalog with the mutex that guards it. Lock order: before any topic's mutex.
struct SharedCatalog {
    explicit SharedCatalog(Catalog opened) : catalog(std::move(opened)) {}

    std::mutex mutex;
    Catalog catalog;  // guarded by mutex
    std::atomic<bool> has_pruned_keys{
        false};  ///< Spares the writer the mutex while there are none.
};

/// Looks a key up in day files, newest first, then among the pruned ones.
[[nodiscard]] Result<std::optional<KeyedBatch>> find_key(const Topic& topic, const DayFiles& files,
                                                         SharedCatalog& shared,
                                                         PartitionId partition,
                                                         std::string_view key);

/// UTC day of a time, as in file names: 2026-11-22.
[[nodiscard]] std::string day_of(std::int64_t time_us);

}  // namespace shelfcast::adapters::sqlite_log
