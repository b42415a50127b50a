#include "demand/chain_drift.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace shelfcast::demand {
namespace {

double mean_of(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

double chain_drift(std::span<const double> total_units, std::size_t horizon_days) {
    constexpr std::size_t kMonth = 28;
    constexpr std::size_t kWeek = 7;
    constexpr double kPriorWindows = 4;
    constexpr double kMostLog = 0.1;
    std::vector<double> ratios;
    // `behind`: how many days are known at the origin.
    for (std::size_t behind = total_units.size() - std::min(horizon_days, total_units.size());
         behind >= kMonth; behind -= kWeek) {
        const double before = mean_of(total_units.subspan(behind - kMonth, kMonth));
        const double after = mean_of(total_units.subspan(behind, horizon_days));
        if (before > 0 && after > 0) {
            ratios.push_back(std::log(after / before));
        }
    }
    if (ratios.size() < 3) {
        return 1;
    }
    const double mean = mean_of(ratios);
    double variance = 0;
    for (const double ratio : ratios) {
        variance += (ratio - mean) * (ratio - mean) / static_cast<double>(ratios.size());
    }
    const double windows = static_cast<double>(kWeek * ratios.size()) / kMonth;
    return std::exp(std::clamp((mean + 0.5 * variance) * windows / (windows + kPriorWindows),
                               -kMostLog, kMostLog));
}

}  // namespace shelfcast::demand
