#pragma once

/// \file adapters/postgres_store/test_schema.h
/// A schema of one test, dropped after it.

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <string>

#include "adapters/postgres_store/connection.h"
#include "adapters/postgres_store/postgres_store.h"
#include "tests/engines/engine_settings.h"

namespace shelfcast::adapters::postgres_store {

class TestSchema {
public:
    TestSchema() {
        static const std::string server = tests::engine_setting("SHELFCAST_TEST_POSTGRES");
        static std::atomic<int> number = 0;
        options_.schema = fmt::format("test_{}_{}", ::getpid(), ++number);
        options_.url = server + "?application_name=" + options_.schema;
    }
    ~TestSchema() {
        const Status dropped =
            run(fmt::format("drop schema if exists \"{}\" cascade", options_.schema));
        EXPECT_TRUE(dropped) << dropped.error().message;
    }
    TestSchema(const TestSchema&) = delete;
    TestSchema& operator=(const TestSchema&) = delete;

    [[nodiscard]] const PostgresStoreOptions& options() const { return options_; }
    [[nodiscard]] std::unique_ptr<PostgresStore> open() const {
        return PostgresStore::open(options_).value();
    }
    /// Ends every connection to this schema, on the server's side.
    [[nodiscard]] Status end_connections() const {
        return run(
            fmt::format("select pg_terminate_backend(pid, 10000) from pg_stat_activity "
                        "where application_name = '{}' and pid <> pg_backend_pid()",
                        options_.schema));
    }
    /// Statements beside the store.
    [[nodiscard]] Status run(const std::string& sql) const {
        SHELFCAST_ASSIGN(const auto connection, Connection::open(options_));
        return connection->script(sql);
    }

private:
    PostgresStoreOptions options_;
};

}  // namespace shelfcast::adapters::postgres_store
