#include "cli/app.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "adapters/clickhouse/schema_planner.h"
#include "adapters/http_gateway/upstream_url.h"
#include "api/events_handler.h"
#include "api/jobs_handler.h"
#include "api/orders_handler.h"
#include "api/predict_handler.h"
#include "api/status_page.h"
#include "api/stock_handler.h"
#include "api/topic_handler.h"
#include "api/web_app.h"
#include "api/what_if_handler.h"
#include "base/log.h"
#include "cli/act_routes.h"
#include "cli/jobs.h"
#include "cli/lake_jobs.h"
#include "cli/letter_pages.h"
#include "cli/model_jobs.h"
#include "cli/orders_job.h"
#include "cli/pause.h"
#include "cli/producer.h"
#include "cli/replenish_job.h"
#include "cli/schedule_job.h"
#include "cli/scheduled_works.h"
#include "cli/users_job.h"
#include "cli/web_parts.h"
#include "cli/what_if_job.h"
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
/// Most of them wait for live figures.
constexpr std::size_t kMostStreams = 128;
constexpr std::string_view kLoginsSetting = "logins";
constexpr std::string_view kDemoLogins = "demo";
constexpr std::string_view kOwnLogins = "own";
constexpr std::size_t kSecretBytes = 24;
constexpr std::size_t kPasswordBytes = 12;
constexpr auto kDeliverDeadline = std::chrono::minutes(10);
constexpr auto kLakePatience = std::chrono::seconds(5);
constexpr auto kStopDeadline = std::chrono::seconds(3);
constexpr auto kHouseInterval = std::chrono::seconds(5);
constexpr std::int64_t kSecondMs = 1'000;
constexpr std::int64_t kMinuteMs = 60 * kSecondMs;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr int kBatchAttempts = 20;
constexpr int kBatchAttemptsOnFullDisk = 3;
constexpr auto kReadyPause = std::chrono::milliseconds(200);
/// How often it is asked whether the history that what-ifs replay has moved.
constexpr auto kHistoryPause = std::chrono::seconds(15);
constexpr auto kLockPause = std::chrono::milliseconds(100);
constexpr auto kBatchPause = std::chrono::milliseconds(500);
constexpr std::string_view kLakeLock = "lake";

}  // namespace

Result<std::unique_ptr<App>> App::open(const config::Config& config, const std::stop_token& stop) {
    SHELFCAST_TRY(config::validate(config));
    SHELFCAST_ASSIGN(DataDirectory directory, DataDirectory::take(config.data_directory));
    std::unique_ptr<App> app(new App(config, std::move(directory)));
    SHELFCAST_TRY(app->open_stores());
    SHELFCAST_TRY(app->reach_warehouse(stop));
    SHELFCAST_TRY(app->apply_schema(stop));
    if (app->has_role(kApiRole)) {
        SHELFCAST_TRY(app->mirror_reference());
    }
    SHELFCAST_TRY(app->make_layers(stop));
    if (app->has_role(kBatchRole)) {
        SHELFCAST_TRY(app->make_schedule());
    }
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
    // Whoever waits for a store that is away gets some seconds to leave things in order.
    const std::jthread patience([this](const std::stop_token& over) {
        pause(kLakePatience, over);
        lake_backend_.interrupt();
    });
    history_thread_ = {};
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

Status App::put_login(const std::string& name, const std::string& password,
                      const std::string& ingest_token) {
    SHELFCAST_ASSIGN(std::string hash, hasher_->hash(password));
    SHELFCAST_TRY(store_->put_user({name, std::move(hash), ports::Role::kAdministrator}));
    authenticator_->forget(name);
    SHELFCAST_TRY(store_->end_web_sessions_of(name));
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

void App::keep_house(const std::stop_token& stop) {
    std::string last_failure;
    while (!stop.stop_requested()) {
        pause(kHouseInterval, stop);
        rates_.add(clock_.steady_us(), counts());
        if (embedded_log_ != nullptr) {
            metrics_.set(ports::Gauge::kLogBytes,
                         static_cast<double>(embedded_log_->bytes_on_disk()));
        }
        keep_roles();
        if (!batch_) {
            continue;
        }
        const std::unique_lock lock(batch_mutex_, std::try_to_lock);
        if (stop.stop_requested() || !lock.owns_lock()) {
            continue;
        }
        const auto among_processes = store_->try_lock(kLakeLock);
        if (!among_processes) {
            continue;
        }
        lake_lock_ = among_processes->get();
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

void App::keep_roles() {
    for (auto& [role, held] : held_roles_) {
        if (held && held->check()) {
            continue;
        }
        held.reset();
        auto again = store_->try_lock(fmt::format("role {}", role));
        if (again) {
            held = std::move(*again);
        } else if (again.error().kind == ErrorKind::kBusy) {
            const std::scoped_lock lock(fault_mutex_);
            fault_ = Error{ErrorKind::kConflict,
                           fmt::format("the operational store was away, and another process has "
                                       "taken the role {} meanwhile",
                                       role)};
        }
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
    const bool layer = speed_ ? speed_->running() : deliveries_->verified().value_or(false);
    return !fault() && layer && (!engine_ || engine_->state() == adapters::EngineState::kUp);
}

bool App::follows_all() const { return speed_ != nullptr && group_ == nullptr; }

operators::FoldCounts App::counts() const {
    return speed_ ? speed_->counts() : operators::FoldCounts{};
}

Result<schedule::Scheduler*> App::scheduler() {
    if (!scheduler_) {
        return fail(ErrorKind::kUnavailable,
                    "this process keeps no schedule: ask the one with the role {}", kBatchRole);
    }
    return scheduler_.get();
}

std::vector<ports::HttpRoute> App::routes() {
    constexpr std::size_t kEventsBytes = 16U << 20U;
    constexpr std::size_t kJobBytes = 1U << 20U;
    constexpr std::size_t kRequestBytes = 1U << 16U;
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
    if (!batch_) {
        return all;  // a worker: whoever has something to ask asks another process
    }
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
    const api::LoginGuard& guard = web_->guard();
    all.push_back({"GET", "/v1/stock/{store}/{product}", 0,
                   api::make_stock_handler(
                       [this](StoreId store,
                              std::string_view product) -> Result<std::optional<api::StockAnswer>> {
                           SHELFCAST_ASSIGN(auto found, stock_->position_now(store, product));
                           if (!found) {
                               return std::nullopt;
                           }
                           SHELFCAST_ASSIGN(const std::int64_t more,
                                            orders_->uncounted(store, product));
                           found->position.on_order += more;
                           return api::StockAnswer{found->position, found->as_of_us};
                       },
                       guard)});
    all.push_back({"GET", "/v1/topics/{topic}", 0, api::make_topic_handler(*log_, guard)});
    all.push_back({"POST", "/v1/predict", kRequestBytes,
                   api::make_predict_handler(
                       [this](std::string_view body, const ports::StoreScope& scope) {
                           return answer_prediction(*this, body, scope);
                       },
                       guard)});
    std::ranges::move(api::status_routes([this] { return status(); },
                                         {.is_at_root = api::web_assets().empty()}, guard, clock_),
                      std::back_inserter(all));
    std::ranges::move(api::what_if_routes(what_if_desk(*this), guard), std::back_inserter(all));
    all.push_back({"POST", "/v1/jobs/simulate", kJobBytes,
                   api::make_job_handler(simulate_job(*this), control)});
    std::ranges::move(web_->acting(api::order_routes(*orders_, guard)), std::back_inserter(all));
    std::ranges::move(web_->acting(act_routes(*this, guard)), std::back_inserter(all));
    std::ranges::move(web_->routes(), std::back_inserter(all));
    all.push_back(
        {"POST", "/v1/jobs/users", kJobBytes, api::make_job_handler(users_job(*this), control)});
    all.push_back(
        {"POST", "/v1/jobs/orders", kJobBytes, api::make_job_handler(orders_job(*this), control)});
    all.push_back({"POST", "/v1/jobs/backfill", kJobBytes,
                   api::make_job_handler(backfill_job(*this), control)});
    all.push_back({"POST", "/v1/jobs/rebuild", kJobBytes,
                   api::make_job_handler(rebuild_job(*this), control)});
    all.push_back(
        {"POST", "/v1/jobs/lake", kJobBytes, api::make_job_handler(lake_job(*this), control)});
    all.push_back(
        {"POST", "/v1/jobs/backup", kJobBytes, api::make_job_handler(backup_job(*this), control)});
    all.push_back({"POST", "/v1/jobs/replenish", kJobBytes,
                   api::make_job_handler(replenish_job(*this), control)});
    all.push_back(
        {"POST", "/v1/jobs/replay", kJobBytes, api::make_job_handler(replay_job(*this), control)});
    all.push_back(
        {"POST", "/v1/jobs/train", kJobBytes, api::make_job_handler(train_job(*this), control)});
    all.push_back({"POST", "/v1/jobs/predict", kJobBytes,
                   api::make_job_handler(predict_job(*this), control)});
    all.push_back({"POST", "/v1/jobs/features", kJobBytes,
                   api::make_job_handler(features_job(*this), control)});
    all.push_back(
        {"POST", "/v1/jobs/models", kJobBytes, api::make_job_handler(models_job(*this), control)});
    return web_->dressed(std::move(all));
}

Status App::open_gateway() {
    SHELFCAST_ASSIGN(const adapters::UpstreamAddress upstream,
                     adapters::read_upstream_url(warehouse_options_.url));
    SHELFCAST_ASSIGN(gateway_,
                     adapters::Gateway::start({.address = config_.listen_address,
                                               .port = config_.clickhouse_http_port,
                                               .upstream_host = upstream.host,
                                               .upstream_port = upstream.port,
                                               .upstream_tls = upstream.tls,
                                               .upstream_ca_file = warehouse_options_.ca_file},
                                              *authenticator_, metrics_,
                                              {[this](const ports::Identity& who) {
                                                   // The engine's account may do all: nobody else
                                                   // gets it.
                                                   return who.role == ports::Role::kAdministrator
                                                              ? std::optional(people_account_)
                                                              : std::nullopt;
                                               },
                                               [this] { note_view_query(); }}));
    return {};
}

Status App::serve() {
    control_token_ = hasher_->random_secret(kSecretBytes);
    if (has_role(kApiRole)) {
        SHELFCAST_TRY(settle_demo_login());
        SHELFCAST_TRY(open_gateway());
    }
    if (batch_) {
        SHELFCAST_ASSIGN(web_, WebParts::make(*this, warehouse_options_));
    }
    SHELFCAST_ASSIGN(server_, adapters::HttpServer::start({.address = config_.listen_address,
                                                           .port = config_.web_port,
                                                           .max_streams = kMostStreams},
                                                          inflater_, routes()));
    if (scheduler_ && config_.schedule_engine == "builtin") {
        scheduler_->activate();
    }
    if (has_role(kApiRole)) {
        predictions_thread_ =
            std::jthread([this](const std::stop_token& own) { predictions_->run(own); });
        history_thread_ = std::jthread([this](const std::stop_token& own) {
            while (!ready() && !own.stop_requested()) {
                pause(kReadyPause, own);
            }
            history_->keep_ready(kHistoryPause, own);
        });
    }
    if (has_role(kBatchRole) && config_.watch_interval_s > 0) {
        watch_thread_ = std::jthread([this](const std::stop_token& own) {
            // Before the layers are verified and stock is read, a look would only be in their way.
            while (!ready() && !own.stop_requested()) {
                pause(kReadyPause, own);
            }
            keep_watch(looks(), clock_, std::chrono::seconds(config_.watch_interval_s), own);
        });
    }
    return directory_.publish(
        {.address = config_.listen_address,
         .web_port = server_->port(),
         .clickhouse_http_port = gateway_ ? gateway_->port() : std::uint16_t{0},
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
            {"anomalies",
             [this](std::int64_t now_us, const std::stop_token& stop) {
                 return detection_->look(now_us, stop);
             }},
            {"orders", [this](std::int64_t now_us, const std::stop_token& stop) {
                 return orders_->look(now_us, stop);
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
        ingest::import_reference(table, path, format,
                                 {*store_, *store_, *store_, *parquet_, clock_}, stop));
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
    std::optional<ingest::ReplayLetter> only = request.only;
    const ingest::NextLetters next = [&]() -> Result<std::vector<ingest::ReplayLetter>> {
        if (!request.only) {
            return pages.next();
        }
        std::vector<ingest::ReplayLetter> letters;
        if (only) {
            letters.push_back(std::move(*only));
            only.reset();
        }
        return letters;
    };
    SHELFCAST_ASSIGN(
        const ingest::ReplayReport report,
        ingest::replay(judged, {*log_, *store_, *store_, clock_, &metrics_}, next, stop));
    SHELFCAST_TRY(wait_caught_up(kDeliverDeadline, stop));
    return report;
}

Result<BackupReport> App::back_up(const std::filesystem::path& folder,
                                  const BackupProgress& progress, const std::stop_token& stop) {
    if (embedded_store_ == nullptr || embedded_log_ == nullptr || !config_.lake_url.empty()) {
        return fail(
            ErrorKind::kInvalidInput,
            "a backup is of a data directory that has everything: this one's log, store or "
            "lake is elsewhere (log.url, store.url, lake.url), where their own backups are");
    }
    SHELFCAST_ASSIGN(const BatchLock lock, hold_batch(stop));
    return write_backup({directory_.path(), *embedded_store_, *embedded_log_, *lake_, clock_},
                        folder, progress, stop);
}

Status App::wait_caught_up(std::chrono::milliseconds deadline, const std::stop_token& stop) {
    return or_fault(follows_all() ? speed_->wait_caught_up(deadline, stop)
                                  : deliveries_->wait_caught_up(deadline, stop));
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
    SHELFCAST_ASSIGN(auto among_processes, hold(kLakeLock, stop));
    lake_lock_ = among_processes.get();
    return BatchLock(std::move(lock), std::move(among_processes));
}

Result<std::unique_ptr<ports::ProcessLock>> App::hold(std::string_view name,
                                                      const std::stop_token& stop) {
    while (true) {
        auto held = store_->try_lock(name);
        if (held || held.error().kind != ErrorKind::kBusy) {
            return held;
        }
        if (stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "stopped while another process has the lock {}",
                        name);
        }
        pause(kLockPause, stop);
    }
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
            if (speed_) {
                speed_->request_recovery();
            }
        }
        // A merge may give back the space that was missing, but somebody waits to be told.
        const bool full = !reports && reports.error().kind == ErrorKind::kStorageFull;
        if (reports || (!damaged && !is_retryable(reports.error().kind)) ||
            attempt >= (full ? kBatchAttemptsOnFullDisk : kBatchAttempts) ||
            stop.stop_requested()) {
            SHELFCAST_ASSIGN(const EpochId open, store_->open_epoch());
            metrics_.set(ports::Gauge::kOpenEpoch, open.value);
            if (reports && speed_ &&
                std::ranges::any_of(*reports, &batch::EpochReport::contributed)) {
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
