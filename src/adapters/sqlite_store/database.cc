#include "adapters/sqlite_store/database.h"

#include <cerrno>

#include "base/check.h"

namespace shelfcast::adapters::sqlite_store {
namespace {

// An owner that is just ending may still hold the file for a moment.
constexpr int kBusyTimeoutMs = 1000;
constexpr int kPagesPerCopyStep = 500;  // 2 MB: a few milliseconds

bool disk_refuses(int system_error) {
    return system_error == ENOSPC || system_error == EDQUOT || system_error == EROFS;
}

bool refused_write(int code) {
    return code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_FSYNC ||
           code == SQLITE_IOERR_DIR_FSYNC || code == SQLITE_IOERR_TRUNCATE;
}

ErrorKind kind_of(int code, int system_error) {
    switch (code & 0xff) {
        case SQLITE_FULL:
        case SQLITE_READONLY:
            return ErrorKind::kStorageFull;
        case SQLITE_IOERR:
            return refused_write(code) ? ErrorKind::kStorageFull : ErrorKind::kUnavailable;
        case SQLITE_CANTOPEN:
            return disk_refuses(system_error) ? ErrorKind::kStorageFull : ErrorKind::kUnavailable;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return ErrorKind::kBusy;
        case SQLITE_CONSTRAINT:
            return ErrorKind::kConflict;
        case SQLITE_TOOBIG:
            return ErrorKind::kInvalidInput;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_ERROR:  // our statements are right, so the tables are not ours
        case SQLITE_MISMATCH:
            return ErrorKind::kCorrupted;
        default:
            return ErrorKind::kUnavailable;
    }
}

}  // namespace

Query::~Query() {
    if (statement_ != nullptr) {
        sqlite3_reset(statement_);  // repeats the failure of the last step, which was returned
        sqlite3_clear_bindings(statement_);
    }
}

void Query::bind(int index, std::int64_t value) {
    if (code_ == SQLITE_OK) {
        code_ = sqlite3_bind_int64(statement_, index, value);
    }
}

void Query::bind(int index, double value) {
    if (code_ == SQLITE_OK) {
        code_ = sqlite3_bind_double(statement_, index, value);
    }
}

void Query::bind(int index, std::string_view value) {
    if (code_ == SQLITE_OK) {
        // A null pointer would bind NULL instead of an empty text.
        code_ = sqlite3_bind_text64(statement_, index, value.empty() ? "" : value.data(),
                                    value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    }
}

Result<bool> Query::next() {
    if (code_ == SQLITE_OK) {
        const int stepped = sqlite3_step(statement_);
        if (stepped == SQLITE_ROW) {
            return true;
        }
        if (stepped == SQLITE_DONE) {
            return false;
        }
        code_ = stepped;
    }
    return tl::unexpected(database_.last_error(code_));
}

Status Query::run() {
    SHELFCAST_ASSIGN(const bool row, next());
    SHELFCAST_CHECK(!row);
    return {};
}

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }

double Query::real(int column) const { return sqlite3_column_double(statement_, column); }

std::string Query::text(int column) const {
    const auto* const bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    const int size = sqlite3_column_bytes(statement_, column);
    return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
}

void Database::CloseConnection::operator()(sqlite3* connection) const noexcept {
    sqlite3_close_v2(connection);
}

void Database::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
    sqlite3_finalize(statement);
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, const std::string& vfs,
                                                 Synchronous synchronous) {
    if (!vfs.empty() && sqlite3_vfs_find(vfs.c_str()) == nullptr) {
        return fail(ErrorKind::kInvalidInput, "{}: SQLite has no VFS named {}", path, vfs);
    }
    std::unique_ptr<Database> database(new Database(path, synchronous));
    sqlite3* connection = nullptr;
    const int code = sqlite3_open_v2(
        path.c_str(), &connection,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
        vfs.empty() ? nullptr : vfs.c_str());
    database->connection_.reset(connection);
    if (code != SQLITE_OK) {
        return tl::unexpected(database->last_error(code));
    }
    if (sqlite3_db_readonly(connection, "main") == 1) {
        return fail(ErrorKind::kForbidden, "{}: no permission to write to it", path);
    }
    sqlite3_busy_timeout(connection, kBusyTimeoutMs);
    // Exclusive locking comes first: WAL then needs no shared memory, and a second owner is
    // refused.
    SHELFCAST_TRY(database->execute("pragma locking_mode = exclusive; pragma foreign_keys = on;"));
    {
        Query journal = database->query("pragma journal_mode = wal");
        SHELFCAST_ASSIGN(const bool row, journal.next());
        if (!row || journal.text(0) != "wal") {
            return fail(ErrorKind::kUnavailable,
                        "{}: the file system cannot hold a write-ahead log", path);
        }
    }
    SHELFCAST_TRY(database->execute(synchronous == Synchronous::kFull ? kFull : kNormal));
    // What a killed process committed but did not sync is read back from the page cache now: nobody
    // may build on it before it is durable, so sync it (a checkpoint does) or fail.
    SHELFCAST_TRY(database->execute("pragma wal_checkpoint(truncate)"));
    return database;
}

sqlite3_stmt* Database::prepared(std::string_view sql, int& code) {
    if (const auto found = statements_.find(sql); found != statements_.end()) {
        SHELFCAST_CHECK(sqlite3_stmt_busy(found->second.get()) == 0);
        return found->second.get();
    }
    sqlite3_stmt* statement = nullptr;
    code = sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                              SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code == SQLITE_OK) {
        statements_.emplace(sql, statement);
    }
    return statement;
}

Status Database::execute(const char* script) {
    const int code = sqlite3_exec(connection_.get(), script, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        return tl::unexpected(last_error(code));
    }
    return {};
}

void Database::roll_back() {
    // Some failures (a full disk) have rolled back already; a rollback itself needs no space.
    if (sqlite3_get_autocommit(connection_.get()) == 0) {
        sqlite3_exec(connection_.get(), "rollback", nullptr, nullptr, nullptr);
    }
}

Status Database::copy_to(const std::string& path) {
    sqlite3* opened = nullptr;
    int code = sqlite3_open_v2(
        path.c_str(), &opened,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
        nullptr);
    const std::unique_ptr<sqlite3, CloseConnection> copy(opened);
    const auto copy_error = [&] {
        return fail(kind_of(code, copy ? sqlite3_system_errno(copy.get()) : 0),
                    "{}: cannot copy {} here: {}", path, path_, sqlite3_errstr(code));
    };
    if (code == SQLITE_OK) {
        // A copy that breaks off is thrown away: it needs neither journal nor syncs.
        code = sqlite3_exec(copy.get(), "pragma journal_mode = off; pragma synchronous = off",
                            nullptr, nullptr, nullptr);
    }
    if (code != SQLITE_OK) {
        return copy_error();
    }
    // Changes made over this connection between two steps go into the copy as well.
    sqlite3_backup* copying = nullptr;
    {
        const std::lock_guard lock(mutex_);
        copying = sqlite3_backup_init(copy.get(), "main", connection_.get(), "main");
    }
    if (copying == nullptr) {
        code = sqlite3_extended_errcode(copy.get());
        return copy_error();
    }
    while (code == SQLITE_OK) {  // ends with the pages
        const std::lock_guard lock(mutex_);
        code = sqlite3_backup_step(copying, kPagesPerCopyStep);
    }
    const std::lock_guard lock(mutex_);
    code = sqlite3_backup_finish(copying);
    if (code != SQLITE_OK) {
        return copy_error();
    }
    return {};
}

std::int64_t Database::changes() const { return sqlite3_changes64(connection_.get()); }

std::int64_t Database::last_key() const { return sqlite3_last_insert_rowid(connection_.get()); }

Error Database::last_error(int code) const {
    if (connection_ == nullptr) {
        return {ErrorKind::kUnavailable, fmt::format("{}: {}", path_, sqlite3_errstr(code))};
    }
    const ErrorKind kind = kind_of(code, sqlite3_system_errno(connection_.get()));
    if (kind == ErrorKind::kBusy) {
        return {kind, fmt::format("{} is in use by another process", path_)};
    }
    return {kind,
            fmt::format("{}: {} (SQLite code {})", path_, sqlite3_errmsg(connection_.get()), code)};
}

}  // namespace shelfcast::adapters::sqlite_store
