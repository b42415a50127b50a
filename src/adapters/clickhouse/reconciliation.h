#pragma once

/// \file adapters/clickhouse/reconciliation.h
/// Compares the two layers of one epoch, or two generations, inside the server. Thread safe.
///
/// Row tables in two passes: counts and hash sums per stretch of log offsets, then the differing
/// stretches position by position. Roll-ups key by key, comparing sums.

#include "adapters/clickhouse/http_client.h"
#include "base/ids.h"
#include "ports/warehouse.h"

namespace shelfcast::adapters::clickhouse {

[[nodiscard]] Result<ports::Reconciliation> reconcile_layers(HttpClient& http,
                                                             const retail::OperatorTable& table,
                                                             GenerationId generation, EpochId epoch,
                                                             GenerationId against,
                                                             std::size_t max_differences);

}  // namespace shelfcast::adapters::clickhouse
