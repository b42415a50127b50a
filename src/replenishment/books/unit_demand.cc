#include "replenishment/books/unit_demand.h"

#include <algorithm>
#include <boost/math/policies/policy.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "replenishment/books/bisection.h"

namespace shelfcast::replenishment {
namespace {

namespace policies = boost::math::policies;
/// Answers as well as it can, where the default throws.
constexpr policies::policy<policies::domain_error<policies::ignore_error>,
                           policies::overflow_error<policies::ignore_error>,
                           policies::evaluation_error<policies::ignore_error>>
    kQuiet;

// Nearer to Poisson than this and r grows past what the beta function resolves.
constexpr double kOverdispersed = 1 + 1e-9;
// Below this share of the mean the closed forms, which are differences, lose digits.
constexpr double kClosedFormShare = 1e-5;
constexpr double kNothing = 1e-18;

/// P(D <= n), n >= 0, or its complement.
double poisson_below(double n, double mean) { return boost::math::gamma_q(n + 1, mean, kQuiet); }
double poisson_above(double n, double mean) { return boost::math::gamma_p(n + 1, mean, kQuiet); }

}  // namespace

Result<UnitDemand> UnitDemand::over(double days, const UnitDemandRate& rate) {
    const double mean = rate.mean_per_day * days;
    const double sd = std::sqrt(rate.variance_per_day * days);
    // Also where it is no number.
    if (!(mean <= kMostMeanUnits && sd <= kMostSdUnits)) {
        return fail(ErrorKind::kInvalidInput,
                    "a demand of {:.6g} units with deviation {:.6g} in {:.6g} days is not counted "
                    "unit by unit; up to {:.0f} with deviation {:.0f} is",
                    mean, sd, days, kMostMeanUnits, kMostSdUnits);
    }
    if (rate.variance_per_day <= rate.mean_per_day * kOverdispersed || days == 0) {
        return UnitDemand(mean, 0, 1);
    }
    const double excess = rate.variance_per_day - rate.mean_per_day;
    return UnitDemand(mean, mean * rate.mean_per_day / excess,
                      rate.mean_per_day / rate.variance_per_day);
}

double UnitDemand::exactly(std::int64_t units) const {
    if (units < 0 || mean_ == 0) {
        return units == 0 ? 1 : 0;
    }
    const auto n = static_cast<double>(units);
    if (is_poisson()) {
        return boost::math::gamma_p_derivative(n + 1, mean_, kQuiet);
    }
    return boost::math::ibeta_derivative(successes_, n + 1, stop_share_, kQuiet) * stop_share_ /
           (n + successes_);
}

double UnitDemand::at_most(std::int64_t units) const {
    if (units < 0) {
        return 0;
    }
    if (mean_ == 0) {
        return 1;
    }
    const auto n = static_cast<double>(units);
    return is_poisson() ? poisson_below(n, mean_)
                        : boost::math::ibeta(successes_, n + 1, stop_share_, kQuiet);
}

double UnitDemand::more_than(std::int64_t units) const {
    if (units < 0) {
        return 1;
    }
    if (mean_ == 0) {
        return 0;
    }
    const auto n = static_cast<double>(units);
    return is_poisson() ? poisson_above(n, mean_)
                        : boost::math::ibetac(successes_, n + 1, stop_share_, kQuiet);
}

double UnitDemand::growth(double units) const {
    return is_poisson() ? mean_ / units : (units - 1 + successes_) * (1 - stop_share_) / units;
}

double UnitDemand::summed_shortage(std::int64_t units) const {
    auto n = static_cast<double>(units + 1);
    double probability = exactly(units + 1);
    double sum = 0;
    for (double short_by = 1; probability > 0; ++short_by) {
        const double term = short_by * probability;
        sum += term;
        // Past the mean the terms shrink ever faster, but a first few may still grow.
        if (term < sum * kNothing && n > mean_) {
            break;
        }
        ++n;
        probability *= growth(n);
    }
    return sum;
}

double UnitDemand::summed_surplus(std::int64_t units) const {
    double probability = exactly(units - 1);
    double sum = 0;
    double left = 1;
    for (auto n = static_cast<double>(units - 1); n >= 0 && probability > 0; --n, ++left) {
        const double term = left * probability;
        sum += term;
        if (term < sum * kNothing && n < mean_) {
            break;
        }
        probability /= n > 0 ? growth(n) : 1;
    }
    return sum;
}

double UnitDemand::shortage(std::int64_t units) const {
    const auto n = static_cast<double>(units);
    if (units <= 0 || mean_ == 0) {
        return std::max(mean_ - n, 0.0);
    }
    if (n < mean_) {
        return mean_ - n + surplus(units);
    }
    const double from_units_on = is_poisson()
                                     ? (poisson_above(n - 1, mean_))
                                     : boost::math::ibetac(successes_ + 1, n, stop_share_, kQuiet);
    const double closed = mean_ * from_units_on - n * more_than(units);
    return closed > mean_ * kClosedFormShare ? closed : summed_shortage(units);
}

double UnitDemand::surplus(std::int64_t units) const {
    const auto n = static_cast<double>(units);
    if (units <= 0 || mean_ == 0) {
        return std::max(n, 0.0);
    }
    if (n >= mean_) {
        return n - mean_ + shortage(units);
    }
    const double below_units = is_poisson()
                                   ? (poisson_below(n - 1, mean_))
                                   : boost::math::ibeta(successes_ + 1, n, stop_share_, kQuiet);
    const double closed = n * at_most(units) - mean_ * below_units;
    return closed > mean_ * kClosedFormShare ? closed : summed_surplus(units);
}

std::int64_t UnitDemand::quantile(const Chance& chance) const {
    return least_whole_enough(0, static_cast<std::int64_t>(mean_), [&](std::int64_t units) {
        return chance.of < 0.5 ? at_most(units) >= chance.of : more_than(units) <= chance.against;
    });
}

std::vector<double> UnitDemand::probabilities() const {
    const std::int64_t last = quantile({.of = 1 - kNothing, .against = kNothing});
    std::vector<double> all;
    all.reserve(static_cast<std::size_t>(last + 1));
    for (std::int64_t units = 0; units <= last; ++units) {
        all.push_back(exactly(units));
    }
    return all;
}

}  // namespace shelfcast::replenishment
