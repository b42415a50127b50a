#pragma once

/// \file adapters/sqlite_log/database.h
/// SQLite handles that close themselves, and its error codes as ours. Private to this folder.
///
/// A Database and its statements belong to one thread at a time.

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/sqlite_log/sqlite_log.h"
#include "base/result.h"

namespace shelfcast::adapters::sqlite_log {

/// A prepared statement. Bound blobs must live until the next reset().
class Statement {
public:
    Statement() = default;

    void bind(int index, std::int64_t value);
    /// The bytes are not copied.
    void bind_blob(int index, std::string_view bytes);
    /// As bind_blob, but no bytes become NULL.
    void bind_blob_or_null(int index, std::string_view bytes);
    void bind_text(int index, std::string_view text);

    /// True: there is a row. After an error the statement has been reset.
    [[nodiscard]] Result<bool> step();
    /// Steps to the end, expecting no row, and resets.
    [[nodiscard]] Status run();
    void reset() noexcept;

    [[nodiscard]] std::int64_t integer(int column) const;
    /// Valid until the next step() or reset().
    [[nodiscard]] std::string_view bytes(int column) const;

private:
    friend class Database;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
    };
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// Resets a statement at the end of a scope, so that it holds no lock and no pointer.
class ResetAtEnd {
public:
    explicit ResetAtEnd(Statement& statement) : statement_(statement) {}
    ~ResetAtEnd() { statement_.reset(); }
    ResetAtEnd(const ResetAtEnd&) = delete;
    ResetAtEnd& operator=(const ResetAtEnd&) = delete;

private:
    Statement& statement_;
};

struct DatabaseOptions {
    std::string path;  ///< Absolute.
    std::string vfs = {};
    LogDurability durability = LogDurability::kFull;
    bool create = false;
    /// Syncs what a killed process wrote into the write-ahead log and did not live to sync: it is
    /// read back from the page cache, and nobody may build on it before it is durable. For the
    /// first connection after a start.
    bool sync_found = false;
    bool exclusive = false;  ///< The only connection to its file: no shared memory is used.
    int page_bytes = 4096;   ///< Of a new file.
    int cache_kib = 2048;
};

/// One connection in WAL mode, without automatic checkpoints.
class Database {
public:
    /// Errors: kCorrupted (also: not there though `create` is false), kStorageFull, kUnavailable.
    [[nodiscard]] static Result<Database> open(const DatabaseOptions& options);

    [[nodiscard]] Status execute(const char* sql);
    [[nodiscard]] Result<Statement> prepare(std::string_view sql);
    [[nodiscard]] Result<std::int64_t> query_integer(std::string_view sql);

    /// Makes the schema in one transaction and stamps it, or checks the stamp of an older file.
    /// Error: kInvalidInput: the file has another format.
    [[nodiscard]] Status apply_schema(const char* sql, std::int64_t version);

    [[nodiscard]] Status sync_write_ahead_log();

    /// Copies the whole database into a file that is not there yet. Not inside a transaction.
    [[nodiscard]] Status copy_to(const std::string& path);

    /// Commits from here on wait for the disk, or leave that to the next one that does: a power cut
    /// may take them back, a killed process not. Between transactions only.
    [[nodiscard]] Status sync_commits(bool sync);

    [[nodiscard]] Status begin_write();
    /// After an error nothing of the transaction is left.
    [[nodiscard]] Status commit();
    void rollback() noexcept;

    /// Copies the write-ahead log into the file once it has `frames` pages. Must be called after
    /// commits, by the only writer. Failing is no loss: the log just stays longer.
    [[nodiscard]] Status checkpoint_if_over(int frames);
    [[nodiscard]] Status checkpoint_and_truncate();

    [[nodiscard]] Error last_error() const;

private:
    struct Close {
        void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
    };
    std::unique_ptr<sqlite3, Close> handle_;
    /// On the heap, because SQLite keeps its address; written by the hook after each commit.
    std::unique_ptr<int> wal_frames_ = std::make_unique<int>(0);
    LogDurability durability_ = LogDurability::kFull;
};

/// Whether the VFS has a file of that name. Error: kInvalidInput: no such VFS.
[[nodiscard]] Result<bool> database_exists(const std::string& path, const std::string& vfs);

/// Removes a database file with its write-ahead log, through the VFS.
[[nodiscard]] Status remove_database(const std::string& path, const std::string& vfs);

}  // namespace shelfcast::adapters::sqlite_log
