#include "operator/duplicate_index.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <boost/sort/spreadsort/integer_sort.hpp>
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
constexpr std::uint64_t kBitsPerBlock = 512;
static_assert(kRecentIdsPerHour < 0xffff, "a place plus one has 16 bits in a slot");

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

/// By multiplication, without a division (Lemire, "Fast Random Integer Generation in an Interval",
/// 2019).
std::size_t block_of(std::uint64_t hash, std::size_t blocks) {
    return (hash >> 32U) * blocks >> 32U;
}

/// The bit that an id sets in word `word` of its block; the multipliers are those of Parquet.
std::uint64_t bit_of(std::uint64_t hash, std::size_t word) {
    constexpr std::array<std::uint32_t, 8> kSalts = {0x47b6137bU, 0x44974d91U, 0x8824ad5bU,
                                                     0xa2b7289dU, 0x705495c7U, 0x2df1424bU,
                                                     0x9efc4947U, 0x5c6bfb31U};
    return std::uint64_t{1} << (static_cast<std::uint32_t>(hash) * kSalts[word] >> 26U);
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

bool DuplicateIndex::RecentIds::contains(EventUuid id, std::uint64_t hash) const noexcept {
    if (slots_.empty()) {
        return false;
    }
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash & mask; slots_[at] != 0; at = (at + 1) & mask) {
        if (slots_[at] >> 16U == hash >> 48U && ids_[(slots_[at] & 0xffffU) - 1] == id) {
            return true;
        }
    }
    return false;
}

void DuplicateIndex::RecentIds::prefetch(std::uint64_t hash) const noexcept {
    if (!slots_.empty()) {
        __builtin_prefetch(&slots_[hash & (slots_.size() - 1)], 1);
    }
}

void DuplicateIndex::RecentIds::insert(EventUuid id, std::uint64_t hash) {
    if (slots_.size() < 2 * (ids_.size() + 1)) {
        grow();
    }
    ids_.push_back(id);
    place(ids_.size() - 1, hash);
}

void DuplicateIndex::RecentIds::place(std::size_t index, std::uint64_t hash) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    while (slots_[at] != 0) {
        at = (at + 1) & mask;
    }
    slots_[at] = static_cast<std::uint32_t>((hash >> 48U) << 16U | (index + 1));
}

void DuplicateIndex::RecentIds::grow() {
    slots_.assign(std::max<std::size_t>(64, slots_.size() * 2), 0);
    for (std::size_t index = 0; index < ids_.size(); ++index) {
        place(index, hash_of(ids_[index]));
    }
}

std::vector<EventUuid> DuplicateIndex::RecentIds::take_sorted() {
    std::vector<EventUuid> ids = std::exchange(ids_, {});
    std::ranges::fill(slots_, 0);
    // By the higher half; the lower halves of those that share it come after.
    boost::sort::spreadsort::integer_sort(
        ids.begin(), ids.end(),
        [](const EventUuid& id, unsigned shift) { return id.high >> shift; },
        [](const EventUuid& left, const EventUuid& right) { return left < right; });
    for (auto begin = ids.begin(); begin != ids.end();) {
        const auto end = std::find_if(begin, ids.end(),
                                      [&](const EventUuid& id) { return id.high != begin->high; });
        std::sort(begin, end);
        begin = end;
    }
    return ids;
}

DuplicateIndex::DuplicateIndex(std::int64_t horizon_hours, ports::StateStore* spill,
                               std::string prefix)
    : horizon_hours_(horizon_hours), spill_(spill), prefix_(std::move(prefix)) {}

void DuplicateIndex::prefetch(EventUuid id) const noexcept {
    const std::uint64_t hash = hash_of(id);
    for (const Generation& generation : generations_) {
        __builtin_prefetch(&generation.blocks[block_of(hash, generation.blocks.size())]);
    }
    if (!hours_.empty()) {
        hours_.rbegin()->second.recent.prefetch(hash);
    }
}

bool DuplicateIndex::seen_or_insert(EventUuid id, std::int64_t hour) {
    const std::uint64_t hash = hash_of(id);
    if (seen(id, hash, hour)) {
        return true;
    }
    Hour& bucket = hours_[hour];
    bucket.recent.insert(id, hash);
    note_in_filter(hash, hour);
    if (bucket.recent.size() >= kRecentIdsPerHour) {
        seal(bucket);
    }
    return false;
}

bool DuplicateIndex::seen(EventUuid id, std::uint64_t hash, std::int64_t hour) const {
    for (const Generation& generation : generations_) {
        const FilterBlock& block = generation.blocks[block_of(hash, generation.blocks.size())];
        std::uint64_t unset = 0;
        for (std::size_t word = 0; word < block.words.size(); ++word) {
            unset |= bit_of(hash, word) & ~block.words[word];
        }
        if (unset != 0) [[likely]] {
            continue;
        }
        const std::int64_t first = std::max(generation.first_hour, hour - horizon_hours_);
        const std::int64_t last = std::min(generation.last_hour, hour);
        for (auto it = hours_.lower_bound(first); it != hours_.end() && it->first <= last; ++it) {
            if (in_hour(it->second, id, hash)) {
                return true;
            }
        }
    }
    return false;
}

bool DuplicateIndex::in_hour(const Hour& hour, EventUuid id, std::uint64_t hash) {
    return hour.recent.contains(id, hash) || std::ranges::any_of(hour.runs, [&](const Run& run) {
               return std::ranges::binary_search(run.ids, id);
           });
}

void DuplicateIndex::note_in_filter(std::uint64_t hash, std::int64_t hour) {
    if (generations_.empty() || generations_.back().count >= generations_.back().capacity) {
        Generation next;
        next.capacity = generations_.empty()
                            ? kFirstGenerationIds
                            : std::min(generations_.back().capacity * 4, kLastGenerationIds);
        next.blocks.resize(next.capacity * kBitsPerId / kBitsPerBlock);
        next.first_hour = hour;
        next.last_hour = hour;
        generations_.push_back(std::move(next));
    }
    Generation& generation = generations_.back();
    FilterBlock& block = generation.blocks[block_of(hash, generation.blocks.size())];
    for (std::size_t word = 0; word < block.words.size(); ++word) {
        block.words[word] |= bit_of(hash, word);
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
        at->second.recent = {};
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
