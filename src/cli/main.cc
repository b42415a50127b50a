/// \file cli/main.cc
/// The program's words: which commands there are and what their flags mean. Nothing here touches
/// network or disk; the commands (commands.h) do.

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stop_token>
#include <string>
#include <thread>

#include "adapters/engine/engine_child.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "cli/commands.h"

namespace {

using shelfcast::Error;
using shelfcast::Result;
using shelfcast::cli::Common;

constexpr const char* kVersion = "shelfcast 0.1.0";

/// Turns SIGINT and SIGTERM into a stop request; a second one ends the process at once.
class SignalThread {
public:
    explicit SignalThread(std::stop_source& stop) {
        sigset_t signals;
        sigemptyset(&signals);
        sigaddset(&signals, SIGINT);
        sigaddset(&signals, SIGTERM);
        pthread_sigmask(SIG_BLOCK, &signals, nullptr);
        std::signal(SIGPIPE, SIG_IGN);
        waiter_ = std::jthread([signals, &stop](const std::stop_token& own) {
            while (!own.stop_requested()) {
                const timespec wait{.tv_sec = 0, .tv_nsec = 200'000'000};
                const int signal = sigtimedwait(&signals, nullptr, &wait);
                if (signal > 0 && !stop.request_stop()) {
                    std::_Exit(128 + signal);
                }
            }
        });
    }

private:
    std::jthread waiter_;
};

void add_common_flags(CLI::App& app, Common& common) {
    auto& config = common.config;
    app.add_option("--data-dir", config.data_directory, "Where everything is kept")
        ->capture_default_str();
    app.add_option("--warehouse-url", config.warehouse_url,
                   "A ClickHouse server to use instead of the embedded engine");
    app.add_option("--warehouse-user", config.warehouse_user, "Its account")->capture_default_str();
    app.add_option("--log-level", config.log_level, "debug, info, warning or error")
        ->capture_default_str();
    app.add_flag("--json", common.json, "Print the outcome as JSON");
}

void add_port_flags(CLI::App& command, shelfcast::config::Config& config) {
    command.add_option("--listen-address", config.listen_address, "IP that the ports listen on")
        ->capture_default_str();
    command
        .add_option("--clickhouse-http-port", config.clickhouse_http_port,
                    "SQL for people and BI tools (ClickHouse HTTP); 0: any free one")
        ->capture_default_str();
    command
        .add_option("--clickhouse-native-port", config.clickhouse_native_port,
                    "The engine's native TCP, loopback only; 0: any free one")
        ->capture_default_str();
    command
        .add_option("--web-port", config.web_port, "Events in, metrics, health; 0: any free one")
        ->capture_default_str();
}

void add_produce_flags(CLI::App& command, shelfcast::cli::ProduceFlags& flags) {
    command.add_option("--rate", flags.rate, "Events per second; 0: as fast as it goes")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    command.add_option("--events", flags.events, "Stop after so many; 0: go on until stopped")
        ->capture_default_str();
    command.add_option("--seed", flags.seed, "The same seed makes the same chain")
        ->capture_default_str();
}

void configure_log(const shelfcast::config::Config& config) {
    using shelfcast::log::Level;
    const Level level = config.log_level == "debug"     ? Level::kDebug
                        : config.log_level == "warning" ? Level::kWarning
                        : config.log_level == "error"   ? Level::kError
                                                        : Level::kInfo;
    shelfcast::log::configure(level, config.log_format == "json" ? shelfcast::log::Style::kJson
                                                                 : shelfcast::log::Style::kText);
}

int report(const Error& error) {
    fmt::print(stderr, "shelfcast: {}\n", error.message);
    return shelfcast::exit_code(error.kind);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1 && argv[1] == shelfcast::adapters::kEngineChildCommand) {
        return shelfcast::adapters::engine_child_main(argc, argv);
    }
    auto environment = [](std::string_view name) -> std::optional<std::string> {
        const char* const value = std::getenv(std::string(name).c_str());
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
    };
    Result<shelfcast::config::Config> config = shelfcast::config::from_environment(environment);
    if (!config) {
        return report(config.error());
    }
    Common common{.config = std::move(*config)};

    CLI::App app(
        "Till receipts to live stock, forecasts and orders: one truth, live and in batch.");
    app.set_version_flag("--version", kVersion);
    app.require_subcommand(1);
    app.fallthrough();
    add_common_flags(app, common);

    auto* up =
        app.add_subcommand("up", "Run everything until stopped\nExample: shelfcast up --demo");
    shelfcast::cli::UpFlags up_flags;
    bool no_producer = false;
    up->add_flag("--demo", common.config.demo,
                 "Well-known login default/password123 and a live producer, on loopback only");
    up->add_flag("--no-producer", no_producer, "With --demo: no live producer");
    add_port_flags(*up, common.config);
    add_produce_flags(*up, up_flags.produce);

    auto* produce = app.add_subcommand("produce",
                                       "Make receipts of a small synthetic chain\nExample: "
                                       "shelfcast produce --rate 100 --events 1000");
    shelfcast::cli::ProduceFlags produce_flags;
    add_produce_flags(*produce, produce_flags);

    auto* import = app.add_subcommand(
        "import",
        "Bring receipts in from Parquet, CSV or NDJSON files, each row once\nExample: shelfcast "
        "import "
        "receipts.parquet --create-stores --time-zone Europe/London --currency GBP");
    shelfcast::ingest::ImportOptions import_options;
    std::string format;
    import->add_option("files", import_options.files, "Files to import")->required();
    import->add_option("--format", format, "csv, ndjson or parquet; default: by name and content")
        ->check(CLI::IsMember({"csv", "ndjson", "parquet"}));
    import->add_flag("--create-stores", import_options.create_stores,
                     "Unknown store codes become stores");
    import->add_option("--time-zone", import_options.time_zone, "Of created stores: Europe/London");
    import->add_option("--currency", import_options.currency, "Of created stores: GBP");

    auto* batch = app.add_subcommand("batch",
                                     "Close the open epoch: lake, batch tables, reconciliation\n"
                                     "Example: shelfcast batch --json");

    auto* query = app.add_subcommand(
        "query", "Run SQL\nExample: shelfcast query \"select * from retail.sales_by_store\"");
    shelfcast::cli::QueryFlags query_flags;
    query->add_option("sql", query_flags.sql, "The statement; - reads standard input")->required();
    query->add_option("--format", query_flags.format, "A ClickHouse output format: CSV, JSON …");

    auto* schema = app.add_subcommand("schema", "The warehouse's tables and views");
    schema->require_subcommand(1);
    auto* plan =
        schema->add_subcommand("plan", "What would be applied\nExample: shelfcast schema plan");
    schema->add_subcommand("apply", "Apply it\nExample: shelfcast schema apply");

    auto* letters = app.add_subcommand("dead-letters", "Messages that were not accepted");
    letters->require_subcommand(1);
    auto* list = letters->add_subcommand(
        "list", "Newest first\nExample: shelfcast dead-letters list --reason bad_time --limit 20");
    shelfcast::cli::DeadLetterFlags letter_flags;
    list->add_option("--limit", letter_flags.limit, "At most so many")
        ->capture_default_str()
        ->check(CLI::Range(1U, 100'000U));
    list->add_option("--reason", letter_flags.reason, "Only those with this reason");

    auto* demo = app.add_subcommand(
        "demo", "Load the bundled receipts and show them\nExample: shelfcast demo --once");
    bool once = false;
    std::string data_folder = "data";
    demo->add_flag("--once", once, "Run it to its end, check everything, print a table");
    demo->add_option("--bundled", data_folder, "Folder with the bundled receipts")
        ->capture_default_str();
    add_port_flags(*demo, common.config);

    CLI11_PARSE(app, argc, argv);
    if (!format.empty()) {
        import_options.format = format == "csv"      ? shelfcast::ingest::FileFormat::kCsv
                                : format == "ndjson" ? shelfcast::ingest::FileFormat::kNdjson
                                                     : shelfcast::ingest::FileFormat::kParquet;
    }
    up_flags.producer = common.config.demo && !no_producer;
    if (const auto valid = shelfcast::config::validate(common.config); !valid) {
        return report(valid.error());
    }
    if (!shelfcast::failpoint::arm_from_environment()) {
        return report({shelfcast::ErrorKind::kInvalidInput,
                       "SHELFCAST_FAILPOINT names no failpoint, or no passage from 1"});
    }
    configure_log(common.config);
    std::stop_source stop;
    const SignalThread signals(stop);

    const auto run = [&]() -> Result<int> {
        const std::stop_token token = stop.get_token();
        if (*up) {
            return run_up(common, up_flags, token);
        }
        if (*produce) {
            return run_produce(common, produce_flags, token);
        }
        if (*import) {
            return run_import(common, import_options, token);
        }
        if (*batch) {
            return run_batch(common, token);
        }
        if (*query) {
            return run_query(common, query_flags, token);
        }
        if (*schema) {
            return run_schema(common, !*plan, token);
        }
        if (*letters) {
            return run_dead_letters(common, letter_flags, token);
        }
        return run_demo(common, once, data_folder, token);
    };
    const Result<int> code = run();
    return code ? *code : report(code.error());
}
