#include "adapters/clickhouse/schema_planner.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>

#include "adapters/clickhouse/native_format.h"
#include "adapters/clickhouse/table_sql.h"

namespace shelfcast::adapters::clickhouse {
namespace {

using retail::ColumnBlock;
using retail::ColumnSpec;
using retail::ColumnType;
using retail::TextColumn;

constexpr std::array kExistColumns = {ColumnSpec{"tables", ColumnType::kUInt64}};
constexpr std::array kAppliedColumns = {ColumnSpec{"name", ColumnType::kText},
                                        ColumnSpec{"newest_checksum", ColumnType::kText}};

constexpr std::array kPlaceColumns = {ColumnSpec{"number", ColumnType::kUInt32},
                                      ColumnSpec{"shards", ColumnType::kUInt32}};

constexpr std::string_view kNumberedFiles = "schema/";

Result<ColumnBlock> read(ClickHouseWarehouse& warehouse, std::size_t shard,
                         std::string_view statement, std::span<const ColumnSpec> columns,
                         const QueryParameters& values = {}) {
    SHELFCAST_ASSIGN(const std::string answer,
                     warehouse.run_on(shard, core_statement(statement), values));
    return decode_native(answer, columns);
}

Result<bool> has_table(ClickHouseWarehouse& warehouse, std::size_t shard, std::string_view table) {
    SHELFCAST_ASSIGN(const ColumnBlock exist, read(warehouse, shard, "table_exists", kExistColumns,
                                                   {{"table", std::string(table)}}));
    return exist.data<std::vector<std::uint64_t>>("tables").at(0) != 0;
}

Result<std::map<std::string, std::string>> applied_checksums(ClickHouseWarehouse& warehouse,
                                                             std::size_t shard) {
    std::map<std::string, std::string> applied;
    SHELFCAST_ASSIGN(const bool is_there, has_table(warehouse, shard, "schema_files"));
    if (!is_there) {
        return applied;
    }
    SHELFCAST_ASSIGN(const ColumnBlock rows,
                     read(warehouse, shard, "schema_files_read", kAppliedColumns));
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        applied[std::string(rows.data<TextColumn>("name")[row])] =
            rows.data<TextColumn>("newest_checksum")[row];
    }
    return applied;
}

}  // namespace

Result<SchemaPlanner> SchemaPlanner::create(ClickHouseWarehouse& warehouse, std::string definer,
                                            std::span<const SqlFile> files) {
    SHELFCAST_ASSIGN(auto wanted, schema_steps({.definer = std::move(definer),
                                                .shards = warehouse.shards(),
                                                .cluster = warehouse.cluster()},
                                               files));
    return SchemaPlanner(warehouse, std::move(wanted));
}

// A server without a record of its place has everything, or nothing yet.
Status SchemaPlanner::check_place(std::size_t shard) {
    std::uint32_t number = 0;
    std::uint32_t count = 1;
    SHELFCAST_ASSIGN(const bool has_place, has_table(*warehouse_, shard, "shard"));
    if (has_place) {
        SHELFCAST_ASSIGN(const ColumnBlock place,
                         read(*warehouse_, shard, "shard_read", kPlaceColumns));
        if (place.empty()) {
            return {};  // Cut short before the first row.
        }
        number = place.data<std::vector<std::uint32_t>>("number")[0];
        count = place.data<std::vector<std::uint32_t>>("shards")[0];
    } else {
        SHELFCAST_ASSIGN(const bool has_schema, has_table(*warehouse_, shard, "schema_files"));
        if (!has_schema) {
            return {};
        }
    }
    if (number != shard || count != warehouse_->shards()) {
        return fail(ErrorKind::kInvalidInput,
                    "clickhouse {}: holds shard {} of {}, but is named as shard {} of {}: a store "
                    "must stay where its rows are; name the shards as they were, or fill an empty "
                    "cluster from the lake",
                    warehouse_->address(shard), number + 1, count, shard + 1, warehouse_->shards());
    }
    return {};
}

// Only on shards: a single server is one that has no record.
Status SchemaPlanner::keep_place(std::size_t shard) {
    if (warehouse_->shards() == 1) {
        return {};
    }
    for (const std::string_view statement : statements_in(core_statement("shard_databases"))) {
        SHELFCAST_TRY(warehouse_->run_on(shard, statement));
    }
    SHELFCAST_TRY(warehouse_->run_on(shard, core_statement("shard_table")));
    SHELFCAST_ASSIGN(const ColumnBlock place,
                     read(*warehouse_, shard, "shard_read", kPlaceColumns));
    if (place.empty()) {
        SHELFCAST_TRY(warehouse_->run_on(
            shard, core_statement("shard_insert"),
            {{"number", std::to_string(shard)}, {"shards", std::to_string(warehouse_->shards())}},
            {{"async_insert", "0"}}));
    }
    return {};
}

Result<std::vector<SchemaStep>> SchemaPlanner::plan() {
    std::set<std::string> names;
    for (std::size_t shard = 0; shard < warehouse_->shards(); ++shard) {
        SHELFCAST_ASSIGN(const auto steps, plan_of(shard));
        for (const SchemaStep& step : steps) {
            names.insert(step.name);
        }
    }
    std::vector<SchemaStep> steps;
    std::ranges::copy_if(wanted_, std::back_inserter(steps),
                         [&](const SchemaStep& step) { return names.contains(step.name); });
    return steps;
}

Result<std::vector<SchemaStep>> SchemaPlanner::plan_of(std::size_t shard) {
    SHELFCAST_TRY(check_place(shard));
    SHELFCAST_ASSIGN(auto applied, applied_checksums(*warehouse_, shard));
    std::vector<SchemaStep> steps;
    for (const SchemaStep& step : wanted_) {
        const auto found = applied.find(step.name);
        if (found == applied.end()) {
            steps.push_back(step);
            continue;
        }
        if (found->second != step.checksum) {
            if (step.number != 0) {
                return fail(ErrorKind::kCorrupted,
                            "schema file {}: applied with checksum {}, but now has {}; an applied "
                            "file never changes, add a new one",
                            step.name, found->second, step.checksum);
            }
            steps.push_back(step);
        }
        applied.erase(found);
    }
    for (const auto& [name, checksum] : applied) {
        if (name.starts_with(kNumberedFiles)) {
            return fail(ErrorKind::kCorrupted,
                        "schema file {}: applied with checksum {}, but this program does not have "
                        "it: it is older than the schema",
                        name, checksum);
        }
    }
    return steps;
}

// In the form of a single server a new table would have no copies, and a view would be on one.
Status SchemaPlanner::refuse_if_replicated(const std::vector<SchemaStep>& steps) {
    for (std::size_t shard = 0; shard < warehouse_->shards(); ++shard) {
        SHELFCAST_ASSIGN(const bool is_replicated, has_table(*warehouse_, shard, "replicated"));
        if (is_replicated) {
            return fail(ErrorKind::kInvalidInput,
                        "clickhouse {}: its tables are replicated, and {} files are to be applied, "
                        "{} first: run what `shelfcast schema export --pending` prints",
                        warehouse_->address(shard), steps.size(), steps.front().name);
        }
    }
    return {};
}

Result<std::vector<SchemaStep>> SchemaPlanner::apply() {
    SHELFCAST_ASSIGN(auto applied, plan());  // Of every shard, before any is changed.
    if (!applied.empty()) {
        SHELFCAST_TRY(refuse_if_replicated(applied));
    }
    for (std::size_t shard = 0; shard < warehouse_->shards(); ++shard) {
        SHELFCAST_ASSIGN(const auto steps, plan_of(shard));
        SHELFCAST_TRY(keep_place(shard));
        for (const SchemaStep& step : steps) {
            for (const std::string_view statement : statements_in(step.text)) {
                if (auto answer = warehouse_->run_on(shard, statement); !answer) {
                    return forward_error(answer, step.name);
                }
            }
            SHELFCAST_TRY(warehouse_->run_on(shard, core_statement("schema_files_insert"),
                                             {{"number", std::to_string(step.number)},
                                              {"name", step.name},
                                              {"checksum", step.checksum}},
                                             {{"async_insert", "0"}}));
        }
    }
    return applied;
}

}  // namespace shelfcast::adapters::clickhouse
