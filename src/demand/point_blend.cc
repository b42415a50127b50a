#include "demand/point_blend.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <vector>

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

/// The days of one segment, and what its forecasts lose on them.
class SegmentDays {
public:
    SegmentDays(const HeldBack& held_back, Segment segment) : held_back_(&held_back) {
        for (const HeldBack::Window& window : held_back.windows) {
            if (segment_of(held_back.forecasts.density[window.begin]) == segment) {
                windows_.push_back(window);
                for (std::size_t day = window.begin; day < window.begin + window.days; ++day) {
                    sold_ += held_back.units[day];
                }
            }
            has_prices_ = has_prices_ || window.mean_price > 0;
        }
    }

    [[nodiscard]] double sold() const noexcept { return sold_; }

    /// Sums; their scale falls out of every ratio. `forecast` of a day of the held back ones.
    template <typename Forecast>
    [[nodiscard]] Losses losses(const Forecast& forecast) const {
        Losses out;
        for (const HeldBack::Window& window : windows_) {
            double squares = 0;
            double sum = 0;
            for (std::size_t day = window.begin; day < window.begin + window.days; ++day) {
                const double error = forecast(day) - held_back_->units[day];
                out.absolute += std::abs(error);
                squares += error * error;
                sum += error;
            }
            out.total += std::abs(sum);
            out.root_square += (has_prices_ ? window.mean_price : 1.0) *
                               std::sqrt(squares / static_cast<double>(window.days));
        }
        return out;
    }

private:
    const HeldBack* held_back_;
    std::vector<HeldBack::Window> windows_;
    bool has_prices_ = false;
    double sold_ = 0;
};

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

double model_mean(const HeadForecasts& forecasts, SeriesModel model, std::size_t day) {
    return forecasts.models[static_cast<std::size_t>(model)][day];
}

double mix(const SegmentBlend& blend, const HeadForecasts& forecasts, std::size_t day,
           double quantile) {
    const double mean = forecasts.mean[day];
    const double lean = blend.quantile_weight * forecasts.density[day];
    return (1 - blend.model_weight) * (mean + lean * (quantile - mean)) +
           blend.model_weight * model_mean(forecasts, blend.model, day);
}

/// Every choice on the grid, the usual one first among equals.
template <typename Use>
void for_each_choice(Segment segment, const Use& use) {
    constexpr double kStepPrice = 0.012;
    constexpr double kModelPrice = 0.02;
    constexpr int kUsualModel = 3;
    constexpr int kUsualQuantile = 2;
    const bool leans = segment == Segment::kRegular;
    for (std::size_t model = 0; model < kSeriesModels; ++model) {
        for (int w = model == 0 ? 0 : 1; w <= 5; ++w) {
            for (int g = leans ? 0 : kUsualQuantile; g <= (leans ? 4 : kUsualQuantile); ++g) {
                const SegmentBlend blend{.model = static_cast<SeriesModel>(model),
                                         .model_weight = 0.1 * w,
                                         .quantile_weight = 0.25 * g};
                use(blend,
                    (model == 0 ? 0 : kModelPrice) +
                        kStepPrice * (std::abs(w - kUsualModel) + std::abs(g - kUsualQuantile)));
            }
        }
    }
}

SegmentBlend best_blend(const HeldBack& held_back, Segment segment,
                        const std::vector<double>& quantile) {
    const HeadForecasts& forecasts = held_back.forecasts;
    const SegmentDays days(held_back, segment);
    SegmentBlend best;
    if (days.sold() <= 0) {
        return best;
    }
    const Losses base = days.losses([&](std::size_t day) { return forecasts.mean[day]; });
    std::optional<double> least;
    for_each_choice(segment, [&](const SegmentBlend& blend, double price) {
        const double loss = price + days.losses([&](std::size_t day) {
                                            return mix(blend, forecasts, day, quantile[day]);
                                        })
                                        .relative_to(base);
        if (!least || loss < *least - kTiny) {
            least = loss;
            best = blend;
        }
    });
    return best;
}

}  // namespace

PointBlend choose_point_blend(const HeldBack& held_back, bool weigh) {
    const HeadForecasts& forecasts = held_back.forecasts;
    PointBlend out;
    if (!weigh) {
        out.segments.fill(
            {.model = SeriesModel::kSteadyLevel, .model_weight = 0, .quantile_weight = 0});
        return out;
    }
    const double mean_sum = sum_of(forecasts.mean);
    if (mean_sum <= 0 || sum_of(held_back.units) <= 0) {
        return out;
    }
    out.tau = find_tau(forecasts, mean_sum);
    std::vector<double> quantile(forecasts.days());
    for (std::size_t day = 0; day < forecasts.days(); ++day) {
        quantile[day] = quantile_at(forecasts, day, out.tau);
    }
    for (std::size_t segment = 0; segment < kSegments; ++segment) {
        out.segments[segment] = best_blend(held_back, static_cast<Segment>(segment), quantile);
    }
    return out;
}

double blended_point(const PointBlend& blend, const HeadForecasts& forecasts, std::size_t day) {
    return std::max(0.0, mix(blend.of(forecasts.density[day]), forecasts, day,
                             quantile_at(forecasts, day, blend.tau)));
}

double blended_mean(const PointBlend& blend, const HeadForecasts& forecasts, std::size_t day) {
    const SegmentBlend& segment = blend.of(forecasts.density[day]);
    return std::max(0.0, (1 - segment.model_weight) * forecasts.mean[day] +
                             segment.model_weight * model_mean(forecasts, segment.model, day));
}

}  // namespace shelfcast::demand
