/// \file cli/main.cc
/// The start of the program: configuration, the list of commands, signals, exit codes.

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
    app.set_version_flag("--version", shelfcast::cli::kVersion);
    app.require_subcommand(1);
    app.fallthrough();
    add_common_flags(app, common);

    shelfcast::cli::Commands commands(app, common);
    add_up(commands);
    add_produce(commands);
    add_import(commands);
    add_batch(commands);
    add_backfill(commands);
    add_rebuild(commands);
    add_lake(commands);
    add_backup(commands);
    add_restore(commands);
    add_query(commands);
    add_schedule(commands);
    add_schema(commands);
    add_dead_letters(commands);
    add_demo(commands);

    CLI11_PARSE(app, argc, argv);
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

    const Result<int> code = commands.run(stop.get_token());
    return code ? *code : report(code.error());
}
