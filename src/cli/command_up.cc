#include <CLI/CLI.hpp>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "cli/app.h"
#include "cli/commands.h"
#include "cli/serving.h"

namespace shelfcast::cli {

void print_where_to_look(const App& app, const config::Config& config) {
    const std::string& address = config.listen_address;
    if (!config::has_role(config, kApiRole)) {
        fmt::print("shelfcast is up as {}. metrics, health: http://{}:{}/\n", config.roles, address,
                   app.web_port());
        std::fflush(stdout);
        return;
    }
    fmt::print("shelfcast is up. SQL: http://{}:{}/   events, metrics, health: http://{}:{}/\n",
               address, app.gateway_port(), address, app.web_port());
    if (config.demo) {
        fmt::print(
            "login default / password123, ingest token demo-ingest-token (loopback only)\n"
            "try: curl 'http://{}:{}/?user=default&password=password123' --data-binary "
            "'select * from retail.sales_by_category format PrettyCompact'\n",
            address, app.gateway_port());
    }
    std::fflush(stdout);
}

Result<int> serve_until_stopped(App& app, const std::optional<ProduceFlags>& producer,
                                const std::stop_token& stop) {
    std::jthread producing;
    if (producer) {
        SHELFCAST_TRY(add_chain_stores(app));
        producing = std::jthread([&](const std::stop_token& own) {
            if (const auto report = produce_into(app, *producer, {}, own); !report) {
                log::error("produce", "stopped error=\"{}\"", report.error().message);
            }
        });
    }
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    // A fault of the layers ends the program; looked for twice a second.
    while (!stop.stop_requested() && !app.fault()) {
        wake.wait_for(lock, stop, std::chrono::milliseconds(500), [] { return false; });
    }
    if (const std::optional<Error> fault = app.fault()) {
        return tl::unexpected(*fault);
    }
    return 0;
}

namespace {

struct UpFlags {
    bool no_producer = false;
    ProduceFlags produce;
};

/// Shows the login of a first start, and keeps it when that was possible.
Status show_first_login(App& app) {
    if (!config::has_role(app.config(), kApiRole)) {
        return {};
    }
    SHELFCAST_ASSIGN(const std::optional<FirstLogin> login, app.make_first_login());
    if (!login) {
        return {};
    }
    fmt::print("first start, shown once: administrator {} password {}  ingest token {}\n",
               login->administrator, login->password, login->ingest_token);
    if (std::fflush(stdout) != 0) {
        return fail(ErrorKind::kStorageFull, "the first login cannot be shown: {}",
                    std::strerror(errno));
    }
    return app.keep_first_login(*login);
}

Result<int> run_up(const Common& common, const UpFlags& flags, const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const std::unique_ptr<App> app, App::open(common.config, stop));
    const bool producer = common.config.demo && !flags.no_producer;
    if (common.config.demo) {
        const Status added = add_chain_stores(*app);
        // Without a producer a directory with stores of its own does not need them.
        if (!added && (producer || added.error().kind != ErrorKind::kConflict)) {
            return tl::unexpected(added.error());
        }
    }
    SHELFCAST_TRY(app->serve());
    print_where_to_look(*app, common.config);
    SHELFCAST_TRY(show_first_login(*app));
    return serve_until_stopped(
        *app, producer ? std::optional<ProduceFlags>(flags.produce) : std::nullopt, stop);
}

}  // namespace

void add_up(Commands& commands) {
    const auto flags = std::make_shared<UpFlags>();
    Common& common = commands.common();
    CLI::App& command = commands.add(
        "up", "Run everything until stopped\nExample: shelfcast up --demo",
        [&common, flags](const std::stop_token& stop) { return run_up(common, *flags, stop); });
    command.add_flag("--demo", common.config.demo,
                     "Well-known login default/password123 and a live producer, on loopback only");
    command.add_flag("--no-producer", flags->no_producer, "With --demo: no live producer");
    add_setting_flags(command, common, {"server.roles"});
    add_port_flags(command, common);
    add_produce_flags(command, flags->produce);
}

void add_stream(Commands& commands) {
    Common& common = commands.common();
    CLI::App& command = commands.add(
        "stream",
        "Run one worker of the speed layer, beside others that share the log (on Kafka)\n"
        "Example: shelfcast stream --data-dir worker-1",
        [&common](const std::stop_token& stop) -> Result<int> {
            SHELFCAST_ASSIGN(const std::unique_ptr<App> app, App::open(common.config, stop));
            SHELFCAST_TRY(app->serve());
            print_where_to_look(*app, common.config);
            return serve_until_stopped(*app, std::nullopt, stop);
        });
    command.parse_complete_callback(
        [&common] { common.flags["server.roles"] = std::string(kStreamRole); });
    add_port_flags(command, common);
}

}  // namespace shelfcast::cli
