#pragma once

/// \file adapters/clickhouse/cluster_schema.h
/// The schema as a cluster with a Keeper takes it: replicated tables, `on cluster`, accounts, row
/// policies. Made from the same files as any other warehouse's, for an administrator to run: the
/// program runs none of it. Pure, thread safe.

#include <set>
#include <span>
#include <string>
#include <vector>

#include "adapters/clickhouse/schema_steps.h"

namespace shelfcast::adapters::clickhouse {

/// Where a statement is run.
enum class RunOn {
    kOneServer,           ///< On any one server: it reaches the others by itself.
    kOneReplicaPerShard,  ///< It changes the rows of one shard, whose replicas copy them.
};

struct ClusterStatement {
    RunOn run_on = RunOn::kOneServer;
    std::string text;  ///< Without its last semicolon; may open with comments.
};

/// In order, for the steps that are named, of all that schema_steps() gave; accounts and policies
/// each time, as new tables need theirs. `moves_rows`: with the statements that carry rows of older
/// tables over, which an empty cluster does without. kInvalidInput unless the cluster's name is an
/// identifier.
[[nodiscard]] Result<std::vector<ClusterStatement>> cluster_statements(
    const SchemaForm& form, std::span<const SchemaStep> all, const std::set<std::string>& named,
    bool moves_rows);

/// As a text for clickhouse-client, which says before each group where it is run.
[[nodiscard]] std::string script_of(std::span<const ClusterStatement> statements);

}  // namespace shelfcast::adapters::clickhouse
