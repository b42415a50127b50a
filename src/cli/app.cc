#include "cli/app.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "adapters/clickhouse/schema_planner.h"
#include "api/events_handler.h"
#include "api/jobs_handler.h"
#include "api/status_page.h"
#include "api/stock_handler.h"
#include "api/topic_handler.h"
#include "base/log.h"
#include "cli/jobs.h"
#include "cli/lake_jobs.h"
#include "cli/letter_pages.h"
#include "cli/pause.h"
#include "cli/producer.h"
#include "cli/schedule_job.h"
#include "cli/scheduled_works.h"
#include "pipelines/batch/compaction.h"
#include "pipelines/batch/epoch_state.h"
#include "pipelines/batch/rebuild.h"
#include "retail/reference_rows.h"
#include "retail/tables.h"
#include "retail/topics.h"

namespace shelfcast::cli {
namespace {

constexpr std::string_view kDemoUser = "default";
constexpr std::string_view kDemoPassword = "password123";
constexpr std::string_view kDemoToken = "demo-ingest-token";
constexpr std::string_view kAdministrator = "admin";
constexpr std::string_view kLoginsSetting = "logins";
constexpr std::string_view kDemoLogins = "demo";
constexpr std::string_view kOwnLogins = "own";
constexpr std::string_view kAdminSecret = "engine_admin_password";
constexpr std::string_view kServiceSecret = "engine_service_password";
constexpr std::size_t kSecretBytes = 24;
constexpr std::size_t kPasswordBytes = 12;
constexpr auto kDeliverDeadline = std::chrono::minutes(10);
constexpr auto kStopDeadline = std::chrono::seconds(3);
constexpr auto kHouseInterval = std::chrono::seconds(5);
constexpr std::int64_t kSecondMs = 1'000;
constexpr std::int64_t kMinuteMs = 60 * kSecondMs;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr long kStatusPatienceMs = 3'000;
constexpr int kBatchAttempts = 20;
constexpr int kBatchAttemptsOnFullDisk = 3;
constexpr auto kReadyPause = std::chrono::milliseconds(200);
constexpr auto kLockPause = std::chrono::milliseconds(100);
constexpr auto kBatchPause = std::chrono::milliseconds(500);

/// Host and port of "http://host:port".
Result<std::pair<std::string, std::uint16_t>> host_and_port(const std::string& url) {
    constexpr std::string_view kScheme = "http://";
    if (!url.starts_with(kScheme)) {
        return fail(ErrorKind::kInvalidInput,
                    "the gateway reaches a warehouse over http:// only, not at {}", url);
    }
    std::string rest = url.substr(kScheme.size());
    rest = rest.substr(0, rest.find('/'));
    const std::size_t colon = rest.rfind(':');
    if (colon == std::string::npos) {
        return std::pair{rest, std::uint16_t{8123}};
    }
    const int port = std::atoi(rest.c_str() + colon + 1);
    if (port < 1 || port > 65'535) {
        return fail(ErrorKind::kInvalidInput, "warehouse URL {} has no valid port", url);
    }
    return std::pair{rest.substr(0, colon), static_cast<std::uint16_t>(port)};
}

}  // namespace

Result<std::unique_ptr<App>> App::open(const config::Config& config, const std::stop_token& stop) {
    SHELFCAST_TRY(config::validate(config));
    SHELFCAST_ASSIGN(DataDirectory directory, DataDirectory::take(config.data_directory));
    std::unique_ptr<App> app(new App(config, std::move(directory)));
    SHELFCAST_TRY(app->open_stores());
    SHELFCAST_TRY(app->reach_warehouse(stop));
    SHELFCAST_TRY(app->apply_schema());
    SHELFCAST_TRY(app->mirror_reference());
    SHELFCAST_TRY(app->make_layers(stop));
    SHELFCAST_TRY(app->make_schedule());
    return app;
}

Result<std::unique_ptr<App>> App::open_warehouse(const config::Config& config,
                                                 const std::stop_token& stop) {
    SHELFCAST_TRY(config::validate(config));
    SHELFCAST_ASSIGN(DataDirectory directory, DataDirectory::take(config.data_directory));
    std::unique_ptr<App> app(new App(config, std::move(directory)));
    SHELFCAST_TRY(app->open_stores());
    SHELFCAST_TRY(app->reach_warehouse(stop));
    return app;
}

App::~App() {
    if (scheduler_) {
        scheduler_->request_stop();  // Before the callers of its runs go: it is no fault of theirs.
    }
    if (server_) {
        server_->stop(kStopDeadline);
    }
    if (gateway_) {
        gateway_->stop(std::chrono::seconds(1));
    }
    // What they ask would be worked on to its end.
    watch_thread_.request_stop();
    if (warehouse_) {
        if (const Status stopped = warehouse_->stop_asking(); !stopped) {
            log::warning("stop", "questions go on in the warehouse error=\"{}\"",
                         stopped.error().message);
        }
    }
    predictions_thread_ = {};
    watch_thread_ = {};
    schedule_thread_ = {};
    scheduler_.reset();
    house_thread_ = {};
    speed_thread_ = {};
    if (engine_) {
        engine_->stop();
    }
}

Status App::open_stores() {
    const auto& path = directory_.path();
    SHELFCAST_ASSIGN(hasher_, adapters::SodiumHasher::create());
    SHELFCAST_ASSIGN(store_,
                     adapters::SqliteStore::open({.path = (path / "operational.sqlite").string()}));
    SHELFCAST_ASSIGN(log_, adapters::SqliteLog::open({.directory = path / "log",
                                                      .clock = clock_,
                                                      .group_commit_ms = config_.group_commit_ms}));
    SHELFCAST_TRY(keep_fixed_settings());
    for (const std::string_view topic : retail::door_topics()) {
        if (!log_->partitions(topic)) {
            SHELFCAST_TRY(log_->create_topic(topic, config_.log_partitions));
        }
    }
    for (const std::string_view told : {retail::kPredictionsTopic, retail::kRestockAlertsTopic}) {
        SHELFCAST_TRY(log_->create_topic(told, 1));
    }
    // Before anything prunes the log: an import that was cut short finds its chunks there.
    SHELFCAST_ASSIGN(const std::uint64_t moved, ingest::recover(*log_, *store_));
    if (moved > 0) {
        log::info("import", "unfinished imports brought up to the log imports={}", moved);
    }
    SHELFCAST_TRY(ingest::settle_replays(*log_, *store_));
    parquet_ = std::make_unique<adapters::ParquetReader>(adapters::ParquetReaderOptions{
        .library = config_.engine_library.string(), .scratch_directory = path / "scratch"});
    std::error_code code;
    std::filesystem::create_directories(path / "scratch", code);
    SHELFCAST_ASSIGN(authenticator_,
                     api::DirectoryAuthenticator::create({}, *store_, *hasher_, digest_, clock_));
    ingest_guard_ = std::make_unique<api::TokenGuard>(*store_, digest_, clock_);
    return {};
}

retail::CodecLimits App::codec_limits() const {
    return {.max_ahead_ms = config_.future_limit_hours * kHourMs};
}

Status App::keep_fixed_settings() {
    const bool made_before = log_->partitions(retail::kRetailEventsTopic).has_value();
    for (const config::Setting& setting : config::settings()) {
        if (!setting.fixed) {
            continue;
        }
        const std::string name = fmt::format("fixed.{}", setting.key);
        SHELFCAST_ASSIGN(std::optional<std::string> kept, store_->setting(name));
        if (!kept) {
            // A directory made before these could be chosen has the defaults.
            kept = config::value_text(made_before ? config::Config{} : config_, setting);
            SHELFCAST_TRY(store_->put_setting(name, *kept));
        }
        SHELFCAST_TRY(config::keep_fixed(config_, setting, *kept));
    }
    return {};
}

Result<std::string> App::secret(std::string_view setting) {
    SHELFCAST_ASSIGN(const std::optional<std::string> known, store_->setting(setting));
    if (known) {
        return *known;
    }
    std::string made = hasher_->random_secret(kSecretBytes);
    SHELFCAST_TRY(store_->put_setting(setting, made));
    return made;
}

Status App::put_login(const std::string& name, const std::string& password,
                      const std::string& ingest_token) {
    SHELFCAST_ASSIGN(std::string hash, hasher_->hash(password));
    SHELFCAST_TRY(store_->put_user({name, std::move(hash), ports::Role::kAdministrator}));
    authenticator_->forget(name);
    return ingest_guard_->put_token(ingest_token);
}

Status App::settle_demo_login() {
    SHELFCAST_ASSIGN(const std::optional<std::string> logins, store_->setting(kLoginsSetting));
    if (config_.demo && logins != kDemoLogins) {
        SHELFCAST_TRY(
            put_login(std::string(kDemoUser), std::string(kDemoPassword), std::string(kDemoToken)));
        return store_->put_setting(kLoginsSetting, kDemoLogins);
    }
    if (!config_.demo && logins == kDemoLogins) {
        // What everybody knows must not open it now.
        return put_login(std::string(kDemoUser), hasher_->random_secret(kSecretBytes),
                         hasher_->random_secret(kSecretBytes));
    }
    return {};
}

Result<std::optional<FirstLogin>> App::make_first_login() {
    SHELFCAST_ASSIGN(const std::optional<std::string> logins, store_->setting(kLoginsSetting));
    if (config_.demo || logins == kOwnLogins) {
        return std::nullopt;
    }
    return FirstLogin{std::string(kAdministrator), hasher_->random_secret(kPasswordBytes),
                      hasher_->random_secret(kSecretBytes)};
}

Status App::keep_first_login(const FirstLogin& login) {
    SHELFCAST_TRY(put_login(login.administrator, login.password, login.ingest_token));
    return store_->put_setting(kLoginsSetting, kOwnLogins);
}

Status App::reach_warehouse(const std::stop_token& stop) {
    using adapters::clickhouse::ClickHouseWarehouse;
    view_owner_ = adapters::kEngineViewOwner;
    if (config_.warehouse_url.empty()) {
        SHELFCAST_ASSIGN(const std::string admin, secret(kAdminSecret));
        SHELFCAST_ASSIGN(const std::string service, secret(kServiceSecret));
        adapters::EngineOptions options;
        options.library = config_.engine_library.string();
        options.data_directory = directory_.path();
        options.native_port = config_.clickhouse_native_port;
        options.accounts = {digest_.sha256_hex(admin), digest_.sha256_hex(service)};
        options.limits.memory_bytes = config_.engine_memory_bytes;
        options.on_down = [this] {
            metrics_.set(ports::Gauge::kEngineUp, 0);
            if (speed_) {
                speed_->request_recovery();
            }
        };
        options.on_up = [this](bool unclean) {
            metrics_.set(ports::Gauge::kEngineUp, 1);
            metrics_.add(ports::Counter::kEngineRestarts, 1);
            verify_batch_ = verify_batch_ || unclean;
        };
        SHELFCAST_ASSIGN(engine_, adapters::Engine::start(std::move(options), stop));
        warehouse_options_.url = fmt::format("http://127.0.0.1:{}", engine_->ports().http);
        warehouse_options_.user = adapters::kEngineService;
        warehouse_options_.password = service;
        people_account_ = {std::string(adapters::kEngineAdministrator), admin};
    } else {
        warehouse_options_.url = config_.warehouse_url;
        warehouse_options_.user = config_.warehouse_user;
        warehouse_options_.password = config_.warehouse_password;
        people_account_ = {config_.warehouse_user, config_.warehouse_password};
        view_owner_ = config_.warehouse_user;
    }
    metrics_.set(ports::Gauge::kEngineUp, 1);
    SHELFCAST_ASSIGN(warehouse_, ClickHouseWarehouse::connect(warehouse_options_));
    adapters::clickhouse::ClickHouseOptions impatient = warehouse_options_;
    impatient.max_connections = 1;
    impatient.request_timeout_ms = kStatusPatienceMs;
    SHELFCAST_ASSIGN(status_warehouse_, ClickHouseWarehouse::connect(impatient));
    return {};
}

Status App::apply_schema() {
    SHELFCAST_ASSIGN(auto planner,
                     adapters::clickhouse::SchemaPlanner::create(*warehouse_, view_owner_));
    SHELFCAST_ASSIGN(const auto applied, planner.apply());
    if (!applied.empty()) {
        log::info("schema", "applied files={}", applied.size());
    }
    return {};
}

Status App::mirror_reference() {
    SHELFCAST_ASSIGN(const retail::StoreCatalog stores, store_->catalog(std::nullopt));
    SHELFCAST_TRY(warehouse_->put_stores(stores));
    SHELFCAST_ASSIGN(const auto products, store_->products());
    SHELFCAST_ASSIGN(const auto targets, store_->sales_targets());
    SHELFCAST_TRY(warehouse_->put_reference(
        retail::kProductsTable, retail::product_rows(products.products, products.version)));
    SHELFCAST_TRY(warehouse_->put_reference(
        retail::kSalesTargetsTable, retail::sales_target_rows(targets.targets, targets.version)));
    SHELFCAST_TRY(warehouse_->put_reference(retail::kHolidaysTable,
                                            retail::holiday_rows(retail::public_holidays())));
    // What this start says holds, for all of history: roll-ups keep the topics apart.
    return warehouse_->put_reference(
        retail::kLedgerRulesTable,
        retail::ledger_rule_rows(config_.ledger_sales_from, config_.ledger_receipts_from,
                                 static_cast<std::uint64_t>(clock_.now_us())));
}

Status App::make_layers(const std::stop_token& stop) {
    const auto& path = directory_.path();
    SHELFCAST_ASSIGN(lake_files_, adapters::PosixFiles::open((path / "lake").string()));
    lake_ = std::make_unique<adapters::LakeLocal>(*lake_files_, *warehouse_);
    SHELFCAST_ASSIGN(state_, adapters::PosixState::open_folder(path / "state"));

    const operators::OperatorOptions judging{
        .partitions = config_.log_partitions,
        .duplicate_horizon_hours = config_.duplicate_horizon_hours,
        .allowed_lateness_ms = config_.allowed_lateness_minutes * kMinuteMs,
        .limits = codec_limits()};
    stream::SpeedOptions speed_options;
    speed_options.operator_options = judging;
    speed_options.flush_interval_ms = config_.flush_interval_ms;
    speed_options.watched_flush_interval_ms = config_.watched_flush_interval_ms;
    speed_options.watched_for_ms = config_.watched_for_ms;
    speed_options.max_flush_rows = config_.max_flush_rows;
    speed_options.snapshot_every_records = config_.snapshot_every_records;
    speed_options.load_epoch_state = [this](operators::Operator& target, EpochId epoch) {
        return batch::load_epoch_state(target, epoch, *state_, *lake_);
    };
    stock_ = std::make_unique<stock::LiveStock>(
        *warehouse_, retail::LedgerRules{.sales_by_basket = config_.ledger_sales_from ==
                                                            retail::kSalesTransactionsTopic,
                                         .receipts_by_shipment = config_.ledger_receipts_from ==
                                                                 retail::kSupplierShipmentsTopic});
    speed_options.observer = stock_.get();
    forecaster_ = std::make_unique<stock::VelocityForecaster>(*warehouse_, *store_, clock_);
    stock_watch_ = std::make_unique<stock::StockWatch>(
        stock::WatchPorts{*warehouse_, *warehouse_, *log_, *store_, *forecaster_, *stock_},
        stock::WatchOptions{.horizon_days = config_.watch_horizon_days, .limits = {}});
    detection_ = std::make_unique<detect::Detection>(*warehouse_, *warehouse_, clock_);
    predictions_ = std::make_unique<predict::PredictionService>(
        predict::PredictionPorts{*log_, *store_, *forecaster_, clock_}, codec_limits());
    speed_ = std::make_unique<stream::SpeedLayer>(
        stream::SpeedPorts{*log_, *store_, *store_, *store_, *warehouse_, *state_, clock_,
                           metrics_},
        std::move(speed_options));

    batch::BatchOptions batch_options;
    batch_options.operator_options = judging;
    batch_options.operator_options.state_prefix = "batch";
    batch_options.max_buffered_rows = config_.max_buffered_rows;
    batch_options.load.max_insert_rows = config_.max_insert_rows;
    batch_options.load.max_rollup_keys = config_.max_rollup_keys;
    batch_options.max_differences = config_.max_differences;
    batch_options.speed_grace_ms = config_.speed_grace_s * kSecondMs;
    batch_options.realtime_retention_ms = config_.realtime_retention_days * kDayMs;
    batch_ = std::make_unique<batch::BatchLayer>(
        batch::BatchPorts{
            *log_, *store_, *store_, *store_, *warehouse_, *lake_, *state_, clock_, metrics_,
            [this](EpochId epoch, const std::stop_token& waiting) {
                return or_fault(speed_->wait_delivered(epoch, kDeliverDeadline, waiting));
            }},
        std::move(batch_options));
    SHELFCAST_ASSIGN(const batch::RestoreReport restored, batch_->restore(stop));
    if (restored.reloaded_epochs > 0 || restored.switched) {
        log::warning("batch", "restored reloaded_epochs={} switched={}", restored.reloaded_epochs,
                     restored.switched);
    }
    SHELFCAST_ASSIGN(door_, ingest::IngestDoor::open(*log_, *store_, clock_, &metrics_,
                                                     {.codec = codec_limits()}));
    SHELFCAST_ASSIGN(const EpochId open, store_->open_epoch());
    metrics_.set(ports::Gauge::kOpenEpoch, open.value);

    rates_.add(clock_.steady_us(), speed_->counts());
    speed_thread_ = std::jthread([this](const std::stop_token& own) {
        if (const Status ended = speed_->run(own); !ended) {
            log::error("stream", "stopped, a person must look error=\"{}\"", ended.error().message);
            const std::scoped_lock lock(fault_mutex_);
            fault_ = ended.error();
        }
    });
    house_thread_ = std::jthread([this](const std::stop_token& own) { keep_house(own); });
    return {};
}

Status App::make_schedule() {
    schedule::SchedulerOptions options;
    options.owner = fmt::format("{}-{}", ::getpid(), hasher_->random_secret(8));
    options.time_zone = config_.schedule_timezone;
    options.cron = {config_.schedule_jobs.begin(), config_.schedule_jobs.end()};
    SHELFCAST_ASSIGN(scheduler_, schedule::Scheduler::create(
                                     {*store_, clock_, metrics_}, std::move(options),
                                     schedule::job_definitions(), scheduled_works(*this)));
    schedule_thread_ = std::jthread([this](const std::stop_token& own) { scheduler_->run(own); });
    return {};
}

void App::keep_house(const std::stop_token& stop) {
    std::string last_failure;
    while (!stop.stop_requested()) {
        pause(kHouseInterval, stop);
        rates_.add(clock_.steady_us(), speed_->counts());
        metrics_.set(ports::Gauge::kLogBytes, static_cast<double>(log_->bytes_on_disk()));
        const std::unique_lock lock(batch_mutex_, std::try_to_lock);
        if (stop.stop_requested() || !lock.owns_lock()) {
            continue;
        }
        Status done;
        if (verify_batch_.exchange(false)) {
            if (const auto restored = batch_->restore(stop); !restored) {
                verify_batch_ = true;
                done = tl::unexpected(restored.error());
            }
        }
        if (done) {
            done = drop_superseded_generations();
        }
        // It is tried again every few seconds: what stays is said once.
        std::string failure = done ? "" : done.error().message;
        if (!failure.empty() && failure != last_failure && !stop.stop_requested()) {
            if (is_retryable(done.error().kind)) {
                log::warning("batch", "housekeeping failed, trying again error=\"{}\"", failure);
            } else {
                log::error("batch", "housekeeping failed error=\"{}\"", failure);
            }
        }
        last_failure = std::move(failure);
    }
}

batch::CompactionOptions App::compaction_options() const {
    return {.target_bytes = std::uint64_t{config_.lake_target_mb} << 20U,
            .keep_retired_us = config_.lake_keep_retired_hours * kHourMs * 1'000};
}

Status App::drop_superseded_generations() {
    if (!other_generations_) {
        return {};
    }
    SHELFCAST_ASSIGN(const bool gone, batch_->drop_superseded_generations());
    other_generations_ = !gone;
    return {};
}

std::optional<Error> App::fault() const {
    const std::scoped_lock lock(fault_mutex_);
    return fault_;
}

bool App::ready() {
    return !fault() && speed_->running() &&
           (!engine_ || engine_->state() == adapters::EngineState::kUp);
}

std::vector<ports::HttpRoute> App::routes() {
    constexpr std::size_t kEventsBytes = 16U << 20U;
    constexpr std::size_t kJobBytes = 1U << 20U;
    const auto control = [this](std::string_view token) { return token == control_token_; };
    const auto ingest = [this](std::string_view token) {
        return static_cast<bool>(ingest_guard_->check(token));
    };
    std::vector<ports::HttpRoute> all;
    all.push_back({"GET", "/healthz", 0, [](const auto&, const auto&) {
                       return ports::HttpResponse{.body = R"({"status":"alive"})"};
                   }});
    all.push_back({"GET", "/readyz", 0, [this](const auto&, const auto&) {
                       if (const auto broken = fault()) {
                           return ports::error_response(*broken, 503);
                       }
                       if (!ready()) {
                           return ports::error_response(
                               {ErrorKind::kUnavailable, "the layers are being verified"});
                       }
                       return ports::HttpResponse{.body = R"({"status":"ready"})"};
                   }});
    all.push_back({"GET", "/metrics", 0, [this](const auto&, const auto&) {
                       return ports::HttpResponse{
                           .content_type = "text/plain; version=0.0.4; charset=utf-8",
                           .body = metrics_.exposition()};
                   }});
    all.push_back({"POST", "/v1/events", kEventsBytes, api::make_events_handler(*door_, ingest)});
    all.push_back(
        {"POST", "/v1/events/{topic}", kEventsBytes, api::make_events_handler(*door_, ingest)});
    all.push_back(
        {"POST", "/v1/jobs/import", kJobBytes, api::make_job_handler(import_job(*this), control)});
    all.push_back({"POST", "/v1/jobs/schedule", kJobBytes,
                   api::make_job_handler(schedule_job(*this), control)});
    all.push_back({"POST", "/v1/jobs/produce", kJobBytes,
                   api::make_job_handler(produce_job(*this), control)});
    all.push_back(
        {"POST", "/v1/jobs/batch", kJobBytes, api::make_job_handler(batch_job(*this), control)});
    all.push_back(
        {"POST", "/v1/jobs/doctor", kJobBytes, api::make_job_handler(doctor_job(*this), control)});
    const bool open = config_.status_login == "auto" && config::is_loopback(config_.listen_address);
    all.push_back({"GET", "/v1/stock/{store}/{product}", 0,
                   api::make_stock_handler(
                       [this](StoreId store,
                              std::string_view product) -> Result<std::optional<api::StockAnswer>> {
                           SHELFCAST_ASSIGN(const auto found, stock_->position(store, product));
                           return found ? std::optional(
                                              api::StockAnswer{found->position, found->as_of_us})
                                        : std::nullopt;
                       },
                       api::LoginGuard(!open, *authenticator_))});
    all.push_back({"GET", "/v1/topics/{topic}", 0,
                   api::make_topic_handler(*log_, api::LoginGuard(!open, *authenticator_))});
    std::ranges::move(api::status_routes([this] { return status(); }, {.needs_login = !open},
                                         *authenticator_, clock_),
                      std::back_inserter(all));
    all.push_back({"POST", "/v1/jobs/backfill", kJobBytes,
                   api::make_job_handler(backfill_job(*this), control)});
    all.push_back({"POST", "/v1/jobs/rebuild", kJobBytes,
                   api::make_job_handler(rebuild_job(*this), control)});
    all.push_back(
        {"POST", "/v1/jobs/lake", kJobBytes, api::make_job_handler(lake_job(*this), control)});
    all.push_back(
        {"POST", "/v1/jobs/backup", kJobBytes, api::make_job_handler(backup_job(*this), control)});
    all.push_back(
        {"POST", "/v1/jobs/replay", kJobBytes, api::make_job_handler(replay_job(*this), control)});
    return all;
}

Status App::serve() {
    control_token_ = hasher_->random_secret(kSecretBytes);
    SHELFCAST_TRY(settle_demo_login());
    SHELFCAST_ASSIGN(const auto upstream, host_and_port(warehouse_options_.url));
    SHELFCAST_ASSIGN(gateway_, adapters::Gateway::start(
                                   {.address = config_.listen_address,
                                    .port = config_.clickhouse_http_port,
                                    .upstream_host = upstream.first,
                                    .upstream_port = upstream.second},
                                   *authenticator_, metrics_,
                                   {[this](const ports::Identity&) { return people_account_; },
                                    [this] { speed_->note_view_query(); }}));
    SHELFCAST_ASSIGN(server_, adapters::HttpServer::start(
                                  {.address = config_.listen_address, .port = config_.web_port},
                                  inflater_, routes()));
    if (config_.schedule_engine == "builtin") {
        scheduler_->activate();
    }
    predictions_thread_ =
        std::jthread([this](const std::stop_token& own) { predictions_->run(own); });
    if (config_.watch_interval_s > 0) {
        watch_thread_ = std::jthread([this](const std::stop_token& own) {
            // Before the layers are verified and stock is read, a look would only be in their way.
            while (!ready() && !own.stop_requested()) {
                pause(kReadyPause, own);
            }
            keep_watch(looks(), clock_, std::chrono::seconds(config_.watch_interval_s), own);
        });
    }
    return directory_.publish({.address = config_.listen_address,
                               .web_port = server_->port(),
                               .clickhouse_http_port = gateway_->port(),
                               .control_token = control_token_,
                               .warehouse_url = warehouse_options_.url,
                               .warehouse_user = people_account_.name,
                               .warehouse_password = people_account_.password,
                               .pid = ::getpid()});
}

std::vector<Look> App::looks() {
    return {{"stock risks",
             [this](std::int64_t now_us, const std::stop_token& stop) {
                 return stock_watch_->look(now_us, stop);
             }},
            {"anomalies", [this](std::int64_t now_us, const std::stop_token& stop) {
                 return detection_->look(now_us, stop);
             }}};
}

Result<ingest::ImportReport> App::import(const ingest::ImportOptions& options,
                                         const ingest::ReportProgress& progress,
                                         const std::stop_token& stop) {
    ingest::ImportOptions judged = options;
    judged.codec = codec_limits();
    SHELFCAST_ASSIGN(
        ingest::ImportReport report,
        ingest::run(judged, {*log_, *store_, *store_, clock_, *parquet_, &metrics_, progress},
                    stop));
    SHELFCAST_TRY(wait_caught_up(kDeliverDeadline, stop));
    return report;
}

Result<ingest::ReferenceReport> App::import_reference(ingest::ReferenceTable table,
                                                      const std::string& path,
                                                      std::optional<ingest::FileFormat> format,
                                                      const std::stop_token& stop) {
    const std::scoped_lock lock(reference_mutex_);
    SHELFCAST_ASSIGN(
        ingest::ReferenceReport report,
        ingest::import_reference(table, path, format, {*store_, *store_, *parquet_}, stop));
    SHELFCAST_TRY(mirror_reference());
    return report;
}

Status App::put_reference(const std::vector<retail::Store>& stores,
                          const std::vector<retail::Product>& products,
                          const std::vector<retail::SalesTarget>& targets) {
    const std::scoped_lock lock(reference_mutex_);
    SHELFCAST_TRY(store_->put_stores(stores));
    SHELFCAST_TRY(store_->put_products(products));
    SHELFCAST_TRY(store_->put_sales_targets(targets));
    return mirror_reference();
}

Result<ingest::ReplayReport> App::replay(const ReplayRequest& request,
                                         const api::JobProgress& progress,
                                         const std::stop_token& stop) {
    const std::unique_lock lock(replay_mutex_, std::try_to_lock);
    if (!lock.owns_lock()) {
        return fail(ErrorKind::kBusy, "dead letters are being replayed already");
    }
    SHELFCAST_TRY(wait_caught_up(kDeliverDeadline, stop));
    ingest::ReplayOptions judged = request.options;
    judged.codec = codec_limits();
    LetterPages pages(*warehouse_, request, progress);
    SHELFCAST_ASSIGN(const ingest::ReplayReport report,
                     ingest::replay(
                         judged, {*log_, *store_, *store_, clock_, &metrics_},
                         [&] { return pages.next(); }, stop));
    SHELFCAST_TRY(wait_caught_up(kDeliverDeadline, stop));
    return report;
}

Result<BackupReport> App::back_up(const std::filesystem::path& folder,
                                  const BackupProgress& progress, const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const BatchLock lock, hold_batch(stop));
    return write_backup({directory_.path(), *store_, *log_, *lake_, clock_}, folder, progress,
                        stop);
}

Status App::wait_caught_up(std::chrono::milliseconds deadline, const std::stop_token& stop) {
    return or_fault(speed_->wait_caught_up(deadline, stop));
}

Status App::or_fault(Status waited) {
    const std::optional<Error> broken = fault();
    return broken ? Status(tl::unexpected(*broken)) : waited;
}

Result<App::BatchLock> App::hold_batch(const std::stop_token& stop) {
    std::unique_lock lock(batch_mutex_, std::defer_lock);
    // Whoever holds it ends some time, or the process does.
    while (!lock.try_lock_for(kLockPause)) {
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "stopped while a batch goes on");
        }
    }
    return BatchLock(std::move(lock));
}

Status App::drop_old_speed_rows(const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const BatchLock lock, hold_batch(stop));
    return batch_->drop_old_speed_rows();
}

Result<std::vector<batch::EpochReport>> App::close_epochs(const std::stop_token& stop,
                                                          const batch::ReportProgress& progress) {
    SHELFCAST_TRY(wait_caught_up(kDeliverDeadline, stop));
    SHELFCAST_ASSIGN(const BatchLock lock, hold_batch(stop));
    bool verified_again = false;
    for (int attempt = 1;; ++attempt) {
        Result<std::vector<batch::EpochReport>> reports = batch_->close_epochs(stop, progress);
        // Rows that cannot be read may be speed rows that a full disk damaged: those can be mended.
        const bool damaged =
            !reports && reports.error().kind == ErrorKind::kCorrupted && !verified_again;
        if (damaged) {
            verified_again = true;
            speed_->request_recovery();
        }
        // A merge may give back the space that was missing, but somebody waits to be told.
        const bool full = !reports && reports.error().kind == ErrorKind::kStorageFull;
        if (reports || (!damaged && !is_retryable(reports.error().kind)) ||
            attempt >= (full ? kBatchAttemptsOnFullDisk : kBatchAttempts) ||
            stop.stop_requested()) {
            SHELFCAST_ASSIGN(const EpochId open, store_->open_epoch());
            metrics_.set(ports::Gauge::kOpenEpoch, open.value);
            if (reports && std::ranges::any_of(*reports, &batch::EpochReport::contributed)) {
                speed_->restart_observer();
            }
            return reports;
        }
        log::warning("batch", "attempt broke off, trying again attempt={} error=\"{}\"", attempt,
                     reports.error().message);
        pause(kBatchPause, stop);
    }
}

}  // namespace shelfcast::cli
