#include "config/config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace shelfcast::config {
namespace {

Status all_in_one(const std::vector<std::string>& mistakes) {
    if (mistakes.empty()) {
        return {};
    }
    return fail(ErrorKind::kInvalidInput, "{}", fmt::join(mistakes, "; "));
}

bool is_loopback(std::string_view address) {
    return address.starts_with("127.") || address == "::1";
}

}  // namespace

Result<Config> from_environment(const Environment& environment) {
    Config config;
    std::vector<std::string> mistakes;
    const auto text = [&](std::string_view name, auto& target) {
        if (const auto value = environment(name); value && !value->empty()) {
            target = *value;
        }
    };
    const auto number = [&](std::string_view name, std::uint64_t& target) {
        const auto value = environment(name);
        if (!value || value->empty()) {
            return;
        }
        const auto [end, code] =
            std::from_chars(value->data(), value->data() + value->size(), target);
        if (code != std::errc{} || end != value->data() + value->size()) {
            mistakes.push_back(fmt::format("{} is no whole number: \"{}\"", name, *value));
        }
    };
    text("SHELFCAST_DATA_DIR", config.data_directory);
    text("SHELFCAST_ENGINE", config.engine_library);
    number("SHELFCAST_ENGINE_MEMORY_BYTES", config.engine_memory_bytes);
    text("SHELFCAST_WAREHOUSE_URL", config.warehouse_url);
    text("SHELFCAST_WAREHOUSE_USER", config.warehouse_user);
    text("SHELFCAST_WAREHOUSE_PASSWORD", config.warehouse_password);
    text("SHELFCAST_LOG_FORMAT", config.log_format);
    text("SHELFCAST_LOG_LEVEL", config.log_level);
    text("SHELFCAST_SCHEDULE_ENGINE", config.schedule_engine);
    text("SHELFCAST_SCHEDULE_TIMEZONE", config.schedule_timezone);
    if (config.engine_library.empty()) {
        // Where ./dev setup puts it.
        std::filesystem::path cache = environment("SHELFCAST_CACHE").value_or("");
        if (cache.empty()) {
            cache =
                std::filesystem::path(environment("HOME").value_or(".")) / ".cache" / "shelfcast";
        }
        config.engine_library = cache / "engine" / "26.7.3-stable.1" / "libchdb.so";
    }
    SHELFCAST_TRY(all_in_one(mistakes));
    return config;
}

Status validate(const Config& config) {
    std::vector<std::string> mistakes;
    if (config.demo && !is_loopback(config.listen_address)) {
        mistakes.push_back(
            fmt::format("--demo uses a well-known password, so it listens on loopback "
                        "only, not on {}",
                        config.listen_address));
    }
    constexpr std::array kLevels = {"debug", "info", "warning", "error"};
    if (std::ranges::find(kLevels, config.log_level) == kLevels.end()) {
        mistakes.push_back(fmt::format("log level \"{}\" is none of debug, info, warning, error",
                                       config.log_level));
    }
    if (config.log_format != "text" && config.log_format != "json") {
        mistakes.push_back(
            fmt::format("log format \"{}\" is neither text nor json", config.log_format));
    }
    constexpr std::array kEngines = {"builtin", "airflow", "off"};
    if (std::ranges::find(kEngines, config.schedule_engine) == kEngines.end()) {
        mistakes.push_back(fmt::format("schedule engine \"{}\" is none of builtin, airflow, off",
                                       config.schedule_engine));
    }
    const std::array ports = {config.clickhouse_http_port, config.clickhouse_native_port,
                              config.web_port};
    for (std::size_t i = 0; i < ports.size(); ++i) {
        for (std::size_t j = i + 1; j < ports.size(); ++j) {
            if (ports[i] != 0 && ports[i] == ports[j]) {
                mistakes.push_back(fmt::format("port {} is given twice", ports[i]));
            }
        }
    }
    if (!config.warehouse_url.empty() && !config.warehouse_url.starts_with("http://") &&
        !config.warehouse_url.starts_with("https://")) {
        mistakes.push_back(
            fmt::format("warehouse URL \"{}\" begins with neither http:// nor "
                        "https://",
                        config.warehouse_url));
    }
    return all_in_one(mistakes);
}

}  // namespace shelfcast::config
