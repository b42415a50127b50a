#pragma once

/// \file pipelines/backfill/contribution_writer.h
/// Turns rows into lake files and adds up what they say: a contribution, not committed yet.
///
/// One owner, not thread safe; files are encoded and written on a thread of its own. Memory is
/// bounded by the options, whatever is added.

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "base/result.h"
#include "operator/flush_rows.h"
#include "pipelines/batch/date_buffers.h"
#include "pipelines/batch/ordered_stage.h"
#include "ports/lake.h"

namespace shelfcast::backfill {

struct WriterOptions {
    std::size_t max_buffered_rows = 1'500'000;
    bool overlap = true;  ///< False: files are written on the caller's thread.
};

/// The number of the next contribution to a lake.
[[nodiscard]] std::uint64_t next_contribution(const ports::LakeManifest& manifest);

/// Error: kConflict when the manifest has a contribution of that identity, waiting or closed.
[[nodiscard]] Status check_new(const ports::LakeManifest& manifest, std::string_view identity);

class ContributionWriter {
public:
    /// `draft`: id, origin and identity are set. `log_time_us`: UTC, of every row.
    ContributionWriter(ports::Lake& lake, ports::Contribution draft, std::int64_t log_time_us,
                       WriterOptions options = {});

    /// Takes the accepted rows and rejections over and gives them their places in the contribution.
    /// Roll-ups are not needed. Errors: those of writing an earlier file.
    [[nodiscard]] Status add(operators::FlushOutput output);

    /// Writes what is left. The files are durable, and count once they are committed.
    [[nodiscard]] Result<ports::Contribution> finish();

    [[nodiscard]] std::uint64_t events() const noexcept { return draft_.events; }

private:
    [[nodiscard]] Status write(batch::FolderRows rows);

    ports::Lake& lake_;
    ports::Contribution draft_;
    const std::int64_t log_time_us_;
    const WriterOptions options_;
    std::int64_t next_offset_;
    std::map<std::pair<std::string, std::int32_t>, std::uint32_t> parts_;
    batch::DateBuffers buffers_;
    std::vector<ports::LakeFile> files_;
    batch::OrderedStage<batch::FolderRows> writing_;  ///< Last: its thread uses what is above.
};

/// Commits it: from now on it waits for an epoch. Nobody else may commit meanwhile. Error:
/// kConflict when its identity is in the lake already.
[[nodiscard]] Status commit(ports::Lake& lake, ports::Contribution contribution);

}  // namespace shelfcast::backfill
