#pragma once

/// \file replenishment/books/unit_demand.h
/// How many whole units are wanted in a stretch of time: Poisson, or negative binomial where demand
/// varies more. The sums that policies are made of, exact to many digits in both tails. Plain
/// values.
///
/// Source: Johnson, Kemp, Kotz, Univariate Discrete Distributions, 3rd ed. (2005), chapters 4 and
/// 5; partial expectations by n p(n) = mean p'(n - 1), where p' has the same mean (Poisson) or one
/// more success (negative binomial).

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "replenishment/books/continuous_demand.h"

namespace shelfcast::replenishment {

/// Units a day: both finite, the mean above 0, the variance not below it. Demands of separate days
/// are independent.
struct UnitDemandRate {
    double mean_per_day = 0;
    double variance_per_day = 0;
};

class UnitDemand {
public:
    /// More than this is not counted unit by unit.
    static constexpr double kMostMeanUnits = 1e7;
    static constexpr double kMostSdUnits = 1e5;

    /// What is wanted in so many days (0 or more, also parts of a day). Error: kInvalidInput when
    /// that is more than is counted unit by unit.
    [[nodiscard]] static Result<UnitDemand> over(double days, const UnitDemandRate& rate);

    [[nodiscard]] double mean() const noexcept { return mean_; }
    /// P(D = units).
    [[nodiscard]] double exactly(std::int64_t units) const;
    /// P(D <= units) and P(D > units).
    [[nodiscard]] double at_most(std::int64_t units) const;
    [[nodiscard]] double more_than(std::int64_t units) const;
    /// E max(D - units, 0).
    [[nodiscard]] double shortage(std::int64_t units) const;
    /// E max(units - D, 0).
    [[nodiscard]] double surplus(std::int64_t units) const;
    /// The least number of units that is enough with that probability.
    [[nodiscard]] std::int64_t quantile(const Chance& chance) const;

    /// P(D = 0), P(D = 1), … up to where what is left out is below 1e-18.
    [[nodiscard]] std::vector<double> probabilities() const;

private:
    UnitDemand(double mean, double successes, double stop_share)
        : mean_(mean), successes_(successes), stop_share_(stop_share) {}

    /// P(D = units) / P(D = units - 1).
    [[nodiscard]] double growth(double units) const;
    /// The sums of the tails, term by term.
    [[nodiscard]] double summed_shortage(std::int64_t units) const;
    [[nodiscard]] double summed_surplus(std::int64_t units) const;
    [[nodiscard]] bool is_poisson() const { return successes_ == 0; }

    double mean_;
    double successes_;   ///< r of the negative binomial; 0: Poisson.
    double stop_share_;  ///< Its p = mean / variance.
};

}  // namespace shelfcast::replenishment
