#pragma once

/// \file pipelines/stream/speed_options.h
/// What the parts of the speed layer stand on. Plain data.

#include <cstddef>
#include <cstdint>
#include <functional>

#include "base/result.h"
#include "operator/flush_observer.h"
#include "operator/operator.h"
#include "ports/clock.h"
#include "ports/event_log.h"
#include "ports/metrics.h"
#include "ports/operational_store.h"
#include "ports/process_locks.h"
#include "ports/state_store.h"
#include "ports/warehouse.h"
#include "ports/worker_group.h"

namespace shelfcast::stream {

struct SpeedPorts {
    ports::EventLog& log;
    ports::EpochLedger& ledger;
    ports::ProcessLocks& locks;
    ports::StoreDirectory& stores;
    ports::Warehouse& warehouse;
    ports::StateStore& state;
    ports::Clock& clock;
    ports::Metrics& metrics;
    /// Who shares the partitions with this worker; null: it has all of them.
    ports::WorkerGroup* group = nullptr;
};

struct SpeedOptions {
    operators::OperatorOptions operator_options;
    std::size_t max_flush_rows = 100'000;
    /// Between the starts of two flushes, unless a full one is waiting.
    std::int64_t flush_interval_ms = 250;
    /// The same, while a view was queried within `watched_for_ms`. Not shorter: on two cores more
    /// flushes take from the queries what they give to freshness.
    std::int64_t watched_flush_interval_ms = 40;
    std::int64_t watched_for_ms = 10'000;
    /// The operator's state is stored after so many folded records.
    std::uint64_t snapshot_every_records = 5'000'000;
    /// Brings an empty operator to the batch layer's state at the end of a closed epoch.
    std::function<Status(operators::Operator&, EpochId)> load_epoch_state;
    /// In a group: how long a flush that another worker has begun may stay undone before that
    /// worker is taken for dead.
    std::int64_t drain_ms = 2'000;
    /// Inserts the tables of a flush side by side. The simulation keeps them in order.
    bool parallel_inserts = true;
    operators::FlushObserver* observer = nullptr;  ///< Follows what is delivered; may be null.
};

}  // namespace shelfcast::stream
