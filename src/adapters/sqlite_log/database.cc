#include "adapters/sqlite_log/database.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

namespace shelfcast::adapters::sqlite_log {
namespace {

constexpr int kBusyTimeoutMs = 10'000;
// Beyond this many times the wished size the checkpoint waits for the readers in its way.
constexpr int kPatience = 4;

ErrorKind kind_of(int code, int system_error) {
    if (system_error == ENOSPC || system_error == EDQUOT || system_error == EROFS) {
        return ErrorKind::kStorageFull;
    }
    switch (code & 0xff) {
        case SQLITE_FULL:
        case SQLITE_READONLY:
        case SQLITE_TOOBIG:
            return ErrorKind::kStorageFull;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_FORMAT:
        // A table or column that is missing, or a row twice: the file is not what we wrote.
        case SQLITE_ERROR:
        case SQLITE_CONSTRAINT:
            return ErrorKind::kCorrupted;
        default:
            return ErrorKind::kUnavailable;
    }
}

Error error_of(sqlite3* handle) {
    const int code = sqlite3_extended_errcode(handle);
    const int system_error = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN
                                 ? sqlite3_system_errno(handle)
                                 : 0;
    const char* const name = sqlite3_db_filename(handle, "main");
    return Error{kind_of(code, system_error),
                 fmt::format("log file {}: {}{}{}", name == nullptr ? "?" : name,
                             sqlite3_errmsg(handle), system_error == 0 ? "" : ": ",
                             system_error == 0 ? "" : std::strerror(system_error))};
}

int note_wal_frames(void* frames, sqlite3* /*handle*/, const char* /*schema*/, int count) {
    *static_cast<int*>(frames) = count;
    return SQLITE_OK;
}

Result<sqlite3_vfs*> find_vfs(const std::string& name) {
    sqlite3_vfs* const files = sqlite3_vfs_find(name.empty() ? nullptr : name.c_str());
    if (files == nullptr) {
        return fail(ErrorKind::kInvalidInput, "log: no SQLite VFS is named {}", name);
    }
    return files;
}

}  // namespace

void Statement::bind(int index, std::int64_t value) {
    sqlite3_bind_int64(statement_.get(), index, value);
}

void Statement::bind_blob(int index, std::string_view bytes) {
    sqlite3_bind_blob64(statement_.get(), index, bytes.empty() ? "" : bytes.data(), bytes.size(),
                        SQLITE_STATIC);
}

void Statement::bind_blob_or_null(int index, std::string_view bytes) {
    if (bytes.empty()) {
        sqlite3_bind_null(statement_.get(), index);
    } else {
        bind_blob(index, bytes);
    }
}

void Statement::bind_text(int index, std::string_view text) {
    sqlite3_bind_text64(statement_.get(), index, text.empty() ? "" : text.data(), text.size(),
                        SQLITE_STATIC, SQLITE_UTF8);
}

Result<bool> Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code == SQLITE_DONE) {
        return false;
    }
    Error error = error_of(sqlite3_db_handle(statement_.get()));
    sqlite3_reset(statement_.get());
    return tl::unexpected(std::move(error));
}

Status Statement::run() {
    SHELFCAST_TRY(step());
    reset();
    return {};
}

void Statement::reset() noexcept { sqlite3_reset(statement_.get()); }

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::bytes(int column) const {
    const void* const data = sqlite3_column_blob(statement_.get(), column);
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return data == nullptr
               ? std::string_view{}
               : std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

Result<Database> Database::open(const DatabaseOptions& options) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                      (options.create ? SQLITE_OPEN_CREATE : 0);
    Database database;
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(options.path.c_str(), &handle, flags,
                                     options.vfs.empty() ? nullptr : options.vfs.c_str());
    database.handle_.reset(handle);
    if (code != SQLITE_OK) {
        const int system_error = handle == nullptr ? 0 : sqlite3_system_errno(handle);
        const bool missing = !options.create && system_error == ENOENT;
        return fail(missing ? ErrorKind::kCorrupted : kind_of(code, system_error),
                    "log file {}: cannot open: {}", options.path,
                    system_error == 0 ? sqlite3_errstr(code) : std::strerror(system_error));
    }
    if (sqlite3_db_readonly(handle, "main") == 1) {
        return fail(ErrorKind::kForbidden, "log file {}: no permission to write to it",
                    options.path);
    }
    sqlite3_busy_timeout(handle, kBusyTimeoutMs);
    if (options.exclusive) {
        SHELFCAST_TRY(database.execute("pragma locking_mode = exclusive"));
    }
    if (options.create) {
        SHELFCAST_TRY(
            database.execute(fmt::format("pragma page_size = {}", options.page_bytes).c_str()));
    }
    {
        SHELFCAST_ASSIGN(Statement mode, database.prepare("pragma journal_mode = wal"));
        SHELFCAST_ASSIGN(const bool answered, mode.step());
        if (!answered || mode.bytes(0) != "wal") {
            return fail(ErrorKind::kUnavailable, "log file {}: its file system allows no WAL mode",
                        options.path);
        }
    }
    database.durability_ = options.durability;
    SHELFCAST_TRY(database.sync_commits(true));
    SHELFCAST_TRY(database.execute(
        fmt::format("pragma cache_size = -{}; pragma secure_delete = off; "
                    "pragma journal_size_limit = 67108864; pragma temp_store = memory",
                    options.cache_kib)
            .c_str()));
    if (options.sync_found) {
        SHELFCAST_TRY(database.sync_write_ahead_log());
    }
    // Replaces the automatic checkpoint, which would run inside COMMIT while callers wait.
    sqlite3_wal_hook(handle, note_wal_frames, database.wal_frames_.get());
    return database;
}

Status Database::execute(const char* sql) {
    if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
        return tl::unexpected(last_error());
    }
    return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    if (code != SQLITE_OK) {
        return tl::unexpected(last_error());
    }
    Statement statement;
    statement.statement_.reset(raw);
    return statement;
}

Result<std::int64_t> Database::query_integer(std::string_view sql) {
    SHELFCAST_ASSIGN(Statement statement, prepare(sql));
    SHELFCAST_ASSIGN(const bool found, statement.step());
    return found ? statement.integer(0) : 0;
}

Status Database::apply_schema(const char* sql, std::int64_t version) {
    SHELFCAST_ASSIGN(const std::int64_t found, query_integer("pragma user_version"));
    if (found == version) {
        return {};
    }
    if (found != 0) {
        return fail(ErrorKind::kInvalidInput, "log file {}: format {} is not the known format {}",
                    sqlite3_db_filename(handle_.get(), "main"), found, version);
    }
    SHELFCAST_TRY(begin_write());
    Status made = execute(sql);
    if (made) {
        made = execute(fmt::format("pragma user_version = {}", version).c_str());
    }
    if (!made) {
        rollback();
        return made;
    }
    return commit();
}

Status Database::sync_write_ahead_log() {
    // Setting the journal mode has read the file, and so opened its log.
    sqlite3_file* wal = nullptr;
    int code = sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER,
                                    static_cast<void*>(&wal));
    if (code == SQLITE_OK && wal != nullptr && wal->pMethods != nullptr) {
        code = wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
    }
    if (code != SQLITE_OK) {
        return fail(kind_of(code, sqlite3_system_errno(handle_.get())),
                    "log file {}: cannot sync its write-ahead log: {}",
                    sqlite3_db_filename(handle_.get(), "main"), sqlite3_errstr(code));
    }
    return {};
}

Status Database::copy_to(const std::string& path) {
    SHELFCAST_ASSIGN(Statement copying, prepare("vacuum into ?1"));
    copying.bind_text(1, path);
    if (Status copied = copying.run(); !copied) {
        return forward_error(copied, fmt::format("copy to {}", path));
    }
    return {};
}

Status Database::sync_commits(bool sync) {
    return execute(sync && durability_ == LogDurability::kFull ? "pragma synchronous = full"
                                                               : "pragma synchronous = normal");
}

Status Database::begin_write() { return execute("begin immediate"); }

Status Database::commit() {
    Status committed = execute("commit");
    if (!committed) {
        rollback();
    }
    return committed;
}

void Database::rollback() noexcept {
    if (sqlite3_get_autocommit(handle_.get()) == 0) {
        sqlite3_exec(handle_.get(), "rollback", nullptr, nullptr, nullptr);
    }
}

Status Database::checkpoint_if_over(int frames) {
    if (*wal_frames_ < frames) {
        return {};
    }
    const int mode =
        *wal_frames_ < frames * kPatience ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_RESTART;
    const int code = sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, mode, nullptr, nullptr);
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) {
        return tl::unexpected(last_error());
    }
    return {};
}

Status Database::checkpoint_and_truncate() {
    const int code = sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE,
                                               nullptr, nullptr);
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) {
        return tl::unexpected(last_error());
    }
    return {};
}

Error Database::last_error() const { return error_of(handle_.get()); }

Result<bool> database_exists(const std::string& path, const std::string& vfs) {
    SHELFCAST_ASSIGN(sqlite3_vfs* const files, find_vfs(vfs));
    int exists = 0;
    const int code = files->xAccess(files, path.c_str(), SQLITE_ACCESS_EXISTS, &exists);
    if (code != SQLITE_OK) {
        return fail(ErrorKind::kUnavailable, "log file {}: {}", path, sqlite3_errstr(code));
    }
    return exists != 0;
}

Status remove_database(const std::string& path, const std::string& vfs) {
    SHELFCAST_ASSIGN(sqlite3_vfs* const files, find_vfs(vfs));
    // The write-ahead log last: a log without its file is dropped when a file of that name is made.
    for (const std::string_view suffix : std::array<std::string_view, 3>{"", "-shm", "-wal"}) {
        const std::string name = fmt::format("{}{}", path, suffix);
        const int code = files->xDelete(files, name.c_str(), 0);
        if (code != SQLITE_OK && code != SQLITE_IOERR_DELETE_NOENT) {
            return fail(ErrorKind::kUnavailable, "log file {}: cannot remove: {}", name,
                        sqlite3_errstr(code));
        }
    }
    return {};
}

}  // namespace shelfcast::adapters::sqlite_log
