#include "demand/series_models.h"

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "demand/intermittent.h"

namespace shelfcast::demand {
namespace {

constexpr std::int32_t kWeekDays = 7;
constexpr std::int32_t kMonthDays = 28;
constexpr std::int32_t kLookBackDays = 182;

/// Units over the weekday's index, oldest first. Days not known are left out, and weekdays on which
/// hardly anything sells: they say nothing of the others, and would make giants of their few sales.
struct Deseasonalised {
    std::vector<double> units;
    std::vector<double> day;  ///< Counted from the oldest day looked at.
};

std::size_t weekday_slot(std::int32_t ahead) {
    return static_cast<std::size_t>((ahead - 1) % kWeekDays);
}

Deseasonalised deseasonalise(const SeriesHistory& history, std::int32_t origin,
                             const SteadyLevel& steady) {
    constexpr double kLeastIndex = 0.2;
    Deseasonalised out;
    const std::int32_t first = std::max(history.first_day(), origin + 1 - kLookBackDays);
    for (std::int32_t day = first; day <= origin; ++day) {
        // `day` is as many whole weeks before a day ahead as it takes.
        const std::int32_t ahead = kWeekDays - (origin - day) % kWeekDays;
        const double index = steady.weekday[weekday_slot(ahead)];
        if (history.is_known(day) && index >= kLeastIndex) {
            out.units.push_back(history.capped_units(day) / index);
            out.day.push_back(day - first);
        }
    }
    return out;
}

struct Smoothed {
    double level = 0;
    double weight = 0;
    double lag = 0;  ///< Days that the level of a straight line is behind it.
};

Smoothed smooth(const std::vector<double>& units, double weight, double& squares) {
    constexpr std::size_t kUnjudged = 7;  // The first level is a guess.
    double level = 0;
    double lag = 0;
    squares = 0;
    for (std::size_t i = 0; i < units.size(); ++i) {
        const double error = units[i] - level;
        squares += i >= kUnjudged ? error * error : 0;
        const double gain = std::max(weight, 1.0 / static_cast<double>(i + 1));
        level += gain * error;
        lag = (1 - gain) * (lag + 1);
    }
    return {level, weight, lag};
}

/// The weight whose one-day forecasts have been nearest.
Smoothed best_smoothing(const std::vector<double>& units) {
    constexpr std::array kWeights = {0.02, 0.05, 0.1, 0.2, 0.3, 0.5};
    Smoothed best;
    double least = 0;
    for (const double weight : kWeights) {
        double squares = 0;
        const Smoothed one = smooth(units, weight, squares);
        if (best.weight == 0 || squares < least) {
            best = one;
            least = squares;
        }
    }
    return best;
}

/// Units a day that the straight line of least squares rises.
double slope_of(const Deseasonalised& days) {
    const auto count = static_cast<double>(days.units.size());
    double x = 0;
    double y = 0;
    for (std::size_t i = 0; i < days.units.size(); ++i) {
        x += days.day[i];
        y += days.units[i];
    }
    double xx = 0;
    double xy = 0;
    for (std::size_t i = 0; i < days.units.size(); ++i) {
        xx += (days.day[i] - x / count) * (days.day[i] - x / count);
        xy += (days.day[i] - x / count) * (days.units[i] - y / count);
    }
    return xx > 0 ? xy / xx : 0;
}

double tsb_of(const std::vector<double>& units) {
    const auto states = smooth_intermittent(units, IntermittentMethod::kTsb,
                                            {.size = 0.1, .interval_or_probability = 0.05});
    return states.empty() ? 0 : states.back().forecast_units_per_day;
}

}  // namespace

std::string_view name_of(SeriesModel model) {
    constexpr std::array<std::string_view, kSeriesModels> kNames = {
        "steady_level",          "seasonal_naive", "moving_average",
        "exponential_smoothing", "theta",          "tsb"};
    return kNames.at(static_cast<std::size_t>(model));
}

SeriesModels::SeriesModels(const SeriesHistory& history, std::int32_t origin,
                           const SteadyLevel& steady)
    : steady_(steady) {
    for (std::int32_t ahead = 1; ahead <= kWeekDays; ++ahead) {
        last_[weekday_slot(ahead)] = history.capped_units(origin + ahead - kWeekDays);
    }
    using Sum = SeriesHistory::Sum;
    month_ = history.sum(Sum::kUnits, origin, kMonthDays) /
             std::max(1.0, history.sum(Sum::kDays, origin, kMonthDays));
    const Deseasonalised days = deseasonalise(history, origin, steady);
    if (days.units.empty()) {
        return;
    }
    const Smoothed smoothed = best_smoothing(days.units);
    smoothed_ = smoothed.level;
    // The line with half the slope, continued from where the smoothed level would be without its
    // lag.
    theta_slope_ = 0.5 * slope_of(days);
    theta_level_ = smoothed.level + theta_slope_ * (smoothed.lag + 1);
    tsb_ = tsb_of(days.units);
}

double SeriesModels::mean(SeriesModel model, std::int32_t ahead) const {
    SHELFCAST_CHECK(ahead >= 1);
    const double weekday = steady_.weekday[weekday_slot(ahead)];
    const auto units = [&]() -> double {
        switch (model) {
            case SeriesModel::kSteadyLevel:
                return steady_.level * weekday / steady_.uncapped;
            case SeriesModel::kSeasonalNaive:
                return last_[weekday_slot(ahead)];
            case SeriesModel::kMovingAverage:
                return month_;
            case SeriesModel::kExponentialSmoothing:
                return smoothed_ * weekday;
            case SeriesModel::kTheta:
                return (theta_level_ + theta_slope_ * (ahead - 1)) * weekday;
            case SeriesModel::kTsb:
                return tsb_ * weekday;
        }
        SHELFCAST_CHECK(false);
    };
    return std::max(0.0, units() * steady_.uncapped);
}

}  // namespace shelfcast::demand
