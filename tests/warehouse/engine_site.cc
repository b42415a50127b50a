#include "tests/warehouse/engine_site.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "adapters/clickhouse/schema_planner.h"
#include "adapters/clickhouse/shard_map.h"
#include "tests/engines/engine_settings.h"

namespace shelfcast::contract {
namespace {

using adapters::Engine;
using adapters::clickhouse::ClickHouseOptions;
using adapters::clickhouse::ClickHouseWarehouse;
using adapters::clickhouse::SchemaPlanner;

constexpr std::string_view kPassword = "abc";
constexpr std::string_view kPasswordSha256 =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

// Where the tests run: "" in an engine of their own, "server" and "shards" on those that were
// started for them.
std::string_view place() {
    const char* const value = std::getenv("SHELFCAST_TEST_ON");
    return value == nullptr ? "" : value;
}

// Ends the engine and removes its folder when the program ends.
struct TestEngine {
    std::filesystem::path folder;
    std::unique_ptr<Engine> engine;
    std::string error;

    TestEngine() {
        folder = std::filesystem::temp_directory_path() / "shelfcast-warehouse-XXXXXX";
        std::string pattern = folder.string();
        if (::mkdtemp(pattern.data()) == nullptr) {
            error = "cannot make a temporary folder";
            return;
        }
        folder = pattern;
        adapters::EngineOptions options;
        options.data_directory = folder;
        options.accounts = {.administrator_sha256_hex = std::string(kPasswordSha256),
                            .service_sha256_hex = std::string(kPasswordSha256)};
        auto started = Engine::start(std::move(options));
        if (started) {
            engine = std::move(*started);
        } else {
            error = started.error().message;
        }
    }
    ~TestEngine() {
        engine.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
};

TestEngine& the_engine() {
    static TestEngine engine;
    return engine;
}

std::vector<std::string> statements_of(const std::string& text) {
    std::vector<std::string> statements;
    std::istringstream lines(text);
    std::string line;
    while (std::getline(lines, line)) {
        if (!line.empty() && !line.starts_with("--")) {
            statements.push_back(line);
        }
    }
    return statements;
}

Status prepare(ClickHouseWarehouse& warehouse) {
    // The schema once per program, its rows once per test.
    static bool is_applied = false;
    if (!is_applied) {
        SHELFCAST_TRY(run_everywhere(warehouse, "tests/warehouse/drop_all.sql"));
        SHELFCAST_ASSIGN(auto planner, SchemaPlanner::create(warehouse, test_definer()));
        SHELFCAST_TRY(planner.apply());
        is_applied = true;
    }
    return run_everywhere(warehouse, "tests/warehouse/clear_rows.sql");
}

}  // namespace

Status run_everywhere(ClickHouseWarehouse& warehouse, const std::string& path) {
    for (std::size_t shard = 0; shard < warehouse.shards(); ++shard) {
        for (const std::string& statement : statements_of(read_test_file(path))) {
            SHELFCAST_TRY(warehouse.run_on(shard, warehouse.shards() == 1
                                                      ? statement
                                                      : adapters::clickhouse::on_shard(statement)));
        }
    }
    return {};
}

Engine* test_engine() { return place().empty() ? the_engine().engine.get() : nullptr; }

ClickHouseOptions test_options() {
    ClickHouseOptions options;
    options.compared_rows = 20;  // Several statements per roll-up.
    if (Engine* const engine = test_engine()) {
        options.url = fmt::format("http://127.0.0.1:{}", engine->ports().http);
        options.user = adapters::kEngineService;
        options.password = kPassword;
        return options;
    }
    options.user = tests::engine_setting("SHELFCAST_TEST_WAREHOUSE_USER");
    options.password = tests::engine_setting("SHELFCAST_TEST_WAREHOUSE_PASSWORD");
    if (place() == "server") {
        options.url = tests::engine_setting("SHELFCAST_TEST_WAREHOUSE");
        return options;
    }
    std::istringstream urls(tests::engine_setting("SHELFCAST_TEST_SHARDS"));
    std::getline(urls, options.url, ',');
    for (std::string url; std::getline(urls, url, ',');) {
        options.more_shards.push_back(url);
    }
    return options;
}

std::string test_definer() {
    return test_engine() != nullptr ? std::string(adapters::kEngineViewOwner) : test_options().user;
}

std::unique_ptr<EngineSite> EngineSite::make() {
    if (place().empty() && test_engine() == nullptr) {
        ADD_FAILURE() << "no engine: " << the_engine().error;
        return nullptr;
    }
    auto connected = ClickHouseWarehouse::connect(test_options());
    if (!connected) {
        ADD_FAILURE() << connected.error().message;
        return nullptr;
    }
    auto site = std::make_unique<EngineSite>();
    site->warehouse_ = std::move(*connected);
    if (const Status ready = prepare(*site->warehouse_); !ready) {
        ADD_FAILURE() << ready.error().message;
        return nullptr;
    }
    return site;
}

std::string read_test_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file) << path << ": not there; run in the project's folder";
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace shelfcast::contract
