#pragma once

/// \file detection/statistics.h
/// The few laws of chance that the detectors weigh by. Pure, thread safe.

#include <vector>

namespace shelfcast::detection {

/// The middle value; of an even number, the mean of both. 0 for none.
[[nodiscard]] double median(std::vector<double> values);

/// Median absolute deviation from the median, times 1.4826: the standard deviation where the values
/// are normal (Rousseeuw and Croux 1993). 0 for none.
[[nodiscard]] double robust_deviation(const std::vector<double>& values);

/// A negative binomial count: more spread out than a Poisson one.
struct CountLaw {
    double mean = 0;
    /// Variance = mean + mean^2 / size; the smaller, the more spread out.
    double size = 1;
};

/// ln P(count >= `observed`); 0 for observed <= 0.
[[nodiscard]] double log_upper_tail(const CountLaw& law, double observed);
/// ln P(count = 0).
[[nodiscard]] double log_none(const CountLaw& law);

/// The number of standard deviations whose one-sided normal tail has that logarithm of a
/// probability; 0 from one half on.
[[nodiscard]] double deviations(double log_probability);

}  // namespace shelfcast::detection
