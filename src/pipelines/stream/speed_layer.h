#pragma once

/// \file pipelines/stream/speed_layer.h
/// The speed layer: tails the log, folds it with the operator, and puts the rows into the warehouse
/// so that each log range counts exactly once, whatever ends in between.
///
/// The steps of a flush, each durable before the next: fold; write the ranges down (epoch ledger);
/// insert every table; mark done; commit the log offsets. After any unclean end `recover` verifies
/// every written-down range of the epochs that are not closed, before the stream goes on.
///
/// `recover`, `collect` and `deliver` are for one thread (the simulation steps them by hand); `run`
/// owns two threads, one that folds and one that inserts. `wait_delivered`, `note_view_query` and
/// `request_recovery` may be called from any thread.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/bounded_queue.h"
#include "base/result.h"
#include "operator/operator.h"
#include "pipelines/stream/observing.h"
#include "pipelines/stream/recovery.h"
#include "pipelines/stream/speed_options.h"
#include "pipelines/stream/store_versions.h"

namespace shelfcast::stream {

/// A flush that is written down and waits for its inserts.
struct PendingFlush {
    ports::FlushRecord record;
    operators::FlushOutput output;
    std::int64_t log_time_us = 0;  ///< UTC, of the newest record folded.
    /// Shared with the folding side, which keeps decoding with it.
    std::shared_ptr<const retail::StoreCatalog> stores;
};

class SpeedLayer {
public:
    SpeedLayer(SpeedPorts ports, SpeedOptions options);

    /// Begins a session with every written-down flush of an epoch that is not closed in every table
    /// exactly once, and this worker where all partitions stand. Call at start and after any
    /// unclean end of the engine. Errors: kUnavailable (repeat), kCorrupted (a written-down range
    /// folds to something else than was written down: a person must look).
    [[nodiscard]] Result<RecoveryReport> recover(const std::stop_token& stop);

    /// In a group: goes on with these partitions where they stand. If a flush of anybody stays
    /// undone, or the engine is another one than was verified, one of the workers verifies first.
    [[nodiscard]] Status join(std::vector<PartitionId> partitions, const std::stop_token& stop);
    /// Leaves the state of its partitions to whoever has them next. All that was collected must
    /// have been delivered.
    void leave();

    /// Folds what the log has past the last flush, up to the row limit, and writes it down.
    /// Nothing: the log has nothing new.
    [[nodiscard]] Result<std::optional<PendingFlush>> collect();

    /// Inserts a written-down flush and marks it done. After kUnavailable its fate is unknown:
    /// `recover` must come before anything else.
    [[nodiscard]] Status deliver(const PendingFlush& flush);

    /// Recovers, then tails the log until `stop`; recovers again after every failure, with
    /// back-off. Returns an error only for a fault that a person must look at.
    [[nodiscard]] Status run(const std::stop_token& stop);

    /// Waits until every flush of the epoch is delivered. Errors: kUnavailable at the deadline,
    /// kStorageFull (sooner, when a full disk keeps the layer from delivering anything).
    [[nodiscard]] Status wait_delivered(EpochId epoch, std::chrono::milliseconds deadline,
                                        const std::stop_token& stop);

    /// Waits until everything that the log holds now is delivered.
    [[nodiscard]] Status wait_caught_up(std::chrono::milliseconds deadline,
                                        const std::stop_token& stop);

    /// Rows came into the warehouse past this layer: its observer begins anew. When it cannot, it
    /// is asked again later.
    void restart_observer();

    /// A view was queried: flush more often for a while.
    void note_view_query() noexcept;

    /// The engine ended or was replaced: verify before going on.
    void request_recovery() noexcept;

    [[nodiscard]] bool running() const noexcept { return tailing_.load(); }

    /// Counts since start, over all flushes folded by this process.
    [[nodiscard]] operators::FoldCounts counts() const;

private:
    [[nodiscard]] Status work(const std::stop_token& stop);
    /// `begun` is called once it tails the log.
    [[nodiscard]] Status recover_and_tail(const std::function<void()>& begun,
                                          const std::stop_token& stop);
    [[nodiscard]] Status share_and_tail(const std::function<void()>& begun,
                                        const std::stop_token& stop);
    void rest(std::chrono::milliseconds time, const std::stop_token& stop);
    /// Returns once nothing is left to verify, whoever did it.
    [[nodiscard]] Status see_verified(const std::stop_token& stop);
    [[nodiscard]] Status verify_for_all(const ports::SpeedSession& before, bool server_lives,
                                        const std::stop_token& stop);
    [[nodiscard]] Result<RecoveryReport> verify(const ports::SpeedSession& before,
                                                bool may_come_late, const std::stop_token& stop);
    /// Tails from the written-down ends on.
    [[nodiscard]] Status begin_here();
    [[nodiscard]] Status write_down(const ports::FlushDraft& draft, PendingFlush& flush);
    /// Waits until `missing` says nothing. Error: kUnavailable with what it says at the deadline,
    /// at a stop request, or once the layer has ended.
    [[nodiscard]] Status await_deliveries(const std::function<Result<std::string>()>& missing,
                                          std::chrono::milliseconds deadline,
                                          const std::stop_token& stop);
    [[nodiscard]] Status load_positions();
    [[nodiscard]] Status insert_tables(const PendingFlush& flush);
    [[nodiscard]] Status mirror_stores(const retail::StoreCatalog& stores);
    void snapshot_if_due();
    void store_states();
    void count(const operators::FoldCounts& counts);
    void report_lag();
    void note_pause(const Error& why);
    [[nodiscard]] Status check_server();
    [[nodiscard]] Status check_session();

    [[nodiscard]] Status tail(const std::stop_token& stop);
    void fold_loop(const std::stop_token& stop, BoundedQueue<PendingFlush>& queue, Status& outcome);
    [[nodiscard]] Status pause_before_flush(std::int64_t last_flush_us,
                                            const std::stop_token& stop);

    SpeedPorts ports_;
    SpeedOptions options_;
    StoreVersions stores_;
    Recovery recovery_;
    std::optional<ports::Assignment> assignment_;  ///< Of run's thread.
    std::vector<PartitionId> partitions_;          ///< This worker's, in order.
    /// Held from a flush's first insert until its observer has it, and while verifying.
    std::mutex delivering_;
    Observing observing_;  ///< Guarded by delivering_.
    operators::Operator operator_;
    operators::FlushRows rows_;
    std::vector<ports::TopicPosition> positions_;  ///< As retail::input_topics().
    std::size_t first_read_ = 0;                   ///< Whose turn it is to be read first.
    std::optional<CatalogVersion> mirrored_;
    FlushId last_flush_;  ///< The newest in the operator's state; 0: none.
    std::uint64_t records_since_snapshot_ = 0;
    SessionId session_;
    std::int64_t server_started_s_ = 0;
    std::int64_t last_log_time_us_ = 0;  ///< Of the newest record folded.

    std::atomic<std::int64_t> last_view_query_us_{std::numeric_limits<std::int64_t>::min() / 2};
    std::atomic<bool> recovery_requested_{false};
    std::atomic<bool> tailing_{false};

    mutable std::mutex mutex_;
    std::condition_variable_any delivered_;
    std::uint64_t deliveries_ = 0;  ///< Guarded by mutex_.
    bool ended_ = false;  ///< `run` has returned; nothing is delivered any more. As above.
    std::uint64_t full_disk_pauses_ = 0;  ///< Guarded by mutex_, as the next one.
    std::string full_disk_;               ///< What the last of them said.
    operators::FoldCounts counts_;        ///< Guarded by mutex_.
};

}  // namespace shelfcast::stream
