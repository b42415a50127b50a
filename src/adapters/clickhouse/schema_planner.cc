#include "adapters/clickhouse/schema_planner.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <map>
#include <set>

#include "adapters/clickhouse/native_format.h"
#include "adapters/clickhouse/shard_map.h"
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

// In the order of application.
constexpr std::array<std::string_view, 4> kFolders = {"schema/", "layers/", "ledger/", "views/"};

bool is_identifier(std::string_view text) {
    const auto letter = [](char byte) {
        return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
    };
    return !text.empty() && letter(text.front()) && std::ranges::all_of(text, [&](char byte) {
        return letter(byte) || (byte >= '0' && byte <= '9');
    });
}

// The number in "schema/0004_events.sql".
std::uint32_t number_in(std::string_view name) {
    const std::string_view digits = name.substr(kFolders[0].size());
    std::uint32_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

// A statement ends with a line that ends in a semicolon; a comment may, too, and ends nothing.
std::vector<std::string_view> statements_in(std::string_view text) {
    std::vector<std::string_view> statements;
    const auto add = [&](std::string_view statement) {
        if (statement.find_first_not_of(" \n\t") != std::string_view::npos) {
            statements.push_back(statement);
        }
    };
    std::size_t begin = 0;
    for (std::size_t line = 0; line < text.size();) {
        const std::size_t end = std::min(text.find('\n', line), text.size());
        const std::string_view words = text.substr(line, end - line);
        const std::size_t first = words.find_first_not_of(' ');
        const bool is_comment =
            first != std::string_view::npos && words.substr(first).starts_with("--");
        if (words.ends_with(';') && !is_comment) {
            add(text.substr(begin, end - 1 - begin));
            begin = end;
        }
        line = end + 1;
    }
    add(text.substr(begin));
    return statements;
}

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

// A change of the table below it may come with any numbered file.
SchemaStep distributed_table(const std::string& table, const std::string& cluster,
                             std::uint32_t newest_file) {
    return {.number = 0,
            .name = fmt::format("distributed/{}", table),
            .checksum = fmt::format("{}:{}", newest_file, cluster),
            .text = expand(core_statement("distributed_table"),
                           {{"table", table}, {"cluster", cluster}})};
}

}  // namespace

Result<SchemaPlanner> SchemaPlanner::create(ClickHouseWarehouse& warehouse, std::string definer,
                                            std::span<const SqlFile> files) {
    if (!is_identifier(definer)) {
        return fail(ErrorKind::kInvalidInput,
                    "warehouse definer {}: expected letters, digits and underscores", definer);
    }
    const bool is_split = warehouse.shards() > 1;
    std::vector<SchemaStep> wanted;
    for (const std::string_view folder : kFolders) {
        if (is_split && folder == kFolders[1]) {
            const std::uint32_t newest = wanted.empty() ? 0 : wanted.back().number;
            for (const retail::OperatorTable& table : retail::operator_tables()) {
                for (const std::string_view layer : {"speed", "batch"}) {
                    wanted.push_back(distributed_table(fmt::format("{}_{}", table.name, layer),
                                                       warehouse.cluster(), newest));
                }
            }
        }
        for (const SqlFile& file : files) {
            if (!file.path.starts_with(folder)) {
                continue;
            }
            const bool numbered = folder == kFolders[0];
            wanted.push_back({.number = numbered ? number_in(file.path) : 0,
                              .name = std::string(file.path),
                              // A view with another definer is another view.
                              .checksum = numbered ? std::string(file.checksum)
                                                   : fmt::format("{}:{}", file.checksum, definer),
                              .text = expand(file.text, {{"definer", definer}})});
            if (is_split && numbered) {
                wanted.back().text = on_shard(wanted.back().text);
            }
        }
    }
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
        if (name.starts_with(kFolders[0])) {
            return fail(ErrorKind::kCorrupted,
                        "schema file {}: applied with checksum {}, but this program does not have "
                        "it: it is older than the schema",
                        name, checksum);
        }
    }
    return steps;
}

Result<std::vector<SchemaStep>> SchemaPlanner::apply() {
    SHELFCAST_ASSIGN(auto applied, plan());  // Of every shard, before any is changed.
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
