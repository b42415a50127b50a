#pragma once

/// \file ports/worker_group.h
/// The workers of one role that share the partitions of the log: each partition is one worker's at
/// a time, and moves when workers come and go.
///
/// Adapter: kafka (a consumer group). Where one process has the whole log there is no group. Thread
/// safe.

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace shelfcast::ports {

/// What is this worker's until `revoked` is asked to stop.
struct Assignment {
    std::vector<PartitionId> partitions;  ///< In order; of every topic. May be none.
    std::stop_token revoked;              ///< Somebody else is to have some of it: let go.
};

class WorkerGroup {
public:
    virtual ~WorkerGroup() = default;

    /// Joins the group, or takes part in its next sharing out; waits until the partitions are
    /// known, the deadline (nothing) or a stop request (nothing). Once it returns, every worker
    /// that still takes part has let go of what it had before; one that does not may be dead, or
    /// only silent. The assignment before must have been released. Errors: kUnavailable (the group
    /// cannot be reached: call again), kUnauthenticated.
    [[nodiscard]] virtual Result<std::optional<Assignment>> next_assignment(
        std::chrono::milliseconds deadline, const std::stop_token& stop) = 0;

    /// This worker works on nothing of its assignment any more: all that it began is durable. Call
    /// soon after `revoked`; the sharing out waits for it, though not for ever.
    virtual void release() = 0;

    /// Leaves the group, so that the others need not wait until they miss this worker.
    virtual void leave() = 0;
};

}  // namespace shelfcast::ports
