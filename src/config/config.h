#pragma once

/// \file config/config.h
/// What can be configured, with its defaults: one struct, filled from the environment, then from
/// command-line flags. Plain data.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace shelfcast::config {

struct Config {
    /// Everything that is kept lives below it. SHELFCAST_DATA_DIR
    std::filesystem::path data_directory = "shelfcast-data";
    /// libchdb.so of the embedded engine. SHELFCAST_ENGINE
    std::filesystem::path engine_library;
    /// Bytes the embedded engine may use; 0: nine tenths of the machine's.
    /// SHELFCAST_ENGINE_MEMORY_BYTES
    std::uint64_t engine_memory_bytes = 0;
    /// "http://host:8123" of a ClickHouse server to use instead of the embedded engine.
    /// SHELFCAST_WAREHOUSE_URL, …_USER, …_PASSWORD
    std::string warehouse_url;
    std::string warehouse_user = "default";
    std::string warehouse_password;
    /// Addresses are IPs; ports 1 to 65535, or 0 for any free one.
    std::string listen_address = "127.0.0.1";
    std::uint16_t clickhouse_http_port = 8123;
    std::uint16_t clickhouse_native_port = 9010;
    std::uint16_t web_port = 8501;
    /// The well-known login and ingest token, on loopback only.
    bool demo = false;
    /// "text" or "json". SHELFCAST_LOG_FORMAT
    std::string log_format = "text";
    /// "debug", "info", "warning" or "error". SHELFCAST_LOG_LEVEL
    std::string log_level = "info";
    /// Who starts scheduled jobs: "builtin" (this program), "airflow" or "off" (it starts none).
    /// SHELFCAST_SCHEDULE_ENGINE
    std::string schedule_engine = "builtin";
    /// IANA zone of the jobs' times and logical dates: the head office's.
    /// SHELFCAST_SCHEDULE_TIMEZONE
    std::string schedule_timezone = "UTC";
    /// Cron expressions by job, in place of the built-in ones.
    std::map<std::string, std::string> schedule_cron;
    /// Log partitions, fixed when a data directory is made.
    std::uint32_t log_partitions = 16;
};

/// Looks a variable up; nothing if it is not set.
using Environment = std::function<std::optional<std::string>(std::string_view)>;

/// The defaults, with what the environment says. Every mistake is in the one error.
[[nodiscard]] Result<Config> from_environment(const Environment& environment);

/// Refuses what cannot work, all mistakes in one error: --demo with an address other machines can
/// reach, an unknown log level or schedule engine, two equal ports.
[[nodiscard]] Status validate(const Config& config);

}  // namespace shelfcast::config
