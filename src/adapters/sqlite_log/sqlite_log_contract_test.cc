/// The SQLite log does what every event log must do, with its writer thread and without.

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <utility>

#include "adapters/sqlite_log/sqlite_log.h"
#include "adapters/sqlite_log/test_sqlite_log.h"
#include "tests/contract/event_log_contract.h"

namespace shelfcast::contract {
namespace {

class SqliteSite final : public EventLogSite {
public:
    explicit SqliteSite(bool threaded) : threaded_(threaded) { reopen(); }
    ports::EventLog& log() override { return *log_; }
    void reopen() override {
        log_.reset();
        auto opened = adapters::SqliteLog::open({.directory = folder_.path,
                                                 .clock = clock_,
                                                 .max_record_bytes = kMaxRecordBytes,
                                                 .threaded = threaded_});
        if (!opened) {
            ADD_FAILURE() << opened.error().message;
            std::abort();
        }
        log_ = std::move(*opened);
    }
    std::size_t max_record_bytes() const override { return kMaxRecordBytes; }

private:
    static constexpr std::size_t kMaxRecordBytes = 1U << 20U;
    bool threaded_;
    adapters::testing::TemporaryFolder folder_;
    adapters::testing::FixedClock clock_;
    std::unique_ptr<adapters::SqliteLog> log_;
};

INSTANTIATE_TEST_SUITE_P(
    Sqlite, EventLogContract,
    ::testing::Values(
        EventLogBackend{"WithWriterThread", [] { return std::make_unique<SqliteSite>(true); }},
        EventLogBackend{"WithoutThreads", [] { return std::make_unique<SqliteSite>(false); }}),
    event_log_backend_name);

}  // namespace
}  // namespace shelfcast::contract
