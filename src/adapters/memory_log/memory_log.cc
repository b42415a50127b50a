#include "adapters/memory_log/memory_log.h"

#include <algorithm>

namespace shelfcast::adapters {
namespace {

constexpr std::size_t kReadPadding = 64;

bool is_topic_name(std::string_view name) {
    constexpr std::size_t kLongest = 249;  // As in Kafka.
    return !name.empty() && name.size() <= kLongest && name.front() != '.' &&
           std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_' || c == '.';
           });
}

/// The batch from offset `from` on, whole where it begins at or past it.
ports::FetchedBatch cut(PartitionId partition, std::int64_t base_offset, std::int64_t log_time_us,
                        const ports::BatchHeader& header, const ports::RecordBuffer& records,
                        std::int64_t from) {
    ports::FetchedBatch fetched;
    fetched.partition = partition;
    fetched.base_offset = std::max(base_offset, from);
    fetched.log_time_us = log_time_us;
    fetched.header = header;
    for (auto row = static_cast<std::size_t>(fetched.base_offset - base_offset);
         row < records.size(); ++row) {
        fetched.records.push_back(records[row]);
    }
    fetched.records.bytes.reserve(fetched.records.bytes.size() + kReadPadding);
    return fetched;
}

}  // namespace

Result<MemoryLog::Topic*> MemoryLog::find_topic(std::string_view topic) {
    const auto found = topics_.find(topic);
    if (found == topics_.end()) {
        return fail(ErrorKind::kNotFound, "topic {} not found", topic);
    }
    return &found->second;
}

Result<MemoryLog::Partition*> MemoryLog::find_partition(std::string_view topic,
                                                        PartitionId partition) {
    SHELFCAST_ASSIGN(Topic* const found, find_topic(topic));
    if (partition.value >= found->size()) {
        return fail(ErrorKind::kInvalidInput, "topic {} has {} partitions, no number {}", topic,
                    found->size(), partition.value);
    }
    return &(*found)[partition.value];
}

Status MemoryLog::create_topic(std::string_view topic, std::uint32_t partitions) {
    if (!is_topic_name(topic) || partitions == 0) {
        return fail(ErrorKind::kInvalidInput, "topic '{}' with {} partitions cannot be", topic,
                    partitions);
    }
    const std::scoped_lock lock(mutex_);
    const auto [found, created] = topics_.try_emplace(std::string(topic), partitions);
    if (!created && found->second.size() != partitions) {
        return fail(ErrorKind::kConflict, "topic {} has {} partitions, not {}", topic,
                    found->second.size(), partitions);
    }
    return {};
}

Result<std::uint32_t> MemoryLog::partitions(std::string_view topic) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_ASSIGN(const Topic* const found, find_topic(topic));
    return static_cast<std::uint32_t>(found->size());
}

Status MemoryLog::check(const ports::AppendBatch& batch, KeysInCall& keys) {
    SHELFCAST_ASSIGN(const Partition* const partition,
                     find_partition(batch.topic, batch.partition));
    if (batch.records.size() == 0) {
        return fail(ErrorKind::kInvalidInput, "topic {} partition {}: an empty batch", batch.topic,
                    batch.partition.value);
    }
    for (std::size_t row = 0; row < batch.records.size(); ++row) {
        if (batch.records[row].size() > limits_.max_record_bytes) {
            return fail(ErrorKind::kInvalidInput,
                        "topic {} partition {}: a record of {} bytes is over the limit of {}",
                        batch.topic, batch.partition.value, batch.records[row].size(),
                        limits_.max_record_bytes);
        }
    }
    const std::string& key = batch.header.idempotency_key;
    if (key.empty()) {
        return {};
    }
    const auto known = partition->keys.find(key);
    const std::string& fingerprint =
        known != partition->keys.end()
            ? known->second.fingerprint
            : keys.try_emplace({partition, key}, batch.header.fingerprint).first->second;
    if (fingerprint != batch.header.fingerprint) {
        return fail(ErrorKind::kConflict,
                    "topic {} partition {}: key {} was used before for other content", batch.topic,
                    batch.partition.value, key);
    }
    return {};
}

ports::AppendedBatch MemoryLog::append_one(Partition& partition, ports::AppendBatch batch,
                                           std::int64_t now_us) {
    const std::string key = batch.header.idempotency_key;
    if (const auto known = partition.keys.find(key);
        !key.empty() && known != partition.keys.end()) {
        ports::AppendedBatch earlier = known->second.batch;
        earlier.already_present = true;
        return earlier;
    }
    partition.last_log_time_us = std::max(partition.last_log_time_us, now_us);
    const ports::AppendedBatch appended{partition.end, partition.last_log_time_us, false};
    if (!key.empty()) {
        partition.keys.emplace(key, KeyEntry{batch.header.fingerprint, appended});
    }
    StoredBatch stored{appended.base_offset, appended.log_time_us, std::move(batch.header),
                       std::move(batch.records)};
    partition.end = stored.end();
    partition.batches.emplace(stored.base_offset, std::move(stored));
    return appended;
}

Result<std::vector<ports::AppendedBatch>> MemoryLog::append(
    std::vector<ports::AppendBatch> batches) {
    std::vector<ports::AppendedBatch> appended;
    appended.reserve(batches.size());
    {
        const std::scoped_lock lock(mutex_);
        KeysInCall keys;
        for (const ports::AppendBatch& batch : batches) {
            SHELFCAST_TRY(check(batch, keys));
        }
        const std::int64_t now_us = clock_.now_us();
        for (ports::AppendBatch& batch : batches) {
            SHELFCAST_ASSIGN(Partition* const partition,
                             find_partition(batch.topic, batch.partition));
            appended.push_back(append_one(*partition, std::move(batch), now_us));
        }
    }
    appended_.notify_all();
    return appended;
}

Result<std::vector<ports::FetchedBatch>> MemoryLog::read(
    std::string_view topic, std::span<const ports::PartitionOffset> from,
    ports::ReadLimits limits) {
    const std::scoped_lock lock(mutex_);
    std::vector<ports::FetchedBatch> fetched;
    std::size_t records = 0;
    std::size_t bytes = 0;
    for (const ports::PartitionOffset& position : from) {
        SHELFCAST_ASSIGN(const Partition* const partition,
                         find_partition(topic, position.partition));
        if (position.offset < partition->begin) {
            return fail(ErrorKind::kNotFound, "topic {} partition {}: offset {} not found", topic,
                        position.partition.value, position.offset);
        }
        auto next = partition->batches.upper_bound(position.offset);
        if (next != partition->batches.begin() && std::prev(next)->second.end() > position.offset) {
            --next;
        }
        for (; next != partition->batches.end(); ++next) {
            if (records >= limits.max_records || bytes >= limits.max_bytes) {
                return fetched;
            }
            const StoredBatch& batch = next->second;
            fetched.push_back(cut(position.partition, batch.base_offset, batch.log_time_us,
                                  batch.header, batch.records, position.offset));
            records += fetched.back().records.size();
            bytes += fetched.back().records.bytes.size();
        }
    }
    return fetched;
}

Result<bool> MemoryLog::wait_for_records(std::span<const ports::TopicPosition> from,
                                         std::chrono::milliseconds deadline,
                                         const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    for (const ports::TopicPosition& position : from) {
        SHELFCAST_TRY(find_topic(position.topic));
        for (const ports::PartitionOffset& one : position.next) {
            SHELFCAST_TRY(find_partition(position.topic, one.partition));
        }
    }
    return appended_.wait_for(lock, stop, deadline, [&] {
        return std::ranges::any_of(from, [&](const ports::TopicPosition& position) {
            return std::ranges::any_of(position.next, [&](const ports::PartitionOffset& one) {
                const auto partition = find_partition(position.topic, one.partition);
                return partition.has_value() && (*partition)->end > one.offset;
            });
        });
    });
}

Result<std::vector<ports::PartitionOffset>> MemoryLog::begin_offsets(std::string_view topic) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_ASSIGN(const Topic* const found, find_topic(topic));
    std::vector<ports::PartitionOffset> offsets;
    for (std::uint32_t number = 0; number < found->size(); ++number) {
        offsets.push_back({PartitionId{number}, (*found)[number].begin});
    }
    return offsets;
}

Result<std::vector<ports::PartitionOffset>> MemoryLog::end_offsets(std::string_view topic) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_ASSIGN(const Topic* const found, find_topic(topic));
    std::vector<ports::PartitionOffset> offsets;
    for (std::uint32_t number = 0; number < found->size(); ++number) {
        offsets.push_back({PartitionId{number}, (*found)[number].end});
    }
    return offsets;
}

Result<std::optional<ports::AppendedBatch>> MemoryLog::find_key(std::string_view topic,
                                                                PartitionId partition,
                                                                std::string_view key) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_ASSIGN(const Partition* const found, find_partition(topic, partition));
    const auto known = found->keys.find(key);
    if (known == found->keys.end()) {
        return std::nullopt;
    }
    ports::AppendedBatch earlier = known->second.batch;
    earlier.already_present = true;
    return earlier;
}

Status MemoryLog::commit_offsets(std::string_view group, std::string_view topic,
                                 std::span<const ports::PartitionOffset> offsets) {
    const std::scoped_lock lock(mutex_);
    for (const ports::PartitionOffset& position : offsets) {
        SHELFCAST_TRY(find_partition(topic, position.partition));
    }
    auto& committed = groups_[{std::string(group), std::string(topic)}];
    for (const ports::PartitionOffset& position : offsets) {
        committed[position.partition] = position.offset;
    }
    return {};
}

Result<std::vector<ports::PartitionOffset>> MemoryLog::committed_offsets(std::string_view group,
                                                                         std::string_view topic) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(find_topic(topic));
    std::vector<ports::PartitionOffset> offsets;
    const auto found = groups_.find({std::string(group), std::string(topic)});
    if (found != groups_.end()) {
        for (const auto& [partition, offset] : found->second) {
            offsets.push_back({partition, offset});
        }
    }
    return offsets;
}

Status MemoryLog::prune(std::string_view topic, std::span<const ports::PartitionOffset> below) {
    const std::scoped_lock lock(mutex_);
    for (const ports::PartitionOffset& position : below) {
        SHELFCAST_TRY(find_partition(topic, position.partition));
    }
    for (const ports::PartitionOffset& position : below) {
        SHELFCAST_ASSIGN(Partition* const partition, find_partition(topic, position.partition));
        auto& batches = partition->batches;
        while (!batches.empty() && batches.begin()->second.end() <= position.offset) {
            partition->begin = batches.begin()->second.end();
            batches.erase(batches.begin());
        }
        const std::int64_t horizon_us = partition->last_log_time_us - limits_.keep_keys_us;
        std::erase_if(partition->keys, [&](const auto& entry) {
            return entry.second.batch.base_offset < partition->begin &&
                   entry.second.batch.log_time_us < horizon_us;
        });
    }
    return {};
}

}  // namespace shelfcast::adapters
