#include "demand/count_demand.h"

#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace shelfcast::demand {

double chance_of_at_least(double units, const CountDemand& demand) {
    // Nearer to Poisson than this and r grows past what the beta function resolves.
    constexpr double kOverdispersed = 1.0001;
    if (units <= 0) {
        return 1;
    }
    if (demand.mean <= 0) {
        return 0;
    }
    if (demand.variance <= demand.mean * kOverdispersed) {
        return boost::math::gamma_p(units, demand.mean);
    }
    const double excess = demand.variance - demand.mean;
    const double r = demand.mean * demand.mean / excess;
    return boost::math::ibeta(units, r, excess / demand.variance);
}

double quantile(double probability, const CountDemand& demand) {
    const auto is_enough = [&](double units) {
        return 1 - chance_of_at_least(units + 1, demand) >= probability;
    };
    double high = 1;
    while (!is_enough(high)) {
        high *= 2;
    }
    double low = -1;  // Never enough.
    while (high - low > 1) {
        const double middle = std::floor((low + high) / 2);
        (is_enough(middle) ? high : low) = middle;
    }
    return high;
}

}  // namespace shelfcast::demand
