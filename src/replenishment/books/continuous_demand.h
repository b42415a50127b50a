#pragma once

/// \file replenishment/books/continuous_demand.h
/// What is wanted in a stretch of time where parts of a unit make sense: normal, gamma, lognormal
/// or uniform, given by mean and standard deviation. And the standard normal distribution with its
/// loss functions, exact to a few last digits far into the tail. Plain values.
///
/// Sources: Snyder and Shen, Fundamentals of Supply Chain Theory, 2nd ed. (2019), appendix C (loss
/// functions); the continued fraction of Mills' ratio: Abramowitz and Stegun, 26.2.14.

#include <cstdint>

namespace shelfcast::replenishment {

/// P(Z <= z) and P(Z > z) of the standard normal distribution.
[[nodiscard]] double normal_below(double z);
[[nodiscard]] double normal_above(double z);

/// A probability (exclusive 0 to 1) with its complement, which keeps its digits where the
/// probability is next to 1.
struct Chance {
    double of = 0;
    double against = 0;
};
[[nodiscard]] constexpr Chance chance(double of) { return {.of = of, .against = 1 - of}; }
/// cost of one unit too few / (that + cost of one unit too many).
[[nodiscard]] constexpr Chance critical_ratio(double under_cost, double over_cost) {
    const double sum = under_cost + over_cost;
    return {.of = under_cost / sum, .against = over_cost / sum};
}

/// The z that a standard normal variable stays below with that probability.
[[nodiscard]] double normal_quantile(const Chance& chance);

/// G(z) = E max(Z - z, 0) = phi(z) - z P(Z > z).
[[nodiscard]] double normal_loss(double z);
/// H(z) = E max(Z - z, 0)^2 / 2 = ((z^2 + 1) P(Z > z) - z phi(z)) / 2, the integral of G from z up.
[[nodiscard]] double normal_second_loss(double z);

enum class DemandShape : std::uint8_t { kNormal, kGamma, kLognormal, kUniform };

/// Units. The deviation is 0 or more; at 0 the demand is the mean. All shapes but the normal, which
/// is not cut off at zero, need a mean above 0.
struct ContinuousDemand {
    DemandShape shape = DemandShape::kNormal;
    double mean = 0;
    double sd = 0;

    /// P(D <= units).
    [[nodiscard]] double at_most(double units) const;
    /// E max(D - units, 0).
    [[nodiscard]] double shortage(double units) const;
    /// The units that are enough with that probability.
    [[nodiscard]] double quantile(const Chance& chance) const;
};

}  // namespace shelfcast::replenishment
