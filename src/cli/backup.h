#pragma once

/// \file cli/backup.h
/// A data directory copied while it is in use, and a new one made from such a copy.
///
/// A backup is a folder: `operational.sqlite`, `log/`, `state/batch/`, the newest manifest of the
/// lake with the files it names, `shelfcast.toml` if the data directory has one, and `backup.json`,
/// which lists all of them with sizes and hashes. It is written last: a folder without it is no
/// backup. What is missing is made anew at the first start: the engine's tables from lake and log,
/// the speed layer's snapshot from the log. A backup holds secrets: files are 0600, folders 0700.
///
/// While a folder is being filled it holds a file `unfinished`, locked by whoever fills it; a later
/// attempt starts such a folder over.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>

#include "adapters/sqlite_log/sqlite_log.h"
#include "adapters/sqlite_store/sqlite_store.h"
#include "base/ids.h"
#include "base/result.h"
#include "ports/clock.h"
#include "ports/lake.h"

namespace shelfcast::cli {

struct BackupSource {
    std::filesystem::path data_directory;
    adapters::SqliteStore& store;
    adapters::SqliteLog& log;
    ports::Lake& lake;
    ports::Clock& clock;
};

struct BackupReport {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    EpochId open_epoch;  ///< As the copied operational store has it.
};

/// Bytes done of about so many, after each file.
using BackupProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Copies the data directory into `folder`, which must be empty, not there, or unfinished. Every
/// event acknowledged before the call is in. No epoch may be closed meanwhile; everything else may
/// go on. Errors: kConflict (the folder has a backup or other files), kInvalidInput (it lies in the
/// data directory), kStorageFull, kCorrupted naming a file of the source that is not as written.
[[nodiscard]] Result<BackupReport> write_backup(const BackupSource& source,
                                                const std::filesystem::path& folder,
                                                const BackupProgress& progress,
                                                const std::stop_token& stop);

/// Reads every file of a backup against its list, then makes `data_directory` from it, which must
/// be empty, not there, or left by a restore that was cut short. Errors: kNotFound (no backup),
/// kInvalidInput (incomplete, or of a newer program), kCorrupted naming what is damaged, kConflict,
/// kStorageFull.
[[nodiscard]] Result<BackupReport> restore_backup(const std::filesystem::path& folder,
                                                  const std::filesystem::path& data_directory,
                                                  const BackupProgress& progress,
                                                  const std::stop_token& stop);

/// Nothing, or why a folder is no data directory to start on: a backup, or half of a restore.
[[nodiscard]] Status check_is_no_backup(const std::filesystem::path& folder);

}  // namespace shelfcast::cli
