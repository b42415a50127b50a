#include "demand/point_blend.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

namespace shelfcast::demand {
namespace {

constexpr double kTiny = 1e-9;

double sum_of(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0);
}

struct Losses {
    double absolute = 0;
    double root_square = 0;
    double total = 0;
    /// The mean of the ratios to the same losses of another forecast.
    [[nodiscard]] double relative_to(const Losses& base) const {
        const auto ratio = [](double own, double other) { return own / std::max(other, kTiny); };
        return (ratio(absolute, base.absolute) + ratio(root_square, base.root_square) +
                ratio(total, base.total)) /
               3;
    }
};

/// Sums; their scale falls out of every ratio.
Losses losses_of(const HeldBack& held_back, const std::vector<double>& forecast, double scale) {
    const bool has_prices = std::ranges::any_of(
        held_back.windows, [](const HeldBack::Window& one) { return one.mean_price > 0; });
    Losses out;
    for (const HeldBack::Window& window : held_back.windows) {
        double squares = 0;
        double sum = 0;
        for (std::size_t day = window.begin; day < window.begin + window.days; ++day) {
            const double error = scale * forecast[day] - held_back.units[day];
            out.absolute += std::abs(error);
            squares += error * error;
            sum += error;
        }
        out.total += std::abs(sum);
        out.root_square += (has_prices ? window.mean_price : 1.0) *
                           std::sqrt(squares / static_cast<double>(window.days));
    }
    return out;
}

/// Where the quantiles' sum is `target`, by bisection; the sum grows with the probability.
double find_tau(const HeadForecasts& forecasts, double target) {
    constexpr int kHalvings = 40;
    double low = kHeadLevels.front();
    double high = kHeadLevels.back();
    for (int i = 0; i < kHalvings; ++i) {
        const double middle = 0.5 * (low + high);
        double sum = 0;
        for (std::size_t day = 0; day < forecasts.days(); ++day) {
            sum += quantile_at(forecasts, day, middle);
        }
        (sum < target ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

double mix(const PointBlend& blend, double mean, double statistical, double quantile) {
    const double w = blend.statistical_weight;
    const double g = blend.quantile_weight;
    const double scaled = statistical * blend.statistical_scale;
    return (1 - g) * ((1 - w) * mean + w * scaled) +
           g * ((1 - w) * quantile + w * scaled * blend.budget);
}

}  // namespace

PointBlend choose_point_blend(const HeldBack& held_back, bool weigh) {
    constexpr double kLeastScale = 0.85;
    constexpr double kMostScale = 1.15;
    const HeadForecasts& forecasts = held_back.forecasts;
    PointBlend best;
    const double mean_sum = sum_of(forecasts.mean);
    if (mean_sum <= 0 || sum_of(held_back.units) <= 0) {
        return best;
    }
    best.statistical_scale = mean_sum / std::max(sum_of(forecasts.statistical), kTiny);
    const double target = best.budget * mean_sum;
    best.tau = find_tau(forecasts, target);
    std::vector<double> quantile(forecasts.days());
    for (std::size_t day = 0; day < forecasts.days(); ++day) {
        quantile[day] = quantile_at(forecasts, day, best.tau);
    }
    const Losses base = losses_of(held_back, forecasts.mean, 1);
    std::optional<double> least;
    std::vector<double> mixed(forecasts.days());
    for (int w = 0; w <= (weigh ? 4 : 0); ++w) {
        for (int g = 0; g <= (weigh ? 4 : 0); ++g) {
            PointBlend blend = best;
            blend.statistical_weight = 0.1 * w;
            blend.quantile_weight = 0.25 * g;
            for (std::size_t day = 0; day < forecasts.days(); ++day) {
                mixed[day] =
                    mix(blend, forecasts.mean[day], forecasts.statistical[day], quantile[day]);
            }
            blend.scale =
                std::clamp(target / std::max(sum_of(mixed), kTiny), kLeastScale, kMostScale);
            const double loss = losses_of(held_back, mixed, blend.scale).relative_to(base);
            if (!least || loss < *least - kTiny) {
                least = loss;
                best = blend;
            }
        }
    }
    return best;
}

double blended_point(const PointBlend& blend, const HeadForecasts& forecasts, std::size_t day) {
    return std::max(0.0, blend.scale * mix(blend, forecasts.mean[day], forecasts.statistical[day],
                                           quantile_at(forecasts, day, blend.tau)));
}

double blended_mean(const PointBlend& blend, const HeadForecasts& forecasts, std::size_t day) {
    const double w = blend.statistical_weight;
    return std::max(0.0, (1 - w) * forecasts.mean[day] +
                             w * blend.statistical_scale * forecasts.statistical[day]);
}

}  // namespace shelfcast::demand
