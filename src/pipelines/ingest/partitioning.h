#pragma once

/// \file pipelines/ingest/partitioning.h
/// Which log partition a store's events go to. Fixed for ever: a store that moved to another
/// partition would lose its order and its memory of event ids. Pure.

#include <cstdint>

#include "base/ids.h"

namespace shelfcast::ingest {

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014) of the store's number, modulo the count.
/// Neighbouring numbers spread evenly. `partitions` is at least 1.
[[nodiscard]] constexpr PartitionId partition_of(StoreId store, std::uint32_t partitions) noexcept {
    std::uint64_t hash = store.value + 0x9E3779B97F4A7C15ULL;
    hash = (hash ^ (hash >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    hash = (hash ^ (hash >> 27U)) * 0x94D049BB133111EBULL;
    hash ^= hash >> 31U;
    return PartitionId{static_cast<std::uint32_t>(hash % partitions)};
}

}  // namespace shelfcast::ingest
