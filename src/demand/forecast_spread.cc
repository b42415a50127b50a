#include "demand/forecast_spread.h"

#include <algorithm>
#include <cmath>

namespace shelfcast::demand {
namespace {

/// A forecast of less says nothing about a relative spread.
constexpr double kLeastMean = 0.3;
/// A few wild days do not make a series so much wilder, or calmer, than all.
constexpr double kLeastRatio = 0.2;
constexpr double kMostRatio = 6;

struct ErrorSums {
    double count = 0;
    double square = 0;
    double mean = 0;

    void add(double mean_units, double error) {
        count += 1;
        square += error * error;
        mean += mean_units;
    }
};

/// Fits log variance = log factor + power * log mean over series that have both.
void fit_line(std::span<const ErrorSums> sums, VarianceLaw& law) {
    double count = 0;
    double x_sum = 0;
    double y_sum = 0;
    double xx = 0;
    double xy = 0;
    for (const ErrorSums& of : sums) {
        if (of.square > 0 && of.mean > kLeastMean * of.count) {
            const double x = std::log(of.mean / of.count);
            const double y = std::log(of.square / of.count);
            count += 1;
            x_sum += x;
            y_sum += y;
            xx += x * x;
            xy += x * y;
        }
    }
    if (count == 0) {
        return;
    }
    // Between chance alone and a spread that grows with the mean.
    const double spread = count * xx - x_sum * x_sum;
    law.power = spread > 1e-9 ? std::clamp((count * xy - x_sum * y_sum) / spread, 1.0, 2.0) : 1;
    law.factor = std::exp((y_sum - law.power * x_sum) / count);
}

VarianceLaw law_of(std::span<const ErrorSums> sums, double pooled_count) {
    VarianceLaw law{.ratio = std::vector<double>(sums.size(), 1)};
    fit_line(sums, law);
    std::vector<double> own(sums.size(), 1);
    for (std::size_t series = 0; series < sums.size(); ++series) {
        const ErrorSums& of = sums[series];
        if (of.mean > kLeastMean * of.count) {
            const double expected = law.variance(series, of.mean / of.count);
            own[series] = std::min(of.square / of.count / expected, kMostRatio);
        }
    }
    for (std::size_t series = 0; series < sums.size(); ++series) {
        const double errors =
            sums[series].mean > kLeastMean * sums[series].count ? sums[series].count : 0;
        law.ratio[series] =
            std::clamp((errors * own[series] + pooled_count) / (errors + pooled_count), kLeastRatio,
                       kMostRatio);
    }
    return law;
}

}  // namespace

double VarianceLaw::variance(std::size_t series, double mean_units) const {
    return ratio[series] * factor * std::pow(std::max(mean_units, kLeastMean), power);
}

ForecastSpread spread_of(std::span<const PastForecast> past, std::size_t series,
                         const SpreadOptions& options) {
    std::vector<ErrorSums> days(series);
    std::vector<ErrorSums> stretches(series);
    for (const PastForecast& stretch : past) {
        for (std::size_t of = 0; of < series; ++of) {
            double mean = 0;
            double error = 0;
            bool known = false;
            for (std::size_t day = 0; day < stretch.days; ++day) {
                const std::size_t at = of * stretch.days + day;
                const double expected = stretch.mean_units[at];
                const double off = stretch.actual_units[at] - expected;
                if (!std::isnan(off)) {
                    days[of].add(expected, off);
                    mean += expected;
                    error += off;
                    known = true;
                }
            }
            if (known) {
                stretches[of].add(mean, error);
            }
        }
    }
    return {.day = law_of(days, options.pooled_days),
            .stretch = law_of(stretches, options.pooled_stretches)};
}

}  // namespace shelfcast::demand
