#include "adapters/postgres_store/postgres_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>

#include "adapters/postgres_store/connection.h"
#include "tests/contract/job_ledger_contract.h"
#include "tests/contract/operational_store_contract.h"
#include "tests/engines/engine_settings.h"

namespace shelfcast::adapters {
namespace {

using postgres_store::Connection;

const std::string& server() {
    static const std::string url = tests::engine_setting("SHELFCAST_TEST_POSTGRES");
    return url;
}

// A schema of its own, which goes with it.
class Schema {
public:
    Schema() {
        static std::atomic<int> number = 0;
        options_.url = server();
        options_.schema = fmt::format("test_{}_{}", ::getpid(), ++number);
    }
    ~Schema() {
        auto connection = Connection::open(options_);
        EXPECT_TRUE(connection) << connection.error().message;
        if (connection) {
            const Status dropped =
                (*connection)
                    ->script(fmt::format("drop schema if exists \"{}\" cascade", options_.schema));
            EXPECT_TRUE(dropped) << dropped.error().message;
        }
    }
    Schema(const Schema&) = delete;
    Schema& operator=(const Schema&) = delete;
    [[nodiscard]] const PostgresStoreOptions& options() const { return options_; }

private:
    PostgresStoreOptions options_;
};

class PostgresHarness final : public contract::OperationalStoreHarness,
                              public contract::JobLedgerHarness {
public:
    PostgresHarness() { reopen(); }
    ports::EpochLedger& epochs() override { return *store_; }
    ports::DifferenceBook& differences() override { return *store_; }
    ports::StoreDirectory& stores() override { return *store_; }
    ports::ReferenceBook& reference() override { return *store_; }
    ports::UserDirectory& users() override { return *store_; }
    ports::ImportLedger& imports() override { return *store_; }
    ports::ReplayLedger& replays() override { return *store_; }
    ports::SettingsBook& settings() override { return *store_; }
    ports::JobLedger& jobs() override { return *store_; }
    ports::ProcessLocks& locks() override { return *store_; }
    void reopen() override {
        store_.reset();
        store_ = PostgresStore::open(schema_.options()).value();
    }

private:
    Schema schema_;
    std::unique_ptr<PostgresStore> store_;
};

std::unique_ptr<contract::OperationalStoreHarness> make_harness() {
    return std::make_unique<PostgresHarness>();
}

std::unique_ptr<contract::JobLedgerHarness> make_job_harness() {
    return std::make_unique<PostgresHarness>();
}

}  // namespace
}  // namespace shelfcast::adapters

namespace shelfcast::contract {
INSTANTIATE_TEST_SUITE_P(Postgres, OperationalStoreContract,
                         testing::Values(&adapters::make_harness));
INSTANTIATE_TEST_SUITE_P(Postgres, JobLedgerContract, testing::Values(&adapters::make_job_harness));
}  // namespace shelfcast::contract
