#pragma once

/// \file adapters/sqlite_log/group_writer.h
/// Commits appends of many callers together, so that they share an fsync.
///
/// Callers queue encoded batches and wait; one thread takes all that is queued and writes one
/// transaction per topic. Without a thread each call is a group of its own, on the caller's thread.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "adapters/sqlite_log/record_codec.h"
#include "adapters/sqlite_log/topic.h"
#include "base/result.h"
#include "ports/clock.h"
#include "ports/event_log.h"

namespace shelfcast::adapters::sqlite_log {

struct PendingBatch {
    Topic* topic = nullptr;
    PartitionId partition;
    ports::BatchHeader header;
    EncodedRecords records;
};

using AppendOutcome = Result<std::vector<ports::AppendedBatch>>;

class GroupWriter {
public:
    /// Where and how new day files are made, and when groups are committed.
    struct Options {
        std::string directory;
        std::string vfs;
        LogDurability durability = LogDurability::kFull;
        bool threaded = true;
        std::uint32_t group_commit_ms = 0;
        std::size_t group_commit_records = 0;
        std::size_t queue_bytes = 0;
    };

    GroupWriter(Options options, const ports::Clock& clock, SharedCatalog& shared);
    /// Commits what is queued.
    ~GroupWriter();
    GroupWriter(const GroupWriter&) = delete;
    GroupWriter& operator=(const GroupWriter&) = delete;

    /// kBusy while the queue is full: asked before the work of compressing, and again by append().
    [[nodiscard]] Status check_room() const;
    /// Without a thread each file has one connection: hold this around any other use of one.
    [[nodiscard]] std::unique_lock<std::mutex> exclude() const;
    /// Returns once the batches are durable or have failed.
    [[nodiscard]] AppendOutcome append(std::vector<PendingBatch> batches);

private:
    struct Call;
    struct TopicTransaction;
    class Group;

    void run(const std::stop_token& stop);
    [[nodiscard]] std::vector<std::shared_ptr<Call>> take_group(const std::stop_token& stop);
    void commit(const std::vector<std::shared_ptr<Call>>& calls);
    [[nodiscard]] Result<std::shared_ptr<DayFile>> file_for(Topic& topic, std::int64_t log_time_us);

    const Options options_;
    const ports::Clock& clock_;
    SharedCatalog& shared_;

    mutable std::mutex mutex_;
    std::condition_variable_any queued_;
    // Calls are shared by their caller, who waits, and the writer, who fills in the outcome.
    std::deque<std::shared_ptr<Call>> queue_;  // guarded by mutex_
    std::size_t queued_records_ = 0;           // guarded by mutex_
    std::size_t pending_bytes_ = 0;            // guarded by mutex_: queued and being committed
    std::jthread thread_;                      // last: stops before anything it uses goes
};

}  // namespace shelfcast::adapters::sqlite_log
