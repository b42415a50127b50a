#include "tests/warehouse/engine_site.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "adapters/clickhouse/schema_planner.h"

namespace shelfcast::contract {
namespace {

using adapters::Engine;
using adapters::clickhouse::ClickHouseOptions;
using adapters::clickhouse::ClickHouseWarehouse;
using adapters::clickhouse::SchemaPlanner;

constexpr std::string_view kPassword = "abc";
constexpr std::string_view kPasswordSha256 =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

std::string from_environment(const char* name, std::string fallback) {
    const char* const value = std::getenv(name);
    return value != nullptr ? value : std::move(fallback);
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

bool has_server() { return std::getenv("SHELFCAST_TEST_WAREHOUSE_URL") != nullptr; }

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
        for (const std::string& statement :
             statements_of(read_test_file("tests/warehouse/drop_all.sql"))) {
            SHELFCAST_TRY(warehouse.query_text(statement));
        }
        SHELFCAST_ASSIGN(auto planner, SchemaPlanner::create(warehouse, test_definer()));
        SHELFCAST_TRY(planner.apply());
        is_applied = true;
    }
    for (const std::string& statement :
         statements_of(read_test_file("tests/warehouse/clear_rows.sql"))) {
        SHELFCAST_TRY(warehouse.query_text(statement));
    }
    return {};
}

}  // namespace

Engine* test_engine() { return has_server() ? nullptr : the_engine().engine.get(); }

ClickHouseOptions test_options() {
    ClickHouseOptions options;
    options.compared_rows = 20;  // Several statements per roll-up.
    options.user =
        from_environment("SHELFCAST_TEST_WAREHOUSE_USER", std::string(adapters::kEngineService));
    options.password =
        from_environment("SHELFCAST_TEST_WAREHOUSE_PASSWORD", std::string(kPassword));
    options.url = from_environment("SHELFCAST_TEST_WAREHOUSE_URL", "");
    if (Engine* const engine = test_engine()) {
        options.url = fmt::format("http://127.0.0.1:{}", engine->ports().http);
    }
    return options;
}

std::string test_definer() {
    return from_environment("SHELFCAST_TEST_WAREHOUSE_DEFINER",
                            std::string(adapters::kEngineViewOwner));
}

std::unique_ptr<EngineSite> EngineSite::make() {
    if (!has_server() && test_engine() == nullptr) {
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
