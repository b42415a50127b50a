#include "pipelines/backfill/contribution_writer.h"

#include <algorithm>
#include <numeric>

#include "base/failpoint.h"
#include "pipelines/batch/table_loader.h"
#include "retail/tables.h"

namespace shelfcast::backfill {

std::uint64_t next_contribution(const ports::LakeManifest& manifest) {
    std::uint64_t newest = 0;
    for (const ports::ClosedEpoch& epoch : manifest.epochs) {
        newest = std::max(newest, epoch.contribution);
    }
    for (const ports::Contribution& waiting : manifest.waiting) {
        newest = std::max(newest, waiting.id);
    }
    return newest + 1;
}

Status check_new(const ports::LakeManifest& manifest, std::string_view identity) {
    const bool closed = std::ranges::any_of(manifest.epochs, [&](const ports::ClosedEpoch& epoch) {
        return epoch.contribution != 0 && epoch.identity == identity;
    });
    const bool waiting = std::ranges::any_of(
        manifest.waiting, [&](const ports::Contribution& one) { return one.identity == identity; });
    if (closed || waiting) {
        return fail(ErrorKind::kConflict, "{}: in the lake already{}", identity,
                    waiting ? ", waiting for the next batch" : "");
    }
    return {};
}

ContributionWriter::ContributionWriter(ports::Lake& lake, ports::Contribution draft,
                                       std::int64_t log_time_us, WriterOptions options)
    : lake_(lake),
      draft_(std::move(draft)),
      log_time_us_(log_time_us),
      options_(options),
      next_offset_(static_cast<std::int64_t>(draft_.id) * ports::kContributionOffsets),
      writing_(options.overlap, 2,
               [this](batch::FolderRows rows) { return write(std::move(rows)); }) {}

Status ContributionWriter::write(batch::FolderRows rows) {
    const std::string folder = rows.table + "/" + rows.folder.topic;
    const std::uint32_t part = parts_[{folder, rows.folder.date}]++;
    // Which epoch it will be is known when it is closed; the manifest says so.
    batch::add_epoch_column(rows.rows, EpochId{0});
    SHELFCAST_ASSIGN(ports::LakeFile file,
                     lake_.write_file({.folder = rows.folder,
                                       .name = {ports::FileWriter::kContribution, draft_.id, part},
                                       .table = rows.table,
                                       .epoch = EpochId{0},
                                       .last_epoch = EpochId{0}},
                                      rows.rows));
    failpoint::reach("backfill.file_written");
    files_.push_back(std::move(file));
    return {};
}

Status ContributionWriter::add(operators::FlushOutput output) {
    for (const std::string_view table : {retail::kEventsTable, retail::kRejectionsTable}) {
        auto& block = output.blocks.at(static_cast<std::size_t>(&retail::operator_table(table) -
                                                                retail::operator_tables().data()));
        std::ranges::fill(block.data<std::vector<std::uint32_t>>("log_partition"),
                          ports::kContributedPartition);
        auto& offsets = block.data<std::vector<std::int64_t>>("log_offset");
        std::iota(offsets.begin(), offsets.end(), next_offset_);
        next_offset_ += static_cast<std::int64_t>(offsets.size());
        std::ranges::fill(block.data<std::vector<std::int64_t>>("log_time"), log_time_us_);
        if (table == retail::kEventsTable) {
            draft_.events += offsets.size();
            for (const retail::Int128 revenue :
                 block.data<std::vector<retail::Int128>>("revenue")) {
                draft_.revenue += revenue;
            }
        } else {
            draft_.rejections += offsets.size();
        }
    }
    buffers_.add(output);
    while (buffers_.rows() > options_.max_buffered_rows) {
        SHELFCAST_TRY(writing_.push(*buffers_.take_largest()));
    }
    return {};
}

Result<ports::Contribution> ContributionWriter::finish() {
    while (std::optional<batch::FolderRows> rest = buffers_.take_first()) {
        SHELFCAST_TRY(writing_.push(std::move(*rest)));
    }
    SHELFCAST_TRY(writing_.finish());
    draft_.files = std::move(files_);
    return std::move(draft_);
}

Status commit(ports::Lake& lake, ports::Contribution contribution) {
    SHELFCAST_ASSIGN(ports::LakeManifest manifest, lake.manifest());
    SHELFCAST_TRY(check_new(manifest, contribution.identity));
    manifest.version += 1;
    manifest.waiting.push_back(std::move(contribution));
    failpoint::reach("backfill.written");
    SHELFCAST_TRY(lake.commit(manifest));
    failpoint::reach("backfill.committed");
    return {};
}

}  // namespace shelfcast::backfill
