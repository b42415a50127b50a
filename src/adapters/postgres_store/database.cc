#include "adapters/postgres_store/database.h"

#include <chrono>
#include <thread>

namespace shelfcast::adapters::postgres_store {
namespace {

constexpr std::chrono::milliseconds kBetweenTries{50};

}  // namespace

Database::Lease::~Lease() {
    if (connection_) {
        pool_->give_back(std::move(connection_));
    }
}

Result<Database::Lease> Database::take() {
    {
        std::unique_lock lock(mutex_);
        const std::chrono::milliseconds patience(options_.statement_timeout_ms);
        if (!freed_.wait_for(lock, patience,
                             [this] { return !idle_.empty() || open_ < options_.connections; })) {
            return fail(ErrorKind::kBusy, "PostgreSQL: all {} connections were in use for {} ms",
                        options_.connections, options_.statement_timeout_ms);
        }
        if (!idle_.empty()) {
            auto connection = std::move(idle_.back());
            idle_.pop_back();
            return Lease(*this, std::move(connection), false);
        }
        ++open_;
    }
    auto opened = Connection::open(options_);
    if (!opened) {
        give_back(nullptr);
        return forward_error(opened);
    }
    return Lease(*this, std::move(*opened), true);
}

void Database::give_back(std::unique_ptr<Connection> connection) {
    if (connection && !connection->is_idle()) {
        connection.reset();
    }
    {
        const std::lock_guard lock(mutex_);
        if (connection) {
            idle_.push_back(std::move(connection));
        } else {
            --open_;
        }
    }
    freed_.notify_one();
}

// A server that closed one connection has closed the others too, most likely: it was restarted.
void Database::drop_idle() {
    std::vector<std::unique_ptr<Connection>> dropped;
    {
        const std::lock_guard lock(mutex_);
        dropped.swap(idle_);
        open_ -= static_cast<std::uint32_t>(dropped.size());
    }
    freed_.notify_all();
}

Result<Rows> Database::query(const char* sql, const Values& values) {
    {
        SHELFCAST_ASSIGN(const Lease lease, take());
        Result<Rows> rows = lease.connection().query(sql, values);
        if (rows || !lease.connection().is_lost() || lease.is_new()) {
            return rows;
        }
    }
    drop_idle();
    SHELFCAST_ASSIGN(const Lease lease, take());
    return lease.connection().query(sql, values);
}

Result<Database::Lease> Database::begun(const char* begin) {
    {
        SHELFCAST_ASSIGN(Lease lease, take());
        Status status = lease.connection().script(begin);
        if (status) {
            return lease;
        }
        if (!lease.connection().is_lost()) {
            static_cast<void>(lease.connection().script("rollback"));
        }
        if (!lease.connection().is_lost() || lease.is_new()) {
            return forward_error(status);
        }
    }
    drop_idle();
    SHELFCAST_ASSIGN(Lease lease, take());
    SHELFCAST_TRY(lease.connection().script(begin));
    return lease;
}

Status Database::commit(Lease& lease, bool only_reads) {
    Connection& connection = lease.connection();
    if (only_reads) {
        return connection.script("commit");
    }
    // Stored with the transaction, so that it says for certain whether that was stored: its number
    // alone does not, since a server that crashes gives the numbers of what it lost to others.
    Mark mark{
        .transaction = {}, .connection = connection.mark(), .number = connection.next_number()};
    SHELFCAST_ASSIGN(
        const Rows marked,
        connection.query("insert into last_commits (connection, number) values ($1, $2::bigint) "
                         "on conflict (connection) do update set number = excluded.number, "
                         "stored_at = now() returning pg_current_xact_id()::text",
                         std::string_view(mark.connection), mark.number));
    mark.transaction = marked.text(0, 0);
    Status committed = connection.script("commit");
    if (committed) {
        return committed;
    }
    if (!connection.is_lost()) {
        static_cast<void>(connection.script("rollback"));
        return committed;
    }
    return fate_of(mark, committed.error());
}

// Nothing: it is still under way.
Result<std::optional<bool>> Database::was_stored(Connection& connection, const Mark& mark) {
    const auto status = connection.query("select pg_xact_status($1::text::xid8)",
                                         std::string_view(mark.transaction));
    if (!status && connection.is_lost()) {
        return tl::unexpected(status.error());
    }
    // A number that the server does not know any more, or not yet, is over too.
    if (status && !status->is_null(0, 0) && status->text(0, 0) == "in progress") {
        return std::optional<bool>();
    }
    // In a statement of its own: what the first one saw as over is visible to it.
    SHELFCAST_ASSIGN(
        const Rows stored,
        connection.query("select exists (select 1 from last_commits where connection = $1 and "
                         "number = $2::bigint)",
                         std::string_view(mark.connection), mark.number));
    return std::optional(stored.truth(0, 0));
}

// Whether a transaction was committed whose connection broke at its commit.
Status Database::fate_of(const Mark& mark, const Error& failure) {
    const auto deadline =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.connect_timeout_ms);
    do {
        // One beside the pool: whoever waits for the pool may wait for this transaction.
        const auto opened = Connection::open(options_);
        const auto stored =
            opened ? was_stored(**opened, mark) : Result<std::optional<bool>>(std::nullopt);
        if (stored && *stored) {
            return **stored ? Status()
                            : Status(fail(failure.kind, "{}: the transaction was not stored",
                                          failure.message));
        }
        std::this_thread::sleep_for(kBetweenTries);
    } while (std::chrono::steady_clock::now() < deadline);
    return fail(failure.kind,
                "{}: whether the transaction was stored is not known yet, since the server does "
                "not answer",
                failure.message);
}

}  // namespace shelfcast::adapters::postgres_store
