#pragma once

/// \file demand/forecast_accuracy.h
/// How far forecasts were from what was sold, as the public evaluation protocol measures it (a test
/// holds it to that program's numbers). Of a forecast its mean is measured: what is written and
/// stocked by. Plain values.
///
/// Only days with stock at every hour count where the target is demand: what was sold on the others
/// is less than what was asked for.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/result.h"
#include "demand/daily_panel.h"
#include "demand/demand_forecast.h"

namespace shelfcast::demand {

/// Nothing where it cannot be said: nothing sold, or no day that counts.
struct AccuracyMeasures {
    std::size_t series = 0;      ///< With a day that counts.
    std::size_t rows = 0;        ///< Days that count.
    std::optional<double> rmse;  ///< Units.
    std::optional<double> mae;   ///< Units.
    std::optional<double> r2;    ///< Share of the variance over all rows that is explained.
    std::optional<double> mape;  ///< Over days with sales.
    std::optional<double> wmape;
    /// Of the lowest level: each series' root mean squared error, over that of "as yesterday" in
    /// its past, weighted by its revenue of the last 28 days (Makridakis et al., The M5 accuracy
    /// competition, International Journal of Forecasting 38, 2022).
    std::optional<double> wrmsse;
    std::optional<double> bias;  ///< Sum of errors / sum of actuals; above 0: too high.
    /// Mean over the quantiles 0.025, 0.1, 0.9 and 0.975 of twice the sum of quantile losses / sum
    /// of actuals.
    std::optional<double> wql;
    std::optional<double> coverage_80;  ///< Share of days inside the 80 % interval.
    std::optional<double> coverage_95;
};

/// What a series' errors are measured by, known at the end of a date.
struct SeriesScale {
    /// Mean squared difference of one day to the next, from the first sale on; 0: not known.
    double naive_squared_error = 0;
    double weight = 0;  ///< Units x price of the last 28 days.
};

/// `cutoff`: the last date that is known, days since 1970-01-01.
[[nodiscard]] SeriesScale scale_of(const DailyPanel& panel, const PanelSeries& series,
                                   std::int32_t cutoff);

/// The forecast is of those series of the panel, in its order, whose first date is not after its
/// cut-off; the panel knows what was sold on the days that it forecasts. Error: kInvalidInput (not
/// so many series).
[[nodiscard]] Result<AccuracyMeasures> measure(const DailyPanel& actual,
                                               const DemandForecast& forecast);

/// Which of kQuantileLevels those of the intervals are.
struct IntervalLevels {
    std::size_t lower_80 = 0;
    std::size_t upper_80 = 0;
    std::size_t lower_95 = 0;
    std::size_t upper_95 = 0;
    std::size_t median = 0;
};
[[nodiscard]] const IntervalLevels& interval_levels() noexcept;

}  // namespace shelfcast::demand
