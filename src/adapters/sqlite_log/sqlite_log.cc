#include "adapters/sqlite_log/sqlite_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <shared_mutex>
#include <stop_token>
#include <system_error>
#include <utility>

#include "adapters/sqlite_log/catalog.h"
#include "adapters/sqlite_log/group_writer.h"
#include "adapters/sqlite_log/log_reader.h"
#include "adapters/sqlite_log/topic.h"

namespace shelfcast::adapters {
namespace {

using sqlite_log::Catalog;
using sqlite_log::DayEntry;
using sqlite_log::DayFile;
using sqlite_log::DayState;
using sqlite_log::Topic;
using sqlite_log::TopicView;

constexpr std::int64_t kKeyMemoryUs = 48LL * 3'600 * 1'000'000;
constexpr std::size_t kMaxTopicName = 128;
constexpr std::size_t kMaxHeaderBytes = 4'096;
// Longer waits end as this one; it keeps the deadline's arithmetic in range.
constexpr std::chrono::milliseconds kLongestWait = std::chrono::hours(24);

Status check_options(const SqliteLogOptions& options) {
    if (options.group_commit_ms > 10'000 || options.group_commit_records < 1 ||
        options.queue_bytes < 1 || options.max_record_bytes < 1 ||
        options.max_record_bytes > sqlite_log::kMaxBodyBytes / 2) {
        return fail(ErrorKind::kInvalidInput,
                    "log options out of bounds: group_commit_ms={} (0 to 10,000) "
                    "group_commit_records={} (from 1) queue_bytes={} (from 1) "
                    "max_record_bytes={} (1 to {})",
                    options.group_commit_ms, options.group_commit_records, options.queue_bytes,
                    options.max_record_bytes, sqlite_log::kMaxBodyBytes / 2);
    }
    return {};
}

/// Makes a folder, and its name durable.
Status make_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        const bool full =
            error == std::errc::no_space_on_device || error == std::errc::read_only_file_system;
        return fail(full ? ErrorKind::kStorageFull : ErrorKind::kUnavailable,
                    "log folder {}: cannot make it: {}", folder.string(), error.message());
    }
    const std::filesystem::path parent = folder.parent_path();
    const int descriptor = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
    const int reason = errno;
    if (descriptor >= 0) {
        ::close(descriptor);
    }
    if (!synced) {
        return fail(ErrorKind::kUnavailable, "log folder {}: cannot sync it: {}", parent.string(),
                    std::strerror(reason));
    }
    return {};
}

Status check_topic_name(std::string_view name) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    };
    if (name.empty() || name.size() > kMaxTopicName || name.front() == '.' ||
        !std::ranges::all_of(name, fits)) {
        return fail(ErrorKind::kInvalidInput,
                    "topic name \"{}\": 1 to {} letters, digits, '.', '_' or '-' are allowed, and "
                    "no '.' first",
                    name, kMaxTopicName);
    }
    return {};
}

std::vector<ports::PartitionOffset> by_partition(const std::vector<std::int64_t>& offsets) {
    std::vector<ports::PartitionOffset> result;
    result.reserve(offsets.size());
    for (std::uint32_t partition = 0; partition < offsets.size(); ++partition) {
        result.push_back({PartitionId{partition}, offsets[partition]});
    }
    return result;
}

Status check_partition(const Topic& topic, PartitionId partition) {
    if (partition.value >= topic.partitions()) {
        return fail(ErrorKind::kInvalidInput, "topic {} has no partition {}: it has {}",
                    topic.name(), partition.value, topic.partitions());
    }
    return {};
}

Status check_partitions(const Topic& topic, std::span<const ports::PartitionOffset> offsets) {
    for (const ports::PartitionOffset& offset : offsets) {
        SHELFCAST_TRY(check_partition(topic, offset.partition));
    }
    return {};
}

/// How many of the oldest files hold nothing at or past the begin offsets; never the newest.
std::size_t count_prunable(const TopicView& view, const std::vector<std::int64_t>& begins) {
    std::size_t count = 0;
    while (count + 1 < view.files.size()) {
        const std::vector<std::int64_t>& next = view.files[count + 1]->starts();
        for (std::size_t partition = 0; partition < begins.size(); ++partition) {
            if (next[partition] > begins[partition]) {
                return count;
            }
        }
        ++count;
    }
    return count;
}

}  // namespace

class SqliteLog::Impl {
public:
    Impl(SqliteLogOptions options, Catalog catalog)
        : options_(std::move(options)), shared_(std::move(catalog)) {}

    static Result<std::unique_ptr<Impl>> open(SqliteLogOptions options);
    Status start_writer();
    Status load_topic(const std::string& name, std::uint32_t partitions);
    Status load_ends(Topic& topic, const DayEntry& newest, std::vector<std::int64_t> begins);
    Status make_topic(std::string_view name, std::uint32_t partitions);
    Result<Topic*> find(std::string_view name) const;
    Result<sqlite_log::PendingBatch> prepare(ports::AppendBatch batch) const;
    Status prune(Topic& topic, std::span<const ports::PartitionOffset> below);
    Status copy_to(const std::filesystem::path& directory, const std::stop_token& stop);

    const SqliteLogOptions options_;
    sqlite_log::SharedCatalog shared_;
    sqlite_log::Arrivals arrivals_;
    mutable std::shared_mutex topics_mutex_;
    // Guarded by topics_mutex_; a topic stays where it is for the life of the log.
    std::map<std::string, std::unique_ptr<Topic>, std::less<>> topics_;
    std::unique_ptr<sqlite_log::GroupWriter> writer_;  // last: stops before the topics go
};

Result<std::unique_ptr<SqliteLog::Impl>> SqliteLog::Impl::open(SqliteLogOptions options) {
    SHELFCAST_TRY(check_options(options));
    std::error_code error;
    options.directory = std::filesystem::absolute(options.directory, error).lexically_normal();
    if (!options.directory.has_filename()) {
        options.directory = options.directory.parent_path();
    }
    SHELFCAST_TRY(make_folder(options.directory));
    const std::string catalog_path = (options.directory / "log.sqlite").string();
    // Says so at once if there is no such VFS.
    SHELFCAST_TRY(sqlite_log::database_exists(catalog_path, options.vfs));
    SHELFCAST_ASSIGN(Catalog catalog, Catalog::open({.path = catalog_path,
                                                     .vfs = options.vfs,
                                                     .durability = options.durability,
                                                     .create = true,
                                                     .sync_found = true,
                                                     .exclusive = true}));
    auto impl = std::make_unique<Impl>(std::move(options), std::move(catalog));
    SHELFCAST_ASSIGN(const auto topics, impl->shared_.catalog.topics());
    for (const auto& [name, partitions] : topics) {
        SHELFCAST_TRY(impl->load_topic(name, partitions));
    }
    SHELFCAST_ASSIGN(impl->shared_.has_pruned_keys, impl->shared_.catalog.has_pruned_keys());
    SHELFCAST_TRY(impl->start_writer());
    return impl;
}

Status SqliteLog::Impl::start_writer() {
    try {
        writer_ = std::make_unique<sqlite_log::GroupWriter>(
            sqlite_log::GroupWriter::Options{.directory = options_.directory.string(),
                                             .vfs = options_.vfs,
                                             .durability = options_.durability,
                                             .threaded = options_.threaded,
                                             .group_commit_ms = options_.group_commit_ms,
                                             .group_commit_records = options_.group_commit_records,
                                             .queue_bytes = options_.queue_bytes},
            options_.clock, shared_);
    } catch (const std::system_error& error) {
        return fail(ErrorKind::kUnavailable, "log {}: cannot start its writer: {}",
                    options_.directory.string(), error.what());
    }
    return {};
}

Status SqliteLog::Impl::load_topic(const std::string& name, std::uint32_t partitions) {
    auto topic = std::make_unique<Topic>(name, partitions, arrivals_);
    SHELFCAST_ASSIGN(const std::vector<DayEntry> days, shared_.catalog.days(name, partitions));
    SHELFCAST_ASSIGN(std::vector<std::int64_t> begins, shared_.catalog.begins(name, partitions));
    for (const DayEntry& entry : days) {
        const std::string path =
            fmt::format("{}/{}/{}.sqlite", options_.directory.string(), name, entry.day);
        if (entry.state == DayState::kGoing) {
            SHELFCAST_TRY(sqlite_log::remove_database(path, options_.vfs));
            SHELFCAST_TRY(shared_.catalog.forget_day(name, entry.day));
            continue;
        }
        SHELFCAST_ASSIGN(const bool there, sqlite_log::database_exists(path, options_.vfs));
        if (!there && entry.state == DayState::kThere) {
            return fail(ErrorKind::kCorrupted, "log file {}: it is missing", path);
        }
        topic->add_file(
            std::make_shared<DayFile>(DayFile::Options{.day = entry.day,
                                                       .path = path,
                                                       .vfs = options_.vfs,
                                                       .durability = options_.durability,
                                                       .single_connection = !options_.threaded,
                                                       .starts = entry.starts}));
    }
    if (topic->newest() != nullptr) {
        SHELFCAST_TRY(load_ends(*topic, days.back(), std::move(begins)));
    }
    topics_.emplace(name, std::move(topic));
    return {};
}

Status SqliteLog::Impl::load_ends(Topic& topic, const DayEntry& newest,
                                  std::vector<std::int64_t> begins) {
    DayFile& file = *topic.newest();
    SHELFCAST_TRY(file.open_writer(newest.state == DayState::kComing));
    if (newest.state == DayState::kComing) {
        SHELFCAST_TRY(shared_.catalog.mark_there(topic.name(), newest.day));
    }
    std::vector<std::int64_t> ends = newest.starts;
    std::int64_t log_time_us = newest.log_time_us;
    for (std::uint32_t partition = 0; partition < ends.size(); ++partition) {
        SHELFCAST_ASSIGN(const std::optional<sqlite_log::LastBatch> last,
                         file.writer()->last_batch(PartitionId{partition}));
        const std::int64_t end = last ? last->end_offset : ends[partition];
        if (end < ends[partition] || end < begins[partition]) {
            return fail(ErrorKind::kCorrupted,
                        "log file {}: topic {} partition {} ends at offset {}, below {}",
                        file.path(), topic.name(), partition, end,
                        std::max(ends[partition], begins[partition]));
        }
        ends[partition] = end;
        if (last) {
            log_time_us = std::max(log_time_us, last->log_time_us);
        }
    }
    topic.drop(std::move(begins), 0);
    topic.publish(std::move(ends), log_time_us);
    return {};
}

Status SqliteLog::Impl::make_topic(std::string_view name, std::uint32_t partitions) {
    SHELFCAST_TRY(check_topic_name(name));
    if (partitions < 1 || partitions > sqlite_log::kMaxPartitions) {
        return fail(ErrorKind::kInvalidInput, "topic {}: {} partitions, 1 to {} are allowed", name,
                    partitions, sqlite_log::kMaxPartitions);
    }
    const std::scoped_lock lock(topics_mutex_);
    if (const auto found = topics_.find(name); found != topics_.end()) {
        if (found->second->partitions() == partitions) {
            return {};
        }
        return fail(ErrorKind::kConflict, "topic {} has {} partitions, not {}", name,
                    found->second->partitions(), partitions);
    }
    SHELFCAST_TRY(make_folder(options_.directory / name));
    {
        const std::scoped_lock catalog_lock(shared_.mutex);
        SHELFCAST_TRY(shared_.catalog.add_topic(name, partitions));
    }
    topics_.emplace(name, std::make_unique<Topic>(std::string(name), partitions, arrivals_));
    return {};
}

Result<Topic*> SqliteLog::Impl::find(std::string_view name) const {
    const std::shared_lock lock(topics_mutex_);
    const auto found = topics_.find(name);
    if (found == topics_.end()) {
        return fail(ErrorKind::kNotFound, "topic {} is not in the log", name);
    }
    return found->second.get();
}

Result<sqlite_log::PendingBatch> SqliteLog::Impl::prepare(ports::AppendBatch batch) const {
    SHELFCAST_ASSIGN(Topic* const topic, find(batch.topic));
    SHELFCAST_TRY(check_partition(*topic, batch.partition));
    if (batch.header.idempotency_key.size() > kMaxHeaderBytes ||
        batch.header.fingerprint.size() > kMaxHeaderBytes) {
        return fail(ErrorKind::kInvalidInput,
                    "topic {} partition {}: idempotency key of {} bytes, fingerprint of {} bytes, "
                    "up to {} are allowed",
                    batch.topic, batch.partition.value, batch.header.idempotency_key.size(),
                    batch.header.fingerprint.size(), kMaxHeaderBytes);
    }
    Result<sqlite_log::EncodedRecords> records =
        sqlite_log::encode_records(std::move(batch.records), options_.max_record_bytes);
    if (!records) {
        return forward_error(
            records, fmt::format("topic {} partition {}", batch.topic, batch.partition.value));
    }
    return sqlite_log::PendingBatch{topic, batch.partition, std::move(batch.header),
                                    std::move(*records)};
}

Status SqliteLog::Impl::prune(Topic& topic, std::span<const ports::PartitionOffset> below) {
    const std::unique_lock<std::mutex> alone = writer_->exclude();
    const std::scoped_lock lock(shared_.mutex);
    const TopicView view = topic.view();
    std::vector<std::int64_t> begins = view.begins;
    for (const ports::PartitionOffset& offset : below) {
        std::int64_t& begin = begins[offset.partition.value];
        begin = std::max(begin, std::min(offset.offset, view.ends[offset.partition.value]));
    }
    if (begins == view.begins) {
        return {};
    }
    const std::size_t going = count_prunable(view, begins);
    std::vector<DayFile*> files;
    files.reserve(going);
    for (std::size_t index = 0; index < going; ++index) {
        files.push_back(view.files[index].get());
    }
    // Set before the keys move: a writer that no longer finds one in a file must look there.
    shared_.has_pruned_keys = shared_.has_pruned_keys || going > 0;
    SHELFCAST_TRY(
        shared_.catalog.prune({.topic = topic.name(),
                               .begins = begins,
                               .files = files,
                               .keys_from_log_time_us = topic.log_time_us() - kKeyMemoryUs}));
    for (DayFile* const file : files) {
        file->remove_at_end();
    }
    topic.drop(std::move(begins), going);
    return {};
}

Status SqliteLog::Impl::copy_to(const std::filesystem::path& directory,
                                const std::stop_token& stop) {
    const std::unique_lock<std::mutex> alone = writer_->exclude();
    SHELFCAST_TRY(make_folder(directory));
    // The catalog and one moment of every topic, taken together: a new day's file is added to both
    // under this mutex. What is committed later lies past the ends and is left out.
    std::vector<std::pair<const Topic*, TopicView>> topics;
    {
        const std::shared_lock topics_lock(topics_mutex_);
        const std::scoped_lock lock(shared_.mutex);
        SHELFCAST_TRY(shared_.catalog.copy_to((directory / "log.sqlite").string()));
        for (const auto& [name, topic] : topics_) {
            topics.emplace_back(topic.get(), topic->view());
        }
    }
    for (const auto& [topic, view] : topics) {
        SHELFCAST_TRY(make_folder(directory / topic->name()));
        for (std::size_t i = 0; i < view.files.size(); ++i) {
            if (stop.stop_requested()) {
                return fail(ErrorKind::kUnavailable, "log {}: stopped while it was copied",
                            options_.directory.string());
            }
            DayFile& file = *view.files[i];
            const std::string name = file.day() + ".sqlite";
            DayFile copy({.day = file.day(),
                          .path = (directory / topic->name() / name).string(),
                          .vfs = options_.vfs,
                          .durability = LogDurability::kNormal,
                          .single_connection = false,
                          .starts = file.starts()});
            const bool newest = i + 1 == view.files.size();
            SHELFCAST_TRY(file.copy_to(copy, newest ? view.ends : view.files[i + 1]->starts()));
        }
    }
    return {};
}

Result<std::unique_ptr<SqliteLog>> SqliteLog::open(SqliteLogOptions options) {
    SHELFCAST_ASSIGN(std::unique_ptr<Impl> impl, Impl::open(std::move(options)));
    return std::unique_ptr<SqliteLog>(new SqliteLog(std::move(impl)));
}

SqliteLog::SqliteLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SqliteLog::~SqliteLog() = default;

Status SqliteLog::create_topic(std::string_view topic, std::uint32_t partitions) {
    return impl_->make_topic(topic, partitions);
}

Result<std::uint32_t> SqliteLog::partitions(std::string_view topic) {
    SHELFCAST_ASSIGN(const Topic* const found, impl_->find(topic));
    return found->partitions();
}

Result<std::vector<ports::AppendedBatch>> SqliteLog::append(
    std::vector<ports::AppendBatch> batches) {
    if (batches.empty()) {
        return std::vector<ports::AppendedBatch>{};
    }
    SHELFCAST_TRY(impl_->writer_->check_room());
    std::vector<sqlite_log::PendingBatch> pending;
    pending.reserve(batches.size());
    for (ports::AppendBatch& batch : batches) {
        SHELFCAST_ASSIGN(sqlite_log::PendingBatch prepared, impl_->prepare(std::move(batch)));
        pending.push_back(std::move(prepared));
    }
    return impl_->writer_->append(std::move(pending));
}

Result<std::vector<ports::FetchedBatch>> SqliteLog::read(
    std::string_view topic, std::span<const ports::PartitionOffset> from,
    ports::ReadLimits limits) {
    SHELFCAST_ASSIGN(const Topic* const found, impl_->find(topic));
    SHELFCAST_TRY(check_partitions(*found, from));
    const std::unique_lock<std::mutex> alone = impl_->writer_->exclude();
    return sqlite_log::read_batches(topic, found->view(), from, limits);
}

Result<bool> SqliteLog::wait_for_records(std::span<const ports::TopicPosition> from,
                                         std::chrono::milliseconds deadline,
                                         const std::stop_token& stop) {
    std::vector<const Topic*> topics;
    for (const ports::TopicPosition& position : from) {
        SHELFCAST_ASSIGN(const Topic* const found, impl_->find(position.topic));
        SHELFCAST_TRY(check_partitions(*found, position.next));
        topics.push_back(found);
    }
    return impl_->arrivals_.wait(
        stop, std::chrono::steady_clock::now() + std::min(deadline, kLongestWait), [&] {
            for (std::size_t i = 0; i < topics.size(); ++i) {
                const std::vector<std::int64_t> ends = topics[i]->ends();
                if (std::ranges::any_of(from[i].next, [&](const auto& one) {
                        return ends[one.partition.value] > one.offset;
                    })) {
                    return true;
                }
            }
            return false;
        });
}

Result<std::vector<ports::PartitionOffset>> SqliteLog::begin_offsets(std::string_view topic) {
    SHELFCAST_ASSIGN(const Topic* const found, impl_->find(topic));
    return by_partition(found->view().begins);
}

Result<std::vector<ports::PartitionOffset>> SqliteLog::end_offsets(std::string_view topic) {
    SHELFCAST_ASSIGN(const Topic* const found, impl_->find(topic));
    return by_partition(found->ends());
}

Result<std::optional<ports::AppendedBatch>> SqliteLog::find_key(std::string_view topic,
                                                                PartitionId partition,
                                                                std::string_view key) {
    SHELFCAST_ASSIGN(const Topic* const found, impl_->find(topic));
    SHELFCAST_TRY(check_partition(*found, partition));
    if (key.empty()) {
        return std::nullopt;
    }
    const std::unique_lock<std::mutex> alone = impl_->writer_->exclude();
    SHELFCAST_ASSIGN(
        const std::optional<sqlite_log::KeyedBatch> batch,
        sqlite_log::find_key(*found, found->view().files, impl_->shared_, partition, key));
    if (!batch) {
        return std::nullopt;
    }
    return ports::AppendedBatch{batch->base_offset, batch->log_time_us, true};
}

Status SqliteLog::commit_offsets(std::string_view group, std::string_view topic,
                                 std::span<const ports::PartitionOffset> offsets) {
    SHELFCAST_ASSIGN(const Topic* const found, impl_->find(topic));
    SHELFCAST_TRY(check_partitions(*found, offsets));
    const std::scoped_lock lock(impl_->shared_.mutex);
    return impl_->shared_.catalog.put_offsets(group, topic, offsets);
}

Result<std::vector<ports::PartitionOffset>> SqliteLog::committed_offsets(std::string_view group,
                                                                         std::string_view topic) {
    SHELFCAST_TRY(impl_->find(topic));
    const std::scoped_lock lock(impl_->shared_.mutex);
    return impl_->shared_.catalog.offsets(group, topic);
}

Status SqliteLog::prune(std::string_view topic, std::span<const ports::PartitionOffset> below) {
    SHELFCAST_ASSIGN(Topic* const found, impl_->find(topic));
    SHELFCAST_TRY(check_partitions(*found, below));
    return impl_->prune(*found, below);
}

Status SqliteLog::copy_to(const std::filesystem::path& directory, const std::stop_token& stop) {
    return impl_->copy_to(directory, stop);
}

std::uint64_t SqliteLog::bytes_on_disk() const {
    std::uint64_t bytes = 0;
    std::error_code error;
    // Files come and go meanwhile; one that is gone counts nothing.
    for (std::filesystem::recursive_directory_iterator entry(impl_->options_.directory, error), end;
         !error && entry != end; entry.increment(error)) {
        std::error_code gone;
        const std::uint64_t size = entry->is_regular_file(gone) ? entry->file_size(gone) : 0;
        bytes += gone ? 0 : size;
    }
    return bytes;
}

}  // namespace shelfcast::adapters
