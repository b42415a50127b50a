#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/jobs.h"
#include "cli/session.h"
#include "pipelines/ingest/import.h"

namespace shelfcast::cli {
using nlohmann::json;

std::uint64_t print_epochs(const std::string& report_json) {
    const json report = json::parse(report_json);
    for (const json& epoch : report["epochs"]) {
        fmt::print("epoch {}: {} accepted, {} rejected, {} duplicates, {} lake files, {} ms\n",
                   epoch.value("epoch", 0U), epoch.value("accepted", std::uint64_t{0}),
                   epoch.value("rejected", std::uint64_t{0}),
                   epoch.value("duplicates", std::uint64_t{0}),
                   epoch.value("lake_files", std::uint64_t{0}),
                   epoch.value("elapsed_ms", std::int64_t{0}));
        for (const json& one : epoch["differences"]) {
            fmt::print("  differs: {} epoch {} {}: speed [{}] batch [{}]\n", one.value("table", ""),
                       one.value("epoch", 0U), one.value("key", ""), one.value("speed", ""),
                       one.value("batch", ""));
        }
    }
    const auto differing = report.value("differing_keys", std::uint64_t{0});
    fmt::print("closed {} epochs, {} keys differ between speed and batch\n",
               report["epochs"].size(), differing);
    return differing;
}

Result<ingest::ColumnNames> parse_columns(const std::vector<std::string>& pairs) {
    ingest::ColumnNames names;
    for (const std::string& pair : pairs) {
        const std::size_t equals = pair.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == pair.size()) {
            return fail(ErrorKind::kInvalidInput,
                        "--column \"{}\" is not FIELD=COLUMN, like event_time=InvoiceDate", pair);
        }
        const std::string field = pair.substr(0, equals);
        if (!names.emplace(field, pair.substr(equals + 1)).second) {
            return fail(ErrorKind::kInvalidInput, "--column gives field {} twice", field);
        }
    }
    return names;
}

namespace {

struct ImportFlags {
    ingest::ImportOptions options;
    std::string format;                ///< Empty: by name and content.
    std::vector<std::string> columns;  ///< "FIELD=COLUMN" each.
    std::string table;                 ///< Empty: events.
};

Result<int> run_import(const Common& common, const ImportFlags& flags,
                       const std::stop_token& stop) {
    ingest::ImportOptions absolute = flags.options;
    if (!flags.format.empty()) {
        absolute.format = flags.format == "csv"      ? ingest::FileFormat::kCsv
                          : flags.format == "ndjson" ? ingest::FileFormat::kNdjson
                                                     : ingest::FileFormat::kParquet;
    }
    SHELFCAST_ASSIGN(absolute.columns, parse_columns(flags.columns));
    for (std::string& file : absolute.files) {
        // The owner may have another working directory.
        file = std::filesystem::absolute(file).lexically_normal().string();
    }
    const auto table = ingest::reference_table(flags.table);
    SHELFCAST_ASSIGN(const std::string done,
                     run_job_with_bar(common.config, "import", import_job,
                                      import_request(absolute, table), stop));
    if (common.json) {
        fmt::print("{}\n", done);
        return 0;
    }
    const json report = json::parse(done);
    if (table) {
        for (const json& file : report["files"]) {
            fmt::print("{}: {} rows, {} changed{}\n", file.value("path", ""),
                       file.value("rows", std::uint64_t{0}),
                       file.value("changed", std::uint64_t{0}),
                       file["ignored_columns"].empty()
                           ? ""
                           : ", ignored columns " + file["ignored_columns"].dump());
        }
        fmt::print("imported {}: {} rows, {} changed\n", flags.table,
                   report.value("rows", std::uint64_t{0}),
                   report.value("changed", std::uint64_t{0}));
        return 0;
    }
    for (const json& file : report["files"]) {
        fmt::print("{}: {}, {} rows, {} accepted, {} rejected\n", file.value("path", ""),
                   file.value("outcome", ""), file.value("rows", std::uint64_t{0}),
                   file.value("accepted", std::uint64_t{0}),
                   file.value("rejected", std::uint64_t{0}));
    }
    fmt::print("imported: {} accepted, {} rejected {}\n",
               report.value("accepted", std::uint64_t{0}),
               report.value("rejected", std::uint64_t{0}),
               report["reasons"].empty() ? "" : report["reasons"].dump());
    return 0;
}

Result<int> run_batch(const Common& common, const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const std::string done,
                     run_job_with_bar(common.config, "batch", batch_job, "{}", stop));
    const json report = json::parse(done);
    const auto differing = report.value("differing_keys", std::uint64_t{0});
    if (common.json) {
        fmt::print("{}\n", done);
        return differing == 0 ? 0 : kDifferenceExit;
    }
    print_epochs(done);
    return differing == 0 ? 0 : kDifferenceExit;
}

}  // namespace

void add_import(Commands& commands) {
    const auto flags = std::make_shared<ImportFlags>();
    CLI::App& command = commands.add(
        "import",
        "Bring receipts in from Parquet, CSV or NDJSON files, each row once\nExample: shelfcast "
        "import receipts.parquet --create-stores --time-zone Europe/London --currency GBP\n"
        "Example: shelfcast import --table sales_targets targets.csv",
        [&common = commands.common(), flags](const std::stop_token& stop) {
            return run_import(common, *flags, stop);
        });
    ingest::ImportOptions& options = flags->options;
    command.add_option("files", options.files, "Files to import")->required();
    command
        .add_option("--table", flags->table,
                    "products, stores or sales_targets: the files are of that, not receipts")
        ->check(CLI::IsMember({"products", "stores", "sales_targets"}));
    command
        .add_option("--format", flags->format,
                    "csv, ndjson or parquet; default: by name and content")
        ->check(CLI::IsMember({"csv", "ndjson", "parquet"}));
    command
        .add_option("--column", flags->columns,
                    "FIELD=COLUMN where the file names it otherwise: event_time=InvoiceDate; "
                    "once per field")
        ->allow_extra_args(false);
    command.add_flag("--create-stores", options.create_stores, "Unknown store codes become stores");
    command.add_option("--time-zone", options.time_zone, "Of created stores: Europe/London");
    command.add_option("--currency", options.currency, "Of created stores: GBP");
}

void add_batch(Commands& commands) {
    commands.add("batch",
                 "Close the open epoch: lake, batch tables, reconciliation\n"
                 "Example: shelfcast batch --json",
                 [&common = commands.common()](const std::stop_token& stop) {
                     return run_batch(common, stop);
                 });
}

}  // namespace shelfcast::cli
