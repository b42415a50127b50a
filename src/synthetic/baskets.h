#pragma once

/// \file synthetic/baskets.h
/// The customers of a store's day, in the order in which they pay. One owner, not thread safe.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "synthetic/catalogue.h"
#include "synthetic/chain.h"
#include "synthetic/random.h"

namespace shelfcast::synthetic {

struct Basket {
    std::int64_t local_ms = 0;  ///< Paid at, as the shop's clock shows it.
    std::uint32_t register_number = 0;
    std::uint32_t customer = 0;  ///< 0: unknown.
};

class Baskets {
public:
    /// Draws a day's baskets, some of which may stay empty: one at least, the more the more receipt
    /// lines are expected. The store must be open. `planted`: the store's events of that date.
    void draw(const Chain& chain, std::uint32_t store, std::int32_t date, double expected_lines,
              std::span<const PlantedEvent* const> planted, Random& random);

    [[nodiscard]] const std::vector<Basket>& all() const noexcept { return baskets_; }

    /// A basket that a product of that mission goes into: large ones and those of the same mission
    /// are likelier.
    [[nodiscard]] std::uint32_t pick(std::uint8_t mission, Random& random) const;

private:
    void draw_times(const OpeningHours& hours, std::int32_t date, Random& random);

    std::vector<Basket> baskets_;
    std::vector<std::uint32_t> tickets_;  ///< Index of a basket, the oftener the larger it is.
    std::array<std::vector<std::uint32_t>, kMissions> tickets_of_mission_;
};

}  // namespace shelfcast::synthetic
