#pragma once

/// \file cli/backends.h
/// What the configuration chose to stand on: the embedded parts of a data directory, or servers
/// beside it.

#include <filesystem>
#include <memory>
#include <string>

#include "adapters/s3/s3_bucket.h"
#include "adapters/sqlite_log/sqlite_log.h"
#include "adapters/sqlite_store/sqlite_store.h"
#include "base/result.h"
#include "config/config.h"
#include "ports/clock.h"
#include "ports/event_log.h"
#include "ports/file_system.h"
#include "ports/operational_store.h"
#include "ports/order_store.h"
#include "ports/state_store.h"
#include "ports/worker_group.h"

namespace shelfcast::cli {

struct StoreBackend {
    std::unique_ptr<ports::OperationalStore> store;
    ports::OrderStore* orders = nullptr;        ///< The same.
    adapters::SqliteStore* embedded = nullptr;  ///< The same, if it is of the data directory.
};
[[nodiscard]] Result<StoreBackend> open_store(const config::Config& config,
                                              const std::filesystem::path& directory);

struct LogBackend {
    std::unique_ptr<ports::EventLog> log;
    std::unique_ptr<ports::WorkerGroup> group;  ///< Null: one process has the whole log.
    /// The same topics, of which those made here keep their records for ever; null: nobody else
    /// can have them.
    std::unique_ptr<ports::EventLog> endless;
    adapters::SqliteLog* embedded = nullptr;  ///< The same, if it is of the data directory.
};
[[nodiscard]] Result<LogBackend> open_log(const config::Config& config,
                                          const std::filesystem::path& directory,
                                          ports::Clock& clock);

struct LakeBackend {
    std::unique_ptr<adapters::S3Bucket> bucket;        ///< Null: it is in a folder.
    std::unique_ptr<adapters::S3Bucket> state_bucket;  ///< The same one, below another prefix.
    std::unique_ptr<ports::StateStore> mirror;         ///< Of the state, in the data directory.
    std::unique_ptr<ports::FileSystem> files;          ///< Of the lake.
    std::unique_ptr<ports::StateStore> state;          ///< The operators', beside it.
    /// Ends requests under way and to come within a second or so.
    void interrupt() noexcept;
};
[[nodiscard]] Result<LakeBackend> open_lake(const config::Config& config,
                                            const std::filesystem::path& directory,
                                            const ports::Clock& clock);

}  // namespace shelfcast::cli
