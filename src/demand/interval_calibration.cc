#include "demand/interval_calibration.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

namespace shelfcast::demand {
namespace {

constexpr std::size_t kLow95 = 0;
constexpr std::size_t kLow80 = 1;
constexpr std::size_t kLowMiddle = 2;  ///< The quantile at .3.
constexpr std::size_t kHigh80 = 5;
constexpr std::size_t kHigh95 = 6;

/// Which share of days may lie inside.
struct Range {
    double least;
    double most;
};
constexpr Range kInside80 = {0.785, 0.82};
constexpr Range kInside95 = {0.94, 0.965};

/// A quantile at zero stays there: a factor below 1 would lift it off the days without sales, all
/// at once, and however little the factor.
double stretched(const HeadForecasts& forecasts, std::size_t head, std::size_t day, double factor) {
    const double median = forecasts.quantiles[kMedianHead][day];
    const double quantile = forecasts.quantiles[head][day];
    return quantile <= 0 ? 0.0 : std::max(0.0, median + factor * (quantile - median));
}

/// Quantiles times what all series together sold, from each origin, over what was forecast.
HeldBack without_shocks(HeldBack held_back) {
    constexpr double kLeast = 0.6;
    constexpr double kMost = 1.6;
    struct Sums {
        double units = 0;
        double mean = 0;
    };
    std::map<std::int32_t, Sums> by_origin;
    for (const HeldBack::Window& window : held_back.windows) {
        Sums& sums = by_origin[window.origin];
        for (std::size_t day = window.begin; day < window.begin + window.days; ++day) {
            sums.units += held_back.units[day];
            sums.mean += held_back.forecasts.mean[day];
        }
    }
    for (const HeldBack::Window& window : held_back.windows) {
        const Sums& sums = by_origin[window.origin];
        const double shock =
            sums.mean > 0 ? std::clamp(sums.units / sums.mean, kLeast, kMost) : 1.0;
        for (std::vector<double>& quantile : held_back.forecasts.quantiles) {
            for (std::size_t day = window.begin; day < window.begin + window.days; ++day) {
                quantile[day] *= shock;
            }
        }
    }
    return held_back;
}

double best_stretch(const HeldBack& held_back, std::size_t head) {
    constexpr int kSteps = 66;
    constexpr double kLeast = 0.5;
    constexpr double kStep = 0.02;
    double best = 1;
    double least = 0;
    for (int step = 0; step < kSteps; ++step) {
        const double factor = kLeast + kStep * step;
        double loss = 0;
        for (std::size_t day = 0; day < held_back.units.size(); ++day) {
            loss +=
                pinball_loss(held_back.units[day],
                             stretched(held_back.forecasts, head, day, factor), kHeadLevels[head]);
        }
        if (step == 0 || loss < least) {
            least = loss;
            best = factor;
        }
    }
    return best;
}

/// The stretched quantile of a head, and whether zero is left out below it.
double calibrated(const HeadForecasts& forecasts, std::size_t head, std::size_t day,
                  const IntervalCalibration& with) {
    constexpr double kLittle = 0.02;
    const double value = stretched(forecasts, head, day, with.stretch[head]);
    const double middle = forecasts.quantiles[kLowMiddle][day];
    const bool leaves_zero = head == kLow80 && value <= 0 && middle > 0 &&
                             middle >= with.zero_exit * forecasts.quantiles[kMedianHead][day];
    return leaves_zero ? kLittle * middle : value;
}

double coverage(const HeldBack& held_back, std::size_t low, std::size_t high,
                const IntervalCalibration& with) {
    std::size_t inside = 0;
    for (std::size_t day = 0; day < held_back.units.size(); ++day) {
        const double units = held_back.units[day];
        inside += units >= calibrated(held_back.forecasts, low, day, with) &&
                          units <= calibrated(held_back.forecasts, high, day, with)
                      ? 1U
                      : 0U;
    }
    return static_cast<double>(inside) / static_cast<double>(held_back.units.size());
}

/// Keeps zero in more and more intervals while too little lies inside.
void choose_zero_exit(const HeldBack& held_back, IntervalCalibration& out) {
    constexpr int kSteps = 20;
    constexpr double kLeastInside = 0.74;
    for (int step = 0; step <= kSteps; ++step) {
        out.zero_exit = static_cast<double>(step) / kSteps;
        if (coverage(held_back, kLow80, kHigh80, out) >= kLeastInside) {
            return;
        }
    }
}

/// Moves the ends until the share inside is in range: the lower end is often zero, where nothing
/// can be moved, so too wide an interval gives up at its top. Too narrow is judged with zero
/// inside.
void move_ends(const HeldBack& held_back, std::size_t low, std::size_t high, const Range& range,
               IntervalCalibration& out) {
    constexpr int kMoves = 60;
    constexpr double kMove = 0.01;
    constexpr double kLeastStretch = 0.9;
    constexpr double kMostStretch = 2;
    for (int move = 0; move < kMoves; ++move) {
        IntervalCalibration with_zero = out;
        with_zero.zero_exit = IntervalCalibration::kNoZeroExit;
        if (coverage(held_back, low, high, out) > range.most && out.stretch[high] > kLeastStretch) {
            out.stretch[high] -= kMove;
        } else if (coverage(held_back, low, high, with_zero) < range.least &&
                   out.stretch[high] < kMostStretch) {
            out.stretch[high] += kMove;
            out.stretch[low] += kMove;
        } else {
            return;
        }
    }
}

}  // namespace

IntervalCalibration choose_calibration(const HeldBack& as_held) {
    IntervalCalibration out;
    if (as_held.units.empty()) {
        return out;
    }
    constexpr double kBelieved = 0.5;
    const HeldBack held_back = without_shocks(as_held);
    for (std::size_t head = 0; head < kHeadLevels.size(); ++head) {
        if (head != kMedianHead) {
            out.stretch[head] = 1 + kBelieved * (best_stretch(held_back, head) - 1);
        }
    }
    choose_zero_exit(held_back, out);
    move_ends(held_back, kLow80, kHigh80, kInside80, out);
    move_ends(held_back, kLow95, kHigh95, kInside95, out);
    return out;
}

void calibrate(const IntervalCalibration& calibration, HeadForecasts& forecasts) {
    std::array<double, kHeadLevels.size()> day_values{};
    for (std::size_t day = 0; day < forecasts.days(); ++day) {
        for (std::size_t head = 0; head < kHeadLevels.size(); ++head) {
            day_values[head] = calibrated(forecasts, head, day, calibration);
        }
        for (std::size_t head = 0; head < kHeadLevels.size(); ++head) {
            forecasts.quantiles[head][day] = day_values[head];
        }
    }
    straighten(forecasts);
}

double covered_share(const HeldBack& held_back, std::size_t low_head, std::size_t high_head) {
    return held_back.units.empty()
               ? 0
               : coverage(held_back, low_head, high_head, IntervalCalibration{});
}

}  // namespace shelfcast::demand
