#include "demand/count_demand.h"

#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>

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

}  // namespace shelfcast::demand
