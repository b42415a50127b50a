#pragma once

/// \file adapters/sqlite_store/database.h
/// One SQLite connection for this adapter's own use: handles that close themselves, cached
/// statements, codes turned into errors that name the file. Not thread safe: callers hold
/// `mutex()`.

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/result.h"

namespace shelfcast::adapters::sqlite_store {

class Database;

/// One execution of a cached statement; resets it when it goes. A failure to prepare or bind shows
/// at the first next() or run(). Only one execution of the same text at a time.
class Query {
public:
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    /// Steps; true when there is a row to read.
    [[nodiscard]] Result<bool> next();
    /// Runs a statement that yields no rows.
    [[nodiscard]] Status run();

    /// Columns of the current row, from 0.
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] std::string text(int column) const;
    /// An unsigned number that was bound as such.
    template <typename Unsigned>
    [[nodiscard]] Unsigned number(int column) const {
        return static_cast<Unsigned>(integer(column));
    }

private:
    friend class Database;
    template <typename... Values>
    Query(Database& database, sqlite3_stmt* statement, int code, const Values&... values)
        : database_(database), statement_(statement), code_(code) {
        int index = 0;
        (bind_any(++index, values), ...);
    }
    template <typename Value>
    void bind_any(int index, const Value& value) {
        if constexpr (std::is_integral_v<Value>) {
            bind(index, static_cast<std::int64_t>(value));
        } else {
            bind(index, value);
        }
    }
    void bind(int index, std::int64_t value);
    void bind(int index, double value);
    void bind(int index, std::string_view value);

    Database& database_;
    sqlite3_stmt* statement_;
    int code_;  ///< SQLITE_OK until something failed.
};

class Database {
public:
    enum class Synchronous { kFull, kNormal };

    /// Opens or makes the file: WAL, exclusive locking. `vfs` empty: SQLite's default.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::string& path,
                                                                const std::string& vfs,
                                                                Synchronous synchronous);

    [[nodiscard]] std::mutex& mutex() noexcept { return mutex_; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// `sql` must live as long as the database (a literal); values bind to ?1, ?2 … in order.
    template <typename... Values>
    [[nodiscard]] Query query(std::string_view sql, const Values&... values) {
        int code = SQLITE_OK;
        sqlite3_stmt* const statement = prepared(sql, code);
        return Query(*this, statement, code, values...);
    }

    /// Runs a script of statements without values.
    [[nodiscard]] Status execute(const char* script);

    /// Runs `body` in one transaction: committed when it returns a value, else rolled back.
    template <typename Body>
    [[nodiscard]] auto transaction(const Body& body) -> decltype(body()) {
        SHELFCAST_TRY(query("begin immediate").run());
        auto outcome = body();
        if (outcome) {
            if (Status committed = query("commit").run(); !committed) {
                roll_back();
                return forward_error(committed);
            }
        } else {
            roll_back();
        }
        return outcome;
    }

    /// Runs `body`, whose commits do not wait for the disk: a power cut may take them back until a
    /// later commit waits, a killed process does not.
    template <typename Body>
    [[nodiscard]] auto without_sync(const Body& body) -> decltype(body()) {
        SHELFCAST_TRY(execute(kNormal));
        auto outcome = body();
        SHELFCAST_TRY(execute(synchronous_ == Synchronous::kFull ? kFull : kNormal));
        return outcome;
    }

    /// Copies the whole database into a new file (or one without a byte), as it stands when the
    /// copy ends. Takes mutex() itself, again and again for some pages, so that others get their
    /// turn. The file is not synced. Errors name the file that refused.
    [[nodiscard]] Status copy_to(const std::string& path);

    /// Rows that the last statement changed.
    [[nodiscard]] std::int64_t changes() const;
    /// The key of the row inserted last.
    [[nodiscard]] std::int64_t last_key() const;
    /// What SQLite says about its last failure, as an error that names the file.
    [[nodiscard]] Error last_error(int code) const;

private:
    struct CloseConnection {
        void operator()(sqlite3* connection) const noexcept;
    };
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };

    static constexpr const char* kFull = "pragma synchronous = full";
    static constexpr const char* kNormal = "pragma synchronous = normal";

    Database(std::string path, Synchronous synchronous)
        : path_(std::move(path)), synchronous_(synchronous) {}
    [[nodiscard]] sqlite3_stmt* prepared(std::string_view sql, int& code);
    void roll_back();

    std::string path_;
    Synchronous synchronous_;
    std::mutex mutex_;
    std::unique_ptr<sqlite3, CloseConnection> connection_;
    std::map<std::string_view, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

}  // namespace shelfcast::adapters::sqlite_store
