#pragma once

/// \file demand/count_demand.h
/// How many units are wanted in a stretch of time, as a distribution given by mean and variance:
/// negative binomial where sales vary more than by chance alone, else Poisson. Plain values.
///
/// Source: Johnson, Kemp, Kotz, Univariate Discrete Distributions, 3rd ed. (2005), chapters 4 and
/// 5: P(X >= n) of the negative binomial is the regularized incomplete beta function
/// I_{1-p}(n, r), that of the Poisson the regularized incomplete gamma function P(n, mean). Both go
/// on between whole numbers, which serves goods that are sold by weight.

namespace shelfcast::demand {

/// Units; both 0 or more.
struct CountDemand {
    double mean = 0;
    double variance = 0;
};

/// The chance that at least so many units are wanted; 1 for none or fewer.
[[nodiscard]] double chance_of_at_least(double units, const CountDemand& demand);

/// The least whole number of units that is enough with that probability (0 to 1, exclusive).
[[nodiscard]] double quantile(double probability, const CountDemand& demand);

}  // namespace shelfcast::demand
