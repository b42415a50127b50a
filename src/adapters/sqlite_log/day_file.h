#pragma once

/// \file adapters/sqlite_log/day_file.h
/// One SQLite file: the batches that one topic took on one UTC day of log time.
///
/// The newest file of a topic has a writing connection, which belongs to the writer. Reading
/// connections are leased from a small pool. With `single_connection` there is only the one, and
/// the caller sees to it that one thread at a time uses the file.

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sqlite_log/database.h"
#include "adapters/sqlite_log/record_codec.h"
#include "base/ids.h"
#include "base/result.h"

namespace shelfcast::adapters::sqlite_log {

inline constexpr int kOffsetBits = 44;
inline constexpr std::uint32_t kMaxPartitions = 1'024;

/// Partition and offset in one integer key: a partition's batches lie together in the file, in
/// offset order, and need no second index.
[[nodiscard]] constexpr std::int64_t position_of(PartitionId partition, std::int64_t offset) {
    return (static_cast<std::int64_t>(partition.value) << kOffsetBits) | offset;
}
[[nodiscard]] constexpr PartitionId partition_of(std::int64_t position) {
    return PartitionId{static_cast<std::uint32_t>(position >> kOffsetBits)};
}
[[nodiscard]] constexpr std::int64_t offset_of(std::int64_t position) {
    return position & ((std::int64_t{1} << kOffsetBits) - 1);
}

/// A batch that an idempotency key stands for.
struct KeyedBatch {
    std::int64_t base_offset = 0;
    std::int64_t log_time_us = 0;
    std::string fingerprint;
};

struct LastBatch {
    std::int64_t end_offset = 0;
    std::int64_t log_time_us = 0;
};

/// A row as it is stored; the views belong to the caller, or to the cursor's current row.
struct StoredBatch {
    BatchFacts facts;
    std::uint64_t checksum = 0;
    std::string_view stored;
};

/// One connection to a day file, with its statements.
class DayConnection {
public:
    [[nodiscard]] static Result<std::unique_ptr<DayConnection>> open(
        const DatabaseOptions& options);

    [[nodiscard]] Database& database() { return database_; }
    [[nodiscard]] Status insert(const StoredBatch& batch);
    [[nodiscard]] Result<std::optional<KeyedBatch>> find_key(PartitionId partition,
                                                             std::string_view key);
    [[nodiscard]] Result<std::optional<LastBatch>> last_batch(PartitionId partition);
    /// Every keyed batch with at least that log time.
    using KeyVisitor = std::function<Status(PartitionId, std::string_view key, const KeyedBatch&)>;
    [[nodiscard]] Status visit_keys(std::int64_t from_log_time_us, const KeyVisitor& visit);

    /// Reads of one statement set see one state of the file until end_read().
    [[nodiscard]] Status begin_read();
    void end_read() noexcept;
    /// Puts cursor `slot` before the batch that holds the offset; next() then walks the partition.
    [[nodiscard]] Status seek(std::size_t slot, PartitionId partition, std::int64_t offset);
    /// The next row of a cursor; its stored bytes are fetched by stored_bytes() only.
    [[nodiscard]] Result<std::optional<StoredBatch>> next(std::size_t slot);
    [[nodiscard]] std::string_view stored_bytes(std::size_t slot) const;

private:
    explicit DayConnection(Database database) : database_(std::move(database)) {}

    Database database_;
    Statement insert_;
    Statement find_key_;
    Statement last_batch_;
    std::deque<Statement> cursors_;
};

class DayFile {
public:
    struct Options {
        std::string day;   ///< 2026-11-22
        std::string path;  ///< Absolute.
        std::string vfs;
        LogDurability durability = LogDurability::kFull;
        bool single_connection = false;
        std::vector<std::int64_t> starts;  ///< Per partition: the first offset that goes in here.
    };

    explicit DayFile(Options options) : options_(std::move(options)) {}
    /// Closes every connection, and removes the file if that was asked for.
    ~DayFile();
    DayFile(const DayFile&) = delete;
    DayFile& operator=(const DayFile&) = delete;

    [[nodiscard]] const std::string& day() const { return options_.day; }
    [[nodiscard]] const std::string& path() const { return options_.path; }
    [[nodiscard]] const std::vector<std::int64_t>& starts() const { return options_.starts; }

    /// Opens the writing connection; `create` makes the file and its schema if need be.
    [[nodiscard]] Status open_writer(bool create);
    [[nodiscard]] DayConnection* writer() { return writer_.get(); }
    /// Copies the batches below `ends` (per partition) into `copy`, which has nothing yet, checking
    /// each one; the writer goes on meanwhile. Error: kCorrupted naming a batch.
    [[nodiscard]] Status copy_to(DayFile& copy, const std::vector<std::int64_t>& ends);

    /// No more appends: folds the write-ahead log into the file and closes the writing connection.
    void seal();

    /// A reading connection, given back when the lease ends.
    class Lease {
    public:
        Lease(DayFile& file, DayConnection* connection) : file_(&file), connection_(connection) {}
        Lease(Lease&& other) noexcept
            : file_(other.file_), connection_(std::exchange(other.connection_, nullptr)) {}
        Lease& operator=(Lease&&) = delete;
        ~Lease();
        DayConnection* operator->() const { return connection_; }
        DayConnection& operator*() const { return *connection_; }

    private:
        DayFile* file_;
        DayConnection* connection_;
    };
    [[nodiscard]] Result<Lease> lease();

    /// The file goes when its last user lets go of it.
    void remove_at_end() { remove_at_end_ = true; }

private:
    [[nodiscard]] DatabaseOptions database_options(bool create, bool writer) const;
    /// Copies batches of a partition from `next` on, up to `end` or a bound; moves `next`.
    [[nodiscard]] Status copy_stretch(DayConnection& from, DayConnection& to, PartitionId partition,
                                      std::int64_t& next, std::int64_t end) const;

    Options options_;
    std::unique_ptr<DayConnection> writer_;
    std::mutex pool_mutex_;
    std::vector<std::unique_ptr<DayConnection>> idle_;  // guarded by pool_mutex_
    std::atomic<bool> remove_at_end_{false};
};

}  // namespace shelfcast::adapters::sqlite_log
