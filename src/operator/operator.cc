#include "operator/operator.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/check.h"
#include "retail/dead_letter.h"
#include "retail/tables.h"
#include "retail/topics.h"

namespace shelfcast::operators {
namespace {

using retail::RejectReason;

constexpr std::string_view kMagic = "shelfcast operator state 3\n";
/// The second form had every partition, without their numbers.
constexpr std::string_view kSecondMagic = "shelfcast operator state 2\n";
/// The first release knew one topic, and wrote its partitions without its name.
constexpr std::string_view kFirstMagic = "shelfcast operator state 1\n";
static_assert(kFirstMagic.size() == kMagic.size() && kSecondMagic.size() == kMagic.size());
constexpr std::int64_t kHourUs = 3'600'000'000;
constexpr std::string_view kPartitionHead = "state";

/// What a decoder reads a message into.
template <typename Decoder>
using RowOf = std::conditional_t<std::is_same_v<Decoder, retail::EventDecoder>, retail::Event,
                                 retail::TopicEvent>;

std::vector<PartitionId> every_partition(std::uint32_t count) {
    std::vector<PartitionId> all;
    for (std::uint32_t number = 0; number < count; ++number) {
        all.emplace_back(number);
    }
    return all;
}

std::int64_t hour_of(std::int64_t log_time_us) { return log_time_us / kHourUs; }

void put_u64(std::string& out, std::uint64_t value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put_text(std::string& out, std::string_view text) {
    put_u64(out, text.size());
    out += text;
}

std::array<char, 16> checksum_of(std::string_view bytes) {
    const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
    std::array<char, 16> sum{};
    std::memcpy(sum.data(), &hash.high64, 8);
    std::memcpy(sum.data() + 8, &hash.low64, 8);
    return sum;
}

/// Reads a stored head from front to back; every step may find it cut short.
class HeadReader {
public:
    explicit HeadReader(std::string_view bytes) : rest_(bytes) {}

    [[nodiscard]] Status u64(std::uint64_t& value) {
        if (rest_.size() < sizeof value) {
            return cut_short();
        }
        std::memcpy(&value, rest_.data(), sizeof value);
        rest_.remove_prefix(sizeof value);
        return {};
    }
    [[nodiscard]] Status text(std::string& value) {
        std::uint64_t size = 0;
        SHELFCAST_TRY(u64(size));
        if (rest_.size() < size) {
            return cut_short();
        }
        value = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return {};
    }
    [[nodiscard]] std::string_view& rest() { return rest_; }

private:
    [[nodiscard]] static tl::unexpected<Error> cut_short() {
        return fail(ErrorKind::kCorrupted, "operator state is cut short");
    }
    std::string_view rest_;
};

/// The bytes between magic and checksum. Error: kCorrupted.
Result<std::string_view> checked_body(std::string_view name, std::string_view bytes) {
    if (bytes.size() < kMagic.size() + 16 ||
        !(bytes.starts_with(kMagic) || bytes.starts_with(kSecondMagic) ||
          bytes.starts_with(kFirstMagic))) {
        return fail(ErrorKind::kCorrupted, "{} is no operator state of this version", name);
    }
    const std::string_view body = bytes.substr(0, bytes.size() - 16);
    const std::array<char, 16> sum = checksum_of(body);
    if (std::memcmp(sum.data(), bytes.data() + body.size(), 16) != 0) {
        return fail(ErrorKind::kCorrupted, "{}: checksum differs", name);
    }
    return body.substr(kMagic.size());
}

struct HeadFront {
    std::string note;
    std::vector<std::string> runs;
};

/// Which partitions a head has. Error: kCorrupted, unless each is one of `partitions`.
Status read_partitions(HeadReader& reader, std::vector<PartitionId>& partitions) {
    std::uint64_t count = 0;
    SHELFCAST_TRY(reader.u64(count));
    std::vector<PartitionId> found;
    for (std::uint64_t i = 0; i < count; ++i) {
        std::uint64_t number = 0;
        SHELFCAST_TRY(reader.u64(number));
        if (number >= partitions.size()) {
            return fail(ErrorKind::kCorrupted, "operator state of a partition {} of {}", number,
                        partitions.size());
        }
        found.emplace_back(static_cast<std::uint32_t>(number));
    }
    partitions = std::move(found);
    return {};
}

Result<HeadFront> read_front(HeadReader& reader) {
    HeadFront front;
    SHELFCAST_TRY(reader.text(front.note));
    std::uint64_t runs = 0;
    SHELFCAST_TRY(reader.u64(runs));
    for (std::uint64_t i = 0; i < runs; ++i) {
        SHELFCAST_TRY(reader.text(front.runs.emplace_back()));
    }
    return front;
}

}  // namespace

Operator::Operator(OperatorOptions options, ports::StateStore* spill)
    : options_(std::move(options)), spill_(spill) {
    for (const retail::Topic& topic : retail::event_topics()) {
        topics_.push_back({&topic,
                           {},
                           {retail::make_decoder(topic, options_.limits),
                            retail::make_decoder(topic, options_.limits)}});
        for (const PartitionId partition : every_partition(options_.partitions)) {
            topics_.back().partitions.push_back(empty_state(partition));
        }
    }
}

Operator::PartitionState Operator::empty_state(PartitionId partition) const {
    // Each partition's runs have a folder of their own: whoever has the partition clears it.
    return {DuplicateIndex(options_.duplicate_horizon_hours, spill_, folder_of(partition)), 0, 0};
}

std::string Operator::folder_of(PartitionId partition) const {
    return fmt::format("{}/p{:02}", options_.state_prefix, partition.value);
}

std::string Operator::partition_name(PartitionId partition) const {
    return fmt::format("{}/{}", folder_of(partition), kPartitionHead);
}

void Operator::forget(PartitionId partition) {
    for (TopicFold& fold : topics_) {
        state_of(fold, partition) = empty_state(partition);
    }
}

Operator::TopicFold& Operator::fold_of(std::string_view topic) {
    const auto found =
        std::ranges::find(topics_, topic, [](const TopicFold& fold) { return fold.topic->name; });
    SHELFCAST_CHECK(found != topics_.end());
    return *found;
}

Operator::PartitionState& Operator::state_of(TopicFold& fold, PartitionId partition) {
    SHELFCAST_CHECK(partition.value < fold.partitions.size());
    return fold.partitions[partition.value];
}

void Operator::fold(std::string_view topic, const ports::FetchedBatch& batch,
                    const retail::StoreCatalog& stores, FlushRows& out) {
    if (topic == retail::kDeadLettersTopic) {
        fold_dead_letters(topic, batch, out);
        return;
    }
    TopicFold& fold = fold_of(topic);
    std::visit(
        [&]<typename Decoder>(const Decoder& /*of both*/) {
            fold_messages<Decoder>(fold, batch, stores, out);
        },
        fold.decoders.front());
}

template <typename Decoder>
void Operator::fold_messages(TopicFold& fold, const ports::FetchedBatch& batch,
                             const retail::StoreCatalog& stores, FlushRows& out) const {
    struct Reading {
        LogPosition at;
        std::string_view message;
        RowOf<Decoder> row;
        retail::Rejection rejection;
    };
    std::array<Reading, 2> readings;
    PartitionState& state = state_of(fold, batch.partition);
    const auto take = [&](const Reading& reading) {
        const auto& [at, message, row, rejection] = reading;
        if (rejection.reason != RejectReason::kNone) {
            out.add_rejection(at, rejection.reason, rejection.detail, "log", {}, message);
        } else if (!is_repeat(state, at, row.event_id, message, out)) {
            const bool late = note_time(state, at, row.event_time_ms);
            if constexpr (std::is_same_v<Decoder, retail::EventDecoder>) {
                out.add_event(at, row, late);
            } else {
                out.add_topic_event(at, *fold.topic, row, late);
            }
        }
    };
    const std::size_t messages = batch.records.size();
    for (std::size_t i = 0; i < messages; ++i) {
        auto& [at, message, row, rejection] = readings[i % 2];
        at = {fold.topic->name, batch.partition, batch.base_offset + static_cast<std::int64_t>(i),
              batch.log_time_us};
        message = batch.records[i];
        if (std::get<Decoder>(fold.decoders[i % 2])
                .decode(message, at.log_time_us, stores, row, rejection) == RejectReason::kNone) {
            state.ids.prefetch(row.event_id);
        }
        if (i > 0) {
            take(readings[(i - 1) % 2]);
        }
    }
    if (messages > 0) {
        take(readings[(messages - 1) % 2]);
    }
}

bool Operator::is_repeat(PartitionState& state, const LogPosition& at, retail::EventUuid id,
                         std::string_view message, FlushRows& out) {
    const std::int64_t hour = hour_of(at.log_time_us);
    if (hour > state.last_hour) {
        state.ids.expire(hour);
        state.last_hour = hour;
    }
    if (!id.present() || !state.ids.seen_or_insert(id, hour)) {
        return false;
    }
    out.add_rejection(at, RejectReason::kDuplicate, "event_id was seen before", "log", id, message);
    return true;
}

bool Operator::note_time(PartitionState& state, const LogPosition& at,
                         std::int64_t event_time_ms) const {
    const bool late = event_time_ms < state.watermark_ms - options_.allowed_lateness_ms;
    const std::int64_t seen_until = std::min(event_time_ms, at.log_time_us / 1000);
    state.watermark_ms = std::max(state.watermark_ms, seen_until);
    return late;
}

void Operator::fold_dead_letters(std::string_view topic, const ports::FetchedBatch& batch,
                                 FlushRows& out) {
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
        fold_dead_letter({topic, batch.partition, batch.base_offset + static_cast<std::int64_t>(i),
                          batch.log_time_us},
                         batch.records[i], out);
    }
}

void Operator::fold_dead_letter(const LogPosition& at, std::string_view message, FlushRows& out) {
    const Result<retail::DeadLetter> letter = retail::parse_dead_letter(message);
    if (!letter) {
        out.add_rejection(at, RejectReason::kBadDeadLetter, letter.error().message, "log", {},
                          message);
        return;
    }
    out.add_rejection(at, letter->reason, letter->detail, letter->source, {}, letter->raw);
}

Status Operator::admit(const retail::Topic& topic, const retail::ColumnBlock& rows) {
    std::vector<PartitionState>& partitions = fold_of(topic.name).partitions;
    const auto& partition = rows.data<std::vector<std::uint32_t>>("log_partition");
    const auto& offset = rows.data<std::vector<std::int64_t>>("log_offset");
    const auto& log_time = rows.data<std::vector<std::int64_t>>("log_time");
    const auto& event_time = rows.data<std::vector<std::int64_t>>("event_time");
    const auto& event_id = rows.data<std::vector<retail::Uuid>>("event_id");
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        if (partition[row] >= partitions.size()) {
            return fail(ErrorKind::kCorrupted, "row of log partition {}, of which there are {}",
                        partition[row], partitions.size());
        }
        PartitionState& state = partitions[partition[row]];
        const std::int64_t hour = hour_of(log_time[row]);
        const retail::EventUuid id{event_id[row].high, event_id[row].low};
        if (id.present() && state.ids.seen_or_insert(id, hour)) {
            return fail(ErrorKind::kCorrupted,
                        "partition {} offset {}: event_id {} was accepted before", partition[row],
                        offset[row], retail::format_uuid(id));
        }
        state.last_hour = std::max(state.last_hour, hour);
        state.watermark_ms =
            std::max(state.watermark_ms, std::min(event_time[row], log_time[row] / 1000));
    }
    return {};
}

Status Operator::save(ports::StateStore& store, std::string_view name, std::string_view note) {
    return save(store, fmt::format("{}/{}", options_.state_prefix, name), note,
                every_partition(options_.partitions));
}

Status Operator::save_partition(ports::StateStore& store, PartitionId partition,
                                std::string_view note) {
    return save(store, partition_name(partition), note, {&partition, 1});
}

Status Operator::save(ports::StateStore& store, std::string_view full_name, std::string_view note,
                      std::span<const PartitionId> partitions) {
    std::string states;
    std::vector<std::string> runs;
    for (TopicFold& fold : topics_) {
        put_text(states, fold.topic->name);
        for (const PartitionId partition : partitions) {
            PartitionState& state = state_of(fold, partition);
            state.ids.expire(state.last_hour);
            put_u64(states, static_cast<std::uint64_t>(state.watermark_ms));
            put_u64(states, static_cast<std::uint64_t>(state.last_hour));
            SHELFCAST_TRY(state.ids.encode(store, states));
            state.ids.collect_run_names(runs);
        }
    }
    std::string head(kMagic);
    put_text(head, note);
    put_u64(head, runs.size());
    for (const std::string& run : runs) {
        put_text(head, run);
    }
    put_u64(head, options_.partitions);
    put_u64(head, partitions.size());
    for (const PartitionId partition : partitions) {
        put_u64(head, partition.value);
    }
    put_u64(head, topics_.size());
    head += states;
    const std::array<char, 16> sum = checksum_of(head);
    head.append(sum.data(), sum.size());
    return store.put(full_name, head);
}

Result<std::string> Operator::load(ports::StateStore& store, std::string_view full_name) {
    SHELFCAST_ASSIGN(const ports::StateBlob blob, store.open(full_name));
    SHELFCAST_ASSIGN(const std::string_view body, checked_body(full_name, blob.bytes));
    HeadReader reader(body);
    SHELFCAST_ASSIGN(HeadFront front, read_front(reader));
    std::uint64_t count = 0;
    SHELFCAST_TRY(reader.u64(count));
    if (count != options_.partitions) {
        return fail(ErrorKind::kCorrupted, "{} has {} partitions, the log has {}", full_name, count,
                    options_.partitions);
    }
    std::vector<PartitionId> partitions = every_partition(options_.partitions);
    if (blob.bytes.starts_with(kMagic)) {
        SHELFCAST_TRY(read_partitions(reader, partitions));
    }
    const bool first_release = blob.bytes.starts_with(kFirstMagic);
    std::uint64_t topics = 1;
    if (!first_release) {
        SHELFCAST_TRY(reader.u64(topics));
    }
    std::map<std::string, std::vector<PartitionState>> states;
    for (std::uint64_t i = 0; i < topics; ++i) {
        std::string name(retail::kRetailEventsTopic);
        if (!first_release) {
            SHELFCAST_TRY(reader.text(name));
        }
        if (retail::find_topic(name) == nullptr) {
            return fail(ErrorKind::kCorrupted, "{} has a topic {}, which there is not", full_name,
                        name);
        }
        for (const PartitionId partition : partitions) {
            PartitionState& state = states[name].emplace_back(empty_state(partition));
            std::uint64_t watermark = 0;
            std::uint64_t hour = 0;
            SHELFCAST_TRY(reader.u64(watermark));
            SHELFCAST_TRY(reader.u64(hour));
            state.watermark_ms = static_cast<std::int64_t>(watermark);
            state.last_hour = static_cast<std::int64_t>(hour);
            SHELFCAST_TRY(state.ids.decode(store, reader.rest()));
        }
    }
    for (TopicFold& fold : topics_) {
        const auto found = states.find(std::string(fold.topic->name));
        for (std::size_t i = 0; i < partitions.size(); ++i) {
            state_of(fold, partitions[i]) =
                found == states.end() ? empty_state(partitions[i]) : std::move(found->second[i]);
        }
    }
    return std::move(front.note);
}

Status Operator::remove_stale(ports::StateStore& store, std::span<const std::string> keep_heads) {
    std::vector<std::string> heads;
    for (const std::string& head : keep_heads) {
        heads.push_back(fmt::format("{}/{}", options_.state_prefix, head));
    }
    for (const PartitionId partition : every_partition(options_.partitions)) {
        heads.push_back(partition_name(partition));
    }
    return remove_all_but(store, options_.state_prefix + "/", heads);
}

Status Operator::remove_stale_of(ports::StateStore& store, PartitionId partition) {
    const std::string head = partition_name(partition);
    return remove_all_but(store, folder_of(partition) + "/", {&head, 1});
}

Status Operator::remove_all_but(ports::StateStore& store, std::string_view prefix,
                                std::span<const std::string> heads) const {
    std::set<std::string> needed;
    for (const std::string& name : heads) {
        const Result<ports::StateBlob> blob = store.open(name);
        if (!blob) {
            continue;
        }
        SHELFCAST_ASSIGN(const std::string_view body, checked_body(name, blob->bytes));
        HeadReader reader(body);
        SHELFCAST_ASSIGN(const HeadFront front, read_front(reader));
        needed.insert(name);
        needed.insert(front.runs.begin(), front.runs.end());
    }
    std::vector<std::string> in_use;
    for (const TopicFold& fold : topics_) {
        for (const PartitionState& state : fold.partitions) {
            state.ids.collect_run_names(in_use);
        }
    }
    needed.insert(in_use.begin(), in_use.end());
    SHELFCAST_ASSIGN(const std::vector<std::string> names, store.list(prefix));
    for (const std::string& name : names) {
        if (!needed.contains(name)) {
            SHELFCAST_TRY(store.remove(name));
        }
    }
    return {};
}

std::int64_t Operator::watermark_ms(PartitionId partition) const {
    const std::vector<PartitionState>& partitions = topics_.front().partitions;
    SHELFCAST_CHECK(partition.value < partitions.size());
    return partitions[partition.value].watermark_ms;
}

std::uint64_t Operator::remembered_ids() const {
    std::uint64_t total = 0;
    for (const TopicFold& fold : topics_) {
        for (const PartitionState& state : fold.partitions) {
            total += state.ids.size();
        }
    }
    return total;
}

}  // namespace shelfcast::operators
