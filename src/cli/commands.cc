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
    if (std::ranges::find(tolerant_, chosen->first) == tolerant_.end()) {
        SHELFCAST_TRY(config::all_right(common_.mistakes));
    }
    return chosen->second(stop);
}

void add_setting_flags(CLI::App& command, Common& common,
                       std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys) {
        const config::Setting* const setting = config::find_setting(key);
        SHELFCAST_CHECK(setting != nullptr && !setting->flag.empty());
        command
            .add_option_function<std::string>(
                std::string(setting->flag),
                [&common, key](const std::string& text) { common.flags[std::string(key)] = text; },
                std::string(setting->description))
            ->default_str(config::value_text(config::Config{}, *setting));
    }
}

void add_port_flags(CLI::App& command, Common& common) {
    add_setting_flags(command, common,
                      {"server.listen_address", "server.clickhouse_http_port",
                       "server.clickhouse_native_port", "server.web_port"});
}

}  // namespace shelfcast::cli
