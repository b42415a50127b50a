#pragma once

/// \file adapters/postgres_store/connection.h
/// One connection to a PostgreSQL server, for this adapter's own use: every wait has a deadline,
/// values travel beside the text, codes become errors that name the server (never its password).
/// Not thread safe.

#include <libpq-fe.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "adapters/postgres_store/postgres_store.h"
#include "base/result.h"

namespace shelfcast::adapters::postgres_store {

/// Bytes of any kind, for a column of type bytea.
struct Bytes {
    std::string_view value;
};

/// The values of one statement, in the form in which they are sent.
class Values {
public:
    template <typename... Each>
    explicit Values(const Each&... values) {
        (add(values), ...);
    }

    [[nodiscard]] std::size_t size() const noexcept { return kept_.size(); }
    [[nodiscard]] const std::string& text(std::size_t index) const { return kept_[index]; }
    /// 1: the bytes as they are, so that a zero byte is refused instead of ending the text.
    [[nodiscard]] int format(std::size_t index) const { return formats_[index]; }

private:
    template <typename Number>
        requires std::is_arithmetic_v<Number>
    void add(Number number) {
        keep(fmt::format("{}", number), 0);
    }
    void add(std::string_view text) { keep(std::string(text), 1); }
    void add(const Bytes& bytes) { keep(std::string(bytes.value), 1); }
    /// An array.
    template <typename Element>
    void add(const std::vector<Element>& elements) {
        std::string text = "{";
        for (const Element& element : elements) {
            text.append(text.size() > 1 ? "," : "");
            if constexpr (std::is_arithmetic_v<Element>) {
                text.append(fmt::format("{}", element));
            } else {
                append_quoted(text, element);
            }
        }
        keep(text + "}", 0);
    }
    static void append_quoted(std::string& array, std::string_view element);
    void keep(std::string text, int format) {
        kept_.push_back(std::move(text));
        formats_.push_back(format);
    }

    std::vector<std::string> kept_;
    std::vector<int> formats_;
};

/// What a statement answered.
class Rows {
public:
    Rows() = default;
    explicit Rows(PGresult* result) : result_(result) {}

    [[nodiscard]] int count() const { return PQntuples(result_.get()); }
    [[nodiscard]] bool empty() const { return count() == 0; }
    [[nodiscard]] bool is_null(int row, int column) const {
        return PQgetisnull(result_.get(), row, column) != 0;
    }
    [[nodiscard]] std::string text(int row, int column) const;
    [[nodiscard]] std::string bytes(int row, int column) const;
    [[nodiscard]] double real(int row, int column) const;
    [[nodiscard]] bool truth(int row, int column) const { return text(row, column) == "t"; }
    [[nodiscard]] std::int64_t integer(int row, int column) const;
    /// A whole number that is not negative; unsigned 64-bit ones are numeric in the tables.
    template <typename Unsigned>
    [[nodiscard]] Unsigned number(int row, int column) const {
        return static_cast<Unsigned>(unsigned_64(row, column));
    }
    /// Rows that the statement changed.
    [[nodiscard]] std::uint64_t changed() const;

private:
    struct Clear {
        void operator()(PGresult* result) const noexcept { PQclear(result); }
    };
    [[nodiscard]] std::uint64_t unsigned_64(int row, int column) const;

    std::unique_ptr<PGresult, Clear> result_;
};

/// Refuses a server that is too old, by its PQserverVersion().
[[nodiscard]] Status check_server_version(int version);

class Connection {
public:
    /// Waits for the server's answer no longer than the options say. Errors: kInvalidInput: the URL
    /// or a server that is none for us; kUnauthenticated; kNotFound: no such database;
    /// kUnavailable.
    [[nodiscard]] static Result<std::unique_ptr<Connection>> open(
        const PostgresStoreOptions& options);

    /// One statement with its values, $1 and so on.
    template <typename... Each>
    [[nodiscard]] Result<Rows> query(const char* sql, const Each&... values) {
        return query(sql, Values(values...));
    }
    [[nodiscard]] Result<Rows> query(const char* sql, const Values& values);
    /// Statements without values.
    [[nodiscard]] Status script(const std::string& sql);

    /// Whether the server is gone: what was under way is of unknown fate, and nothing more goes.
    [[nodiscard]] bool is_lost() const noexcept { return lost_; }
    /// Whether it is fit for somebody else: neither lost nor in a transaction.
    [[nodiscard]] bool is_idle() const noexcept;
    /// A name that no other connection ever has, and a number that grows with each call.
    [[nodiscard]] const std::string& mark() const noexcept { return mark_; }
    [[nodiscard]] std::uint64_t next_number() noexcept { return ++number_; }
    /// user@host:port/database, for messages.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    struct Finish {
        void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
    };
    using Clock = std::chrono::steady_clock;

    Connection();
    [[nodiscard]] Status connect(const PostgresStoreOptions& options);
    [[nodiscard]] Status begin_session(const PostgresStoreOptions& options);
    /// The last answer to what was sent, or the first failure.
    [[nodiscard]] Result<Rows> answer();
    [[nodiscard]] Status wait_until_ready(Clock::time_point deadline);
    /// False: the deadline has passed.
    [[nodiscard]] bool wait(short events, Clock::time_point deadline) const;
    [[nodiscard]] Error lost(std::string_view why);

    std::unique_ptr<PGconn, Finish> connection_;
    std::string name_;
    std::string mark_;
    std::uint64_t number_ = 0;
    std::chrono::milliseconds patience_{};
    bool lost_ = false;
};

}  // namespace shelfcast::adapters::postgres_store
