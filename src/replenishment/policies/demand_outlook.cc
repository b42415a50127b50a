#include "replenishment/policies/demand_outlook.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace shelfcast::replenishment {
namespace {

constexpr std::size_t kWeekDays = 7;
/// More than a replay can count with; nothing sells so many in a day.
constexpr double kMostUnits = 1e8;

double value_at(const std::vector<double>& days, std::size_t day) {
    if (day < days.size()) {
        return days[day];
    }
    if (days.empty()) {
        return 0;
    }
    const std::size_t week = std::min(kWeekDays, days.size());
    return days[days.size() - week + (day - days.size()) % week];
}

double sum_over(const std::vector<double>& values, std::size_t from, double days) {
    const auto whole = static_cast<std::size_t>(std::max(0.0, std::floor(days)));
    double sum = 0;
    for (std::size_t day = 0; day < whole; ++day) {
        sum += value_at(values, from + day);
    }
    const double part = days - static_cast<double>(whole);
    return part > 0 ? sum + part * value_at(values, from + whole) : sum;
}

/// The standard normal deviate with that probability below it, by bisection: once per path.
double normal_deviate(double probability) {
    double low = -9;
    double high = 9;
    for (int step = 0; step < 60; ++step) {
        const double middle = (low + high) / 2;
        (0.5 * std::erfc(-middle / std::sqrt(2.0)) < probability ? low : high) = middle;
    }
    return (low + high) / 2;
}

}  // namespace

double DemandOutlook::mean_over(std::size_t from, double days) const {
    return sum_over(mean_units, from, days);
}

double DemandOutlook::variance_over(std::size_t from, double days) const {
    const double shared = shared_deviation * mean_over(from, days);
    return sum_over(variance, from, days) + shared * shared;
}

std::vector<std::int32_t> sample_demand(const DemandOutlook& outlook, std::size_t paths,
                                        std::size_t days, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<std::int32_t> out(paths * days);
    // Lognormal with mean 1 and the outlook's deviation.
    const double log_variance = std::log1p(outlook.shared_deviation * outlook.shared_deviation);
    double level_sum = 0;
    std::vector<double> levels(paths);
    for (std::size_t path = 0; path < paths; ++path) {
        const double at = (static_cast<double>(path) + 0.5) / static_cast<double>(paths);
        levels[path] = std::exp(std::sqrt(log_variance) * normal_deviate(at));
        level_sum += levels[path];
    }
    for (std::size_t path = 0; path < paths; ++path) {
        const double level = levels[path] * static_cast<double>(paths) / level_sum;
        for (std::size_t day = 0; day < days; ++day) {
            const double usual = value_at(outlook.mean_units, day);
            const double mean = std::min(kMostUnits, usual * level);
            if (!(mean > 1e-6)) {
                continue;
            }
            // The relative spread stays what it is at the usual level.
            const double variance = value_at(outlook.variance, day) * level * level;
            double rate = mean;
            if (variance > mean * (1 + 1e-6)) {
                const double shape = mean * mean / (variance - mean);
                rate = std::gamma_distribution<double>(shape, mean / shape)(random);
            }
            rate = std::min(rate, kMostUnits);
            out[path * days + day] =
                rate > 0 ? std::poisson_distribution<std::int32_t>(rate)(random) : 0;
        }
    }
    return out;
}

}  // namespace shelfcast::replenishment
