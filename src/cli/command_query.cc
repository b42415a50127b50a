#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <iterator>

#include "adapters/clickhouse/schema_planner.h"
#include "adapters/engine/engine_config.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "sql_text.h"

namespace shelfcast::cli {
namespace {

using adapters::clickhouse::ClickHouseWarehouse;
using adapters::clickhouse::QueryParameters;

Status print_rows(ClickHouseWarehouse& warehouse, std::string_view sql,
                  const QueryParameters& parameters, std::string_view format) {
    return warehouse.query_stream(sql, parameters, {}, format, [](std::string_view bytes) {
        return std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size();
    });
}

std::string_view format_for(const Common& common, std::string_view wanted) {
    if (!wanted.empty()) {
        return wanted;
    }
    if (common.json) {
        return "JSON";
    }
    return ::isatty(STDOUT_FILENO) != 0 ? "PrettyCompact" : "TabSeparatedWithNames";
}

}  // namespace

Result<int> run_query(const Common& common, const QueryFlags& flags, const std::stop_token& stop) {
    std::string sql = flags.sql;
    if (sql == "-") {
        sql.assign(std::istreambuf_iterator<char>(std::cin), {});
    }
    SHELFCAST_TRY(with_warehouse(common.config, stop, [&](ClickHouseWarehouse& warehouse) {
        return print_rows(warehouse, sql, {}, format_for(common, flags.format));
    }));
    return 0;
}

Result<int> run_dead_letters(const Common& common, const DeadLetterFlags& flags,
                             const std::stop_token& stop) {
    const QueryParameters parameters{{"limit", std::to_string(flags.limit)},
                                     {"reason", flags.reason}};
    SHELFCAST_TRY(with_warehouse(common.config, stop, [&](ClickHouseWarehouse& warehouse) {
        return print_rows(warehouse, sql_text("queries/operations/dead_letters.sql"), parameters,
                          format_for(common, ""));
    }));
    return 0;
}

Result<int> run_schema(const Common& common, bool apply, const std::stop_token& stop) {
    const std::string definer = common.config.warehouse_url.empty()
                                    ? std::string(adapters::kEngineViewOwner)
                                    : common.config.warehouse_user;
    SHELFCAST_TRY(
        with_warehouse(common.config, stop, [&](ClickHouseWarehouse& warehouse) -> Status {
            SHELFCAST_ASSIGN(auto planner,
                             adapters::clickhouse::SchemaPlanner::create(warehouse, definer));
            SHELFCAST_ASSIGN(const auto steps, apply ? planner.apply() : planner.plan());
            for (const auto& step : steps) {
                fmt::print("{} {}\n", apply ? "applied" : "to apply", step.name);
            }
            fmt::print("{} files {}\n", steps.size(), apply ? "applied" : "to apply");
            return {};
        }));
    return 0;
}

}  // namespace shelfcast::cli
