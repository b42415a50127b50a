#include "adapters/kafka/key_desk.h"

#include <algorithm>
#include <map>
#include <utility>

namespace shelfcast::adapters::kafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kMessagesPerScan = 10'000;

std::string_view key_of(const Outgoing& out) { return out.batch->header.idempotency_key; }

/// A stamp that owns its bytes, of a record that was read.
struct Seen {
    std::string bytes;
    std::int64_t offset;
    std::int64_t log_time_us;
};

}  // namespace

Status KeyDesk::begin(std::span<const Place> places, std::span<const PlaceInTopic> ends) {
    std::vector<PlaceInTopic> starts;
    std::vector<std::size_t> which;
    {
        const std::scoped_lock lock(mutex_);
        for (std::size_t i = 0; i < places.size(); ++i) {
            if (!places[i].partition->keys.followed()) {
                starts.push_back(ends[i]);
                starts.back().at.offset = (clock_.now_us() - options_.keep_us) / 1000;
                which.push_back(i);
            }
        }
    }
    SHELFCAST_TRY(cluster_.look_up(starts));
    const std::scoped_lock lock(mutex_);
    for (std::size_t i = 0; i < starts.size(); ++i) {
        KeyIndex& keys = places[which[i]].partition->keys;
        if (!keys.followed()) {
            // No record so young: all of them are too old.
            const std::int64_t start = starts[i].at.offset;
            keys.begin_at(start < 0 ? ends[which[i]].at.offset : start);
        }
    }
    return {};
}

Status KeyDesk::follow(std::span<const Place> places, Deadline until) {
    std::vector<PlaceInTopic> ends;
    for (const Place& place : places) {
        ends.push_back({place.topic->full_name, {place.partition->id, Cluster::kEnd}});
    }
    SHELFCAST_TRY(cluster_.look_up(ends));
    SHELFCAST_TRY(begin(places, ends));
    for (std::size_t i = 0; i < places.size(); ++i) {
        KeyIndex& keys = places[i].partition->keys;
        const std::int64_t end = ends[i].at.offset;
        {
            // What this process has under way needs no reading: its outcome tells.
            std::unique_lock lock(mutex_);
            const std::uint64_t mark = keys.begun;
            settled_.wait_until(lock, until, [&] {
                return keys.followed().value_or(0) >= end || keys.ended >= mark;
            });
            keys.forget_before(clock_.now_us() - options_.keep_us);
            if (keys.followed().value_or(0) >= end) {
                continue;
            }
        }
        SHELFCAST_TRY(scan(places[i], end, until));
    }
    return {};
}

Status KeyDesk::scan(const Place& place, std::int64_t end, Deadline until) {
    Partition& partition = *place.partition;
    const std::scoped_lock one_at_a_time(partition.scan);
    const auto position = [&] {
        const std::scoped_lock lock(mutex_);
        return partition.keys.followed().value_or(0);
    };
    for (std::int64_t from = position(); from < end; from = position()) {
        const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now());
        if (left.count() <= 0) {
            return fail(ErrorKind::kUnavailable,
                        "topic {} partition {}: still reading which idempotency keys were used, at "
                        "offset {} of {}: repeat the call",
                        place.topic->name, partition.id.value, from, end);
        }
        std::vector<Seen> seen;
        std::int64_t next = from;
        auto taken = readers_.take(
            *place.topic, partition, {from, kMessagesPerScan}, left,
            [&](const rd_kafka_message_t& message) {
                next = message.offset + 1;
                if (const auto bytes = stamp_bytes(message); !bytes.empty()) {
                    rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
                    seen.push_back({std::string(bytes), message.offset,
                                    rd_kafka_message_timestamp(&message, &type) * 1000});
                }
                return next < end;
            });
        if (!taken) {
            if (taken.error().kind != ErrorKind::kNotFound) {
                return forward_error(taken);
            }
            // Removed meanwhile; those keys are as old as what Kafka's retention takes.
            std::vector<PlaceInTopic> begin{
                {place.topic->full_name, {partition.id, Cluster::kBegin}}};
            SHELFCAST_TRY(cluster_.look_up(begin));
            next = begin.front().at.offset;
        }
        const std::scoped_lock lock(mutex_);
        for (const Seen& each : seen) {
            if (const auto stamp = decode_stamp(each.bytes)) {
                partition.keys.saw(*stamp, each.offset, each.log_time_us);
            }
        }
        partition.keys.knows(from, next);
    }
    return {};
}

Result<std::vector<KeyDesk::Plan>> KeyDesk::decide(std::span<const Outgoing> batches) {
    std::vector<Plan> plans(batches.size());
    std::map<std::pair<const Partition*, std::string_view>, std::size_t> first;
    for (std::size_t i = 0; i < batches.size(); ++i) {
        const Outgoing& out = batches[i];
        const std::string_view key = key_of(out);
        if (key.empty()) {
            continue;
        }
        const auto conflict = [&] {
            return fail(ErrorKind::kConflict,
                        "topic {} partition {}: key {} was used before for other content",
                        out.topic->name, out.partition->id.value, key);
        };
        const auto [at, is_first] = first.try_emplace({out.partition, key}, i);
        if (!is_first) {
            const ports::AppendBatch& twin = *batches[at->second].batch;
            if (twin.header.fingerprint != out.batch->header.fingerprint) {
                return conflict();
            }
            plans[i].twin = at->second;
            continue;
        }
        const KeyedBatch* const known = out.partition->keys.find(key);
        if (known == nullptr) {
            continue;
        }
        if (known->fingerprint != out.batch->header.fingerprint ||
            (known->missing > 0 && known->present.size() != out.batch->records.size())) {
            return conflict();
        }
        if (known->missing == 0) {
            plans[i].present = ports::AppendedBatch{known->base_offset, known->log_time_us, true};
        } else {
            plans[i].there = known->present;
        }
    }
    return plans;
}

Result<std::vector<KeyDesk::Plan>> KeyDesk::claim(std::span<const Outgoing> batches) {
    const auto until = steady_clock::now() + options_.timeout;
    std::vector<Place> places;
    for (const Outgoing& out : batches) {
        const bool known = std::ranges::any_of(
            places, [&](const Place& place) { return place.partition == out.partition; });
        if (!key_of(out).empty() && !known) {
            places.push_back({out.topic, out.partition});
        }
    }
    while (true) {
        if (!places.empty()) {
            SHELFCAST_TRY(follow(places, until));
        }
        std::unique_lock lock(mutex_);
        const auto is_held = [&](const Outgoing& out) {
            return out.partition->keys.in_flight.contains(key_of(out));
        };
        if (std::ranges::any_of(batches, is_held)) {
            if (!settled_.wait_until(lock, until,
                                     [&] { return std::ranges::none_of(batches, is_held); })) {
                return fail(ErrorKind::kUnavailable,
                            "the same idempotency key is being appended by another call");
            }
            continue;  // It may have failed half way: look again.
        }
        SHELFCAST_ASSIGN(std::vector<Plan> plans, decide(batches));
        for (std::size_t i = 0; i < batches.size(); ++i) {
            if (plans[i].appends()) {
                KeyIndex& keys = batches[i].partition->keys;
                ++keys.begun;
                if (!key_of(batches[i]).empty()) {
                    keys.in_flight.emplace(key_of(batches[i]));
                }
            }
        }
        return plans;
    }
}

std::vector<ports::AppendedBatch> KeyDesk::settle(std::span<const Outgoing> batches,
                                                  std::span<const Plan> plans,
                                                  std::span<const Result<Acknowledged>> outcomes) {
    std::vector<ports::AppendedBatch> appended(batches.size());
    {
        const std::scoped_lock lock(mutex_);
        std::size_t next = 0;
        for (std::size_t i = 0; i < batches.size(); ++i) {
            const Outgoing& out = batches[i];
            if (const auto& present = plans[i].present) {
                appended[i] = *present;
                continue;
            }
            if (const auto& twin = plans[i].twin) {
                appended[i] = appended[*twin];
                appended[i].already_present = true;
                continue;
            }
            KeyIndex& keys = out.partition->keys;
            ++keys.ended;
            if (const auto held = keys.in_flight.find(key_of(out)); held != keys.in_flight.end()) {
                keys.in_flight.erase(held);
            }
            if (outcomes.empty() || !outcomes[next++]) {
                continue;  // Some of it may be in: reading on will tell.
            }
            const Acknowledged& where = *outcomes[next - 1];
            appended[i] = {where.first_offset, where.log_time_us, false};
            const auto count = static_cast<std::int64_t>(out.batch->records.size());
            if (!key_of(out).empty()) {
                keys.appended({0, static_cast<std::uint32_t>(count), key_of(out),
                               out.batch->header.fingerprint},
                              where.first_offset, where.log_time_us);
                const KeyedBatch& whole = *keys.find(key_of(out));
                appended[i].base_offset = whole.base_offset;
                appended[i].log_time_us = whole.log_time_us;
            }
            if (where.last_offset - where.first_offset + 1 == count) {
                keys.knows(where.first_offset, where.last_offset + 1);
            }
        }
    }
    settled_.notify_all();
    return appended;
}

Result<std::optional<ports::AppendedBatch>> KeyDesk::find(const Topic& topic, Partition& partition,
                                                          std::string_view key) {
    if (key.empty()) {
        return std::nullopt;
    }
    const Place place{&topic, &partition};
    SHELFCAST_TRY(follow({&place, 1}, steady_clock::now() + options_.timeout));
    const std::scoped_lock lock(mutex_);
    const KeyedBatch* const found = partition.keys.find(key);
    if (found == nullptr || found->missing > 0) {
        return std::nullopt;
    }
    return ports::AppendedBatch{found->base_offset, found->log_time_us, true};
}

}  // namespace shelfcast::adapters::kafka
