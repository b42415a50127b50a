#pragma once

/// \file pipelines/ingest/import.h
/// `shelfcast import`: files of receipts become messages in the log, each row once, whatever ends
/// the process in between.
///
/// A file is known by the hash of its bytes. Its rows go in chunks that depend on the content
/// alone; each chunk's batches carry the key `import/HASH/FIRST-LIMIT` (its first row and the first
/// row past its longest extent), so that a chunk that is in the log is never appended again. The
/// import ledger follows the log: chunks are appended in order, and written down when they are
/// durable.

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipelines/ingest/import_source.h"
#include "ports/clock.h"
#include "ports/event_door.h"
#include "ports/event_log.h"
#include "ports/metrics.h"
#include "ports/operational_store.h"
#include "ports/table_file_reader.h"
#include "retail/event_codec.h"

namespace shelfcast::ingest {

struct ImportOptions {
    std::vector<std::string> files;
    FileReading reading;
    /// Part of what makes a resume safe: the same over the life of a data directory.
    ChunkLimits chunk;
    retail::CodecLimits codec;  ///< As the door's.
    /// How often an append is tried again, with pauses of up to 100 ms, while the log is busy or
    /// away.
    std::uint32_t append_attempts = 600;
};

struct ImportProgress {
    std::string_view file;
    std::uint64_t rows_done = 0;  ///< Rows of the file that are durable, earlier imports included.
    std::uint64_t bytes_done = 0;
    std::uint64_t bytes = 0;
};

/// Called from one thread at a time, about once per chunk.
using ReportProgress = std::function<void(const ImportProgress&)>;

struct ImportPorts {
    ports::EventLog& log;  ///< With topics retail_events and dead-letters.
    ports::ImportLedger& ledger;
    ports::StoreDirectory& stores;
    const ports::Clock& clock;
    ports::TableFileReader& tables;     ///< Reads Parquet.
    ports::Metrics* metrics = nullptr;  ///< May be null.
    ReportProgress progress;            ///< May be empty.
};

enum class FileOutcome : std::uint8_t {
    kImported,
    kResumed,          ///< An earlier run had brought in a part of it.
    kGrown,            ///< The file continues one imported before: only its later rows are new.
    kAlreadyImported,  ///< Nothing to do.
};

/// imported, resumed, grown, already_imported.
[[nodiscard]] std::string_view to_string(FileOutcome outcome) noexcept;

struct FileReport {
    std::string path;
    FileFormat format = FileFormat::kCsv;
    FileOutcome outcome = FileOutcome::kImported;
    ports::Tally tally;          ///< Rows taken in by this run.
    ports::ImportRecord record;  ///< What the ledger says of the file now.
    std::vector<std::string> ignored_columns;
};

struct ImportReport {
    std::vector<FileReport> files;
    ports::Tally tally;
    std::uint64_t stores_created = 0;
};

/// Imports the files one after another; the first that fails ends it. Errors name the file and how
/// many of its rows are in the log: kNotFound, kForbidden, kInvalidInput (no such format, missing
/// columns, an empty file, wrong options), kConflict (changed while it was read, grew inside a row;
/// its ledger entry says failed), kBusy, kUnavailable (stopped, or the log is away), kStorageFull.
/// Every kind but kInvalidInput and kConflict goes on where it ended when it is run again.
[[nodiscard]] Result<ImportReport> run(const ImportOptions& options, const ImportPorts& ports,
                                       const std::stop_token& stop);

/// Brings the ledger's running imports up to what the log holds: call at start, before anything
/// prunes the log. Returns how many records moved. `chunk` as for the imports.
[[nodiscard]] Result<std::uint64_t> recover(ports::EventLog& log, ports::ImportLedger& ledger,
                                            const ChunkLimits& chunk = {});

}  // namespace shelfcast::ingest
