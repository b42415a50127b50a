#pragma once

/// \file cli/app.h
/// The running program: every adapter made and wired, for one data directory. This is the
/// composition root: nothing else sees adapters.
///
/// Members are made in the order of their declaration and end in the reverse one. Public methods
/// may be called from any thread once `open` has returned.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "adapters/clickhouse/clickhouse_warehouse.h"
#include "adapters/engine/engine.h"
#include "adapters/engine/parquet_reader.h"
#include "adapters/http_gateway/gateway.h"
#include "adapters/http_server/http_server.h"
#include "adapters/lake_local/lake_local.h"
#include "adapters/prometheus/prometheus_metrics.h"
#include "adapters/sodium/sodium_digest.h"
#include "adapters/sodium/sodium_hasher.h"
#include "adapters/system_clock/system_clock.h"
#include "adapters/zlib_inflate/zlib_inflater.h"
#include "api/authenticator.h"
#include "base/memory.h"
#include "base/result.h"
#include "cli/backends.h"
#include "cli/backup.h"
#include "cli/data_directory.h"
#include "cli/jobs.h"
#include "cli/model_parts.h"
#include "cli/rate_meter.h"
#include "cli/watch.h"
#include "config/config.h"
#include "pipelines/batch/batch_layer.h"
#include "pipelines/batch/compaction.h"
#include "pipelines/detect/detect.h"
#include "pipelines/doctor/doctor.h"
#include "pipelines/ingest/door.h"
#include "pipelines/ingest/import.h"
#include "pipelines/ingest/reference_import.h"
#include "pipelines/order/order_desk.h"
#include "pipelines/predict/prediction_service.h"
#include "pipelines/stock/live_stock.h"
#include "pipelines/stock/stock_watch.h"
#include "pipelines/stream/delivery_watch.h"
#include "pipelines/stream/speed_layer.h"
#include "schedule/scheduler.h"

namespace shelfcast::cli {

class WebParts;

inline constexpr std::string_view kApiRole = "api";
inline constexpr std::string_view kBatchRole = "batch";
inline constexpr std::string_view kStreamRole = "stream";

/// What a first start makes up, to be shown once.
struct FirstLogin {
    std::string administrator;
    std::string password;
    std::string ingest_token;
};

class App {
public:
    /// Takes the data directory, starts the engine (or reaches the configured warehouse), brings
    /// the schema up to date, verifies both layers and starts the speed layer.
    [[nodiscard]] static Result<std::unique_ptr<App>> open(const config::Config& config,
                                                           const std::stop_token& stop);
    /// The same up to the warehouse, with neither schema changes nor layers: for looking at it.
    [[nodiscard]] static Result<std::unique_ptr<App>> open_warehouse(const config::Config& config,
                                                                     const std::stop_token& stop);
    App(const App&) = delete;
    App& operator=(const App&) = delete;
    /// Closes the doors, delivers what is written down, ends the engine.
    ~App();

    /// Opens the gateway and the web port, tells other commands how to get here, and starts what
    /// is due from now on, if that is this program's to do. The demonstration's login opens it with
    /// `demo` only.
    [[nodiscard]] Status serve();

    /// A login for a directory that has none of its own yet; nobody can use it before it is kept.
    [[nodiscard]] Result<std::optional<FirstLogin>> make_first_login();
    [[nodiscard]] Status keep_first_login(const FirstLogin& login);

    /// Imports files and waits until their rows can be queried.
    [[nodiscard]] Result<ingest::ImportReport> import(const ingest::ImportOptions& options,
                                                      const ingest::ReportProgress& progress,
                                                      const std::stop_token& stop);

    /// Imports a file of reference data and shows it in the views.
    [[nodiscard]] Result<ingest::ReferenceReport> import_reference(
        ingest::ReferenceTable table, const std::string& path,
        std::optional<ingest::FileFormat> format, const std::stop_token& stop);

    /// Adds or replaces reference data and shows it in the views.
    [[nodiscard]] Status put_reference(const std::vector<retail::Store>& stores,
                                       const std::vector<retail::Product>& products,
                                       const std::vector<retail::SalesTarget>& targets);

    /// Closes the open epoch with everything that the log holds now; goes on after an engine
    /// restart in between.
    [[nodiscard]] Result<std::vector<batch::EpochReport>> close_epochs(
        const std::stop_token& stop, const batch::ReportProgress& progress = {});

    /// Drops speed rows of closed epochs that no reader needs any more.
    [[nodiscard]] Status drop_old_speed_rows(const std::stop_token& stop);

    /// Sends dead letters in again and waits until what was accepted can be queried.
    [[nodiscard]] Result<ingest::ReplayReport> replay(const ReplayRequest& request,
                                                      const api::JobProgress& progress,
                                                      const std::stop_token& stop);

    /// Copies the data directory while everything but the close of an epoch goes on.
    [[nodiscard]] Result<BackupReport> back_up(const std::filesystem::path& folder,
                                               const BackupProgress& progress,
                                               const std::stop_token& stop);

    /// What is wrong with log, lake, layers and clock, as `shelfcast doctor` says it.
    [[nodiscard]] doctor::Findings diagnose(bool deep, const std::stop_token& stop);

    /// What GET /v1/status says, as JSON.
    [[nodiscard]] Result<std::string> status();

    [[nodiscard]] Status wait_caught_up(std::chrono::milliseconds deadline,
                                        const std::stop_token& stop);

    /// Runs work that commits to the lake; no epoch is closed meanwhile. Error: kUnavailable when
    /// stopped before its turn came.
    template <typename Work>
    [[nodiscard]] auto with_lake_held(const std::stop_token& stop, Work&& work)
        -> decltype(work()) {
        SHELFCAST_ASSIGN(const BatchLock lock, hold_batch(stop));
        return work();
    }
    /// A rebuild made another generation: the old one's rows are to go, after a while.
    void expect_other_generations() noexcept { other_generations_ = true; }
    /// Runs a backfill. Error: kBusy while another one runs.
    template <typename Work>
    [[nodiscard]] auto with_backfill(Work&& work) -> decltype(work()) {
        const std::unique_lock lock(backfill_mutex_, std::try_to_lock);
        if (!lock.owns_lock()) {
            return fail(ErrorKind::kBusy, "another backfill is running");
        }
        return work();
    }

    /// Reviews stock. Error: kBusy while another review is under way.
    template <typename Work>
    [[nodiscard]] auto with_review(Work&& work) -> decltype(work()) {
        const std::unique_lock lock(review_mutex_, std::try_to_lock);
        if (!lock.owns_lock()) {
            return fail(ErrorKind::kBusy, "stock is being reviewed already");
        }
        return work();
    }

    [[nodiscard]] ingest::IngestDoor& door() noexcept { return *door_; }
    [[nodiscard]] ports::EventLog& log() noexcept { return *log_; }
    [[nodiscard]] ports::Lake& lake() noexcept { return *lake_; }
    [[nodiscard]] ports::OperationalStore& store() noexcept { return *store_; }
    [[nodiscard]] adapters::clickhouse::ClickHouseWarehouse& warehouse() noexcept {
        return *warehouse_;
    }
    [[nodiscard]] adapters::ParquetReader& parquet() noexcept { return *parquet_; }
    [[nodiscard]] ports::Clock& clock() noexcept { return clock_; }
    [[nodiscard]] ports::PasswordHasher& hasher() noexcept { return *hasher_; }
    [[nodiscard]] const ports::Digest& digest() const noexcept { return digest_; }
    [[nodiscard]] const ports::Inflater& inflater() const noexcept { return inflater_; }
    [[nodiscard]] ports::Authenticator& authenticator() noexcept { return *authenticator_; }
    /// Somebody looks at the views: whoever keeps them fresh may hurry.
    void note_view_query() {
        if (speed_) {
            speed_->note_view_query();
        }
    }
    [[nodiscard]] ports::OrderDesk& orders() noexcept { return *orders_; }
    [[nodiscard]] ports::OrderStore& order_store() noexcept { return *order_store_; }
    [[nodiscard]] ModelParts& models() noexcept { return *models_; }
    /// Error: kUnavailable when another process keeps the schedule.
    [[nodiscard]] Result<schedule::Scheduler*> scheduler();
    [[nodiscard]] const config::Config& config() const noexcept { return config_; }
    [[nodiscard]] std::uint16_t gateway_port() const { return gateway_->port(); }
    [[nodiscard]] std::uint16_t web_port() const { return server_->port(); }

    [[nodiscard]] batch::CompactionOptions compaction_options() const;

    /// Nothing, or why the program cannot go on by itself (a fault that a person must look at).
    [[nodiscard]] std::optional<Error> fault() const;
    /// What a wait for the speed layer came to, or the fault that ended the layer.
    [[nodiscard]] Status or_fault(Status waited);

private:
    explicit App(config::Config config, DataDirectory directory)
        : config_(std::move(config)), directory_(std::move(directory)) {}

    /// Work that nobody else does at the same time, and that takes much memory.
    class BatchLock {
    public:
        BatchLock(std::unique_lock<std::timed_mutex> held,
                  std::unique_ptr<ports::ProcessLock> among_processes)
            : held_(std::move(held)), among_processes_(std::move(among_processes)) {}
        BatchLock(BatchLock&&) noexcept = default;
        BatchLock& operator=(BatchLock&&) = delete;
        ~BatchLock() {
            if (held_.owns_lock()) {
                give_back_freed_memory();
            }
        }

    private:
        std::unique_lock<std::timed_mutex> held_;
        std::unique_ptr<ports::ProcessLock> among_processes_;
    };

    /// Waits for batch_mutex_. Error: kUnavailable when stopped before.
    [[nodiscard]] Result<BatchLock> hold_batch(const std::stop_token& stop);
    /// Waits until no other process has the lock. Error: kUnavailable when stopped before.
    [[nodiscard]] Result<std::unique_ptr<ports::ProcessLock>> hold(std::string_view name,
                                                                   const std::stop_token& stop);
    /// Whether every flush passes through this process.
    [[nodiscard]] bool follows_all() const;
    /// The same, before there is a speed layer.
    [[nodiscard]] bool follows_stock() const { return !group_ && has_role(kStreamRole); }
    [[nodiscard]] operators::FoldCounts counts() const;
    [[nodiscard]] bool has_role(std::string_view role) const {
        return config::has_role(config_, role);
    }
    /// Error: kBusy when another process has a role of this one that only one may have.
    [[nodiscard]] Status take_roles();
    /// Takes those again that the operational store has lost; one that another process has by now
    /// is a fault.
    void keep_roles();
    [[nodiscard]] Status open_stores();
    [[nodiscard]] Status keep_fixed_settings();
    [[nodiscard]] retail::CodecLimits codec_limits() const;
    [[nodiscard]] Status settle_demo_login();
    [[nodiscard]] Status put_login(const std::string& name, const std::string& password,
                                   const std::string& ingest_token);
    [[nodiscard]] Result<std::string> secret(std::string_view setting);
    [[nodiscard]] Status reach_warehouse(const std::stop_token& stop);
    [[nodiscard]] Status apply_schema(const std::stop_token& stop);
    /// Copies what the operational store knows beside the events, and the holidays, for the views.
    [[nodiscard]] Status mirror_reference();
    [[nodiscard]] Status make_layers(const std::stop_token& stop);
    void make_speed_layer(const operators::OperatorOptions& judging);
    [[nodiscard]] Status make_batch_layer(const operators::OperatorOptions& judging,
                                          const std::stop_token& stop);
    void make_order_desk();
    [[nodiscard]] Status make_schedule();
    void keep_house(const std::stop_token& stop);
    /// What is looked at every watch.interval_s.
    [[nodiscard]] std::vector<Look> looks();
    [[nodiscard]] Status open_gateway();
    [[nodiscard]] std::vector<ports::HttpRoute> routes();
    [[nodiscard]] bool ready();
    [[nodiscard]] Status drop_superseded_generations();
    [[nodiscard]] doctor::Findings diagnose_program();
    [[nodiscard]] doctor::Findings diagnose_views();

    config::Config config_;  ///< Fixed settings are as the directory has them, once it is open.
    DataDirectory directory_;
    adapters::SystemClock clock_;
    /// Wall clock minus steady clock at the start: changes when somebody sets the clock.
    const std::int64_t clock_drift_start_us_ = clock_.now_us() - clock_.steady_us();
    adapters::PrometheusMetrics metrics_;
    adapters::SodiumDigest digest_;
    adapters::ZlibInflater inflater_;
    std::unique_ptr<adapters::SodiumHasher> hasher_;
    std::unique_ptr<ports::OperationalStore> store_;
    ports::OrderStore* order_store_ = nullptr;         ///< The same.
    adapters::SqliteStore* embedded_store_ = nullptr;  ///< The same, if the directory has it.
    std::unique_ptr<ports::EventLog> log_;
    adapters::SqliteLog* embedded_log_ = nullptr;  ///< The same, if the directory has it.
    std::unique_ptr<ports::WorkerGroup> group_;
    /// That no other process does this one's work beside the speed layer.
    std::map<std::string, std::unique_ptr<ports::ProcessLock>> held_roles_;
    std::unique_ptr<adapters::ParquetReader> parquet_;
    std::string control_token_;
    std::atomic<bool> verify_batch_{false};  ///< The engine came back after an unclean end.
    std::unique_ptr<adapters::Engine> engine_;
    adapters::clickhouse::ClickHouseOptions warehouse_options_;
    std::string view_owner_;                  ///< The warehouse account that the views run as.
    adapters::EngineAccount people_account_;  ///< What administrators' queries run as.
    std::unique_ptr<adapters::clickhouse::ClickHouseWarehouse> warehouse_;
    /// For the status page: connections of its own, and little patience.
    std::unique_ptr<adapters::clickhouse::ClickHouseWarehouse> status_warehouse_;
    LakeBackend lake_backend_;
    std::unique_ptr<ports::Lake> lake_;
    std::unique_ptr<stock::LiveStock> stock_;
    std::unique_ptr<ModelParts> models_;
    std::unique_ptr<stock::StockWatch> stock_watch_;
    std::unique_ptr<detect::Detection> detection_;
    std::unique_ptr<order::OrderDesk> orders_;
    std::unique_ptr<stream::SpeedLayer> speed_;  ///< Null: other processes have that role.
    std::unique_ptr<stream::DeliveryWatch> deliveries_;
    ports::ProcessLock* lake_lock_ = nullptr;  ///< Of who has batch_mutex_.
    std::timed_mutex batch_mutex_;  ///< One caller of batch_, one committer to lake_ at a time.
    std::mutex backfill_mutex_;     ///< One backfill at a time: they number their files.
    std::mutex replay_mutex_;       ///< One replay at a time.
    std::mutex review_mutex_;       ///< One review of stock at a time.
    std::unique_ptr<batch::BatchLayer> batch_;
    std::atomic<bool> other_generations_{true};  ///< Rows of one may be in the warehouse.
    std::mutex reference_mutex_;                 ///< One import of reference data at a time.
    std::unique_ptr<ingest::IngestDoor> door_;
    std::unique_ptr<api::DirectoryAuthenticator> authenticator_;
    std::unique_ptr<api::TokenGuard> ingest_guard_;
    mutable std::mutex fault_mutex_;
    std::optional<Error> fault_;
    RateMeter rates_;
    std::jthread speed_thread_;
    std::jthread house_thread_;
    std::unique_ptr<schedule::Scheduler> scheduler_;
    std::jthread schedule_thread_;
    std::jthread watch_thread_;
    std::unique_ptr<predict::PredictionService> predictions_;
    std::jthread predictions_thread_;
    std::unique_ptr<adapters::Gateway> gateway_;
    /// Null: a worker, which serves nobody. Shared with nobody: only so it may be incomplete here.
    std::shared_ptr<WebParts> web_;
    std::unique_ptr<adapters::HttpServer> server_;
};

}  // namespace shelfcast::cli
