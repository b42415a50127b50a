#include "pipelines/forecast/shape_search.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "demand/interval_calibration.h"

namespace shelfcast::forecast {
namespace {

struct Step {
    const char* text;
    void (*change)(TreeShape& shape);
};

/// What was worth looking at on panels of groceries and gifts; coarse to fine.
constexpr Step kSteps[] = {
    {"24 leaves", [](TreeShape& shape) { shape.leaves = 24; }},
    {"8 leaves", [](TreeShape& shape) { shape.leaves = 8; }},
    {"100 rows in a leaf", [](TreeShape& shape) { shape.min_rows_in_leaf = 100; }},
    {"400 rows in a leaf", [](TreeShape& shape) { shape.min_rows_in_leaf = 400; }},
    {"200 trees at rate .05",
     [](TreeShape& shape) {
         shape.trees = 200;
         shape.learning_rate = 0.05;
     }},
    {"Tweedie power 1.1", [](TreeShape& shape) { shape.tweedie_power = 1.1; }},
    {"Tweedie power 1.3", [](TreeShape& shape) { shape.tweedie_power = 1.3; }},
};

struct Losses {
    double median = 0;
    double high = 0;
    double root_square = 0;
};

Losses losses_of(const demand::HeldBack& held_back) {
    constexpr std::size_t kHighHead = 5;  // The quantile at .9.
    const demand::HeadForecasts& forecasts = held_back.forecasts;
    Losses out;
    double squares = 0;
    for (std::size_t day = 0; day < held_back.units.size(); ++day) {
        const double sold = held_back.units[day];
        const double error = forecasts.mean[day] - sold;
        squares += error * error;
        out.median += demand::pinball_loss(sold, forecasts.quantiles[demand::kMedianHead][day],
                                           demand::kHeadLevels[demand::kMedianHead]);
        out.high += demand::pinball_loss(sold, forecasts.quantiles[kHighHead][day],
                                         demand::kHeadLevels[kHighHead]);
    }
    out.root_square = std::sqrt(squares);
    return out;
}

double relative(const Losses& own, const Losses& base) {
    const auto ratio = [](double value, double other) { return value / std::max(other, 1e-9); };
    return (ratio(own.median, base.median) + ratio(own.high, base.high) +
            ratio(own.root_square, base.root_square)) /
           3;
}

}  // namespace

Result<FoundShape> find_shape(const TreeShape& usual, const HoldOut& hold_out,
                              const std::function<bool()>& may_search) {
    constexpr double kLeastGain = 0.01;
    FoundShape best;
    best.shape = usual;
    SHELFCAST_ASSIGN(best.held_back, hold_out(usual));
    if (best.held_back.units.empty() || !may_search) {
        return best;
    }
    const Losses base = losses_of(best.held_back);
    double least = 1;
    std::size_t tried = 0;
    for (const Step& step : kSteps) {
        TreeShape shape = best.shape;
        step.change(shape);
        if (shape == best.shape) {
            continue;
        }
        if (!may_search()) {
            best.remarks.push_back(fmt::format("the search ended at its time after {} of {} steps",
                                               tried, std::size(kSteps)));
            return best;
        }
        SHELFCAST_ASSIGN(demand::HeldBack held_back, hold_out(shape));
        ++tried;
        if (const double loss = relative(losses_of(held_back), base); loss < least - kLeastGain) {
            best.remarks.push_back(fmt::format("{}: {:.1f} % less error on the days held back",
                                               step.text, 100 * (least - loss)));
            best.shape = shape;
            best.held_back = std::move(held_back);
            least = loss;
        }
    }
    if (best.shape == usual) {
        best.remarks.push_back(fmt::format(
            "the usual hyper-parameters stay: none of {} others was a hundredth better", tried));
    }
    return best;
}

}  // namespace shelfcast::forecast
