#pragma once

/// \file base/ids.h
/// Numbers that must not be mixed up get types of their own.

#include <compare>
#include <cstdint>
#include <functional>

namespace shelfcast {

/// A number with a meaning: no arithmetic, ordered, hashable, printable through `.value`.
template <typename Tag, typename Number>
struct StrongId {
    Number value{};
    constexpr auto operator<=>(const StrongId&) const = default;
};

/// The number of a log partition, 0 to partitions - 1.
using PartitionId = StrongId<struct PartitionTag, std::uint32_t>;
/// The number of an epoch: 1 is the first; a vector of log offsets, closed by the batch job.
using EpochId = StrongId<struct EpochTag, std::uint32_t>;
/// The number of a generation of the batch layer: 1 is the first, a rebuild makes the next.
using GenerationId = StrongId<struct GenerationTag, std::uint32_t>;
/// The number of one flush of the speed layer, growing over the life of a data directory.
using FlushId = StrongId<struct FlushTag, std::uint64_t>;
/// The number of a session of the speed layer, growing likewise.
using SessionId = StrongId<struct SessionTag, std::uint64_t>;
/// A store's number, as in events.
using StoreId = StrongId<struct StoreTag, std::uint32_t>;
/// A version of the store catalogue: grows by one with each change.
using CatalogVersion = StrongId<struct CatalogTag, std::uint64_t>;

}  // namespace shelfcast

template <typename Tag, typename Number>
struct std::hash<shelfcast::StrongId<Tag, Number>> {
    std::size_t operator()(const shelfcast::StrongId<Tag, Number>& id) const noexcept {
        return std::hash<Number>{}(id.value);
    }
};
