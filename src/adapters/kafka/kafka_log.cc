#include "adapters/kafka/kafka_log.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include "adapters/kafka/cluster.h"
#include "adapters/kafka/kafka_group.h"
#include "adapters/kafka/key_desk.h"
#include "adapters/kafka/producer.h"
#include "adapters/kafka/reader_pool.h"

namespace shelfcast::adapters {
namespace {

using kafka::Cluster;
using kafka::Outgoing;
using kafka::Partition;
using kafka::PlaceInTopic;
using kafka::Topic;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kReadPadding = 64;
constexpr std::size_t kLongestName = 249;
constexpr std::int64_t kHourUs = 3'600'000'000;

Status check_name(std::string_view topic, const std::string& full_name) {
    const bool usable = !topic.empty() && full_name.size() <= kLongestName &&
                        topic.front() != '.' && std::ranges::all_of(full_name, [](char c) {
                            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                   (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
                        });
    if (!usable) {
        return fail(ErrorKind::kInvalidInput,
                    "topic name {}: 1 to {} of [A-Za-z0-9._-], no leading dot", full_name,
                    kLongestName);
    }
    return {};
}

/// Gathers what one read returns.
class Gathering {
public:
    explicit Gathering(ports::ReadLimits limits) : limits_(limits) {}

    [[nodiscard]] bool full() const {
        return records_ >= limits_.max_records || bytes_ >= limits_.max_bytes;
    }
    [[nodiscard]] std::size_t records() const { return records_; }
    [[nodiscard]] std::size_t left() const { return limits_.max_records - records_; }

    void add(PartitionId partition, const rd_kafka_message_t& message) {
        rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
        const std::int64_t log_time_us = rd_kafka_message_timestamp(&message, &type) * 1000;
        ports::BatchHeader header;
        if (const auto stamp = kafka::decode_stamp(kafka::stamp_bytes(message))) {
            header = {std::string(stamp->key), std::string(stamp->fingerprint)};
        }
        if (!continues(partition, message.offset, log_time_us, header)) {
            pad();
            batches_.push_back({partition, message.offset, log_time_us, std::move(header), {}});
        }
        batches_.back().records.push_back({static_cast<const char*>(message.payload),
                                           message.payload == nullptr ? 0 : message.len});
        ++records_;
        bytes_ += message.len;
    }

    [[nodiscard]] std::vector<ports::FetchedBatch> take() {
        pad();
        return std::move(batches_);
    }

private:
    [[nodiscard]] bool continues(PartitionId partition, std::int64_t offset,
                                 std::int64_t log_time_us, const ports::BatchHeader& header) const {
        if (batches_.empty()) {
            return false;
        }
        const ports::FetchedBatch& last = batches_.back();
        return last.partition == partition && last.log_time_us == log_time_us &&
               last.base_offset + static_cast<std::int64_t>(last.records.size()) == offset &&
               last.header.idempotency_key == header.idempotency_key &&
               last.header.fingerprint == header.fingerprint;
    }
    void pad() {
        if (!batches_.empty()) {
            std::string& bytes = batches_.back().records.bytes;
            bytes.reserve(bytes.size() + kReadPadding);
        }
    }

    const ports::ReadLimits limits_;
    std::vector<ports::FetchedBatch> batches_;
    std::size_t records_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace

class KafkaLog::Impl {
public:
    explicit Impl(KafkaLogOptions options)
        : options_(std::move(options)),
          readers_(options_.connection,
                   {.consumers = options_.max_readers, .prefetch_kib = options_.prefetch_kib},
                   arrivals_) {}

    [[nodiscard]] Status connect() {
        SHELFCAST_ASSIGN(cluster_, Cluster::connect(options_.connection));
        SHELFCAST_ASSIGN(producer_,
                         kafka::Producer::make(options_.connection,
                                               {.linger_ms = options_.linger_ms,
                                                .queue_bytes = options_.queue_bytes,
                                                .max_record_bytes = options_.max_record_bytes},
                                               arrivals_));
        desk_ =
            std::make_unique<kafka::KeyDesk>(*cluster_, readers_, options_.clock,
                                             kafka::KeyDesk::Options{keep_keys_us(), timeout()});
        return {};
    }

    [[nodiscard]] std::string full(std::string_view name) const {
        return options_.connection.prefix + std::string(name);
    }
    [[nodiscard]] milliseconds timeout() const {
        return milliseconds(options_.connection.timeout_ms);
    }
    [[nodiscard]] std::int64_t keep_keys_us() const { return options_.keep_keys_h * kHourUs; }

    [[nodiscard]] Result<Topic*> topic(std::string_view name);
    [[nodiscard]] static Result<Partition*> partition(Topic& topic, PartitionId id);
    [[nodiscard]] Status create_topic(std::string_view name, std::uint32_t partitions);
    [[nodiscard]] Status check_settings(const std::string& full_name);
    [[nodiscard]] Result<std::vector<ports::AppendedBatch>> append(
        const std::vector<ports::AppendBatch>& batches);
    [[nodiscard]] Result<Outgoing> checked(const ports::AppendBatch& batch);
    [[nodiscard]] Result<std::vector<ports::FetchedBatch>> read(
        std::string_view name, std::span<const ports::PartitionOffset> from,
        ports::ReadLimits limits);
    [[nodiscard]] Status gather(Topic& topic, std::span<const ports::PartitionOffset> from,
                                Gathering& gathering);
    [[nodiscard]] Result<bool> wait(std::span<const ports::TopicPosition> from,
                                    milliseconds deadline, const std::stop_token& stop);
    [[nodiscard]] Result<std::vector<ports::PartitionOffset>> ask(Topic& topic, std::int64_t which);
    [[nodiscard]] Status ask_ends(std::span<Topic* const> topics);
    [[nodiscard]] Result<std::vector<PlaceInTopic>> places(
        std::string_view name, std::span<const ports::PartitionOffset> offsets);
    [[nodiscard]] Status prune(std::string_view name,
                               std::span<const ports::PartitionOffset> below);

    const KafkaLogOptions options_;
    kafka::Arrivals arrivals_;
    std::mutex mutex_;
    std::map<std::string, std::unique_ptr<Topic>, std::less<>> topics_;
    std::unique_ptr<Cluster> cluster_;
    kafka::ReaderPool readers_;  ///< Its cursors point to partitions of topics_.
    std::unique_ptr<kafka::Producer> producer_;
    std::unique_ptr<kafka::KeyDesk> desk_;
    kafka::Memberships memberships_;
};

Result<Topic*> KafkaLog::Impl::topic(std::string_view name) {
    {
        const std::scoped_lock lock(mutex_);
        if (const auto found = topics_.find(name); found != topics_.end()) {
            return found->second.get();
        }
    }
    const std::string full_name = full(name);
    std::optional<std::uint32_t> count;
    if (check_name(name, full_name)) {
        SHELFCAST_ASSIGN(count, cluster_->partitions(full_name));
    }
    if (!count) {
        return fail(ErrorKind::kNotFound, "kafka {}: topic {} not found",
                    options_.connection.bootstrap, full_name);
    }
    auto made = std::make_unique<Topic>(Topic{std::string(name), full_name});
    for (std::uint32_t number = 0; number < *count; ++number) {
        made->partitions.emplace_back().id = PartitionId{number};
    }
    const std::scoped_lock lock(mutex_);
    return topics_.try_emplace(std::string(name), std::move(made)).first->second.get();
}

Result<Partition*> KafkaLog::Impl::partition(Topic& topic, PartitionId id) {
    if (id.value >= topic.partitions.size()) {
        return fail(ErrorKind::kInvalidInput, "topic {} has partitions 0 to {}, not {}", topic.name,
                    topic.partitions.size() - 1, id.value);
    }
    return &topic.partitions[id.value];
}

Status KafkaLog::Impl::check_settings(const std::string& full_name) {
    for (const auto& [name, wanted] :
         {std::pair{"message.timestamp.type", "LogAppendTime"}, {"cleanup.policy", "delete"}}) {
        SHELFCAST_ASSIGN(const std::string found, cluster_->setting(full_name, name));
        if (found != wanted) {
            return fail(ErrorKind::kConflict,
                        "kafka {}: topic {} has {}={}, the log needs {}: kafka-configs --alter "
                        "--entity-type topics --entity-name {} --add-config {}={}",
                        options_.connection.bootstrap, full_name, name, found, wanted, full_name,
                        name, wanted);
        }
    }
    return {};
}

Status KafkaLog::Impl::create_topic(std::string_view name, std::uint32_t partitions) {
    const std::string full_name = full(name);
    SHELFCAST_TRY(check_name(name, full_name));
    if (partitions == 0) {
        return fail(ErrorKind::kInvalidInput, "topic {}: at least one partition", name);
    }
    SHELFCAST_ASSIGN(std::optional<std::uint32_t> there, cluster_->partitions(full_name));
    if (!there) {
        const Status created =
            cluster_->create(full_name, partitions, options_.topics, options_.max_record_bytes);
        if (!created && created.error().kind != ErrorKind::kConflict) {
            return created;
        }
        SHELFCAST_TRY(cluster_->wait_for_leaders(full_name, partitions));
        if (created) {
            return {};
        }
        SHELFCAST_ASSIGN(there, cluster_->partitions(full_name));
    }
    if (there != partitions) {
        return fail(ErrorKind::kConflict, "kafka {}: topic {} has {} partitions, not {}",
                    options_.connection.bootstrap, full_name, there.value_or(0), partitions);
    }
    return check_settings(full_name);
}

Result<Outgoing> KafkaLog::Impl::checked(const ports::AppendBatch& batch) {
    SHELFCAST_ASSIGN(Topic* const to, topic(batch.topic));
    SHELFCAST_ASSIGN(Partition* const at, partition(*to, batch.partition));
    const std::size_t count = batch.records.size();
    if (count == 0 || (!batch.stores.empty() && batch.stores.size() != count) ||
        count > kafka::kMostStampedRecords) {
        return fail(ErrorKind::kInvalidInput,
                    "topic {} partition {}: a batch of {} records with {} stores", batch.topic,
                    batch.partition.value, count, batch.stores.size());
    }
    for (std::size_t i = 0; i < count; ++i) {
        if (batch.records[i].size() > options_.max_record_bytes) {
            return fail(ErrorKind::kInvalidInput,
                        "topic {} partition {}: a record of {} bytes, limit {}", batch.topic,
                        batch.partition.value, batch.records[i].size(), options_.max_record_bytes);
        }
    }
    return Outgoing{to, at, &batch};
}

Result<std::vector<ports::AppendedBatch>> KafkaLog::Impl::append(
    const std::vector<ports::AppendBatch>& batches) {
    std::vector<Outgoing> all;
    all.reserve(batches.size());
    for (const ports::AppendBatch& batch : batches) {
        SHELFCAST_ASSIGN(Outgoing out, checked(batch));
        all.push_back(std::move(out));
    }
    SHELFCAST_ASSIGN(std::vector<kafka::KeyDesk::Plan> plans, desk_->claim(all));
    std::vector<Outgoing> going;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (plans[i].appends()) {
            going.push_back(all[i]);
            going.back().leave_out = std::move(plans[i].there);
        }
    }
    auto sent = producer_->send(going);
    if (!sent) {
        static_cast<void>(desk_->settle(all, plans, {}));
        return forward_error(sent);
    }
    std::vector<ports::AppendedBatch> appended = desk_->settle(all, plans, *sent);
    for (Result<kafka::Acknowledged>& each : *sent) {
        if (!each) {
            return forward_error(each);
        }
    }
    return appended;
}

Status KafkaLog::Impl::gather(Topic& topic, std::span<const ports::PartitionOffset> from,
                              Gathering& gathering) {
    std::vector<ports::PartitionOffset> next(from.begin(), from.end());
    const auto until = steady_clock::now() + timeout();
    bool progress = true;
    for (int pass = 1; progress && !gathering.full(); ++pass) {
        progress = false;
        // In shares, so that a partition with much to read does not keep the others out.
        const std::size_t share = (gathering.left() + next.size() - 1) / next.size();
        for (ports::PartitionOffset& position : next) {
            Partition& at = topic.partitions[position.partition.value];
            if (gathering.full() ||
                (position.offset >= at.end && !readers_.stands_at(at, position.offset))) {
                continue;
            }
            // Waits for the first record only, and only if it is known to be there.
            const bool wait = pass == 1 && position.offset < at.end;
            const auto patience =
                wait ? std::chrono::duration_cast<milliseconds>(until - steady_clock::now())
                     : milliseconds(0);
            SHELFCAST_ASSIGN(const std::size_t taken,
                             readers_.take(topic, at, {position.offset, share}, patience,
                                           [&](const rd_kafka_message_t& message) {
                                               gathering.add(position.partition, message);
                                               position.offset = message.offset + 1;
                                               return !gathering.full();
                                           }));
            if (taken == 0 && wait && gathering.records() == 0) {
                return fail(ErrorKind::kUnavailable,
                            "kafka {}: topic {} partition {}: the record at offset {} did not come "
                            "in {} ms: check that its brokers run",
                            options_.connection.bootstrap, topic.full_name,
                            position.partition.value, position.offset,
                            options_.connection.timeout_ms);
            }
            progress = progress || taken > 0;
        }
    }
    return {};
}

Result<std::vector<ports::FetchedBatch>> KafkaLog::Impl::read(
    std::string_view name, std::span<const ports::PartitionOffset> from, ports::ReadLimits limits) {
    SHELFCAST_ASSIGN(Topic* const found, topic(name));
    for (const ports::PartitionOffset& position : from) {
        SHELFCAST_ASSIGN(const Partition* const at, partition(*found, position.partition));
        if (position.offset < at->begin) {
            return fail(ErrorKind::kNotFound, "topic {} partition {}: offset {} not found", name,
                        position.partition.value, position.offset);
        }
    }
    Gathering gathering(limits);
    if (from.empty()) {
        return gathering.take();
    }
    SHELFCAST_TRY(gather(*found, from, gathering));
    if (gathering.records() == 0) {
        // Others may have appended where nobody here looks.
        SHELFCAST_TRY(ask_ends({&found, 1}));
        SHELFCAST_TRY(gather(*found, from, gathering));
    }
    return gathering.take();
}

Result<bool> KafkaLog::Impl::wait(std::span<const ports::TopicPosition> from, milliseconds deadline,
                                  const std::stop_token& stop) {
    struct Watch {
        const Topic* topic;
        Partition* partition;
        std::int64_t offset;
    };
    const auto until = steady_clock::now() + deadline;
    std::vector<Watch> watches;
    std::vector<Topic*> unwatched;
    for (const ports::TopicPosition& each : from) {
        SHELFCAST_ASSIGN(Topic* const found, topic(each.topic));
        bool watched = true;
        for (const ports::PartitionOffset& position : each.next) {
            SHELFCAST_ASSIGN(Partition* const at, partition(*found, position.partition));
            watches.push_back({found, at, position.offset});
            watched = watched && readers_.stands_at(*at, position.offset);
        }
        if (!watched) {
            unwatched.push_back(found);
        }
    }
    const auto reached = [](const Watch& watch) { return watch.offset < watch.partition->end; };
    if (std::ranges::any_of(watches, reached)) {
        return true;
    }
    SHELFCAST_TRY(ask_ends(unwatched));
    if (std::ranges::any_of(watches, reached)) {
        return true;
    }
    std::vector<kafka::ReaderPool::Hold> held;
    held.reserve(watches.size());
    for (const Watch& watch : watches) {
        SHELFCAST_ASSIGN(kafka::ReaderPool::Hold hold,
                         watch.offset > watch.partition->end
                             ? readers_.hold_latest(*watch.topic, *watch.partition)
                             : readers_.hold(*watch.topic, *watch.partition, watch.offset));
        held.push_back(std::move(hold));
    }
    while (true) {
        const std::uint64_t seen = arrivals_.count();
        for (std::size_t i = 0; i < watches.size(); ++i) {
            SHELFCAST_TRY(readers_.look(*held[i]));
        }
        if (std::ranges::any_of(watches, reached)) {
            return true;
        }
        if (!arrivals_.wait(seen, until, stop)) {
            return false;
        }
    }
}

Status KafkaLog::Impl::ask_ends(std::span<Topic* const> topics) {
    std::vector<PlaceInTopic> places;
    std::vector<Partition*> partitions;
    for (Topic* const each : topics) {
        for (Partition& at : each->partitions) {
            places.push_back({each->full_name, {at.id, Cluster::kEnd}});
            partitions.push_back(&at);
        }
    }
    SHELFCAST_TRY(cluster_->look_up(places));
    for (std::size_t i = 0; i < places.size(); ++i) {
        partitions[i]->saw_end(places[i].at.offset);
    }
    return {};
}

Result<std::vector<ports::PartitionOffset>> KafkaLog::Impl::ask(Topic& topic, std::int64_t which) {
    std::vector<PlaceInTopic> places;
    places.reserve(topic.partitions.size());
    for (const Partition& at : topic.partitions) {
        places.push_back({topic.full_name, {at.id, which}});
    }
    SHELFCAST_TRY(cluster_->look_up(places));
    std::vector<ports::PartitionOffset> offsets;
    offsets.reserve(places.size());
    for (const PlaceInTopic& place : places) {
        offsets.push_back(place.at);
    }
    return offsets;
}

Result<std::vector<PlaceInTopic>> KafkaLog::Impl::places(
    std::string_view name, std::span<const ports::PartitionOffset> offsets) {
    SHELFCAST_ASSIGN(Topic* const found, topic(name));
    std::vector<PlaceInTopic> made;
    for (const ports::PartitionOffset& offset : offsets) {
        SHELFCAST_TRY(partition(*found, offset.partition));
        made.push_back({found->full_name, offset});
    }
    return made;
}

Status KafkaLog::Impl::prune(std::string_view name, std::span<const ports::PartitionOffset> below) {
    SHELFCAST_ASSIGN(std::vector<PlaceInTopic> wanted, places(name, below));
    SHELFCAST_ASSIGN(Topic* const found, topic(name));
    SHELFCAST_ASSIGN(const auto begins, ask(*found, Cluster::kBegin));
    SHELFCAST_ASSIGN(const auto ends, ask(*found, Cluster::kEnd));
    // Keys are remembered by their records.
    std::vector<ports::PartitionOffset> kept = ends;
    if (options_.keep_keys_h > 0) {
        const std::int64_t horizon_ms = (options_.clock.now_us() - keep_keys_us()) / 1000;
        SHELFCAST_ASSIGN(kept, ask(*found, horizon_ms));
    }
    std::erase_if(wanted, [&](PlaceInTopic& place) {
        const std::size_t at = place.at.partition.value;
        // -1: no record is that young.
        const std::int64_t most = kept[at].offset < 0 ? ends[at].offset : kept[at].offset;
        place.at.offset = std::min({place.at.offset, most, ends[at].offset});
        return place.at.offset <= begins[at].offset;
    });
    SHELFCAST_TRY(cluster_->remove_below(wanted));
    for (const PlaceInTopic& place : wanted) {
        found->partitions[place.at.partition.value].saw_begin(place.at.offset);
    }
    return {};
}

KafkaLog::KafkaLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KafkaLog::~KafkaLog() = default;

Result<std::unique_ptr<KafkaLog>> KafkaLog::open(KafkaLogOptions options) {
    auto impl = std::make_unique<Impl>(std::move(options));
    SHELFCAST_TRY(impl->connect());
    return std::unique_ptr<KafkaLog>(new KafkaLog(std::move(impl)));
}

std::unique_ptr<ports::WorkerGroup> KafkaLog::worker_group(KafkaGroupOptions options) {
    options.group = impl_->full(options.group);
    options.topic = impl_->full(options.topic);
    return std::make_unique<kafka::KafkaGroup>(impl_->options_.connection, std::move(options),
                                               impl_->memberships_);
}

Status KafkaLog::create_topic(std::string_view topic, std::uint32_t partitions) {
    return impl_->create_topic(topic, partitions);
}

Result<std::uint32_t> KafkaLog::partitions(std::string_view topic) {
    SHELFCAST_ASSIGN(const Topic* const found, impl_->topic(topic));
    return static_cast<std::uint32_t>(found->partitions.size());
}

Result<std::vector<ports::AppendedBatch>> KafkaLog::append(
    std::vector<ports::AppendBatch> batches) {
    return impl_->append(batches);
}

Result<std::vector<ports::FetchedBatch>> KafkaLog::read(
    std::string_view topic, std::span<const ports::PartitionOffset> from,
    ports::ReadLimits limits) {
    return impl_->read(topic, from, limits);
}

Result<bool> KafkaLog::wait_for_records(std::span<const ports::TopicPosition> from,
                                        std::chrono::milliseconds deadline,
                                        const std::stop_token& stop) {
    return impl_->wait(from, deadline, stop);
}

Result<std::vector<ports::PartitionOffset>> KafkaLog::begin_offsets(std::string_view topic) {
    SHELFCAST_ASSIGN(Topic* const found, impl_->topic(topic));
    return impl_->ask(*found, Cluster::kBegin);
}

Result<std::vector<ports::PartitionOffset>> KafkaLog::end_offsets(std::string_view topic) {
    SHELFCAST_ASSIGN(Topic* const found, impl_->topic(topic));
    return impl_->ask(*found, Cluster::kEnd);
}

Result<std::optional<ports::AppendedBatch>> KafkaLog::find_key(std::string_view topic,
                                                               PartitionId partition,
                                                               std::string_view key) {
    SHELFCAST_ASSIGN(Topic* const found, impl_->topic(topic));
    SHELFCAST_ASSIGN(Partition* const at, Impl::partition(*found, partition));
    return impl_->desk_->find(*found, *at, key);
}

Status KafkaLog::commit_offsets(std::string_view group, std::string_view topic,
                                std::span<const ports::PartitionOffset> offsets) {
    SHELFCAST_ASSIGN(const std::vector<PlaceInTopic> places, impl_->places(topic, offsets));
    const std::string full_name = impl_->full(group);
    if (const auto as_member = impl_->memberships_.commit(full_name, places)) {
        return *as_member;
    }
    return impl_->cluster_->commit(full_name, places);
}

Result<std::vector<ports::PartitionOffset>> KafkaLog::committed_offsets(std::string_view group,
                                                                        std::string_view topic) {
    SHELFCAST_ASSIGN(const Topic* const found, impl_->topic(topic));
    std::vector<PlaceInTopic> places;
    places.reserve(found->partitions.size());
    for (const Partition& at : found->partitions) {
        places.push_back({found->full_name, {at.id, 0}});
    }
    return impl_->cluster_->committed(impl_->full(group), places);
}

Status KafkaLog::prune(std::string_view topic, std::span<const ports::PartitionOffset> below) {
    return impl_->prune(topic, below);
}

}  // namespace shelfcast::adapters
