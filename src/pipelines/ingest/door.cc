#include "pipelines/ingest/door.h"

#include <iterator>
#include <utility>

#include "pipelines/ingest/content_hash.h"
#include "pipelines/ingest/keyed_batches.h"
#include "pipelines/ingest/message_split.h"

namespace shelfcast::ingest {

using ports::BodyFormat;
using ports::DoorReceipt;
using ports::DoorRequest;

namespace {

/// A buffer that one giant body inflated is not kept for small ones.
constexpr std::size_t kIdleBuilders = 32;

std::string_view skip_space(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

/// Splits frames, not lines?
bool is_framed(BodyFormat format, std::string_view body) {
    switch (format) {
        case BodyFormat::kAuto:
            return body.starts_with('[');
        case BodyFormat::kNdjson:
            return false;
        case BodyFormat::kJson:
            return true;
    }
    return false;
}

}  // namespace

/// A builder from the pool, given back at the end.
class IngestDoor::Workspace {
public:
    Workspace(IngestDoor& door, const retail::Topic& topic) : door_(door) {
        {
            const std::scoped_lock lock(door_.mutex_);
            if (auto& idle = door_.idle_[topic.name]; !idle.empty()) {
                builder_ = std::move(idle.back());
                idle.pop_back();
            }
        }
        if (!builder_) {
            builder_ = std::make_unique<BatchBuilder>(
                door_.catalogs_, door_.partitions_.at(topic.name), door_.limits_.codec, topic);
        }
    }
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;
    ~Workspace() {
        const std::scoped_lock lock(door_.mutex_);
        if (auto& idle = door_.idle_[builder_->topic().name]; idle.size() < kIdleBuilders) {
            idle.push_back(std::move(builder_));
        }
    }
    [[nodiscard]] BatchBuilder& builder() { return *builder_; }

private:
    IngestDoor& door_;
    std::unique_ptr<BatchBuilder> builder_;
};

/// Holds a key while its request is worked on: two bodies under one key must not pass side by side.
class IngestDoor::KeyGuard {
public:
    KeyGuard(IngestDoor& door, std::string key) : door_(door), key_(std::move(key)) {
        const std::scoped_lock lock(door_.mutex_);
        held_ = key_.empty() || door_.keys_in_work_.insert(key_).second;
    }
    KeyGuard(const KeyGuard&) = delete;
    KeyGuard& operator=(const KeyGuard&) = delete;
    ~KeyGuard() {
        if (held_ && !key_.empty()) {
            const std::scoped_lock lock(door_.mutex_);
            door_.keys_in_work_.erase(key_);
        }
    }
    [[nodiscard]] bool held() const { return held_; }

private:
    IngestDoor& door_;
    const std::string key_;
    bool held_ = false;
};

Result<std::unique_ptr<IngestDoor>> IngestDoor::open(ports::EventLog& log,
                                                     ports::StoreDirectory& stores,
                                                     const ports::Clock& clock,
                                                     ports::Metrics* metrics, DoorLimits limits) {
    std::map<std::string_view, TopicPartitions> partitions;
    for (const retail::Topic& topic : retail::sent_topics()) {
        SHELFCAST_ASSIGN(partitions[topic.name], topic_partitions(log, topic.name));
    }
    return std::unique_ptr<IngestDoor>(
        new IngestDoor(log, stores, clock, metrics, limits, std::move(partitions)));
}

IngestDoor::IngestDoor(ports::EventLog& log, ports::StoreDirectory& stores,
                       const ports::Clock& clock, ports::Metrics* metrics, DoorLimits limits,
                       std::map<std::string_view, TopicPartitions> partitions)
    : log_(log),
      clock_(clock),
      metrics_(metrics),
      limits_(limits),
      partitions_(std::move(partitions)),
      catalogs_(stores, clock) {}

Result<DoorReceipt> IngestDoor::accept(const DoorRequest& request) {
    const retail::Topic* const topic = retail::find_topic(request.topic);
    if (topic == nullptr) {
        std::string known;
        for (const retail::Topic& one : retail::sent_topics()) {
            known += known.empty() ? "" : ", ";
            known += one.name;
        }
        return fail(ErrorKind::kNotFound, "there is no topic {} to send to; there are {}",
                    request.topic, known);
    }
    Workspace workspace(*this, *topic);
    return accept_with(workspace.builder(), request);
}

Result<DoorReceipt> IngestDoor::accept_with(BatchBuilder& builder, const DoorRequest& request) {
    const std::string source = source_for(request.source, request.topic);
    ports::BatchHeader header;
    KeyedBatches earlier;
    if (!request.idempotency_key.empty()) {
        // Doors and topics share dead-letters with imports: the source keeps their keys apart. No
        // key has a tab, so that one which names a topic is not taken for that topic's.
        const char between = request.topic == retail::kRetailEventsTopic ? '/' : '\t';
        header.idempotency_key = fmt::format("{}{}{}", source, between, request.idempotency_key);
        header.fingerprint = request.fingerprint.empty() ? content_hash_of(request.body)
                                                         : std::string(request.fingerprint);
    }
    const KeyGuard guard(*this, header.idempotency_key);
    if (!guard.held()) {
        return fail(ErrorKind::kBusy, "a request with idempotency key {} is being worked on",
                    request.idempotency_key);
    }
    if (!header.idempotency_key.empty()) {
        SHELFCAST_ASSIGN(earlier, find_keyed_batches(log_, header.idempotency_key,
                                                     header.fingerprint, request.topic));
    }
    SHELFCAST_TRY(builder.begin(earlier.any() ? earlier.log_time_us : clock_.now_us(), source));
    SHELFCAST_TRY(gather(builder, request));
    SHELFCAST_ASSIGN(DoorReceipt receipt, append(builder, header, earlier.any()));
    if (!receipt.duplicate_request) {
        count_received(metrics_, receipt.tally, request.source.substr(0, request.source.find(':')));
    }
    return receipt;
}

Status IngestDoor::gather(BatchBuilder& builder, const DoorRequest& request) const {
    const std::string_view body = skip_space(request.body);
    if (body.empty()) {
        return fail(ErrorKind::kInvalidInput, "the body holds no event");
    }
    if (body.starts_with(kByteOrderMark) && request.format != BodyFormat::kNdjson &&
        skip_space(body.substr(kByteOrderMark.size())).starts_with('[')) {
        return fail(ErrorKind::kInvalidInput,
                    "the body begins with a byte order mark; send UTF-8 without it");
    }
    std::string_view message;
    std::size_t messages = 0;
    const auto too_many = [&] { return ++messages > limits_.max_messages; };
    const auto refuse = [&] {
        return fail(ErrorKind::kInvalidInput, "the body holds more than {} messages",
                    limits_.max_messages);
    };
    if (is_framed(request.format, body)) {
        JsonSplitter elements(body);
        while (true) {
            SHELFCAST_ASSIGN(const bool more, elements.next(message));
            if (!more) {
                break;
            }
            if (too_many()) {
                return refuse();
            }
            SHELFCAST_TRY(builder.add(message));
        }
    } else {
        LineSplitter lines(body);
        while (lines.next(message)) {
            if (too_many()) {
                return refuse();
            }
            SHELFCAST_TRY(builder.add(message));
        }
    }
    if (messages == 0) {
        return fail(ErrorKind::kInvalidInput, "the body holds no event");
    }
    return {};
}

Result<DoorReceipt> IngestDoor::append(BatchBuilder& builder, const ports::BatchHeader& header,
                                       bool repeated) {
    DoorReceipt receipt;
    receipt.tally = builder.tally();
    receipt.duplicate_request = repeated;
    std::vector<ports::AppendBatch> batches;
    // Dead letters of unkeyed requests all go to partition 0: they are few, and order is of no use.
    const std::uint64_t spread =
        header.fingerprint.empty() ? 0 : short_hash_of(header.idempotency_key);
    builder.take(header, spread, batches, batches);
    for (const ports::AppendBatch& batch : batches) {
        receipt.positions.push_back({batch.topic, batch.partition, 0, batch.records.size()});
    }
    const std::int64_t began_us = clock_.steady_us();
    SHELFCAST_ASSIGN(const auto appended, log_.append(std::move(batches)));
    if (metrics_ != nullptr) {
        metrics_->observe(ports::Histogram::kAppendMs,
                          static_cast<double>(clock_.steady_us() - began_us) / 1000.0);
    }
    for (std::size_t i = 0; i < appended.size() && i < receipt.positions.size(); ++i) {
        receipt.positions[i].base_offset = appended[i].base_offset;
        receipt.duplicate_request = receipt.duplicate_request || appended[i].already_present;
    }
    return receipt;
}

}  // namespace shelfcast::ingest
