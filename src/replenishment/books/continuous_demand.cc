#include "replenishment/books/continuous_demand.h"

#include <algorithm>
#include <boost/math/policies/policy.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <numbers>

namespace shelfcast::replenishment {
namespace {

namespace policies = boost::math::policies;
/// Answers as well as it can, where the default throws.
constexpr policies::policy<policies::domain_error<policies::ignore_error>,
                           policies::overflow_error<policies::ignore_error>,
                           policies::evaluation_error<policies::ignore_error>>
    kQuiet;

// From here up the differences in the loss functions' definitions lose digits.
constexpr double kTail = 3;

double density(double z) {
    return std::exp(-z * z / 2) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
}

/// Numerator n and below of Mills' ratio as the fraction 1/(z + 1/(z + 2/(z + 3/(z + …)))).
double fraction_from(int n, double z) {
    constexpr int kTerms = 200;  // Enough from z = kTail on for every digit.
    double tail = 0;
    for (int term = kTerms; term >= n; --term) {
        tail = term / (z + tail);
    }
    return tail;
}

struct Gamma {
    double shape;
    double scale;
};
Gamma gamma_of(const ContinuousDemand& demand) {
    const double ratio = demand.mean / demand.sd;
    return {.shape = ratio * ratio, .scale = demand.sd / ratio};
}

struct Lognormal {
    double mean_log;
    double sd_log;
};
Lognormal lognormal_of(const ContinuousDemand& demand) {
    const double ratio = demand.sd / demand.mean;
    const double variance_log = std::log1p(ratio * ratio);
    return {.mean_log = std::log(demand.mean) - variance_log / 2,
            .sd_log = std::sqrt(variance_log)};
}

double uniform_half_width(const ContinuousDemand& demand) {
    return std::numbers::sqrt3 * demand.sd;
}

double gamma_shortage(const ContinuousDemand& demand, double units) {
    const Gamma gamma = gamma_of(demand);
    const double x = units / gamma.scale;
    return std::max(demand.mean * boost::math::gamma_q(gamma.shape + 1, x, kQuiet) -
                        units * boost::math::gamma_q(gamma.shape, x, kQuiet),
                    0.0);
}

double lognormal_shortage(const ContinuousDemand& demand, double units) {
    const Lognormal log = lognormal_of(demand);
    const double z = (std::log(units) - log.mean_log) / log.sd_log;
    return std::max(demand.mean * normal_above(z - log.sd_log) - units * normal_above(z), 0.0);
}

double uniform_shortage(const ContinuousDemand& demand, double units) {
    const double half = uniform_half_width(demand);
    const double room = std::clamp(demand.mean + half - units, 0.0, 2 * half);
    return units < demand.mean - half ? demand.mean - units : room * room / (4 * half);
}

}  // namespace

double normal_below(double z) { return std::erfc(-z / std::numbers::sqrt2) / 2; }
double normal_above(double z) { return normal_below(-z); }

double normal_quantile(const Chance& chance) {
    return chance.of < 0.5
               ? -std::numbers::sqrt2 * boost::math::erfc_inv(2 * chance.of, kQuiet)
               : std::numbers::sqrt2 * boost::math::erfc_inv(2 * chance.against, kQuiet);
}

double normal_loss(double z) {
    if (z < kTail) {
        return density(z) - z * normal_above(z);
    }
    // With Mills' ratio 1/(z + k): phi (1 - z/(z + k)), where nothing cancels.
    const double k = fraction_from(1, z);
    return density(z) * k / (z + k);
}

double normal_second_loss(double z) {
    if (z < kTail) {
        return ((z * z + 1) * normal_above(z) - z * density(z)) / 2;
    }
    const double next = fraction_from(2, z);
    return density(z) * next / ((z + next) * (z + 1 / (z + next)) * 2);
}

double ContinuousDemand::at_most(double units) const {
    if (sd == 0) {
        return units >= mean ? 1 : 0;
    }
    if (shape == DemandShape::kNormal) {
        return normal_below((units - mean) / sd);
    }
    if (units <= 0 && shape != DemandShape::kUniform) {
        return 0;
    }
    if (shape == DemandShape::kGamma) {
        const Gamma gamma = gamma_of(*this);
        return boost::math::gamma_p(gamma.shape, units / gamma.scale, kQuiet);
    }
    if (shape == DemandShape::kLognormal) {
        const Lognormal log = lognormal_of(*this);
        return normal_below((std::log(units) - log.mean_log) / log.sd_log);
    }
    const double half = uniform_half_width(*this);
    return std::clamp((units - mean + half) / (2 * half), 0.0, 1.0);
}

double ContinuousDemand::shortage(double units) const {
    if (sd == 0) {
        return std::max(mean - units, 0.0);
    }
    if (shape == DemandShape::kNormal) {
        return sd * normal_loss((units - mean) / sd);
    }
    if (units <= 0 && shape != DemandShape::kUniform) {
        return mean - units;
    }
    switch (shape) {
        case DemandShape::kGamma:
            return gamma_shortage(*this, units);
        case DemandShape::kLognormal:
            return lognormal_shortage(*this, units);
        default:
            return uniform_shortage(*this, units);
    }
}

double ContinuousDemand::quantile(const Chance& chance) const {
    if (sd == 0) {
        return mean;
    }
    switch (shape) {
        case DemandShape::kNormal:
            return mean + sd * normal_quantile(chance);
        case DemandShape::kGamma: {
            const Gamma gamma = gamma_of(*this);
            return gamma.scale *
                   (chance.of < 0.5
                        ? boost::math::gamma_p_inv(gamma.shape, chance.of, kQuiet)
                        : boost::math::gamma_q_inv(gamma.shape, chance.against, kQuiet));
        }
        case DemandShape::kLognormal: {
            const Lognormal log = lognormal_of(*this);
            return std::exp(log.mean_log + log.sd_log * normal_quantile(chance));
        }
        case DemandShape::kUniform:
            break;
    }
    return mean + uniform_half_width(*this) * (chance.of - chance.against);
}

}  // namespace shelfcast::replenishment
