#include "adapters/postgres_store/advisory_lock.h"

#include <mutex>
#include <utility>

#include "adapters/postgres_store/connection.h"

namespace shelfcast::adapters::postgres_store {
namespace {

class AdvisoryLock final : public ports::ProcessLock {
public:
    explicit AdvisoryLock(std::unique_ptr<Connection> connection)
        : connection_(std::move(connection)) {}
    ~AdvisoryLock() override {
        // So that it is free at once: the server sees the end of a connection a little later. If it
        // is away, so is the lock.
        static_cast<void>(connection_->query("select pg_advisory_unlock_all()"));
    }
    AdvisoryLock(const AdvisoryLock&) = delete;
    AdvisoryLock& operator=(const AdvisoryLock&) = delete;

    Status check() override {
        const std::scoped_lock lock(mutex_);
        SHELFCAST_TRY(connection_->query("select 1"));
        return {};
    }

private:
    std::mutex mutex_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace

Result<std::unique_ptr<ports::ProcessLock>> try_advisory_lock(const PostgresStoreOptions& options,
                                                              std::string_view name) {
    SHELFCAST_ASSIGN(auto connection, Connection::open(options));
    SHELFCAST_ASSIGN(const Rows rows,
                     connection->query("select pg_try_advisory_lock(hashtextextended("
                                       "'shelfcast lock ' || $1::text || ' ' || $2::text, 0))",
                                       options.schema, name));
    if (!rows.truth(0, 0)) {
        return fail(ErrorKind::kBusy, "lock {} is held", name);
    }
    return std::make_unique<AdvisoryLock>(std::move(connection));
}

}  // namespace shelfcast::adapters::postgres_store
