#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/file_reading.h"
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

namespace {

struct ImportFlags {
    std::vector<std::string> files;
    FileReadingFlags reading;
    std::string table;  ///< Empty: events.
};

Result<int> run_import(const Common& common, const ImportFlags& flags,
                       const std::stop_token& stop) {
    ingest::ImportOptions options;
    SHELFCAST_ASSIGN(options.reading, file_reading_of(flags.reading));
    for (const std::string& file : flags.files) {
        // The owner may have another working directory.
        options.files.push_back(std::filesystem::absolute(file).lexically_normal().string());
    }
    const auto table = ingest::reference_table(flags.table);
    SHELFCAST_ASSIGN(const std::string done,
                     run_job_with_bar(common.config, "import", import_job,
                                      import_request(options, table), stop));
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
    command.add_option("files", flags->files, "Files to import")->required();
    command
        .add_option("--table", flags->table,
                    "products, stores, sales_targets, item_terms, local_events or weather: the "
                    "files are of that, not receipts")
        ->check(CLI::IsMember(ingest::reference_table_names()));
    add_file_reading_flags(command, flags->reading);
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
