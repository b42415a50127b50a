#pragma once

/// \file replenishment/policies/demand_outlook.h
/// What an item's demand of the coming days may be: a mean and a variance per day, and how far all
/// those days may be off together. Plain values.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace shelfcast::replenishment {

struct DemandOutlook {
    std::vector<double> mean_units;  ///< Per day from the first review on, 0 or more.
    std::vector<double> variance;    ///< Per day, about its mean; units squared.
    double shared_deviation = 0;     ///< Of the level of all days, relative to the mean.

    /// Mean over `days` from day `from` on; a broken number of days takes its part of the last.
    /// Days behind the outlook repeat its last week.
    [[nodiscard]] double mean_over(std::size_t from, double days) const;
    /// Variance of what is wanted over those days, the shared part included.
    [[nodiscard]] double variance_over(std::size_t from, double days) const;
};

/// Demand of `days` days as it may come, `paths` times: a level common to a path (lognormal) times
/// the mean of the day, and counts about it (negative binomial, Poisson where the variance is no
/// larger). Path p, day d at p * days + d. The levels of the paths are evenly spread, so that their
/// mean is that of the outlook. The same for the same outlook and seed.
[[nodiscard]] std::vector<std::int32_t> sample_demand(const DemandOutlook& outlook,
                                                      std::size_t paths, std::size_t days,
                                                      std::uint64_t seed);

}  // namespace shelfcast::replenishment
