#pragma once

/// \file config/config.h
/// What can be configured: one struct, and one list (`settings`) that says of each member its name,
/// bounds and where its value may come from. The loader, `shelfcast config` and docs/CONFIG.md are
/// made from that list. Plain data.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace shelfcast::config {

using TextMap = std::map<std::string, std::string, std::less<>>;

/// The members' meaning is in `settings`.
struct Config {
    std::filesystem::path data_directory = "shelfcast-data";

    std::string listen_address = "127.0.0.1";
    std::uint16_t clickhouse_http_port = 8123;
    std::uint16_t clickhouse_native_port = 9010;
    std::uint16_t web_port = 8501;
    std::string status_login = "auto";
    std::string roles = "api,batch,stream";

    std::filesystem::path engine_library;
    std::uint64_t engine_memory_bytes = 0;

    std::filesystem::path lightgbm_library;

    std::string warehouse_url;
    std::string warehouse_user = "default";
    std::string warehouse_password;
    std::string warehouse_cluster = "shelfcast";
    std::filesystem::path warehouse_ca_file;

    std::string log_level = "info";
    std::string log_format = "text";

    std::string store_url;

    std::string log_url;
    TextMap log_kafka;  ///< Setting of librdkafka to its value.
    std::uint32_t log_replication = 3;
    std::uint32_t log_retention_hours = 168;
    std::uint32_t log_session_timeout_ms = 10'000;

    std::string lake_url;
    std::string s3_endpoint;
    std::string s3_region;
    std::string s3_access_key;
    std::string s3_secret_key;
    std::filesystem::path s3_ca_file;
    std::string s3_addressing = "auto";

    std::string ledger_sales_from = "retail_events";
    std::string ledger_receipts_from = "retail_events";

    std::uint32_t log_partitions = 16;
    std::uint32_t group_commit_ms = 2;

    std::uint32_t future_limit_hours = 24;
    std::uint32_t duplicate_horizon_hours = 48;
    std::uint32_t allowed_lateness_minutes = 60;

    std::uint32_t flush_interval_ms = 250;
    std::uint32_t watched_flush_interval_ms = 40;
    std::uint32_t watched_for_ms = 10'000;
    std::uint32_t max_flush_rows = 100'000;
    std::uint64_t snapshot_every_records = 5'000'000;

    std::uint32_t max_buffered_rows = 500'000;
    std::uint32_t max_insert_rows = 250'000;
    std::uint32_t max_rollup_keys = 2'000'000;
    std::uint32_t max_differences = 1'000;
    std::uint32_t speed_grace_s = 300;
    std::uint32_t realtime_retention_days = 90;

    std::uint32_t watch_interval_s = 60;
    std::uint32_t watch_horizon_days = 3;

    std::string orders_limit_administrator;
    std::string orders_limit_executive;
    std::string orders_limit_regional_manager = "20000";
    std::string orders_limit_store_manager = "2000";
    std::string orders_limit_analyst = "0";
    std::string orders_automatic_limit = "0";
    std::uint32_t replenishment_review_period_days = 1;
    std::uint32_t replenishment_lead_time_days = 3;
    std::uint32_t replenishment_lead_time_std_dev_hours = 12;
    std::uint32_t replenishment_service_level_percent = 95;
    std::uint32_t replenishment_holding_cost_percent = 20;
    std::uint32_t replenishment_margin_percent = 30;
    std::uint32_t replenishment_error_correlation_percent = 10;
    std::uint32_t replenishment_store_budget = 0;
    std::uint32_t replenishment_forecast_max_age_days = 2;
    std::uint32_t replenishment_silent_after_days = 2;
    std::uint32_t replenishment_baseline_cover_days = 7;
    std::uint32_t models_history_days = 730;
    std::uint32_t models_horizon_days = 7;
    std::uint32_t models_search_seconds = 600;
    std::uint32_t models_seed = 1;
    std::uint32_t models_margin_percent = 1;
    std::uint32_t models_fresh_days = 3;

    std::uint32_t lake_target_mb = 128;
    std::uint32_t lake_keep_retired_hours = 24;

    std::string schedule_engine = "builtin";
    std::string schedule_timezone = "UTC";
    TextMap schedule_jobs;  ///< Name to cron text.

    /// The well-known login and ingest token, on loopback only. A way to start, not a setting.
    bool demo = false;

    /// Key to where its value comes from ("file PATH:LINE", "environment NAME", "flag NAME");
    /// absent: the default.
    TextMap origins;

    [[nodiscard]] std::string_view origin(std::string_view key) const {
        const auto found = origins.find(key);
        return found == origins.end() ? "default" : std::string_view(found->second);
    }
};

using Member =
    std::variant<std::string Config::*, std::filesystem::path Config::*, std::uint16_t Config::*,
                 std::uint32_t Config::*, std::uint64_t Config::*, TextMap Config::*>;

struct Setting {
    std::string_view key;  ///< TOML: "server.web_port" is web_port in table [server].
    Member member;
    std::string_view environment;  ///< Variable; empty: none.
    std::string_view flag;         ///< "--web-port"; empty: none.
    std::string_view description;  ///< One line, with the unit.
    std::uint64_t minimum = 0;
    std::uint64_t maximum = std::numeric_limits<std::uint64_t>::max();
    std::string_view choices{};  ///< "text|json"; empty: any.
    /// What is wrong with a text, or nothing; null: every text will do.
    std::string (*fault)(std::string_view text) = nullptr;
    bool secret = false;
    bool fixed = false;               ///< Cannot change in the life of a data directory.
    std::string_view default_text{};  ///< Where the default is worked out at start.
};

/// All of them, in the order in which people read them.
[[nodiscard]] std::span<const Setting> settings();
/// Null: there is no such key.
[[nodiscard]] const Setting* find_setting(std::string_view key);
/// The value as people write it; a secret in full.
[[nodiscard]] std::string value_text(const Config& config, const Setting& setting);
/// The same with a secret masked.
[[nodiscard]] std::string shown_value(const Config& config, const Setting& setting);
[[nodiscard]] std::string type_name(const Setting& setting);
/// The known key that is spelled most like `name`, if any is near.
[[nodiscard]] std::optional<std::string> nearest_key(std::string_view name);
/// The known environment variable that `name` was meant to be: two letters away at most.
[[nodiscard]] std::optional<std::string> nearest_variable(std::string_view name);

/// What is wrong with a job of the schedule and its cron expression; empty: nothing.
using JobFault = std::string (*)(std::string_view name, std::string_view cron);

/// What the value may come from, besides the defaults. Later ones win: file, environment, flags.
struct Sources {
    TextMap environment{};         ///< Every variable by name; an empty value counts as absent.
    TextMap flags{};               ///< Setting's key to the text on the command line.
    std::filesystem::path file{};  ///< --config; empty: looked for, see docs/CONFIG.md.
    bool demo = false;
    JobFault job_fault = nullptr;  ///< Null: every job will do.
};

struct Loaded {
    Config config;
    std::filesystem::path file;         ///< Empty: none was found.
    std::vector<std::string> mistakes;  ///< All of them; `config` holds what was right.
};

/// Reads the file, if there is one, and puts the sources over each other. Never fails: what is
/// wrong is in `mistakes`, each with the place it came from.
[[nodiscard]] Loaded load(const Sources& sources);

/// What cannot work in a configuration: values out of bounds, --demo with an address that other
/// machines can reach, one port given twice, a job that is none.
[[nodiscard]] std::vector<std::string> find_mistakes(const Config& config,
                                                     JobFault job_fault = nullptr);

/// "api,stream" at its commas.
[[nodiscard]] std::vector<std::string_view> split_list(std::string_view text);
/// Whether this process does the work of a role: "api", "batch" or "stream".
[[nodiscard]] bool has_role(const Config& config, std::string_view role);
/// What each role approves at most, as it was written; an empty text: any value.
[[nodiscard]] TextMap order_limits(const Config& config);

/// No mistakes: success. Else one kInvalidInput that lists them all.
[[nodiscard]] Status all_right(const std::vector<std::string>& mistakes);
[[nodiscard]] inline Status validate(const Config& config) {
    return all_right(find_mistakes(config));
}

/// Makes a fixed setting what the data directory keeps. Error: kConflict when somebody asks for
/// another value; a default asks for nothing.
[[nodiscard]] Status keep_fixed(Config& config, const Setting& setting, const std::string& kept);

[[nodiscard]] bool is_loopback(std::string_view address);

/// The text of docs/CONFIG.md.
[[nodiscard]] std::string reference();

}  // namespace shelfcast::config
