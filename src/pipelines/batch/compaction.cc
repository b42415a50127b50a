#include "pipelines/batch/compaction.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/failpoint.h"
#include "base/log.h"
#include "pipelines/batch/date_buffers.h"
#include "pipelines/batch/table_loader.h"
#include "retail/time_zone.h"

namespace shelfcast::batch {
namespace {

using ports::LakeFile;

struct Group {
    ports::LakeFolder folder;
    std::vector<LakeFile> files;  ///< In the order of epochs.
    std::uint64_t bytes = 0;
    std::uint64_t rows = 0;
};

/// "retail_events/business_date=2026-11-22/x.parquet": the folder; nothing for names not ours.
std::optional<ports::LakeFolder> folder_of(const LakeFile& file) {
    constexpr std::size_t kDateDigits = 10;
    const std::size_t slash = file.path.rfind('/');
    if (slash == std::string::npos || slash < kDateDigits) {
        return std::nullopt;
    }
    const auto date =
        retail::parse_date(std::string_view(file.path).substr(slash - kDateDigits, kDateDigits));
    if (!date) {
        return std::nullopt;
    }
    return ports::LakeFolder{file.topic, file.table == retail::kRejectionsTable, *date};
}

/// What to merge: stretches of small files of one folder and table, in the order of epochs.
std::vector<Group> groups_of(const ports::LakeManifest& manifest,
                             const CompactionOptions& options) {
    std::map<std::tuple<std::string, std::string, std::string>, std::vector<LakeFile>> folders;
    for (const LakeFile& file : manifest.files) {
        if (file.bytes < options.target_bytes && file.rows <= options.max_rows) {
            folders[{file.topic, file.table, file.path.substr(0, file.path.rfind('/'))}].push_back(
                file);
        }
    }
    std::vector<Group> groups;
    for (auto& [key, files] : folders) {
        const auto folder = folder_of(files.front());
        if (!folder) {
            continue;
        }
        std::ranges::sort(files, {}, [](const LakeFile& file) {
            return std::tuple(file.epoch, file.last_epoch, file.path);
        });
        Group group{*folder, {}, 0, 0};
        const auto finish = [&] {
            if (group.files.size() >= options.min_files) {
                groups.push_back(group);
            }
            group = {*folder, {}, 0, 0};
        };
        for (LakeFile& file : files) {
            if (group.bytes + file.bytes > options.target_bytes ||
                group.rows + file.rows > options.max_rows) {
                finish();
            }
            group.bytes += file.bytes;
            group.rows += file.rows;
            group.files.push_back(std::move(file));
        }
        finish();
    }
    return groups;
}

/// Every row of a file with its epoch.
Result<retail::ColumnBlock> read_with_epochs(ports::Lake& lake, const LakeFile& file) {
    if (file.epoch == file.last_epoch) {
        SHELFCAST_ASSIGN(retail::ColumnBlock rows, read_epoch_rows(lake, file, file.epoch));
        add_epoch_column(rows, file.epoch);
        return rows;
    }
    std::vector<retail::ColumnSpec> columns =
        retail::columns_of(retail::operator_table(file.table));
    columns.push_back(kEpochColumn);
    return lake.read_rows(file, columns);
}

Result<LakeFile> merge(ports::Lake& lake, const Group& group, std::uint64_t version,
                       std::uint32_t part) {
    retail::ColumnBlock all;
    EpochId last;
    for (const LakeFile& file : group.files) {
        SHELFCAST_ASSIGN(retail::ColumnBlock rows, read_with_epochs(lake, file));
        append_block(all, std::move(rows));
        last = std::max(last, file.last_epoch);
    }
    return lake.write_file({.folder = group.folder,
                            .name = {ports::FileWriter::kMerge, version, part},
                            .table = group.files.front().table,
                            .epoch = group.files.front().epoch,
                            .last_epoch = last},
                           all);
}

Status remove_retired(ports::Lake& lake, std::int64_t before_us, CompactionReport& report,
                      const std::stop_token& stop) {
    SHELFCAST_ASSIGN(ports::LakeManifest manifest, lake.manifest());
    std::vector<std::string> old;
    for (const ports::RetiredFile& file : manifest.retired) {
        if (file.retired_at_us < before_us) {
            old.push_back(file.path);
        }
    }
    // The files first: a name without a file harms nobody, a file without a name is never found.
    SHELFCAST_ASSIGN(report.files_removed, lake.remove_files(old, stop));
    if (report.files_removed == 0) {
        return {};
    }
    old.resize(report.files_removed);
    const std::set<std::string_view> gone(old.begin(), old.end());
    std::erase_if(manifest.retired,
                  [&](const ports::RetiredFile& file) { return gone.contains(file.path); });
    manifest.version += 1;
    return lake.commit(manifest);
}

}  // namespace

Result<CompactionReport> compact(ports::Lake& lake, ports::Clock& clock,
                                 const CompactionOptions& options, const std::stop_token& stop) {
    CompactionReport report;
    SHELFCAST_TRY(lake.remove_orphans(ports::FileWriter::kMerge));
    SHELFCAST_ASSIGN(ports::LakeManifest manifest, lake.manifest());
    const std::vector<Group> groups = groups_of(manifest, options);
    std::set<std::string_view> replaced;
    std::vector<LakeFile> made;
    std::uint32_t part = 0;
    const std::uint64_t next = manifest.version + 1;
    for (const Group& group : groups) {
        if (stop.stop_requested()) {
            break;
        }
        SHELFCAST_ASSIGN(LakeFile merged, merge(lake, group, next, part++));
        failpoint::reach("compaction.file_written");
        report.files_written += 1;
        report.bytes_after += merged.bytes;
        for (const LakeFile& file : group.files) {
            replaced.insert(file.path);
            manifest.retired.push_back({file.path, clock.now_us()});
            report.files_merged += 1;
            report.bytes_before += file.bytes;
        }
        made.push_back(std::move(merged));
    }
    std::erase_if(manifest.files,
                  [&](const LakeFile& file) { return replaced.contains(file.path); });
    std::ranges::move(made, std::back_inserter(manifest.files));
    if (report.files_written > 0) {
        manifest.version = next;
        SHELFCAST_TRY(lake.commit(manifest));
        failpoint::reach("compaction.manifest_written");
    }
    SHELFCAST_TRY(remove_retired(lake, clock.now_us() - options.keep_retired_us, report, stop));
    if (report.files_written + report.files_removed > 0) {
        log::info("lake", "merged files={} into={} bytes={} into_bytes={} removed={}",
                  report.files_merged, report.files_written, report.bytes_before,
                  report.bytes_after, report.files_removed);
    }
    return report;
}

}  // namespace shelfcast::batch
