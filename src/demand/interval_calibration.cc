#include "demand/interval_calibration.h"

#include <algorithm>

namespace shelfcast::demand {
namespace {

/// The pairs whose coverage is held, and in which range.
struct Pair {
    std::size_t low;
    std::size_t high;
    double least;
    double most;
};
constexpr Pair kPairs[] = {{1, 5, 0.785, 0.815}, {0, 6, 0.94, 0.965}};

double stretched(const HeadForecasts& forecasts, std::size_t head, std::size_t day, double factor) {
    const double median = forecasts.quantiles[kMedianHead][day];
    return std::max(0.0, median + factor * (forecasts.quantiles[head][day] - median));
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

double coverage(const HeldBack& held_back, const Pair& pair, const IntervalCalibration& with) {
    std::size_t inside = 0;
    for (std::size_t day = 0; day < held_back.units.size(); ++day) {
        const double units = held_back.units[day];
        inside +=
            units >= stretched(held_back.forecasts, pair.low, day, with.stretch[pair.low]) &&
                    units <= stretched(held_back.forecasts, pair.high, day, with.stretch[pair.high])
                ? 1U
                : 0U;
    }
    return static_cast<double>(inside) / static_cast<double>(held_back.units.size());
}

}  // namespace

IntervalCalibration choose_calibration(const HeldBack& held_back) {
    constexpr int kMoves = 60;
    constexpr double kMove = 0.01;
    constexpr double kLeastStretch = 0.4;
    constexpr double kMostStretch = 2;
    IntervalCalibration out;
    if (held_back.units.empty()) {
        return out;
    }
    for (std::size_t head = 0; head < kHeadLevels.size(); ++head) {
        if (head != kMedianHead) {
            out.stretch[head] = best_stretch(held_back, head);
        }
    }
    for (const Pair& pair : kPairs) {
        for (int move = 0; move < kMoves; ++move) {
            const double covered = coverage(held_back, pair, out);
            if (covered > pair.most && out.stretch[pair.high] > kLeastStretch) {
                // The lower end is often zero, where nothing can be moved.
                out.stretch[pair.high] -= kMove;
            } else if (covered < pair.least && out.stretch[pair.high] < kMostStretch) {
                out.stretch[pair.high] += kMove;
                out.stretch[pair.low] += kMove;
            } else {
                break;
            }
        }
    }
    return out;
}

void calibrate(const IntervalCalibration& calibration, HeadForecasts& forecasts) {
    for (std::size_t head = 0; head < kHeadLevels.size(); ++head) {
        if (head == kMedianHead) {
            continue;
        }
        for (std::size_t day = 0; day < forecasts.days(); ++day) {
            forecasts.quantiles[head][day] =
                stretched(forecasts, head, day, calibration.stretch[head]);
        }
    }
    straighten(forecasts);
}

double covered_share(const HeldBack& held_back, std::size_t low_head, std::size_t high_head) {
    return held_back.units.empty()
               ? 0
               : coverage(held_back, {low_head, high_head, 0, 1}, IntervalCalibration{});
}

}  // namespace shelfcast::demand
