#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "adapters/clickhouse/cluster_schema.h"
#include "adapters/clickhouse/schema_planner.h"
#include "adapters/engine/engine_config.h"
#include "cli/commands.h"
#include "cli/file_reading.h"
#include "cli/jobs.h"
#include "cli/session.h"
#include "retail/event.h"
#include "sql_text.h"

namespace shelfcast::cli {
namespace {

using adapters::clickhouse::ClickHouseWarehouse;
using adapters::clickhouse::QueryParameters;

Status print_rows(ClickHouseWarehouse& warehouse, std::string_view sql,
                  const QueryParameters& parameters, std::string_view format) {
    int unwritten = 0;
    const auto print = [&unwritten](std::string_view bytes) {
        const bool whole = std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size();
        unwritten = whole ? 0 : errno;
        return whole;
    };
    const Status done = warehouse.query_stream(sql, parameters, {}, format, print);
    if (unwritten != 0) {
        return fail(ErrorKind::kStorageFull, "standard output: {}", std::strerror(unwritten));
    }
    return done;
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

struct QueryFlags {
    std::string sql;
    std::string format;  ///< Empty: PrettyCompact on a terminal, else TabSeparatedWithNames.
};

/// A UTC date that the warehouse takes.
std::string check_date(const std::string& text) {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    int end = 0;
    const bool shaped = std::sscanf(text.c_str(), "%4d-%2u-%2u%n", &year, &month, &day, &end) == 3;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                           std::chrono::day(day)};
    return shaped && text.size() == 10 && end == 10 && date.ok() && year >= 1970 && year < 2149
               ? std::string()
               : fmt::format("\"{}\" is no date from 1970-01-01 to 2148-12-31", text);
}

std::string check_replayable(const std::string& word) {
    using retail::RejectReason;
    const RejectReason reason = retail::reject_reason_from(word);
    return reason == RejectReason::kNone || reason == RejectReason::kDuplicate ||
                   reason == RejectReason::kTooLong || reason == RejectReason::kBadDeadLetter
               ? fmt::format("no dead letter with reason \"{}\" can be replayed", word)
               : std::string();
}

struct DeadLetterFlags {
    std::uint32_t limit = 100;
    std::string reason;  ///< Empty: all.
};

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

Result<int> run_replay(const Common& common, const ReplayRequest& request,
                       const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const std::string done, run_job_with_bar(common.config, "replay", replay_job,
                                                              replay_request(request), stop));
    if (common.json) {
        fmt::print("{}\n", done);
        return 0;
    }
    const nlohmann::json report = nlohmann::json::parse(done);
    fmt::print("{}: {} accepted, {} rejected again {}, {} replayed before\n",
               request.options.dry_run ? "would be replayed" : "replayed",
               report.value("accepted", std::uint64_t{0}),
               report.value("rejected", std::uint64_t{0}),
               report["reasons"].empty() ? "" : report["reasons"].dump(),
               report.value("replayed_before", std::uint64_t{0}));
    return 0;
}

std::string view_owner(const Common& common) {
    return common.config.warehouse_url.empty() ? std::string(adapters::kEngineViewOwner)
                                               : common.config.warehouse_user;
}

Result<int> run_schema(const Common& common, bool apply, const std::stop_token& stop) {
    const std::string definer = view_owner(common);
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

Result<int> run_export(const Common& common, bool pending, const std::stop_token& stop) {
    using adapters::clickhouse::SchemaStep;
    const std::string& urls = common.config.warehouse_url;
    const adapters::clickhouse::SchemaForm form{
        .definer = common.config.warehouse_user,
        .shards = 1 + static_cast<std::size_t>(std::ranges::count(urls, ',')),
        .cluster = common.config.warehouse_cluster};
    SHELFCAST_ASSIGN(const auto all, adapters::clickhouse::schema_steps(form));
    std::set<std::string> names;
    const auto keep = [&names](const std::vector<SchemaStep>& steps) {
        for (const SchemaStep& step : steps) {
            names.insert(step.name);
        }
    };
    if (pending) {
        SHELFCAST_TRY(
            with_warehouse(common.config, stop, [&](ClickHouseWarehouse& warehouse) -> Status {
                SHELFCAST_ASSIGN(auto planner, adapters::clickhouse::SchemaPlanner::create(
                                                   warehouse, view_owner(common)));
                SHELFCAST_ASSIGN(const auto steps, planner.plan());
                keep(steps);
                return {};
            }));
    } else {
        keep(all);
    }
    SHELFCAST_ASSIGN(const auto statements,
                     adapters::clickhouse::cluster_statements(form, all, names, pending));
    fmt::print("{}", adapters::clickhouse::script_of(statements));
    return 0;
}

}  // namespace

void add_query(Commands& commands) {
    const auto flags = std::make_shared<QueryFlags>();
    CLI::App& command = commands.add(
        "query", "Run SQL\nExample: shelfcast query \"select * from retail.sales_by_store\"",
        [&common = commands.common(), flags](const std::stop_token& stop) {
            return run_query(common, *flags, stop);
        });
    command.add_option("sql", flags->sql, "The statement; - reads standard input")->required();
    command.add_option("--format", flags->format, "A ClickHouse output format: CSV, JSON …");
}

void add_schema(Commands& commands) {
    CLI::App& group = commands.add_group("schema", "The warehouse's tables and views");
    Common& common = commands.common();
    commands.add_to(
        group, "plan", "What would be applied\nExample: shelfcast schema plan",
        [&common](const std::stop_token& stop) { return run_schema(common, false, stop); });
    commands.add_to(
        group, "apply", "Apply it\nExample: shelfcast schema apply",
        [&common](const std::stop_token& stop) { return run_schema(common, true, stop); });
    const auto pending = std::make_shared<bool>(false);
    CLI::App& exporting =
        commands.add_to(group, "export",
                        "Print it for a cluster with replicas, to be run by its administrator\n"
                        "Example: shelfcast schema export > schema.sql",
                        [&common, pending](const std::stop_token& stop) {
                            return run_export(common, *pending, stop);
                        });
    exporting.add_flag("--pending", *pending,
                       "Only what the warehouse of warehouse.url lacks; else all, for an empty "
                       "one");
}

void add_dead_letters(Commands& commands) {
    CLI::App& group = commands.add_group("dead-letters", "Messages that were not accepted");
    const auto flags = std::make_shared<DeadLetterFlags>();
    CLI::App& list = commands.add_to(
        group, "list",
        "Newest first\nExample: shelfcast dead-letters list --reason bad_time --limit 20",
        [&common = commands.common(), flags](const std::stop_token& stop) {
            return run_dead_letters(common, *flags, stop);
        });
    list.add_option("--limit", flags->limit, "At most so many")
        ->capture_default_str()
        ->check(CLI::Range(1U, 100'000U));
    list.add_option("--reason", flags->reason, "Only those with this reason");

    const auto request = std::make_shared<ReplayRequest>();
    CLI::App& replay = commands.add_to(
        group, "replay",
        "Send them in again, each accepted once ever\nExample: shelfcast dead-letters replay "
        "--reason unknown_store --create-stores --time-zone Europe/London --currency GBP",
        [&common = commands.common(), request](const std::stop_token& stop) {
            return run_replay(common, *request, stop);
        });
    replay.add_option("--reason", request->reason, "Only those with this reason")
        ->check(CLI::Validator(check_replayable, "REASON"));
    const CLI::Validator date(check_date, "YYYY-MM-DD");
    replay.add_option("--from", request->from, "Arrived on this UTC date or later")->check(date);
    replay.add_option("--to", request->to, "Arrived on this UTC date or before")->check(date);
    replay.add_option("--limit", request->limit, "Try at most so many; 0: all")
        ->capture_default_str();
    ingest::ReplayOptions& options = request->options;
    replay.add_flag("--dry-run", options.dry_run, "Only say what would become of them");
    add_store_creation_flags(replay, options.new_stores);
}

}  // namespace shelfcast::cli
