#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/commands.h"
#include "cli/file_reading.h"
#include "cli/lake_jobs.h"
#include "cli/session.h"

namespace shelfcast::cli {
namespace {

using nlohmann::json;

struct BackfillFlags {
    std::vector<std::string> files;
    bool synthetic = false;
    std::uint32_t stores = 10;
    std::uint32_t products = 200;
    std::uint32_t days = 90;
    std::uint64_t seed = 1;
    std::string truth;
    std::string from;
    std::string to;
    FileReadingFlags reading;
    bool no_batch = false;
};

std::string absolute(const std::string& path) {
    // The owner may have another working directory.
    return std::filesystem::absolute(path).lexically_normal().string();
}

Result<json> request_from(const BackfillFlags& flags) {
    if (flags.synthetic && !flags.files.empty()) {
        return fail(ErrorKind::kInvalidInput,
                    "--synthetic makes its own receipts: name no files with it");
    }
    if (!flags.synthetic && !flags.truth.empty()) {
        return fail(ErrorKind::kInvalidInput, "--truth is known for --synthetic only");
    }
    SHELFCAST_ASSIGN(const ingest::FileReading reading, file_reading_of(flags.reading));
    json request = to_json(reading);
    request.update({{"from", flags.from}, {"to", flags.to}, {"close", !flags.no_batch}});
    if (flags.synthetic) {
        request["synthetic"] = {{"stores", flags.stores},
                                {"products", flags.products},
                                {"days", flags.days},
                                {"seed", flags.seed}};
        request["truth"] = flags.truth.empty() ? "" : absolute(flags.truth);
    }
    json files = json::array();
    for (const std::string& file : flags.files) {
        files.push_back(absolute(file));
    }
    request["files"] = std::move(files);
    return request;
}

Result<int> run_backfill(const Common& common, const BackfillFlags& flags,
                         const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const json request, request_from(flags));
    Result<std::string> done =
        run_job_with_bar(common.config, "backfill", backfill_job, request.dump(), stop);
    if (!done) {
        return forward_error(done);
    }
    const json report = json::parse(*done);
    if (common.json) {
        fmt::print("{}\n", *done);
        return report.value("differing_keys", 0U) == 0 ? 0 : kDifferenceExit;
    }
    for (const json& one : report["contributions"]) {
        fmt::print("{}: {} events, {} rejected, revenue {}, {} lake files, {} bytes\n",
                   one.value("origin", ""), one.value("events", std::uint64_t{0}),
                   one.value("rejections", std::uint64_t{0}), one.value("revenue", ""),
                   one.value("files", std::uint64_t{0}), one.value("bytes", std::uint64_t{0}));
        if (one.value("outside", std::uint64_t{0}) > 0) {
            fmt::print("  {} events of other dates left out\n",
                       one.value("outside", std::uint64_t{0}));
        }
    }
    if (flags.no_batch) {
        fmt::print("waiting for the next batch\n");
        return 0;
    }
    return print_epochs(*done) == 0 ? 0 : kDifferenceExit;
}

Result<int> run_rebuild(const Common& common, bool accept, const std::stop_token& stop) {
    Result<std::string> done = run_job_with_bar(common.config, "rebuild", rebuild_job,
                                                json{{"accept_differences", accept}}.dump(), stop);
    if (!done) {
        return forward_error(done);
    }
    const json report = json::parse(*done);
    const auto differing = report.value("differing_keys", std::uint64_t{0});
    if (common.json) {
        fmt::print("{}\n", *done);
    } else if (report.value("epochs", std::uint64_t{0}) == 0) {
        fmt::print("nothing to rebuild: no epoch is closed yet\n");
    } else {
        for (const json& one : report["differences"]) {
            fmt::print("  differs: {} epoch {} {}: before [{}] now [{}]\n", one.value("table", ""),
                       one.value("epoch", 0U), one.value("key", ""), one.value("speed", ""),
                       one.value("batch", ""));
        }
        fmt::print("rebuilt generation {}: {} rows of {} epochs in {} ms, {} keys differ; {}\n",
                   report.value("generation", 0U), report.value("rows", std::uint64_t{0}),
                   report.value("epochs", std::uint64_t{0}),
                   report.value("elapsed_ms", std::int64_t{0}), differing,
                   report.value("switched", false)
                       ? "every view shows it now"
                       : "the old one serves on (--accept-differences switches)");
    }
    return differing == 0 ? 0 : kDifferenceExit;
}

Result<std::string> ask_lake(const Common& common, const json& request,
                             const std::stop_token& stop) {
    return run_job_with_bar(common.config, "lake", lake_job, request.dump(), stop);
}

/// The epochs of a file's rows, or that it is what a date looked like.
std::string whose(const json& file) {
    if (!file.contains("epoch")) {
        return "snapshot";
    }
    const auto first = file.value("epoch", 0U);
    const auto last = file.value("last_epoch", 0U);
    return first == last ? fmt::format("epoch {}", first) : fmt::format("epoch {}-{}", first, last);
}

Result<int> run_ls(const Common& common, bool files, const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const std::string done,
                     ask_lake(common, {{"do", "ls"}, {"files", files}}, stop));
    if (common.json) {
        fmt::print("{}\n", done);
        return 0;
    }
    const json report = json::parse(done);
    for (const json& file : report.value("files", json::array())) {
        fmt::print("{}  {}  {} rows  {} bytes\n", file.value("path", ""), whose(file),
                   file.value("rows", std::uint64_t{0}), file.value("bytes", std::uint64_t{0}));
    }
    for (const json& table : report["tables"]) {
        fmt::print("{} {}: {} files, {} rows, {} bytes\n", table.value("topic", ""),
                   table.value("table", ""), table.value("files", std::uint64_t{0}),
                   table.value("rows", std::uint64_t{0}), table.value("bytes", std::uint64_t{0}));
    }
    for (const json& one : report["waiting"]) {
        fmt::print("waiting for the next batch: {}, {} events in {} files\n",
                   one.value("origin", ""), one.value("events", std::uint64_t{0}),
                   one.value("files", std::uint64_t{0}));
    }
    fmt::print("manifest {}: closed epoch {}, generation {}, {} retired files\n",
               report.value("version", std::uint64_t{0}), report.value("closed_epoch", 0U),
               report.value("generation", 0U), report.value("retired_files", std::uint64_t{0}));
    return 0;
}

Result<int> run_verify(const Common& common, const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const std::string done, ask_lake(common, {{"do", "verify"}}, stop));
    const json report = json::parse(done);
    const json& faults = report["faults"];
    if (common.json) {
        fmt::print("{}\n", done);
    } else {
        for (const json& one : faults) {
            fmt::print("fault: {}\n", one.value("fault", ""));
        }
        fmt::print("verified {} of {} files, {} bytes: {} faults\n",
                   report.value("checked", std::uint64_t{0}),
                   report.value("files", std::uint64_t{0}), report.value("bytes", std::uint64_t{0}),
                   faults.size());
    }
    return faults.empty() ? 0 : 1;
}

struct CommitFlags {
    std::vector<std::string> files;
    std::string origin;
    std::uint64_t events = 0;
    std::string revenue;
};

Result<int> run_commit(const Common& common, const CommitFlags& flags,
                       const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const std::string done, ask_lake(common,
                                                      {{"do", "commit"},
                                                       {"files", flags.files},
                                                       {"origin", flags.origin},
                                                       {"events", flags.events},
                                                       {"revenue", flags.revenue}},
                                                      stop));
    const json report = json::parse(done);
    if (common.json) {
        fmt::print("{}\n", done);
    } else {
        fmt::print("committed {} events in {} files; they wait for the next batch\n",
                   report.value("events", std::uint64_t{0}),
                   report.value("files", std::uint64_t{0}));
    }
    return 0;
}

Result<int> run_compact(const Common& common, std::uint64_t target_mb,
                        const std::stop_token& stop) {
    json request = {{"do", "compact"}};
    if (target_mb > 0) {
        request["target_mb"] = target_mb;
    }
    SHELFCAST_ASSIGN(const std::string done, ask_lake(common, request, stop));
    const json report = json::parse(done);
    if (common.json) {
        fmt::print("{}\n", done);
    } else {
        fmt::print("merged {} files into {}: {} bytes to {}; removed {} retired before\n",
                   report.value("files_merged", std::uint64_t{0}),
                   report.value("files_written", std::uint64_t{0}),
                   report.value("bytes_before", std::uint64_t{0}),
                   report.value("bytes_after", std::uint64_t{0}),
                   report.value("files_removed", std::uint64_t{0}));
    }
    return 0;
}

}  // namespace

void add_backfill(Commands& commands) {
    const auto flags = std::make_shared<BackfillFlags>();
    CLI::App& command = commands.add(
        "backfill",
        "Bring history straight into the lake, past the log: files, or a synthetic chain; with\n"
        "neither, what the log holds now. Then close the epochs, as batch does\n"
        "Example: shelfcast backfill history.parquet --from 2024-01-01 --to 2024-12-31\n"
        "Example: shelfcast backfill --synthetic --stores 100 --products 2000 --days 365 --seed 7",
        [&common = commands.common(), flags](const std::stop_token& stop) {
            return run_backfill(common, *flags, stop);
        });
    command.add_option("files", flags->files, "Receipts: Parquet, CSV or NDJSON");
    command.add_flag("--synthetic", flags->synthetic, "Days of a chain that does not exist");
    command.add_option("--stores", flags->stores, "Of the synthetic chain")->capture_default_str();
    command.add_option("--products", flags->products, "Of the synthetic chain")
        ->capture_default_str();
    command.add_option("--days", flags->days, "Of the synthetic chain")->capture_default_str();
    command.add_option("--seed", flags->seed, "The same seed makes the same chain")
        ->capture_default_str();
    command.add_option("--truth", flags->truth,
                       "Folder for the synthetic chain's ground truth, as Parquet");
    command.add_option("--from", flags->from, "First business date; default: the earliest");
    command.add_option("--to", flags->to,
                       "Last business date; default: the latest, yesterday for --synthetic");
    add_file_reading_flags(command, flags->reading);
    command.add_flag("--no-batch", flags->no_batch, "Leave it waiting for the next batch");
}

void add_rebuild(Commands& commands) {
    const auto accept = std::make_shared<bool>(false);
    CLI::App& command = commands.add(
        "rebuild",
        "Make the batch tables anew from the lake, compare, and switch every view to them\n"
        "Example: shelfcast rebuild",
        [&common = commands.common(), accept](const std::stop_token& stop) {
            return run_rebuild(common, *accept, stop);
        });
    command.add_flag("--accept-differences", *accept,
                     "Switch even if what was there before differs from the lake");
}

void add_lake(Commands& commands) {
    CLI::App& group = commands.add_group("lake", "The Parquet lake and its manifest");
    Common& common = commands.common();
    const auto files = std::make_shared<bool>(false);
    CLI::App& ls = commands.add_to(
        group, "ls", "What the manifest names\nExample: shelfcast lake ls --files",
        [&common, files](const std::stop_token& stop) { return run_ls(common, *files, stop); });
    ls.add_flag("--files", *files, "Every file");
    commands.add_to(group, "verify",
                    "Compare every file's bytes with the manifest; exit 1 on a fault\n"
                    "Example: shelfcast lake verify",
                    [&common](const std::stop_token& stop) { return run_verify(common, stop); });
    const auto flags = std::make_shared<CommitFlags>();
    CLI::App& commit = commands.add_to(
        group, "commit",
        "Let files that another program put into the lake's folders count from the next batch on\n"
        "Example: shelfcast lake commit retail_events/business_date=2026-11-22/spark-0.parquet "
        "--events 1000 --revenue 20123.5",
        [&common, flags](const std::stop_token& stop) { return run_commit(common, *flags, stop); });
    commit.add_option("files", flags->files, "Paths below the lake's folder")->required();
    commit.add_option("--events", flags->events, "Rows that the files hold together")->required();
    commit.add_option("--revenue", flags->revenue, "Their net revenue")->required();
    commit.add_option("--origin", flags->origin, "Who wrote them, for people");
    const auto target_mb = std::make_shared<std::uint64_t>(0);
    CLI::App& compact =
        commands.add_to(group, "compact",
                        "Merge small files; remove those that were merged away a day ago\n"
                        "Example: shelfcast lake compact",
                        [&common, target_mb](const std::stop_token& stop) {
                            return run_compact(common, *target_mb, stop);
                        });
    compact
        .add_option("--target-mb", *target_mb,
                    "Files below it are merged up to about it; default: lake.target_mb")
        ->check(CLI::Range(1U, 4096U));
}

}  // namespace shelfcast::cli
