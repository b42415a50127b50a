#include "cli/backends.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "adapters/kafka/kafka_log.h"
#include "adapters/posix_files/posix_files.h"
#include "adapters/posix_state/posix_state.h"
#include "adapters/postgres_store/postgres_store.h"
#include "adapters/s3/s3_files.h"
#include "adapters/s3/s3_state.h"
#include "retail/topics.h"

namespace shelfcast::cli {
namespace {

constexpr std::string_view kFileScheme = "file://";
constexpr std::string_view kS3Scheme = "s3://";
constexpr std::string_view kKafkaScheme = "kafka://";
/// Of the speed layer; what it commits shows as its lag in Kafka's own tools.
constexpr std::string_view kWorkerGroup = "speed";
/// A lake's folders are topics, which do not begin so.
constexpr std::string_view kStateFolder = "_state";
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::uint32_t kTwoCopies = 2;

adapters::S3Addressing addressing_of(const config::Config& config) {
    const bool own_endpoint = !config.s3_endpoint.empty() ||
                              std::getenv("AWS_ENDPOINT_URL_S3") != nullptr ||
                              std::getenv("AWS_ENDPOINT_URL") != nullptr;
    const bool path =
        config.s3_addressing == "path" || (config.s3_addressing == "auto" && own_endpoint);
    return path ? adapters::S3Addressing::kPath : adapters::S3Addressing::kVirtualHost;
}

Result<LakeBackend> open_bucket(const config::Config& config,
                                const std::filesystem::path& directory, const ports::Clock& clock) {
    const std::string place = config.lake_url.substr(kS3Scheme.size());
    const std::size_t slash = std::min(place.find('/'), place.size());
    adapters::S3Options options;
    options.endpoint = config.s3_endpoint;
    options.region = config.s3_region;
    options.bucket = place.substr(0, slash);
    options.prefix = place.substr(std::min(slash + 1, place.size()));
    options.addressing = addressing_of(config);
    options.login.access_key_id = config.s3_access_key;
    options.login.secret_access_key = config.s3_secret_key;
    options.http.ca_file = config.s3_ca_file.string();
    LakeBackend backend;
    SHELFCAST_ASSIGN(backend.bucket, adapters::S3Bucket::open(options, clock));
    options.prefix += (options.prefix.empty() || options.prefix.ends_with('/') ? "" : "/");
    options.prefix += kStateFolder;
    SHELFCAST_ASSIGN(backend.state_bucket, adapters::S3Bucket::open(options, clock));
    SHELFCAST_ASSIGN(backend.mirror, adapters::PosixState::open_folder(directory / "state-mirror"));
    backend.files = std::make_unique<adapters::S3Files>(*backend.bucket);
    SHELFCAST_ASSIGN(backend.state,
                     adapters::S3State::open_mirrored(*backend.state_bucket, *backend.mirror));
    return backend;
}

}  // namespace

void LakeBackend::interrupt() noexcept {
    for (adapters::S3Bucket* const one : {bucket.get(), state_bucket.get()}) {
        if (one != nullptr) {
            one->interrupt();
        }
    }
}

Result<StoreBackend> open_store(const config::Config& config,
                                const std::filesystem::path& directory) {
    StoreBackend backend;
    if (!config.store_url.empty()) {
        adapters::PostgresStoreOptions options;
        options.url = config.store_url;
        SHELFCAST_ASSIGN(auto store, adapters::PostgresStore::open(options));
        backend.orders = store.get();
        backend.store = std::move(store);
        return backend;
    }
    SHELFCAST_ASSIGN(auto store, adapters::SqliteStore::open(
                                     {.path = (directory / "operational.sqlite").string()}));
    backend.embedded = store.get();
    backend.orders = store.get();
    backend.store = std::move(store);
    return backend;
}

Result<LogBackend> open_log(const config::Config& config, const std::filesystem::path& directory,
                            ports::Clock& clock) {
    LogBackend backend;
    if (!config.log_url.empty()) {
        const std::string place = config.log_url.substr(kKafkaScheme.size());
        const std::size_t slash = std::min(place.find('/'), place.size());
        adapters::KafkaLogOptions options{
            .connection = {.bootstrap = place.substr(0, slash),
                           .prefix = place.substr(std::min(slash + 1, place.size())),
                           .properties = {config.log_kafka.begin(), config.log_kafka.end()}},
            .clock = clock};
        options.topics.replication = static_cast<std::uint16_t>(config.log_replication);
        // What one broker acknowledged would go with it.
        options.topics.min_insync_replicas =
            static_cast<std::uint16_t>(std::min(config.log_replication, kTwoCopies));
        options.topics.retention_ms =
            config.log_retention_hours == 0 ? -1 : config.log_retention_hours * kHourMs;
        adapters::KafkaLogOptions endless = options;
        endless.topics.retention_ms = -1;
        SHELFCAST_ASSIGN(auto log, adapters::KafkaLog::open(std::move(options)));
        SHELFCAST_ASSIGN(backend.endless, adapters::KafkaLog::open(std::move(endless)));
        backend.group = log->worker_group({.group = std::string(kWorkerGroup),
                                           .topic = std::string(retail::kRetailEventsTopic),
                                           .session_timeout_ms = config.log_session_timeout_ms});
        backend.log = std::move(log);
        return backend;
    }
    SHELFCAST_ASSIGN(auto log,
                     adapters::SqliteLog::open({.directory = directory / "log",
                                                .clock = clock,
                                                .group_commit_ms = config.group_commit_ms}));
    backend.embedded = log.get();
    backend.log = std::move(log);
    return backend;
}

Result<LakeBackend> open_lake(const config::Config& config, const std::filesystem::path& directory,
                              const ports::Clock& clock) {
    if (config.lake_url.starts_with(kS3Scheme)) {
        return open_bucket(config, directory, clock);
    }
    const std::filesystem::path lake =
        config.lake_url.empty() ? directory / "lake"
                                : std::filesystem::path(config.lake_url.substr(kFileScheme.size()));
    // A shared lake has the state with it, for whoever has a partition next.
    const std::filesystem::path state =
        config.lake_url.empty() ? directory / "state" : lake / kStateFolder;
    LakeBackend backend;
    SHELFCAST_ASSIGN(backend.files, adapters::PosixFiles::open(lake.string()));
    SHELFCAST_ASSIGN(backend.state, adapters::PosixState::open_folder(state));
    return backend;
}

}  // namespace shelfcast::cli
