#pragma once

/// \file replenishment/books/test_sums.h
/// What the tests of this folder compare with: distributions and integrals straight from their
/// definitions, slow and without a closed form.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace shelfcast::replenishment {

/// P(D = 0), P(D = 1), … of a Poisson variable, up to where nothing is left.
inline std::vector<double> naive_poisson(double mean) {
    std::vector<double> all;
    const double last = mean + 12 * std::sqrt(mean) + 40;
    for (double n = 0; n <= last; ++n) {
        all.push_back(mean == 0 ? (n == 0 ? 1.0 : 0.0)
                                : std::exp(n * std::log(mean) - mean - std::lgamma(n + 1)));
    }
    return all;
}

/// Of a negative binomial variable with that mean and variance.
inline std::vector<double> naive_negative_binomial(double mean, double variance) {
    std::vector<double> all;
    const double p = mean / variance;
    const double r = mean * p / (1 - p);
    for (double n = 0; n <= mean || all.back() > 1e-20; ++n) {
        all.push_back(std::exp(std::lgamma(n + r) - std::lgamma(r) - std::lgamma(n + 1) +
                               r * std::log(p) + n * std::log1p(-p)));
    }
    return all;
}

inline double naive_at_most(const std::vector<double>& demand, std::int64_t units) {
    double sum = 0;
    for (std::int64_t n = 0; n <= units && n < std::ssize(demand); ++n) {
        sum += demand[static_cast<std::size_t>(n)];
    }
    return sum;
}

inline double naive_shortage(const std::vector<double>& demand, double units) {
    double sum = 0;
    for (std::size_t n = 0; n < demand.size(); ++n) {
        sum += demand[n] * std::max(static_cast<double>(n) - units, 0.0);
    }
    return sum;
}

inline double naive_surplus(const std::vector<double>& demand, double units) {
    double sum = 0;
    for (std::size_t n = 0; n < demand.size(); ++n) {
        sum += demand[n] * std::max(units - static_cast<double>(n), 0.0);
    }
    return sum;
}

/// By Simpson's rule.
template <typename F>
double naive_integral(double low, double high, const F& f, int pieces = 4000) {
    const double width = (high - low) / pieces;
    double sum = 0;
    for (int piece = 0; piece < pieces; ++piece) {
        const double from = low + piece * width;
        sum += (f(from) + 4 * f(from + width / 2) + f(from + width)) * width / 6;
    }
    return sum;
}

inline double naive_normal_density(double x, double mean, double sd) {
    const double z = (x - mean) / sd;
    return std::exp(-z * z / 2) / (sd * std::sqrt(2 * std::numbers::pi));
}

/// E max(X - units, 0) of a normal variable.
inline double naive_normal_shortage(double units, double mean, double sd) {
    const double high = std::max(units, mean) + 12 * sd;
    const double low = std::max(units, mean - 12 * sd);
    return naive_integral(
        low, high, [&](double x) { return (x - units) * naive_normal_density(x, mean, sd); });
}

}  // namespace shelfcast::replenishment
