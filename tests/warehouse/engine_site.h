#pragma once

/// \file warehouse/engine_site.h
/// A real engine for tests: one child process per test program, with the schema applied, over a
/// folder that goes with the program.

#include <memory>
#include <string>

#include "adapters/clickhouse/clickhouse_warehouse.h"
#include "adapters/engine/engine.h"
#include "tests/contract/warehouse_site.h"

namespace shelfcast::contract {

/// The engine of this program, started at first use; null when SHELFCAST_TEST_ON is "server" or
/// "shards", which were started for it.
[[nodiscard]] adapters::Engine* test_engine();

/// How to reach them with every right that the product needs.
[[nodiscard]] adapters::clickhouse::ClickHouseOptions test_options();

/// The account that views run as there.
[[nodiscard]] std::string test_definer();

/// A warehouse with the product's schema and nothing in it.
class EngineSite final : public WarehouseSite {
public:
    /// Null, with a test failure, when the engine cannot be had.
    [[nodiscard]] static std::unique_ptr<EngineSite> make();

    adapters::clickhouse::ClickHouseWarehouse& warehouse() override { return *warehouse_; }
    adapters::clickhouse::ClickHouseWarehouse& codec() override { return *warehouse_; }

private:
    std::unique_ptr<adapters::clickhouse::ClickHouseWarehouse> warehouse_;
};

/// Runs the statements of a file, one a line, on every server and its own rows.
[[nodiscard]] Status run_everywhere(adapters::clickhouse::ClickHouseWarehouse& warehouse,
                                    const std::string& path);

/// The text of a file beside the tests, "tests/golden/…": they run in the project's folder.
[[nodiscard]] std::string read_test_file(const std::string& path);

}  // namespace shelfcast::contract
