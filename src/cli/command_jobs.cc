#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/jobs.h"
#include "cli/session.h"
#include "pipelines/ingest/import.h"

namespace shelfcast::cli {
using nlohmann::json;

void show_progress(std::string_view text) {
    static const bool kTerminal = ::isatty(STDERR_FILENO) != 0;
    const json at = json::parse(text, nullptr, false);
    if (!kTerminal || !at.is_object()) {
        return;
    }
    const double total = at.value("total", 0.0);
    const double done = total > 0 ? at.value("done", 0.0) / total : 0;
    constexpr int kWidth = 30;
    const int filled = static_cast<int>(done * kWidth);
    fmt::print(stderr, "\r{} [{:#<{}}{:.<{}}] {} rows", at.value("file", ""), "", filled, "",
               kWidth - filled, at.value("rows", std::uint64_t{0}));
    std::fflush(stderr);
}

void end_progress() {
    if (::isatty(STDERR_FILENO) != 0) {
        fmt::print(stderr, "\n");
    }
}

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
    ingest::ImportOptions options;
    std::string format;  ///< Empty: by name and content.
};

Result<int> run_import(const Common& common, const ImportFlags& flags,
                       const std::stop_token& stop) {
    ingest::ImportOptions absolute = flags.options;
    if (!flags.format.empty()) {
        absolute.format = flags.format == "csv"      ? ingest::FileFormat::kCsv
                          : flags.format == "ndjson" ? ingest::FileFormat::kNdjson
                                                     : ingest::FileFormat::kParquet;
    }
    for (std::string& file : absolute.files) {
        // The owner may have another working directory.
        file = std::filesystem::absolute(file).lexically_normal().string();
    }
    Result<std::string> done =
        run_job(common.config, "import", import_job, import_request(absolute), show_progress, stop);
    end_progress();
    if (!done) {
        return forward_error(done);
    }
    if (common.json) {
        fmt::print("{}\n", *done);
        return 0;
    }
    const json report = json::parse(*done);
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
                     run_job(common.config, "batch", batch_job, "{}", show_progress, stop));
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
        "import receipts.parquet --create-stores --time-zone Europe/London --currency GBP",
        [&common = commands.common(), flags](const std::stop_token& stop) {
            return run_import(common, *flags, stop);
        });
    ingest::ImportOptions& options = flags->options;
    command.add_option("files", options.files, "Files to import")->required();
    command
        .add_option("--format", flags->format,
                    "csv, ndjson or parquet; default: by name and content")
        ->check(CLI::IsMember({"csv", "ndjson", "parquet"}));
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
