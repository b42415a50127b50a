#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/backup.h"
#include "cli/commands.h"
#include "cli/data_directory.h"
#include "cli/jobs.h"
#include "cli/progress_bar.h"
#include "cli/session.h"

namespace shelfcast::cli {
namespace {

using nlohmann::json;

void print_outcome(const Common& common, const std::string& outcome, std::string_view verb,
                   const std::string& where) {
    if (common.json) {
        fmt::print("{}\n", outcome);
        return;
    }
    const json report = json::parse(outcome);
    fmt::print("{} {}: {} files, {} bytes, open epoch {}\n", verb, where,
               report.value("files", std::uint64_t{0}), report.value("bytes", std::uint64_t{0}),
               report.value("open_epoch", 0U));
}

Result<int> run_backup(const Common& common, const std::string& folder,
                       const std::stop_token& stop) {
    // The owner may have another working directory.
    const std::string absolute = std::filesystem::absolute(folder).lexically_normal().string();
    SHELFCAST_ASSIGN(const std::string done, run_job_with_bar(common.config, "backup", backup_job,
                                                              backup_request(absolute), stop));
    print_outcome(common, done, "backed up to", absolute);
    return 0;
}

Result<int> run_restore(const Common& common, const std::string& folder,
                        const std::stop_token& stop) {
    ProgressBar bar;
    const auto progress = [&](std::uint64_t done, std::uint64_t total) {
        bar.show(json{{"file", "restore"}, {"done", done}, {"total", total}}.dump());
    };
    SHELFCAST_ASSIGN(const BackupReport done,
                     restore_backup(folder, common.config.data_directory, progress, stop));
    print_outcome(common, to_json_text(done), "restored to",
                  std::filesystem::absolute(common.config.data_directory).string());
    return 0;
}

}  // namespace

void add_backup(Commands& commands) {
    const auto folder = std::make_shared<std::string>();
    CLI::App& command =
        commands.add("backup",
                     "Copy the data directory to a new folder while everything goes on\n"
                     "Example: shelfcast backup /mnt/backups/monday",
                     [&common = commands.common(), folder](const std::stop_token& stop) {
                         return run_backup(common, *folder, stop);
                     });
    command.add_option("folder", *folder, "Where to; must be empty or not there")->required();
}

void add_restore(Commands& commands) {
    const auto folder = std::make_shared<std::string>();
    CLI::App& command =
        commands.add("restore",
                     "Make a new data directory from a backup, after checking all of it\n"
                     "Example: shelfcast restore /mnt/backups/monday --data-dir new-data",
                     [&common = commands.common(), folder](const std::stop_token& stop) {
                         return run_restore(common, *folder, stop);
                     });
    command.add_option("folder", *folder, "The backup")->required();
}

}  // namespace shelfcast::cli
