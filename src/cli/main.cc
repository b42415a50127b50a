/// \file cli/main.cc
/// The start of the program: configuration, the list of commands, signals, exit codes.

#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>

#include "adapters/engine/engine_child.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/memory.h"
#include "cli/commands.h"
#include "cli/version.h"

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
    app.add_option("--config", common.config_file,
                   "Configuration file; default: shelfcast.toml in the data or working directory");
    shelfcast::cli::add_setting_flags(
        app, common, {"data.directory", "warehouse.url", "warehouse.user", "logging.level"});
    app.add_flag("--json", common.json, "Print the outcome as JSON");
}

shelfcast::config::TextMap environment_variables() {
    shelfcast::config::TextMap all;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos) {
            all.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return all;
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

/// Whoever read standard output is gone, and part of it unwritten.
bool reader_left() {
    pollfd output{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
    return std::ferror(stdout) != 0 && ::poll(&output, 1, 0) == 1 &&
           (output.revents & POLLERR) != 0;
}

/// The exit code of the command, whose output is written to its last byte.
int run(const shelfcast::cli::Commands& commands, const std::stop_token& stop) {
    const auto unwritten = [](int number) {
        return shelfcast::fail(shelfcast::ErrorKind::kStorageFull, "standard output: {}",
                               std::generic_category().message(number));
    };
    Result<int> code = 0;
    try {
        code = commands.run(stop);
        if (code && std::fflush(stdout) != 0) {
            code = unwritten(errno);
        }
    } catch (const std::system_error& thrown) {  // That is how fmt::print says it.
        code = unwritten(thrown.code().value());
    }
    if (!code && reader_left()) {
        return 128 + SIGPIPE;  // As every program in a pipeline ends.
    }
    return code ? *code : report(code.error());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1 && argv[1] == shelfcast::adapters::kEngineChildCommand) {
        return shelfcast::adapters::engine_child_main(argc, argv);
    }
    shelfcast::keep_large_blocks_apart();
    Common common;

    CLI::App app(
        "Till receipts to live stock, forecasts and orders: one truth, live and in batch.");
    app.set_version_flag("--version", fmt::format("shelfcast {}", shelfcast::cli::kVersion));
    app.require_subcommand(1);
    app.fallthrough();
    add_common_flags(app, common);

    shelfcast::cli::Commands commands(app, common);
    add_up(commands);
    add_stream(commands);
    add_produce(commands);
    add_import(commands);
    add_batch(commands);
    add_evaluate(commands);
    add_train(commands);
    add_predict(commands);
    add_features(commands);
    add_models(commands);
    add_policy(commands);
    add_simulate(commands);
    add_config(commands);
    add_backfill(commands);
    add_rebuild(commands);
    add_lake(commands);
    add_orders(commands);
    add_proposals(commands);
    add_users(commands);
    add_backup(commands);
    add_restore(commands);
    add_query(commands);
    add_replenish(commands);
    add_schedule(commands);
    add_calc(commands);
    add_schema(commands);
    add_dead_letters(commands);
    add_demo(commands);
    add_doctor(commands);

    CLI11_PARSE(app, argc, argv);
    common.load(environment_variables());
    if (!shelfcast::failpoint::arm_from_environment()) {
        return report({shelfcast::ErrorKind::kInvalidInput,
                       "SHELFCAST_FAILPOINT names no failpoint, or no passage from 1"});
    }
    configure_log(common.config);
    std::stop_source stop;
    const SignalThread signals(stop);

    return run(commands, stop.get_token());
}
