#include <algorithm>
#include <array>

#include "config/config.h"
#include "config/setting_faults.h"

namespace shelfcast::config {
namespace {

constexpr std::uint64_t kMaxPort = 65'535;
constexpr std::uint64_t kDayMs = 86'400'000;
constexpr std::uint64_t kMaxRows = 100'000'000;

const std::array kSettings = {
    Setting{.key = "data.directory",
            .member = &Config::data_directory,
            .environment = "SHELFCAST_DATA_DIR",
            .flag = "--data-dir",
            .description = "Everything that is kept lives below it",
            .fault = empty_fault},
    Setting{.key = "server.listen_address",
            .member = &Config::listen_address,
            .environment = "SHELFCAST_LISTEN_ADDRESS",
            .flag = "--listen-address",
            .description = "IP that the SQL and web ports listen on",
            .fault = address_fault},
    Setting{.key = "server.clickhouse_http_port",
            .member = &Config::clickhouse_http_port,
            .environment = "SHELFCAST_CLICKHOUSE_HTTP_PORT",
            .flag = "--clickhouse-http-port",
            .description = "SQL for people and BI tools (ClickHouse HTTP); 0: any free one",
            .maximum = kMaxPort},
    Setting{.key = "server.clickhouse_native_port",
            .member = &Config::clickhouse_native_port,
            .environment = "SHELFCAST_CLICKHOUSE_NATIVE_PORT",
            .flag = "--clickhouse-native-port",
            .description = "The engine's native TCP, loopback only; 0: any free one",
            .maximum = kMaxPort},
    Setting{.key = "server.web_port",
            .member = &Config::web_port,
            .environment = "SHELFCAST_WEB_PORT",
            .flag = "--web-port",
            .description = "Events in, status page, metrics, health; 0: any free one",
            .maximum = kMaxPort},
    Setting{.key = "server.status_login",
            .member = &Config::status_login,
            .environment = "SHELFCAST_STATUS_LOGIN",
            .flag = "",
            .description = "Whether the status page asks for the login of SQL; auto: unless the "
                           "listen address is loopback. Say always behind a proxy",
            .choices = "auto|always"},
    Setting{.key = "warehouse.cluster",
            .member = &Config::warehouse_cluster,
            .environment = "SHELFCAST_WAREHOUSE_CLUSTER",
            .flag = "",
            .description = "Name of the shards in the servers' remote_servers",
            .fault = empty_fault},
    Setting{.key = "warehouse.ca_file",
            .member = &Config::warehouse_ca_file,
            .environment = "SHELFCAST_WAREHOUSE_CA_FILE",
            .flag = "",
            .description = "PEM file of the authorities that an https:// server's certificate may "
                           "be from; empty: the machine's"},
    Setting{.key = "server.roles",
            .member = &Config::roles,
            .environment = "SHELFCAST_ROLES",
            .flag = "--roles",
            .description = "What this process does, where several share the work: api (doors, SQL, "
                           "imports), batch (schedule, closing of epochs), stream (speed layer)",
            .fault = roles_fault},
    Setting{.key = "engine.library",
            .member = &Config::engine_library,
            .environment = "SHELFCAST_ENGINE",
            .flag = "",
            .description = "libchdb.so of the embedded engine",
            .default_text = "$HOME/.cache/shelfcast/engine/26.7.3-stable.1/libchdb.so"},
    Setting{.key = "engine.memory_bytes",
            .member = &Config::engine_memory_bytes,
            .environment = "SHELFCAST_ENGINE_MEMORY_BYTES",
            .flag = "",
            .description = "Bytes the engine may use; 0: nine tenths of the machine's"},
    Setting{.key = "forecast.lightgbm_library",
            .member = &Config::lightgbm_library,
            .environment = "SHELFCAST_LIGHTGBM",
            .flag = "",
            .description = "lib_lightgbm.so, which trains and asks tree models",
            .default_text = "$HOME/.cache/shelfcast/lightgbm/4.7.0/lib_lightgbm.so"},
    Setting{.key = "warehouse.url",
            .member = &Config::warehouse_url,
            .environment = "SHELFCAST_WAREHOUSE_URL",
            .flag = "--warehouse-url",
            .description =
                "A ClickHouse server to use instead of the embedded engine; several with "
                "commas in between: the shards of a cluster, in their order, for good",
            .fault = urls_fault},
    Setting{.key = "warehouse.user",
            .member = &Config::warehouse_user,
            .environment = "SHELFCAST_WAREHOUSE_USER",
            .flag = "--warehouse-user",
            .description = "The program's account there"},
    Setting{.key = "warehouse.password",
            .member = &Config::warehouse_password,
            .environment = "SHELFCAST_WAREHOUSE_PASSWORD",
            .flag = "",
            .description = "Its password; no flag, because others can read a command line",
            .secret = true},
    Setting{.key = "store.url",
            .member = &Config::store_url,
            .environment = "SHELFCAST_STORE_URL",
            .flag = "",
            .description = "postgresql://user:password@host/database that keeps the operational "
                           "store for several processes; empty: in the data directory",
            .fault = store_url_fault,
            .secret = true},
    Setting{.key = "log.url",
            .member = &Config::log_url,
            .environment = "SHELFCAST_LOG_URL",
            .flag = "",
            .description = "kafka://host:port,host:port of the brokers that keep the event log, "
                           "/prefix. after it in front of every topic's name; empty: in the data "
                           "directory",
            .fault = log_url_fault},
    Setting{.key = "log.kafka",
            .member = &Config::log_kafka,
            .environment = "",
            .flag = "",
            .description = "A table of further settings of librdkafka, such as "
                           "\"security.protocol\" = \"SASL_SSL\"",
            .secret = true},
    Setting{.key = "log.replication",
            .member = &Config::log_replication,
            .environment = "SHELFCAST_LOG_REPLICATION",
            .flag = "",
            .description = "Kafka: brokers that have each message; of topics made from now on",
            .minimum = 1,
            .maximum = 32'767},
    Setting{.key = "log.retention_hours",
            .member = &Config::log_retention_hours,
            .environment = "SHELFCAST_LOG_RETENTION_HOURS",
            .flag = "",
            .description = "Kafka: hours that messages stay at least; more than an epoch may stay "
                           "open. 0: until they are pruned",
            .maximum = 87'600},
    Setting{.key = "log.session_timeout_ms",
            .member = &Config::log_session_timeout_ms,
            .environment = "SHELFCAST_LOG_SESSION_TIMEOUT_MS",
            .flag = "",
            .description = "Kafka: milliseconds after which a silent worker's partitions go to "
                           "the others",
            .minimum = 1'000,
            .maximum = 1'800'000},
    Setting{.key = "lake.url",
            .member = &Config::lake_url,
            .environment = "SHELFCAST_LAKE_URL",
            .flag = "",
            .description = "s3://bucket/prefix or file:///folder for the lake and the state that "
                           "workers share; empty: in the data directory",
            .fault = lake_url_fault},
    Setting{.key = "s3.endpoint",
            .member = &Config::s3_endpoint,
            .environment = "SHELFCAST_S3_ENDPOINT",
            .flag = "",
            .description =
                "URL of a store that speaks S3, MinIO say; empty: AWS_ENDPOINT_URL, else "
                "Amazon's",
            .fault = url_fault},
    Setting{
        .key = "s3.region",
        .member = &Config::s3_region,
        .environment = "SHELFCAST_S3_REGION",
        .flag = "",
        .description = "Region that requests are signed for; empty: AWS_REGION, else us-east-1"},
    Setting{.key = "s3.access_key",
            .member = &Config::s3_access_key,
            .environment = "SHELFCAST_S3_ACCESS_KEY",
            .flag = "",
            .description = "Access key; empty: as Amazon's tools find it (environment, "
                           "~/.aws/credentials, role)"},
    Setting{.key = "s3.secret_key",
            .member = &Config::s3_secret_key,
            .environment = "SHELFCAST_S3_SECRET_KEY",
            .flag = "",
            .description = "Its secret; no flag, because others can read a command line",
            .secret = true},
    Setting{.key = "s3.ca_file",
            .member = &Config::s3_ca_file,
            .environment = "SHELFCAST_S3_CA_FILE",
            .flag = "",
            .description = "PEM file of the authorities that an https:// store's certificate may "
                           "be from; empty: the machine's"},
    Setting{.key = "s3.addressing",
            .member = &Config::s3_addressing,
            .environment = "SHELFCAST_S3_ADDRESSING",
            .flag = "",
            .description = "Where a request names the bucket; auto: in the path if there is an "
                           "s3.endpoint, else in the host's name",
            .choices = "auto|path|host"},
    Setting{
        .key = "ledger.sales_from",
        .member = &Config::ledger_sales_from,
        .environment = "SHELFCAST_LEDGER_SALES_FROM",
        .flag = "",
        .description = "The topic whose sales and returns move stock, where tills write to both",
        .choices = "retail_events|sales-transactions"},
    Setting{.key = "ledger.receipts_from",
            .member = &Config::ledger_receipts_from,
            .environment = "SHELFCAST_LEDGER_RECEIPTS_FROM",
            .flag = "",
            .description =
                "The topic whose receipts move stock: RESTOCK of the one, ARRIVED of the other",
            .choices = "retail_events|supplier-shipments"},
    Setting{.key = "logging.level",
            .member = &Config::log_level,
            .environment = "SHELFCAST_LOG_LEVEL",
            .flag = "--log-level",
            .description = "What the program says on standard error",
            .choices = "debug|info|warning|error"},
    Setting{.key = "logging.format",
            .member = &Config::log_format,
            .environment = "SHELFCAST_LOG_FORMAT",
            .flag = "",
            .description = "One line per message, for people or for machines",
            .choices = "text|json"},
    Setting{.key = "log.partitions",
            .member = &Config::log_partitions,
            .environment = "SHELFCAST_LOG_PARTITIONS",
            .flag = "",
            .description = "Partitions of the event log; a store keeps to one of them",
            .minimum = 1,
            .maximum = 1'024,
            .fixed = true},
    Setting{.key = "log.group_commit_ms",
            .member = &Config::group_commit_ms,
            .environment = "SHELFCAST_LOG_GROUP_COMMIT_MS",
            .flag = "",
            .description = "Milliseconds an append waits for others to be made durable with it",
            .maximum = 100},
    Setting{.key = "events.future_limit_hours",
            .member = &Config::future_limit_hours,
            .environment = "SHELFCAST_EVENTS_FUTURE_LIMIT_HOURS",
            .flag = "",
            .description = "Hours an event's time may lie past its log time; else a dead letter",
            .minimum = 1,
            .maximum = 8'760,
            .fixed = true},
    Setting{.key = "events.duplicate_horizon_hours",
            .member = &Config::duplicate_horizon_hours,
            .environment = "SHELFCAST_EVENTS_DUPLICATE_HORIZON_HOURS",
            .flag = "",
            .description = "Hours of log time within which an event_id counts once",
            .minimum = 1,
            .maximum = 720,
            .fixed = true},
    Setting{.key = "events.allowed_lateness_minutes",
            .member = &Config::allowed_lateness_minutes,
            .environment = "SHELFCAST_EVENTS_ALLOWED_LATENESS_MINUTES",
            .flag = "",
            .description = "Minutes behind the watermark after which an event is counted as late; "
                           "it counts all the same",
            .maximum = 525'600},
    Setting{.key = "stream.flush_interval_ms",
            .member = &Config::flush_interval_ms,
            .environment = "SHELFCAST_STREAM_FLUSH_INTERVAL_MS",
            .flag = "",
            .description = "Milliseconds between the starts of two flushes while nobody looks",
            .minimum = 1,
            .maximum = 60'000},
    Setting{.key = "stream.watched_flush_interval_ms",
            .member = &Config::watched_flush_interval_ms,
            .environment = "SHELFCAST_STREAM_WATCHED_FLUSH_INTERVAL_MS",
            .flag = "",
            .description = "The same while somebody queries a view",
            .minimum = 1,
            .maximum = 60'000},
    Setting{.key = "stream.watched_for_ms",
            .member = &Config::watched_for_ms,
            .environment = "SHELFCAST_STREAM_WATCHED_FOR_MS",
            .flag = "",
            .description = "Milliseconds after a query during which somebody is taken to look",
            .maximum = kDayMs},
    Setting{.key = "stream.max_flush_rows",
            .member = &Config::max_flush_rows,
            .environment = "SHELFCAST_STREAM_MAX_FLUSH_ROWS",
            .flag = "",
            .description = "Rows after which a flush does not wait",
            .minimum = 1'000,
            .maximum = 1'000'000},
    Setting{.key = "stream.snapshot_every_records",
            .member = &Config::snapshot_every_records,
            .environment = "SHELFCAST_STREAM_SNAPSHOT_EVERY_RECORDS",
            .flag = "",
            .description = "Folded records after which the operator's state is stored; fewer make "
                           "a start after a crash quicker",
            .minimum = 10'000},
    Setting{
        .key = "batch.max_buffered_rows",
        .member = &Config::max_buffered_rows,
        .environment = "SHELFCAST_BATCH_MAX_BUFFERED_ROWS",
        .flag = "",
        .description = "Rows held before a lake file is written: memory against few, large files",
        .minimum = 1'000,
        .maximum = kMaxRows},
    Setting{.key = "batch.max_insert_rows",
            .member = &Config::max_insert_rows,
            .environment = "SHELFCAST_BATCH_MAX_INSERT_ROWS",
            .flag = "",
            .description = "Rows of one insert into a batch table",
            .minimum = 1'000,
            .maximum = kMaxRows},
    Setting{.key = "batch.max_rollup_keys",
            .member = &Config::max_rollup_keys,
            .environment = "SHELFCAST_BATCH_MAX_ROLLUP_KEYS",
            .flag = "",
            .description = "Roll-up keys held before they are inserted",
            .minimum = 1'000,
            .maximum = kMaxRows},
    Setting{.key = "batch.max_differences",
            .member = &Config::max_differences,
            .environment = "SHELFCAST_BATCH_MAX_DIFFERENCES",
            .flag = "",
            .description = "Differences kept and reported per table; all are counted",
            .minimum = 1,
            .maximum = 1'000'000},
    Setting{.key = "batch.speed_grace_s",
            .member = &Config::speed_grace_s,
            .environment = "SHELFCAST_BATCH_SPEED_GRACE_S",
            .flag = "",
            .description = "Seconds that a closed epoch's speed roll-ups, and a generation after a "
                           "rebuild, stay: longer than the longest query",
            .maximum = 86'400},
    Setting{
        .key = "batch.realtime_retention_days",
        .member = &Config::realtime_retention_days,
        .environment = "SHELFCAST_BATCH_REALTIME_RETENTION_DAYS",
        .flag = "",
        .description = "Days that `retail_events_realtime` keeps events after their epoch closed",
        .minimum = 1,
        .maximum = 3'650},
    Setting{.key = "watch.interval_s",
            .member = &Config::watch_interval_s,
            .environment = "SHELFCAST_WATCH_INTERVAL_S",
            .flag = "",
            .description = "Seconds between two looks at stock risks and anomalies; 0: none",
            .maximum = 86'400},
    Setting{
        .key = "watch.horizon_days",
        .member = &Config::watch_horizon_days,
        .environment = "SHELFCAST_WATCH_HORIZON_DAYS",
        .flag = "",
        .description = "Days, today's rest and those after it, over which running out is a risk",
        .minimum = 1,
        .maximum = 28},
    Setting{.key = "orders.limit_administrator",
            .member = &Config::orders_limit_administrator,
            .environment = "SHELFCAST_ORDERS_LIMIT_ADMINISTRATOR",
            .flag = "",
            .description = "The most that an order may come to, in the store's currency, which an "
                           "administrator approves; empty: any value, 0: none",
            .fault = amount_fault},
    Setting{.key = "orders.limit_executive",
            .member = &Config::orders_limit_executive,
            .environment = "SHELFCAST_ORDERS_LIMIT_EXECUTIVE",
            .flag = "",
            .description = "The same for an executive",
            .fault = amount_fault},
    Setting{.key = "orders.limit_regional_manager",
            .member = &Config::orders_limit_regional_manager,
            .environment = "SHELFCAST_ORDERS_LIMIT_REGIONAL_MANAGER",
            .flag = "",
            .description = "The same for a regional manager",
            .fault = amount_fault},
    Setting{.key = "orders.limit_store_manager",
            .member = &Config::orders_limit_store_manager,
            .environment = "SHELFCAST_ORDERS_LIMIT_STORE_MANAGER",
            .flag = "",
            .description = "The same for a store manager",
            .fault = amount_fault},
    Setting{.key = "orders.limit_analyst",
            .member = &Config::orders_limit_analyst,
            .environment = "SHELFCAST_ORDERS_LIMIT_ANALYST",
            .flag = "",
            .description = "The same for an analyst",
            .fault = amount_fault},
    Setting{.key = "orders.automatic_limit",
            .member = &Config::orders_automatic_limit,
            .environment = "SHELFCAST_ORDERS_AUTOMATIC_LIMIT",
            .flag = "",
            .description =
                "Proposals that lift no order above it are approved without a person; 0: none",
            .fault = own_amount_fault},
    Setting{.key = "replenishment.review_period_days",
            .member = &Config::replenishment_review_period_days,
            .environment = "SHELFCAST_REPLENISHMENT_REVIEW_PERIOD_DAYS",
            .flag = "",
            .description = "Days between two reviews of an item whose terms do not say",
            .minimum = 1,
            .maximum = 365},
    Setting{.key = "replenishment.lead_time_days",
            .member = &Config::replenishment_lead_time_days,
            .environment = "SHELFCAST_REPLENISHMENT_LEAD_TIME_DAYS",
            .flag = "",
            .description = "Days from order to delivery where neither terms, catalogue nor past "
                           "deliveries say",
            .minimum = 0,
            .maximum = 365},
    Setting{.key = "replenishment.lead_time_std_dev_hours",
            .member = &Config::replenishment_lead_time_std_dev_hours,
            .environment = "SHELFCAST_REPLENISHMENT_LEAD_TIME_STD_DEV_HOURS",
            .flag = "",
            .description = "Standard deviation of that, in hours, where nothing says",
            .minimum = 0,
            .maximum = 8'760},
    Setting{.key = "replenishment.service_level_percent",
            .member = &Config::replenishment_service_level_percent,
            .environment = "SHELFCAST_REPLENISHMENT_SERVICE_LEVEL_PERCENT",
            .flag = "",
            .description =
                "Percent of protection periods that are to pass without a stock-out, where "
                "terms do not say",
            .minimum = 1,
            .maximum = 99},
    Setting{.key = "replenishment.holding_cost_percent",
            .member = &Config::replenishment_holding_cost_percent,
            .environment = "SHELFCAST_REPLENISHMENT_HOLDING_COST_PERCENT",
            .flag = "",
            .description =
                "Cost of holding stock, percent of its unit cost a year, where terms do not "
                "say",
            .minimum = 0,
            .maximum = 1'000},
    Setting{.key = "replenishment.margin_percent",
            .member = &Config::replenishment_margin_percent,
            .environment = "SHELFCAST_REPLENISHMENT_MARGIN_PERCENT",
            .flag = "",
            .description =
                "Profit of a unit, percent of its cost, where no price is known: ranks what "
                "a budget buys",
            .minimum = 1,
            .maximum = 10'000},
    Setting{.key = "replenishment.error_correlation_percent",
            .member = &Config::replenishment_error_correlation_percent,
            .environment = "SHELFCAST_REPLENISHMENT_ERROR_CORRELATION_PERCENT",
            .flag = "",
            .description =
                "How much the forecast errors of the days to come go together, percent: they "
                "share one level",
            .minimum = 0,
            .maximum = 100},
    Setting{.key = "replenishment.store_budget",
            .member = &Config::replenishment_store_budget,
            .environment = "SHELFCAST_REPLENISHMENT_STORE_BUDGET",
            .flag = "",
            .description =
                "Most that one store may order on a review date, in its currency; 0: no limit",
            .minimum = 0,
            .maximum = 1'000'000'000},
    Setting{.key = "replenishment.forecast_max_age_days",
            .member = &Config::replenishment_forecast_max_age_days,
            .environment = "SHELFCAST_REPLENISHMENT_FORECAST_MAX_AGE_DAYS",
            .flag = "",
            .description = "Days after the last date it knew from which a forecast orders nothing",
            .minimum = 1,
            .maximum = 56},
    Setting{.key = "replenishment.silent_after_days",
            .member = &Config::replenishment_silent_after_days,
            .environment = "SHELFCAST_REPLENISHMENT_SILENT_AFTER_DAYS",
            .flag = "",
            .description = "Days without a sale after which nothing is proposed for a store",
            .minimum = 1,
            .maximum = 365},
    Setting{.key = "replenishment.baseline_cover_days",
            .member = &Config::replenishment_baseline_cover_days,
            .environment = "SHELFCAST_REPLENISHMENT_BASELINE_COVER_DAYS",
            .flag = "",
            .description = "Days of sales that the baseline policy orders up to, which savings are "
                           "measured against",
            .minimum = 1,
            .maximum = 365},
    Setting{.key = "models.history_days",
            .member = &Config::models_history_days,
            .environment = "SHELFCAST_MODELS_HISTORY_DAYS",
            .flag = "",
            .description = "Days of sales that forecasting models learn from and forecast with",
            .minimum = 28,
            .maximum = 3'650},
    Setting{.key = "models.horizon_days",
            .member = &Config::models_horizon_days,
            .environment = "SHELFCAST_MODELS_HORIZON_DAYS",
            .flag = "",
            .description = "Days ahead that a trained model forecasts",
            .minimum = 1,
            .maximum = 56},
    Setting{.key = "models.search_seconds",
            .member = &Config::models_search_seconds,
            .environment = "SHELFCAST_MODELS_SEARCH_SECONDS",
            .flag = "",
            .description = "Seconds that the weekly training may search for better "
                           "hyper-parameters; 0: the defaults, and the same model each time",
            .maximum = 86'400},
    Setting{.key = "models.seed",
            .member = &Config::models_seed,
            .environment = "SHELFCAST_MODELS_SEED",
            .flag = "",
            .description = "What training and joint samples draw from",
            .maximum = 4'294'967'295},
    Setting{.key = "models.margin_percent",
            .member = &Config::models_margin_percent,
            .environment = "SHELFCAST_MODELS_MARGIN_PERCENT",
            .flag = "",
            .description = "A new model is put in use if its weighted quantile loss on held-back "
                           "days is less than that of the one in use by so many percent",
            .maximum = 100},
    Setting{.key = "models.fresh_days",
            .member = &Config::models_fresh_days,
            .environment = "SHELFCAST_MODELS_FRESH_DAYS",
            .flag = "",
            .description = "Days that forecasts count after the last day they knew; then sales "
                           "velocity is used",
            .minimum = 1,
            .maximum = 56},
    Setting{.key = "lake.target_mb",
            .member = &Config::lake_target_mb,
            .environment = "SHELFCAST_LAKE_TARGET_MB",
            .flag = "",
            .description = "Lake files below so many MiB are merged, up to about that size",
            .minimum = 1,
            .maximum = 4'096},
    Setting{.key = "lake.keep_retired_hours",
            .member = &Config::lake_keep_retired_hours,
            .environment = "SHELFCAST_LAKE_KEEP_RETIRED_HOURS",
            .flag = "",
            .description = "Hours that lake files stay after others took their place",
            .minimum = 0,
            .maximum = 8'760},
    Setting{.key = "schedule.engine",
            .member = &Config::schedule_engine,
            .environment = "SHELFCAST_SCHEDULE_ENGINE",
            .flag = "",
            .description = "Who starts the regular jobs",
            .choices = "builtin|airflow|off"},
    Setting{.key = "schedule.timezone",
            .member = &Config::schedule_timezone,
            .environment = "SHELFCAST_SCHEDULE_TIMEZONE",
            .flag = "",
            .description = "Time zone (IANA name) that the jobs' times are in",
            .fault = zone_fault},
    Setting{
        .key = "schedule.jobs",
        .member = &Config::schedule_jobs,
        .environment = "",
        .flag = "",
        .description = "A table of job name = \"cron expression\"; a job not named keeps its own"},
};

template <typename... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};

/// Edits that make one text the other (Levenshtein 1966), over bytes.
std::size_t edit_distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    for (std::size_t column = 0; column < row.size(); ++column) {
        row[column] = column;
    }
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

}  // namespace

std::vector<std::string_view> split_list(std::string_view text) {
    std::vector<std::string_view> roles;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        roles.push_back(text.substr(0, comma));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return roles;
}

std::span<const Setting> settings() { return kSettings; }

const Setting* find_setting(std::string_view key) {
    const auto* const found = std::ranges::find(kSettings, key, &Setting::key);
    return found == kSettings.end() ? nullptr : found;
}

std::string value_text(const Config& config, const Setting& setting) {
    return std::visit(
        Overloaded{
            [&](std::string Config::* member) { return config.*member; },
            [&](std::filesystem::path Config::* member) { return (config.*member).string(); },
            [&](TextMap Config::* member) {
                std::string all;
                for (const auto& [name, text] : config.*member) {
                    all += fmt::format("{}{} = \"{}\"", all.empty() ? "" : ", ", name, text);
                }
                return all;
            },
            [&](auto member) { return std::to_string(config.*member); }},
        setting.member);
}

std::string shown_value(const Config& config, const Setting& setting) {
    const std::string text = value_text(config, setting);
    return setting.secret && !text.empty() ? "********" : text;
}

std::string type_name(const Setting& setting) {
    if (!setting.choices.empty()) {
        std::string words(setting.choices);
        for (std::size_t at = 0; (at = words.find('|', at)) != std::string::npos; at += 2) {
            words.replace(at, 1, ", ");
        }
        return words;
    }
    return std::visit(
        Overloaded{[](std::string Config::*) { return std::string("text"); },
                   [](std::filesystem::path Config::*) { return std::string("path"); },
                   [](TextMap Config::*) { return std::string("table"); },
                   [&](auto) {
                       return setting.maximum == std::numeric_limits<std::uint64_t>::max()
                                  ? fmt::format("number from {}", setting.minimum)
                                  : fmt::format("{} to {}", setting.minimum, setting.maximum);
                   }},
        setting.member);
}

std::optional<std::string> nearest_key(std::string_view name) {
    std::string_view best;
    std::size_t fewest = std::max<std::size_t>(2, name.size() / 4) + 1;
    for (const Setting& setting : kSettings) {
        // Or the right word in no table, or in another one.
        const std::string_view word = setting.key.substr(setting.key.rfind('.') + 1);
        const std::size_t edits =
            std::min(edit_distance(name, setting.key),
                     1 + edit_distance(name.substr(name.rfind('.') + 1), word));
        if (edits < fewest) {
            fewest = edits;
            best = setting.key;
        }
    }
    return best.empty() ? std::nullopt : std::optional<std::string>(best);
}

std::optional<std::string> nearest_variable(std::string_view name) {
    constexpr std::size_t kSlip = 2;
    for (const Setting& setting : kSettings) {
        if (!setting.environment.empty() && edit_distance(name, setting.environment) <= kSlip) {
            return std::string(setting.environment);
        }
    }
    return std::nullopt;
}

}  // namespace shelfcast::config
