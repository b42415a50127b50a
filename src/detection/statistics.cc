#include "detection/statistics.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace shelfcast::detection {

double median(std::vector<double> values) {
    if (values.empty()) {
        return 0;
    }
    const std::size_t middle = values.size() / 2;
    std::ranges::sort(values);
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double robust_deviation(const std::vector<double>& values) {
    constexpr double kNormal = 1.4826;
    const double middle = median(values);
    std::vector<double> away;
    away.reserve(values.size());
    for (const double value : values) {
        away.push_back(std::abs(value - middle));
    }
    return kNormal * median(std::move(away));
}

double log_upper_tail(const CountLaw& law, double observed) {
    if (observed <= 0) {
        return 0;
    }
    if (law.mean <= 0) {
        return -1e3;
    }
    const double share = law.mean / (law.mean + law.size);
    const double log_first = std::lgamma(observed + law.size) - std::lgamma(law.size) -
                             std::lgamma(observed + 1) + law.size * std::log1p(-share) +
                             observed * std::log(share);
    // Terms relative to the first, until they no longer count.
    constexpr int kMostTerms = 100'000;
    constexpr double kNothing = 1e-9;
    double term = 1;
    double sum = 1;
    for (int i = 0; i < kMostTerms && term > kNothing * sum; ++i) {
        const double count = observed + i;
        term *= (count + law.size) / (count + 1) * share;
        sum += term;
    }
    return std::min(0.0, log_first + std::log(sum));
}

double log_none(const CountLaw& law) {
    return law.mean <= 0 ? 0 : -law.size * std::log1p(law.mean / law.size);
}

double deviations(double log_probability) {
    constexpr int kRounds = 40;
    if (log_probability >= -std::numbers::ln2) {
        return 0;
    }
    // By halving: the tail falls with z.
    double low = 0;
    double high = std::sqrt(-2 * log_probability);
    const auto log_tail = [](double z) {
        constexpr double kFar = 20;
        return z < kFar ? std::log(std::erfc(z / std::numbers::sqrt2) / 2)
                        : -z * z / 2 - std::log(z * std::sqrt(2 * std::numbers::pi));
    };
    for (int round = 0; round < kRounds; ++round) {
        const double middle = (low + high) / 2;
        (log_tail(middle) > log_probability ? low : high) = middle;
    }
    return (low + high) / 2;
}

}  // namespace shelfcast::detection
