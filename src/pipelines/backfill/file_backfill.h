#pragma once

/// \file pipelines/backfill/file_backfill.h
/// `shelfcast backfill FILE…`: receipts from files, judged like imported ones, into lake files.
///
/// Duplicates are told within one file; what the log holds is not looked at. A date of the same
/// file is taken in once, and what was rejected with its first dates only: its identity is the hash
/// of its bytes.

#include <cstdint>
#include <functional>
#include <limits>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "operator/flush_rows.h"
#include "pipelines/backfill/contribution_writer.h"
#include "pipelines/ingest/import_source.h"
#include "ports/clock.h"
#include "ports/operational_store.h"
#include "ports/table_file_reader.h"

namespace shelfcast::backfill {

struct FileBackfillOptions {
    std::string file;
    ingest::FileReading reading;
    /// Business dates taken in, both ends included: days since 1970-01-01.
    std::int32_t from = std::numeric_limits<std::int32_t>::min();
    std::int32_t to = std::numeric_limits<std::int32_t>::max();
    WriterOptions writer{};
};

struct FileBackfillPorts {
    ports::Lake& lake;
    ports::StoreDirectory& stores;
    ports::Clock& clock;
    ports::TableFileReader& tables;
};

struct FileBackfillReport {
    ports::Contribution contribution;
    std::uint64_t rows = 0;          ///< Of the file.
    std::uint64_t outside = 0;       ///< Accepted rows of other dates, left out.
    operators::FoldCounts counts{};  ///< Of what was taken in.
    std::uint64_t stores_created = 0;
};

/// Called with rows read and bytes read of bytes.
using FileProgress = std::function<void(std::uint64_t rows, std::uint64_t done, std::uint64_t of)>;

/// Writes the file's rows; commit() them next. `id` as next_contribution() says. Errors: those of
/// an import; kConflict when some of these dates of the file are in the lake already.
[[nodiscard]] Result<FileBackfillReport> write_file_rows(const FileBackfillOptions& options,
                                                         const FileBackfillPorts& ports,
                                                         const FileProgress& progress,
                                                         const std::stop_token& stop);

}  // namespace shelfcast::backfill
