#pragma once

/// \file adapters/clickhouse/schema_planner.h
/// Brings a warehouse's schema up to date: numbered files once each, views whenever their text
/// changes.
///
/// On shards, each has the whole schema and its own record of it, so that one that was added empty
/// is brought up to date alone. The files of schema/ make the operator's tables in `retail_shard`;
/// Distributed tables of their names in `retail_core` are made anew after each change of them.
/// Every shard keeps its number and how many there are: a store must stay where its rows are.
///
/// Not thread safe: one planner at a time. Safe to run again after it was cut short.

#include <span>
#include <string>
#include <vector>

#include "adapters/clickhouse/clickhouse_warehouse.h"
#include "adapters/clickhouse/schema_steps.h"

namespace shelfcast::adapters::clickhouse {

class SchemaPlanner {
public:
    /// `definer` is the engine account that the views run as; kInvalidInput unless it is an
    /// identifier. `files` as sql_files(): schema/, layers/, ledger/ and views/ count, the rest is
    /// ignored.
    [[nodiscard]] static Result<SchemaPlanner> create(ClickHouseWarehouse& warehouse,
                                                      std::string definer,
                                                      std::span<const SqlFile> files = sql_files());

    /// What is to be applied on any shard, in order: empty when the schema is up to date. Errors:
    /// kCorrupted, naming the file, when an applied numbered file has changed or is gone;
    /// kInvalidInput when a server's rows were split in another way; kUnavailable.
    [[nodiscard]] Result<std::vector<SchemaStep>> plan();

    /// Applies the plan and returns what it applied. kInvalidInput when something is to be applied
    /// to replicated tables, which an administrator does with `schema export`.
    [[nodiscard]] Result<std::vector<SchemaStep>> apply();

private:
    SchemaPlanner(ClickHouseWarehouse& warehouse, std::vector<SchemaStep> wanted)
        : warehouse_(&warehouse), wanted_(std::move(wanted)) {}

    [[nodiscard]] Result<std::vector<SchemaStep>> plan_of(std::size_t shard);
    [[nodiscard]] Status check_place(std::size_t shard);
    [[nodiscard]] Status keep_place(std::size_t shard);
    [[nodiscard]] Status refuse_if_replicated(const std::vector<SchemaStep>& steps);

    ClickHouseWarehouse* warehouse_;
    std::vector<SchemaStep> wanted_;
};

}  // namespace shelfcast::adapters::clickhouse
