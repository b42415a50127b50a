#include "operator/duplicate_index.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <limits>
#include <utility>

namespace shelfcast::operators {
namespace {

using retail::EventUuid;

constexpr std::size_t kRecentIdsPerHour = 32'768;
constexpr std::size_t kSpillIds = 262'144;  // 4 MiB
constexpr std::size_t kInlineIds = 1'024;   // smaller runs go into the snapshot's head
constexpr std::uint64_t kFirstGenerationIds = 65'536;
constexpr std::uint64_t kLastGenerationIds = 1U << 22U;
constexpr std::uint64_t kBitsPerId = 12;
constexpr std::uint64_t kWordsPerBlock = 8;  // one cache line
constexpr int kProbes = 6;

std::uint64_t mix(std::uint64_t x) {
    // Finalizer of MurmurHash3 (Appleby, public domain): ULIDs and UUIDv7 share their leading bits.
    x ^= x >> 33U;
    x *= 0xff51afd7ed558ccdULL;
    x ^= x >> 33U;
    x *= 0xc4ceb9fe1a85ec53ULL;
    x ^= x >> 33U;
    return x;
}

std::uint64_t hash_of(EventUuid id) { return mix(id.high ^ mix(id.low)); }

std::uint64_t block_of(std::uint64_t hash, std::uint64_t words) {
    return (hash >> 32U) % (words / kWordsPerBlock) * kWordsPerBlock;
}

void put_u64(std::string& out, std::uint64_t value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

bool take_u64(std::string_view& in, std::uint64_t& value) {
    if (in.size() < sizeof value) {
        return false;
    }
    std::memcpy(&value, in.data(), sizeof value);
    in.remove_prefix(sizeof value);
    return true;
}

std::span<const EventUuid> ids_in(std::string_view bytes) {
    return {reinterpret_cast<const EventUuid*>(bytes.data()), bytes.size() / sizeof(EventUuid)};
}

std::string_view bytes_of(std::span<const EventUuid> ids) {
    return {reinterpret_cast<const char*>(ids.data()), ids.size_bytes()};
}

}  // namespace

bool DuplicateIndex::RecentIds::contains(EventUuid id) const noexcept {
    if (slots_.empty()) {
        return false;
    }
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash_of(id) & mask; slots_[at].present(); at = (at + 1) & mask) {
        if (slots_[at] == id) {
            return true;
        }
    }
    return false;
}

void DuplicateIndex::RecentIds::insert(EventUuid id) {
    if (slots_.size() < 2 * (size_ + 1)) {
        grow();
    }
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash_of(id) & mask;
    while (slots_[at].present()) {
        at = (at + 1) & mask;
    }
    slots_[at] = id;
    ++size_;
}

void DuplicateIndex::RecentIds::grow() {
    std::vector<EventUuid> old = std::exchange(slots_, {});
    slots_.resize(std::max<std::size_t>(64, old.size() * 2));
    size_ = 0;
    for (const EventUuid& id : old) {
        if (id.present()) {
            insert(id);
        }
    }
}

std::vector<EventUuid> DuplicateIndex::RecentIds::take_sorted() {
    std::vector<EventUuid> ids;
    ids.reserve(size_);
    std::ranges::copy_if(slots_, std::back_inserter(ids), &EventUuid::present);
    std::ranges::sort(ids);
    slots_.clear();
    slots_.shrink_to_fit();
    size_ = 0;
    return ids;
}

DuplicateIndex::DuplicateIndex(std::int64_t horizon_hours, ports::StateStore* spill,
                               std::string prefix)
    : horizon_hours_(horizon_hours), spill_(spill), prefix_(std::move(prefix)) {}

bool DuplicateIndex::seen_or_insert(EventUuid id, std::int64_t hour) {
    const std::uint64_t hash = hash_of(id);
    if (seen(id, hash, hour)) {
        return true;
    }
    Hour& bucket = hours_[hour];
    bucket.recent.insert(id);
    note_in_filter(hash, hour);
    if (bucket.recent.size() >= kRecentIdsPerHour) {
        seal(bucket);
    }
    return false;
}

bool DuplicateIndex::seen(EventUuid id, std::uint64_t hash, std::int64_t hour) const {
    for (const Generation& generation : generations_) {
        const std::uint64_t* const block =
            generation.bits.data() + block_of(hash, generation.bits.size());
        std::uint64_t probe = hash;
        bool maybe = true;
        for (int i = 0; i < kProbes && maybe; ++i, probe = mix(probe + 1)) {
            maybe = ((block[probe & 7U] >> ((probe >> 3U) & 63U)) & 1U) != 0;
        }
        if (!maybe) {
            continue;
        }
        const std::int64_t first = std::max(generation.first_hour, hour - horizon_hours_);
        const std::int64_t last = std::min(generation.last_hour, hour);
        for (auto it = hours_.lower_bound(first); it != hours_.end() && it->first <= last; ++it) {
            if (in_hour(it->second, id)) {
                return true;
            }
        }
    }
    return false;
}

bool DuplicateIndex::in_hour(const Hour& hour, EventUuid id) const {
    return hour.recent.contains(id) || std::ranges::any_of(hour.runs, [&](const Run& run) {
               return std::ranges::binary_search(run.ids, id);
           });
}

void DuplicateIndex::note_in_filter(std::uint64_t hash, std::int64_t hour) {
    if (generations_.empty() || generations_.back().count >= generations_.back().capacity) {
        Generation next;
        next.capacity = generations_.empty()
                            ? kFirstGenerationIds
                            : std::min(generations_.back().capacity * 4, kLastGenerationIds);
        const std::uint64_t words = next.capacity * kBitsPerId / 64;
        next.bits.resize((words + kWordsPerBlock - 1) / kWordsPerBlock * kWordsPerBlock);
        next.first_hour = hour;
        next.last_hour = hour;
        generations_.push_back(std::move(next));
    }
    Generation& generation = generations_.back();
    std::uint64_t* const block = generation.bits.data() + block_of(hash, generation.bits.size());
    std::uint64_t probe = hash;
    for (int i = 0; i < kProbes; ++i, probe = mix(probe + 1)) {
        block[probe & 7U] |= std::uint64_t{1} << ((probe >> 3U) & 63U);
    }
    ++generation.count;
    generation.first_hour = std::min(generation.first_hour, hour);
    generation.last_hour = std::max(generation.last_hour, hour);
}

void DuplicateIndex::seal(Hour& hour) {
    if (hour.recent.size() == 0) {
        return;
    }
    // Shared between the index and snapshots that still refer to the run.
    auto ids = std::make_shared<const std::vector<EventUuid>>(hour.recent.take_sorted());
    hour.runs.push_back({std::span(*ids), ids, {}});
    while (hour.runs.size() >= 2 &&
           hour.runs[hour.runs.size() - 2].ids.size() < 2 * hour.runs.back().ids.size()) {
        merge_last_runs(hour);
    }
    spill_from(kSpillIds, hour.runs.back());
}

void DuplicateIndex::merge_last_runs(Hour& hour) {
    const Run last = std::move(hour.runs.back());
    hour.runs.pop_back();
    Run& before = hour.runs.back();
    auto merged = std::make_shared<std::vector<EventUuid>>();
    merged->reserve(before.ids.size() + last.ids.size());
    std::ranges::merge(before.ids, last.ids, std::back_inserter(*merged));
    before = {std::span<const EventUuid>(*merged), merged, {}};
}

void DuplicateIndex::spill_from(std::size_t least_ids, Run& run) {
    if (spill_ == nullptr || run.ids.size() < least_ids || !run.name.empty()) {
        return;
    }
    // A spill only saves memory: if it fails the run stays where it is, and nothing is lost.
    static_cast<void>(store_run(*spill_, run));
}

std::string DuplicateIndex::run_name(std::span<const EventUuid> ids) const {
    const XXH128_hash_t hash = XXH3_128bits(ids.data(), ids.size_bytes());
    return fmt::format("{}/run-{:016x}{:016x}", prefix_, hash.high64, hash.low64);
}

Status DuplicateIndex::store_run(ports::StateStore& store, Run& run) {
    const std::string name = run_name(run.ids);
    SHELFCAST_TRY(store.put(name, bytes_of(run.ids)));
    SHELFCAST_ASSIGN(ports::StateBlob blob, store.open(name));
    run = {ids_in(blob.bytes), std::move(blob.keeper), name};
    return {};
}

void DuplicateIndex::expire(std::int64_t hour) {
    const std::int64_t oldest = hour - horizon_hours_;
    hours_.erase(hours_.begin(), hours_.lower_bound(oldest));
    std::erase_if(generations_, [&](const Generation& one) { return one.last_hour < oldest; });
    // What is over gains no ids: a hash table for it would only take memory, hour after hour.
    const auto present = hours_.lower_bound(hour);
    for (auto at = hours_.begin(); at != present; ++at) {
        seal(at->second);
        for (Run& run : at->second.runs) {
            spill_from(kInlineIds + 1, run);
        }
    }
}

std::uint64_t DuplicateIndex::size() const noexcept {
    std::uint64_t total = 0;
    for (const auto& [hour, bucket] : hours_) {
        total += bucket.recent.size();
        for (const Run& run : bucket.runs) {
            total += run.ids.size();
        }
    }
    return total;
}

Status DuplicateIndex::encode(ports::StateStore& store, std::string& out) {
    put_u64(out, hours_.size());
    for (auto& [hour, bucket] : hours_) {
        seal(bucket);
        put_u64(out, static_cast<std::uint64_t>(hour));
        put_u64(out, bucket.runs.size());
        for (Run& run : bucket.runs) {
            if (run.ids.size() > kInlineIds && !run.name.starts_with(prefix_ + "/")) {
                SHELFCAST_TRY(store_run(store, run));
            }
            put_u64(out, run.ids.size());
            put_u64(out, run.ids.size() > kInlineIds ? run.name.size() : 0);
            out += run.ids.size() > kInlineIds ? std::string_view(run.name) : bytes_of(run.ids);
        }
    }
    return {};
}

Status DuplicateIndex::decode(ports::StateStore& store, std::string_view& in) {
    const auto broken = [] { return fail(ErrorKind::kCorrupted, "duplicate index is cut short"); };
    hours_.clear();
    generations_.clear();
    std::uint64_t hours = 0;
    if (!take_u64(in, hours)) {
        return broken();
    }
    for (std::uint64_t h = 0; h < hours; ++h) {
        std::uint64_t hour = 0;
        std::uint64_t runs = 0;
        if (!take_u64(in, hour) || !take_u64(in, runs)) {
            return broken();
        }
        Hour& bucket = hours_[static_cast<std::int64_t>(hour)];
        for (std::uint64_t r = 0; r < runs; ++r) {
            std::uint64_t count = 0;
            std::uint64_t name_bytes = 0;
            if (!take_u64(in, count) || !take_u64(in, name_bytes)) {
                return broken();
            }
            const bool stored = name_bytes > 0;
            if (!stored && count > kInlineIds) {
                return broken();
            }
            const std::uint64_t bytes = stored ? name_bytes : count * sizeof(EventUuid);
            if (in.size() < bytes) {
                return broken();
            }
            Run run;
            if (stored) {
                run.name = in.substr(0, bytes);
                SHELFCAST_ASSIGN(ports::StateBlob blob, store.open(run.name));
                run.ids = ids_in(blob.bytes);
                run.keeper = std::move(blob.keeper);
                if (run.ids.size() != count) {
                    return fail(ErrorKind::kCorrupted, "{} holds {} ids, not {}", run.name,
                                run.ids.size(), count);
                }
            } else {
                auto ids = std::make_shared<std::vector<EventUuid>>(count);
                std::memcpy(ids->data(), in.data(), bytes);
                run.ids = std::span<const EventUuid>(*ids);
                run.keeper = std::move(ids);
            }
            in.remove_prefix(bytes);
            for (const EventUuid& id : run.ids) {
                note_in_filter(hash_of(id), static_cast<std::int64_t>(hour));
            }
            bucket.runs.push_back(std::move(run));
        }
    }
    return {};
}

void DuplicateIndex::collect_run_names(std::vector<std::string>& names) const {
    for (const auto& [hour, bucket] : hours_) {
        for (const Run& run : bucket.runs) {
            if (!run.name.empty()) {
                names.push_back(run.name);
            }
        }
    }
}

}  // namespace shelfcast::operators
