#pragma once

/// \file pipelines/batch/batch_layer.h
/// The batch layer: closes epochs. The log range of an epoch goes to the lake; the operator runs
/// over the lake's files, from the batch layer's own state; the batch tables are filled; every
/// table is reconciled with the speed layer, key by key; one manifest row switches all views. Files
/// that came into the lake past the log are closed as epochs of their own, and must add up to what
/// was stated when they were committed.
///
/// Every step can be repeated: an attempt that broke off is found by its epoch still being in state
/// "closing" and is done again from the start. One caller at a time.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "operator/operator.h"
#include "pipelines/batch/table_loader.h"
#include "ports/clock.h"
#include "ports/event_log.h"
#include "ports/lake.h"
#include "ports/metrics.h"
#include "ports/operational_store.h"
#include "ports/state_store.h"
#include "ports/warehouse.h"

namespace shelfcast::batch {

struct BatchPorts {
    ports::EventLog& log;
    ports::EpochLedger& ledger;
    ports::DifferenceBook& differences;
    ports::StoreDirectory& stores;
    ports::Warehouse& warehouse;
    ports::Lake& lake;
    ports::StateStore& state;
    ports::Clock& clock;
    ports::Metrics& metrics;
    /// Waits until the speed layer has delivered every flush of an epoch.
    std::function<Status(EpochId, const std::stop_token&)> wait_delivered;
    /// Asked before an epoch is closed for good: kUnavailable when another process may be closing
    /// it too. Empty: there is none.
    std::function<Status()> still_alone = {};
};

struct BatchOptions {
    operators::OperatorOptions operator_options{.state_prefix = "batch"};
    std::size_t max_buffered_rows = 500'000;  ///< Rows held before a lake file is written.
    LoadOptions load{};
    std::size_t max_differences = 1'000;  ///< Kept and reported per table.
    /// Speed roll-ups of a closed epoch stay this long: longer than the longest query.
    std::int64_t speed_grace_ms = 300'000;
    /// Speed event rows stay this long after their epoch closed.
    std::int64_t realtime_retention_ms = std::int64_t{90} * 86'400'000;
    /// Overlaps reading, folding and encoding. The simulation keeps them in order.
    bool overlap = true;
};

struct EpochReport {
    EpochId epoch;
    std::uint64_t accepted = 0;
    /// With the duplicates, where the process that counted them ended before the close did.
    std::uint64_t rejected = 0;
    std::uint64_t duplicates = 0;
    bool contributed = false;  ///< Its rows came past the log, and no flush told of them.
    std::uint64_t lake_files = 0;
    std::uint64_t lake_bytes = 0;
    std::uint64_t differing_keys = 0;
    std::vector<ports::Difference> differences{};
    std::int64_t elapsed_us = 0;
};

/// How far the closing of an epoch is. Each row is two steps: it is folded, and it is loaded.
struct BatchProgress {
    EpochId epoch;
    std::uint64_t done_steps = 0;
    std::uint64_t steps = 0;
};

/// Called from one thread at a time; may be empty.
using ReportProgress = std::function<void(const BatchProgress&)>;

/// What `restore` found and did at start.
struct RestoreReport {
    std::uint64_t reloaded_epochs = 0;  ///< Batch tables that lacked rows and were filled again.
    bool switched = false;              ///< The warehouse lacked the newest manifest row.
};

class BatchLayer {
public:
    BatchLayer(BatchPorts ports, BatchOptions options);

    /// Makes the warehouse's batch side what the lake's manifest says, after any unclean end:
    /// checks each closed epoch's counts, reloads from the lake what differs, re-inserts the
    /// manifest row, and finishes what a broken attempt left. Call at start, before the speed layer
    /// recovers.
    [[nodiscard]] Result<RestoreReport> restore(const std::stop_token& stop);

    /// Closes what is still closing, then the open epoch if it has anything. One report per epoch
    /// closed, those included that an earlier call closed before it broke off. Differences are no
    /// error here: they are in the reports, the store and the metric.
    [[nodiscard]] Result<std::vector<EpochReport>> close_epochs(
        const std::stop_token& stop, const ReportProgress& progress = {});

    /// Drops speed partitions that no reader needs any more.
    [[nodiscard]] Status drop_old_speed_rows();

    /// Drops batch rows of other generations than the manifest's, once no query can still read them
    /// (`speed_grace_ms` after the views left them). Views that a rebuild could not switch any more
    /// are switched first, and the grace begins then. Returns whether none is left.
    [[nodiscard]] Result<bool> drop_superseded_generations();

private:
    struct LakeWrite {
        std::vector<ports::LakeFile> files;
        operators::FoldCounts counts;
    };

    [[nodiscard]] Status close(EpochId epoch, const ReportProgress& progress,
                               const std::stop_token& stop);
    /// Makes the report of an epoch that the lake has as closed, unless one waits already.
    [[nodiscard]] Status report_again(const ports::LakeManifest& manifest, EpochId epoch);
    /// Folds the epoch's stretch of the log into lake files; leaves `folding` as at its end.
    [[nodiscard]] Result<LakeWrite> write_lake(EpochId epoch,
                                               const std::vector<ports::FlushRecord>& flushes,
                                               operators::Operator& folding,
                                               const LoadProgress& progress,
                                               const std::stop_token& stop);
    [[nodiscard]] Status fold_ranges(operators::Operator& folding,
                                     const std::vector<ports::FlushRecord>& flushes,
                                     const std::stop_token& stop,
                                     const std::function<Status(operators::FlushOutput)>& sink);
    /// Compares every table with the speed layer, key by key.
    [[nodiscard]] Status reconcile(GenerationId generation, ports::ClosedEpoch& closed,
                                   EpochReport& report);
    /// Compares every table with what the contribution was said to add up to.
    [[nodiscard]] Status check_sums(GenerationId generation,
                                    const ports::Contribution& contribution,
                                    ports::ClosedEpoch& closed, EpochReport& report);
    [[nodiscard]] Status note_differences(GenerationId generation, ports::ClosedEpoch& closed,
                                          const EpochReport& report);
    [[nodiscard]] Status finish(EpochId epoch);

    BatchPorts ports_;
    BatchOptions options_;
    /// Epochs that the lake has as closed and no caller was told of yet.
    std::map<EpochId, EpochReport> unreported_;
    bool broke_off_ = false;  ///< The last close did: one of its inserts may still run.
    std::int64_t switched_late_at_us_ = 0;  ///< When views were switched after a rebuild's failure.
};

}  // namespace shelfcast::batch
