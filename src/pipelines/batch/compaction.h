#pragma once

/// \file pipelines/batch/compaction.h
/// Keeps the lake's files few and its folder free of what nobody reads: small files of a folder
/// become one, and files that were merged away, or manifests that were followed, go after a while.
///
/// A merged file holds the rows of several epochs, each row saying its own. New files, then a new
/// manifest version that names them and retires the old ones; those stay for readers of the older
/// version. Nothing is removed that the newest manifest counts on.

#include <cstdint>
#include <functional>
#include <stop_token>

#include "base/result.h"
#include "ports/clock.h"
#include "ports/lake.h"

namespace shelfcast::batch {

struct CompactionOptions {
    /// Files below it are merged with their neighbours, up to about this size.
    std::uint64_t target_bytes = std::uint64_t{128} << 20U;
    std::size_t min_files = 2;  ///< Of a folder; fewer are left alone.
    /// Rows of one merged file: what is held in memory.
    std::uint64_t max_rows = 4'000'000;
    /// Retired files stay this long.
    std::int64_t keep_retired_us = std::int64_t{24} * 3'600'000'000;
};

struct CompactionReport {
    std::uint64_t files_merged = 0;
    std::uint64_t files_written = 0;
    std::uint64_t bytes_before = 0;  ///< Of the merged files.
    std::uint64_t bytes_after = 0;
    std::uint64_t files_removed = 0;  ///< Retired before.
};

/// Merges what is small, then removes what was retired long enough ago. Nobody may commit to the
/// lake meanwhile. A stop request ends it between two folders, with what is done committed.
[[nodiscard]] Result<CompactionReport> compact(ports::Lake& lake, ports::Clock& clock,
                                               const CompactionOptions& options,
                                               const std::stop_token& stop);

}  // namespace shelfcast::batch
