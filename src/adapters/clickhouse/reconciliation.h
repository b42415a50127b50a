#pragma once

/// \file adapters/clickhouse/reconciliation.h
/// Compares the two layers of one epoch, or two generations, inside the servers. Thread safe.
///
/// Row tables in two passes: counts and hash sums per stretch of log offsets, then the differing
/// stretches position by position. Roll-ups key by key, comparing sums. On shards, sums come from
/// each and are added up; the first shard reads differing stretches from all.

#include <memory>
#include <span>

#include "adapters/clickhouse/http_client.h"
#include "base/ids.h"
#include "ports/warehouse.h"

namespace shelfcast::adapters::clickhouse {

/// The batch rows of (generation, epoch) beside those of `against`, which may be the speed layer.
struct ComparedSides {
    GenerationId generation;
    EpochId epoch;
    GenerationId against;
};

/// Roll-ups are compared a few stores at a time, of `compared_rows` rows or of one store: all keys
/// of a year at once would take the server's memory.
[[nodiscard]] Result<ports::Reconciliation> reconcile_layers(
    std::span<const std::unique_ptr<HttpClient>> shards, const retail::OperatorTable& table,
    const ComparedSides& sides, std::size_t max_differences, std::uint64_t compared_rows);

}  // namespace shelfcast::adapters::clickhouse
