#pragma once

/// \file adapters/postgres_store/database.h
/// A bounded pool of connections to one schema of one server, and transactions over it. Thread
/// safe. A server that was away is connected to anew by the next call.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/postgres_store/connection.h"
#include "base/result.h"

namespace shelfcast::adapters::postgres_store {

class Database {
public:
    explicit Database(PostgresStoreOptions options) : options_(std::move(options)) {}

    [[nodiscard]] const PostgresStoreOptions& options() const noexcept { return options_; }

    /// One statement, which is a transaction of its own. Sent again over a new connection if the
    /// server had closed the old one: it must be one that may run twice.
    template <typename... Each>
    [[nodiscard]] Result<Rows> query(const char* sql, const Each&... values) {
        return query(sql, Values(values...));
    }
    [[nodiscard]] Result<Rows> query(const char* sql, const Values& values);

    /// Runs `body(connection)` in one transaction that `begin` opens ("begin; lock table …"):
    /// committed when it returns a value, else rolled back. When the answer to the commit is lost,
    /// the server is asked again; kUnavailable, saying so, if that does not help either.
    template <typename Body>
    [[nodiscard]] auto transaction(const char* begin, const Body& body)
        -> decltype(body(std::declval<Connection&>())) {
        SHELFCAST_ASSIGN(Lease lease, begun(begin));
        auto outcome = body(lease.connection());
        if (outcome) {
            SHELFCAST_TRY(commit(lease, std::string_view(begin).ends_with("read only")));
        } else if (!lease.connection().is_lost()) {
            // Fails only with the connection, which is then not used again.
            static_cast<void>(lease.connection().script("rollback"));
        }
        return outcome;
    }

private:
    /// A connection that nobody else uses meanwhile.
    class Lease {
    public:
        Lease(Database& pool, std::unique_ptr<Connection> connection, bool is_new)
            : pool_(&pool), connection_(std::move(connection)), is_new_(is_new) {}
        Lease(Lease&&) = default;
        Lease& operator=(Lease&&) = delete;
        ~Lease();
        [[nodiscard]] Connection& connection() const noexcept { return *connection_; }
        [[nodiscard]] bool is_new() const noexcept { return is_new_; }

    private:
        Database* pool_;
        std::unique_ptr<Connection> connection_;
        bool is_new_;
    };

    [[nodiscard]] Result<Lease> take();
    [[nodiscard]] Result<Lease> begun(const char* begin);
    /// A transaction as it is found again after its connection broke.
    struct Mark {
        std::string transaction;  ///< Its number, which another one gets if a crash takes it.
        std::string connection;
        std::uint64_t number = 0;  ///< Of the connection's last commit, if it was stored.
    };
    [[nodiscard]] Status commit(Lease& lease, bool only_reads);
    [[nodiscard]] Status fate_of(const Mark& mark, const Error& failure);
    [[nodiscard]] static Result<std::optional<bool>> was_stored(Connection& connection,
                                                                const Mark& mark);
    void give_back(std::unique_ptr<Connection> connection);
    void drop_idle();

    const PostgresStoreOptions options_;
    std::mutex mutex_;
    std::condition_variable freed_;
    std::vector<std::unique_ptr<Connection>> idle_;  ///< The one used last is at the back.
    std::uint32_t open_ = 0;                         ///< Idle, in use, or being opened.
};

}  // namespace shelfcast::adapters::postgres_store
