// How the parts of the running program are made from its configuration, and put together.

#include <unistd.h>

#include <utility>

#include "adapters/clickhouse/schema_planner.h"
#include "base/log.h"
#include "cli/app.h"
#include "cli/pause.h"
#include "cli/scheduled_works.h"
#include "pipelines/batch/epoch_state.h"
#include "pipelines/ingest/log_owner.h"
#include "retail/reference_rows.h"
#include "retail/tables.h"
#include "retail/topics.h"

namespace shelfcast::cli {
namespace {

constexpr std::string_view kAdminSecret = "engine_admin_password";
constexpr std::string_view kServiceSecret = "engine_service_password";
constexpr std::string_view kChainIdentity = "chain_identity";
constexpr std::size_t kSecretBytes = 24;
constexpr auto kDeliverDeadline = std::chrono::minutes(10);
constexpr std::int64_t kSecondMs = 1'000;
constexpr std::int64_t kMinuteMs = 60 * kSecondMs;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr long kStatusPatienceMs = 3'000;

}  // namespace

Status App::open_stores() {
    const auto& path = directory_.path();
    SHELFCAST_ASSIGN(hasher_, adapters::SodiumHasher::create());
    SHELFCAST_ASSIGN(StoreBackend store, open_store(config_, path));
    store_ = std::move(store.store);
    order_store_ = store.orders;
    embedded_store_ = store.embedded;
    SHELFCAST_TRY(take_roles());
    SHELFCAST_ASSIGN(LogBackend log, open_log(config_, path, clock_));
    log_ = std::move(log.log);
    group_ = std::move(log.group);
    if (log.endless) {
        SHELFCAST_ASSIGN(const auto lock, hold("chain identity", {}));
        SHELFCAST_ASSIGN(const std::string chain, secret(kChainIdentity));
        SHELFCAST_TRY(ingest::claim_topics(*log.endless, chain));
    }
    embedded_log_ = log.embedded;
    SHELFCAST_ASSIGN(lake_backend_, open_lake(config_, path, clock_));
    SHELFCAST_TRY(keep_fixed_settings());
    for (const std::string_view topic : retail::door_topics()) {
        if (!log_->partitions(topic)) {
            SHELFCAST_TRY(log_->create_topic(topic, config_.log_partitions));
        }
    }
    for (const std::string_view told : {retail::kPredictionsTopic, retail::kRestockAlertsTopic}) {
        SHELFCAST_TRY(log_->create_topic(told, 1));
    }
    if (has_role(kApiRole)) {
        // Before anything prunes the log: an import that was cut short finds its chunks there.
        SHELFCAST_ASSIGN(const std::uint64_t moved, ingest::recover(*log_, *store_));
        if (moved > 0) {
            log::info("import", "unfinished imports brought up to the log imports={}", moved);
        }
        SHELFCAST_TRY(ingest::settle_replays(*log_, *store_));
    }
    parquet_ = std::make_unique<adapters::ParquetReader>(adapters::ParquetReaderOptions{
        .library = config_.engine_library.string(), .scratch_directory = path / "scratch"});
    std::error_code code;
    std::filesystem::create_directories(path / "scratch", code);
    SHELFCAST_ASSIGN(authenticator_,
                     api::DirectoryAuthenticator::create({}, *store_, *hasher_, digest_, clock_));
    ingest_guard_ = std::make_unique<api::TokenGuard>(*store_, digest_, clock_);
    return {};
}

Status App::take_roles() {
    for (const std::string_view role : {kApiRole, kBatchRole}) {
        if (has_role(role)) {
            auto held = store_->try_lock(fmt::format("role {}", role));
            if (!held && held.error().kind == ErrorKind::kBusy) {
                return fail(ErrorKind::kBusy,
                            "another process has the role {}, which one process has at a time: "
                            "give this one other roles (server.roles), or stop that one",
                            role);
            }
            SHELFCAST_ASSIGN(held_roles_[std::string(role)], std::move(held));
        }
    }
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
        const auto shards = config::split_list(config_.warehouse_url);
        warehouse_options_.url = shards.front();
        warehouse_options_.more_shards.assign(shards.begin() + 1, shards.end());
        warehouse_options_.cluster = config_.warehouse_cluster;
        warehouse_options_.ca_file = config_.warehouse_ca_file.string();
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

Status App::apply_schema(const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const auto lock, hold("schema", stop));
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
    SHELFCAST_ASSIGN(const auto terms, store_->item_terms());
    SHELFCAST_TRY(warehouse_->put_reference(retail::kItemTermsTable,
                                            retail::item_terms_rows(terms.terms, terms.version)));
    SHELFCAST_TRY(warehouse_->put_reference(retail::kHolidaysTable,
                                            retail::holiday_rows(retail::public_holidays())));
    // What this start says holds, for all of history: roll-ups keep the topics apart.
    return warehouse_->put_reference(
        retail::kLedgerRulesTable,
        retail::ledger_rule_rows(config_.ledger_sales_from, config_.ledger_receipts_from,
                                 static_cast<std::uint64_t>(clock_.now_us())));
}

Status App::make_layers(const std::stop_token& stop) {
    lake_ = std::make_unique<adapters::LakeLocal>(*lake_backend_.files, *warehouse_);
    const operators::OperatorOptions judging{
        .partitions = config_.log_partitions,
        .duplicate_horizon_hours = config_.duplicate_horizon_hours,
        .allowed_lateness_ms = config_.allowed_lateness_minutes * kMinuteMs,
        .limits = codec_limits()};
    deliveries_ = std::make_unique<stream::DeliveryWatch>(*log_, *store_);
    stock_ = std::make_unique<stock::LiveStock>(
        *warehouse_,
        retail::LedgerRules{
            .sales_by_basket = config_.ledger_sales_from == retail::kSalesTransactionsTopic,
            .receipts_by_shipment =
                config_.ledger_receipts_from == retail::kSupplierShipmentsTopic},
        follows_stock() ? stock::Source::kFlushes : stock::Source::kWarehouse);
    if (has_role(kStreamRole)) {
        make_speed_layer(judging);
    }
    if (has_role(kApiRole) || has_role(kBatchRole)) {
        SHELFCAST_TRY(make_batch_layer(judging, stop));
    }
    models_ = std::make_unique<ModelParts>(ModelPartsPorts{config_, *warehouse_, *store_, *store_,
                                                           *lake_backend_.files, digest_, clock_});
    stock_watch_ = std::make_unique<stock::StockWatch>(
        stock::WatchPorts{*warehouse_, *warehouse_, *log_, *store_, models_->stored(), *stock_},
        stock::WatchOptions{.horizon_days = config_.watch_horizon_days, .limits = {}});
    detection_ = std::make_unique<detect::Detection>(*warehouse_, *warehouse_, clock_);
    make_order_desk();
    predictions_ = std::make_unique<predict::PredictionService>(
        predict::PredictionPorts{*log_, *store_, models_->asked(), clock_}, codec_limits());
    history_ = std::make_unique<simulate::HistoryKeeper>(
        simulate::HistoryPorts{.sales = {*warehouse_, *store_},
                               .open_epoch = [this] { return store_->open_epoch(); },
                               .clock = clock_});
    SHELFCAST_ASSIGN(door_, ingest::IngestDoor::open(*log_, *store_, clock_, &metrics_,
                                                     {.codec = codec_limits()}));
    SHELFCAST_ASSIGN(const EpochId open, store_->open_epoch());
    metrics_.set(ports::Gauge::kOpenEpoch, open.value);

    rates_.add(clock_.steady_us(), counts());
    if (speed_) {
        speed_thread_ = std::jthread([this](const std::stop_token& own) {
            if (const Status ended = speed_->run(own); !ended) {
                log::error("stream", "stopped, a person must look error=\"{}\"",
                           ended.error().message);
                const std::scoped_lock lock(fault_mutex_);
                fault_ = ended.error();
            }
        });
    }
    house_thread_ = std::jthread([this](const std::stop_token& own) { keep_house(own); });
    return {};
}

void App::make_order_desk() {
    order::DeskOptions options;
    // The texts were judged when the configuration was read.
    const auto amount = [](const std::string& text) {
        std::int64_t ten_thousandths = 0;
        static_cast<void>(retail::parse_decimal(text, retail::UnitPrice::kScale,
                                                retail::UnitPrice::kMax, ten_thousandths));
        return retail::Quantity{1'000} * retail::UnitPrice{ten_thousandths};
    };
    for (const auto& [role, text] : config::order_limits(config_)) {
        options.limits[role] = text.empty() ? replenishment::ApprovalLimit() : amount(text);
    }
    options.automatic_limit = amount(config_.orders_automatic_limit);
    orders_ = std::make_unique<order::OrderDesk>(
        order::DeskPorts{*order_store_, *warehouse_, *warehouse_, clock_}, std::move(options));
}

void App::make_speed_layer(const operators::OperatorOptions& judging) {
    stream::SpeedOptions options;
    options.operator_options = judging;
    options.flush_interval_ms = config_.flush_interval_ms;
    options.watched_flush_interval_ms = config_.watched_flush_interval_ms;
    options.watched_for_ms = config_.watched_for_ms;
    options.max_flush_rows = config_.max_flush_rows;
    options.snapshot_every_records = config_.snapshot_every_records;
    options.load_epoch_state = [this](operators::Operator& target, EpochId epoch) {
        return batch::load_epoch_state(target, epoch, *lake_backend_.state, *lake_);
    };
    options.observer = follows_stock() ? stock_.get() : nullptr;
    speed_ = std::make_unique<stream::SpeedLayer>(
        stream::SpeedPorts{*log_, *store_, *store_, *store_, *warehouse_, *lake_backend_.state,
                           clock_, metrics_, group_.get()},
        std::move(options));
}

Status App::make_batch_layer(const operators::OperatorOptions& judging,
                             const std::stop_token& stop) {
    batch::BatchOptions options;
    options.operator_options = judging;
    options.operator_options.state_prefix = "batch";
    options.max_buffered_rows = config_.max_buffered_rows;
    options.load.max_insert_rows = config_.max_insert_rows;
    options.load.max_rollup_keys = config_.max_rollup_keys;
    options.max_differences = config_.max_differences;
    options.speed_grace_ms = config_.speed_grace_s * kSecondMs;
    options.realtime_retention_ms = config_.realtime_retention_days * kDayMs;
    batch_ = std::make_unique<batch::BatchLayer>(
        batch::BatchPorts{
            *log_, *store_, *store_, *store_, *warehouse_, *lake_, *lake_backend_.state, clock_,
            metrics_,
            [this](EpochId epoch, const std::stop_token& waiting) {
                return or_fault(
                    follows_all() ? speed_->wait_delivered(epoch, kDeliverDeadline, waiting)
                                  : deliveries_->wait_delivered(epoch, kDeliverDeadline, waiting));
            },
            [this] { return lake_lock_->check(); }},
        std::move(options));
    SHELFCAST_ASSIGN(const BatchLock lock, hold_batch(stop));
    SHELFCAST_ASSIGN(const batch::RestoreReport restored, batch_->restore(stop));
    if (restored.reloaded_epochs > 0 || restored.switched) {
        log::warning("batch", "restored reloaded_epochs={} switched={}", restored.reloaded_epochs,
                     restored.switched);
    }
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

}  // namespace shelfcast::cli
