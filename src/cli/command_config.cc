#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/commands.h"

namespace shelfcast::cli {
namespace {

using nlohmann::json;

std::string file_of(const Common& common) {
    return common.config_file.empty() ? "no file" : common.config_file.string();
}

Result<int> show(const Common& common) {
    json all = json::array();
    std::size_t key_width = 0;
    std::size_t value_width = 0;
    for (const config::Setting& setting : config::settings()) {
        const std::string value = config::shown_value(common.config, setting);
        key_width = std::max(key_width, setting.key.size());
        value_width = std::max(value_width, value.size());
        all.push_back({{"key", setting.key},
                       {"value", value},
                       {"origin", common.config.origin(setting.key)},
                       {"secret", setting.secret},
                       {"fixed", setting.fixed}});
    }
    if (common.json) {
        fmt::print("{}\n", json{{"file", common.config_file.string()}, {"settings", all}}.dump());
        return 0;
    }
    for (const json& one : all) {
        fmt::print("{:<{}}  {:<{}}  {}\n", one["key"].get<std::string>(), key_width,
                   one["value"].get<std::string>(), value_width, one["origin"].get<std::string>());
    }
    return 0;
}

Result<int> check(const Common& common) {
    if (common.json) {
        fmt::print("{}\n",
                   json{{"file", common.config_file.string()}, {"mistakes", common.mistakes}}.dump(
                       -1, ' ', false, json::error_handler_t::replace));
        return common.mistakes.empty() ? 0 : exit_code(ErrorKind::kInvalidInput);
    }
    SHELFCAST_TRY(config::all_right(common.mistakes));
    fmt::print("configuration is good: defaults, {}, environment, flags\n", file_of(common));
    return 0;
}

}  // namespace

void add_config(Commands& commands) {
    CLI::App& group = commands.add_group("config", "What is configured, and from where");
    Common& common = commands.common();
    CLI::App& showing =
        commands.add_to(group, "show",
                        "Every setting, its value and where that comes from; secrets masked\n"
                        "Example: shelfcast config show --data-dir /srv/shelfcast",
                        [&common](const std::stop_token&) { return show(common); });
    add_port_flags(showing, common);
    CLI::App& checking =
        commands.add_to(group, "check",
                        "Report every mistake in file, environment and flags\n"
                        "Example: shelfcast config check --config shelfcast.toml",
                        [&common](const std::stop_token&) { return check(common); });
    add_port_flags(checking, common);
    commands.tolerate_mistakes(checking);
    commands.tolerate_mistakes(commands.add_to(
        group, "reference",
        "Print docs/CONFIG.md\nExample: shelfcast config reference > docs/CONFIG.md",
        [](const std::stop_token&) -> Result<int> {
            fmt::print("{}", config::reference());
            return 0;
        }));
}

}  // namespace shelfcast::cli
