#pragma once

/// \file adapters/sqlite_log/sqlite_log.h
/// The embedded event log: SQLite files, one per topic and UTC day of log time.
///
/// `DIRECTORY/TOPIC/2026-11-22.sqlite` holds record batches, `DIRECTORY/log.sqlite` the topics, the
/// list of day files, group offsets and begin offsets. One writer thread commits what all callers
/// queued meanwhile (group commit); readers use connections of their own and never block it.
/// One process owns the directory; the lock that says so is not taken here. Thread safe.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>

#include "ports/clock.h"
#include "ports/event_log.h"

namespace shelfcast::adapters {

/// What an acknowledged append survives.
enum class LogDurability : std::uint8_t {
    kFull,    ///< Power loss: the write-ahead log is fsynced at every commit.
    kNormal,  ///< The end of the process only. For the simulation, which must notice it.
};

struct SqliteLogOptions {
    std::filesystem::path directory;  ///< Created if it is not there.
    const ports::Clock& clock;        ///< Log time. Must outlive the log.

    /// A group is committed this long after its first append came in, or when it has this many
    /// records, whichever is first.
    std::uint32_t group_commit_ms = 2;
    std::size_t group_commit_records = 1'000;
    /// Compressed bytes waiting to be committed; an append beyond them is kBusy.
    std::size_t queue_bytes = 64U << 20U;
    std::size_t max_record_bytes = 16U << 20U;
    LogDurability durability = LogDurability::kFull;
    /// Name of a registered SQLite VFS; empty: the default one.
    std::string vfs = {};
    /// False: no thread is started, every append commits by itself on the caller's thread, and each
    /// file has a single connection in exclusive locking mode (no shared memory asked of the VFS).
    bool threaded = true;
};

class SqliteLog final : public ports::EventLog {
public:
    /// Opens or creates the log. Errors: kCorrupted (names the file), kStorageFull, kUnavailable,
    /// kInvalidInput (an option out of bounds, a file of another format).
    [[nodiscard]] static Result<std::unique_ptr<SqliteLog>> open(SqliteLogOptions options);

    /// Commits what is queued, then closes. No other call may be running.
    ~SqliteLog() override;
    SqliteLog(const SqliteLog&) = delete;
    SqliteLog& operator=(const SqliteLog&) = delete;

    /// Topic names: 1 to 128 of [A-Za-z0-9._-], the first one no dot; 1 to 1,024 partitions.
    [[nodiscard]] Status create_topic(std::string_view topic, std::uint32_t partitions) override;
    [[nodiscard]] Result<std::uint32_t> partitions(std::string_view topic) override;
    [[nodiscard]] Result<std::vector<ports::AppendedBatch>> append(
        std::vector<ports::AppendBatch> batches) override;
    /// Batches of different partitions come in the order of their log time.
    [[nodiscard]] Result<std::vector<ports::FetchedBatch>> read(
        std::string_view topic, std::span<const ports::PartitionOffset> from,
        ports::ReadLimits limits) override;
    [[nodiscard]] Result<bool> wait_for_records(std::span<const ports::TopicPosition> from,
                                                std::chrono::milliseconds deadline,
                                                const std::stop_token& stop) override;
    [[nodiscard]] Result<std::vector<ports::PartitionOffset>> begin_offsets(
        std::string_view topic) override;
    [[nodiscard]] Result<std::vector<ports::PartitionOffset>> end_offsets(
        std::string_view topic) override;
    [[nodiscard]] Result<std::optional<ports::AppendedBatch>> find_key(
        std::string_view topic, PartitionId partition, std::string_view key) override;
    [[nodiscard]] Status commit_offsets(std::string_view group, std::string_view topic,
                                        std::span<const ports::PartitionOffset> offsets) override;
    [[nodiscard]] Result<std::vector<ports::PartitionOffset>> committed_offsets(
        std::string_view group, std::string_view topic) override;
    /// The begin offsets move to the given ones at once, and stay there; the space comes back when
    /// every record of a day file lies below them (never the newest file's). Keys of removed
    /// batches are remembered for 48 h of log time.
    [[nodiscard]] Status prune(std::string_view topic,
                               std::span<const ports::PartitionOffset> below) override;

    /// Copies the log into a folder that is not there yet: every append that returned before this
    /// call is in, those beside it wholly or not at all; callers go on meanwhile. Every batch is
    /// checked on the way. The files are not synced. Errors: kCorrupted, kStorageFull, kUnavailable
    /// (also: stopped).
    [[nodiscard]] Status copy_to(const std::filesystem::path& directory,
                                 const std::stop_token& stop);

    /// Bytes of all files of the log, write-ahead logs included.
    [[nodiscard]] std::uint64_t bytes_on_disk() const;

private:
    class Impl;
    explicit SqliteLog(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace shelfcast::adapters
