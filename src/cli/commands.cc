#include "cli/commands.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/check.h"

namespace shelfcast::cli {

CLI::App& Commands::add(const std::string& name, const std::string& help, Run run) {
    return add_to(root_, name, help, std::move(run));
}

CLI::App& Commands::add_group(const std::string& name, const std::string& help) {
    CLI::App& group = *root_.add_subcommand(name, help);
    group.require_subcommand(1);
    return group;
}

CLI::App& Commands::add_to(CLI::App& group, const std::string& name, const std::string& help,
                           Run run) {
    CLI::App& command = *group.add_subcommand(name, help);
    commands_.emplace_back(&command, std::move(run));
    return command;
}

Result<int> Commands::run(const std::stop_token& stop) const {
    const auto chosen =
        std::ranges::find_if(commands_, [](const auto& entry) { return entry.first->parsed(); });
    SHELFCAST_CHECK(chosen != commands_.end());  // The parser requires one.
    return chosen->second(stop);
}

void add_port_flags(CLI::App& command, config::Config& config) {
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

}  // namespace shelfcast::cli
