#include "demand/forecast_accuracy.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "demand/interval_calibration.h"

namespace shelfcast::demand {
namespace {

constexpr std::int32_t kWeightDays = 28;

std::size_t index_of(double level) {
    const auto found = std::ranges::find(kQuantileLevels, level);
    SHELFCAST_CHECK(found != kQuantileLevels.end());
    return static_cast<std::size_t>(found - kQuantileLevels.begin());
}

/// Sums over the days that count.
class Tally {
public:
    void add_day(double actual, double mean, std::span<const float> quantiles) {
        const double error = mean - actual;
        ++rows_;
        error_ += error;
        absolute_ += std::abs(error);
        squared_ += error * error;
        actual_ += actual;
        actual_squared_ += actual * actual;
        if (actual > 0) {
            ++days_with_sales_;
            relative_ += std::abs(error) / actual;
        }
        const IntervalLevels& at = interval_levels();
        for (const std::size_t level : {at.lower_95, at.lower_80, at.upper_80, at.upper_95}) {
            loss_ += pinball_loss(actual, quantiles[level], kQuantileLevels[level]);
        }
        const auto is_within = [&](std::size_t lower, std::size_t upper) {
            return actual >= quantiles[lower] && actual <= quantiles[upper];
        };
        within_80_ += std::size_t{is_within(at.lower_80, at.upper_80)};
        within_95_ += std::size_t{is_within(at.lower_95, at.upper_95)};
    }

    void add_series(double mean_squared_error, const SeriesScale& scale) {
        ++series_;
        if (scale.naive_squared_error > 0) {
            scaled_ += scale.weight * std::sqrt(mean_squared_error / scale.naive_squared_error);
            weight_ += scale.weight;
        }
    }

    [[nodiscard]] AccuracyMeasures measures() const {
        constexpr double kLevels = 4;
        AccuracyMeasures all;
        all.series = series_;
        all.rows = rows_;
        if (rows_ == 0) {
            return all;
        }
        const auto rows = static_cast<double>(rows_);
        all.rmse = std::sqrt(squared_ / rows);
        all.mae = absolute_ / rows;
        all.coverage_80 = static_cast<double>(within_80_) / rows;
        all.coverage_95 = static_cast<double>(within_95_) / rows;
        if (const double variance = actual_squared_ - actual_ * actual_ / rows; variance > 0) {
            all.r2 = 1 - squared_ / variance;
        }
        if (days_with_sales_ > 0) {
            all.mape = relative_ / static_cast<double>(days_with_sales_);
        }
        if (actual_ > 0) {
            all.wmape = absolute_ / actual_;
            all.bias = error_ / actual_;
            all.wql = 2 * loss_ / kLevels / actual_;
        }
        if (weight_ > 0) {
            all.wrmsse = scaled_ / weight_;
        }
        return all;
    }

private:
    std::size_t series_ = 0;
    std::size_t rows_ = 0;
    std::size_t days_with_sales_ = 0;
    std::size_t within_80_ = 0;
    std::size_t within_95_ = 0;
    double error_ = 0;
    double absolute_ = 0;
    double squared_ = 0;
    double relative_ = 0;
    double actual_ = 0;
    double actual_squared_ = 0;
    double loss_ = 0;
    double scaled_ = 0;
    double weight_ = 0;
};

}  // namespace

const IntervalLevels& interval_levels() noexcept {
    static const IntervalLevels kLevels = {index_of(0.1), index_of(0.9), index_of(0.025),
                                           index_of(0.975), index_of(0.5)};
    return kLevels;
}

SeriesScale scale_of(const DailyPanel& panel, const PanelSeries& series, std::int32_t cutoff) {
    const auto known = static_cast<std::size_t>(std::clamp<std::int64_t>(
        std::int64_t{cutoff} - series.first_date + 1, 0, static_cast<std::int64_t>(series.days)));
    SeriesScale scale;
    double squares = 0;
    std::size_t differences = 0;
    std::optional<float> before;
    for (std::size_t day = 0; day < known; ++day) {
        const float units = panel.units[series.first_day + day];
        if (std::isnan(units) || (!before && units <= 0)) {
            continue;
        }
        if (before) {
            squares += (units - *before) * (units - *before);
            ++differences;
        }
        before = units;
        const float price = panel.price[series.first_day + day];
        if (day + kWeightDays >= known && !std::isnan(price)) {
            scale.weight += static_cast<double>(units) * price;
        }
    }
    scale.naive_squared_error = differences == 0 ? 0 : squares / static_cast<double>(differences);
    return scale;
}

Result<AccuracyMeasures> measure(const DailyPanel& actual, const DemandForecast& forecast) {
    const auto is_forecast = [&](const PanelSeries& series) {
        return series.first_date <= forecast.cutoff;
    };
    const auto forecasts =
        static_cast<std::size_t>(std::ranges::count_if(actual.series, is_forecast));
    if (forecasts * forecast.horizon_days != forecast.mean.size()) {
        return fail(ErrorKind::kInvalidInput,
                    "a forecast of {} values measured against a panel of {} series and {} days",
                    forecast.mean.size(), forecasts, forecast.horizon_days);
    }
    Tally tally;
    std::size_t at = 0;
    for (const PanelSeries& series : actual.series) {
        if (!is_forecast(series)) {
            continue;
        }
        double squared = 0;
        std::size_t days = 0;
        for (std::size_t ahead = 0; ahead < forecast.horizon_days; ++ahead) {
            const std::int64_t day = std::int64_t{forecast.cutoff} + 1 +
                                     static_cast<std::int64_t>(ahead) - series.first_date;
            if (day >= static_cast<std::int64_t>(series.days)) {
                break;
            }
            const std::size_t place = series.first_day + static_cast<std::size_t>(day);
            const bool censored =
                forecast.target == ForecastTarget::kDemand && actual.stock_out_mask[place] != 0;
            const float units = actual.units[place];
            if (std::isnan(units) || censored) {
                continue;
            }
            const float mean = forecast.means_of(at)[ahead];
            tally.add_day(units, mean, forecast.quantiles_of(at, ahead));
            squared += static_cast<double>(mean - units) * (mean - units);
            ++days;
        }
        if (days > 0) {
            tally.add_series(squared / static_cast<double>(days),
                             scale_of(actual, series, forecast.cutoff));
        }
        ++at;
    }
    return tally.measures();
}

}  // namespace shelfcast::demand
