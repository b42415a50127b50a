#pragma once

/// \file replenishment/books/bisection.h
/// Where a rising condition turns true. Pure.

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace shelfcast::replenishment {

/// The least number (to the last bit of a double) in [low, high] for which `is_enough`, which must
/// never turn false again, holds; high when it holds nowhere.
template <typename IsEnough>
[[nodiscard]] double least_enough(double low, double high, const IsEnough& is_enough) {
    // Halving a double's range leaves no number between after some 60 steps, or 1100 around zero.
    constexpr int kMostSteps = 1200;
    for (int step = 0; step < kMostSteps; ++step) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) {
            break;
        }
        (is_enough(middle) ? high : low) = middle;
    }
    return high;
}

/// The least whole number from `low` for which `is_enough`, which must hold from some number on and
/// never turn false again, holds. `likely`: where to look first.
template <typename IsEnough>
[[nodiscard]] std::int64_t least_whole_enough(std::int64_t low, std::int64_t likely,
                                              const IsEnough& is_enough) {
    std::int64_t below = low - 1;  // Not looked at.
    std::int64_t high = std::max(low, likely);
    for (std::int64_t step = 1; !is_enough(high); step *= 2) {
        below = high;
        high += step;
    }
    while (high - below > 1) {
        const std::int64_t middle = below + (high - below) / 2;
        (is_enough(middle) ? high : below) = middle;
    }
    return high;
}

}  // namespace shelfcast::replenishment
