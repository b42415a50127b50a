#pragma once

/// \file demand/series_models.h
/// Forecasts of one series from its own days alone: what trees are blended with, and what stands in
/// for them where there is nothing to train on. Plain values.
///
/// Sources: simple exponential smoothing, moving average, seasonal naive: Hyndman, Athanasopoulos,
/// Forecasting: Principles and Practice, 3rd ed., 2021. Theta: Assimakopoulos, Nikolopoulos, The
/// theta model, International Journal of Forecasting 16 (2000), as smoothing with half the trend's
/// slope: Hyndman, Billah, Unmasking the Theta method, ibid. 19 (2003). TSB: intermittent.h.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "demand/series_history.h"

namespace shelfcast::demand {

enum class SeriesModel : std::uint8_t {
    kSteadyLevel,           ///< A level and a weekday index, of features (model_features.h).
    kSeasonalNaive,         ///< The last day of that weekday.
    kMovingAverage,         ///< Of 28 days.
    kExponentialSmoothing,  ///< Of what weekdays leave, weight by the least squared error.
    kTheta,                 ///< The same with half the slope of the trend.
    kTsb,                   ///< Of what weekdays leave: size times chance of a sale.
};
inline constexpr std::size_t kSeriesModels = 6;

/// "steady_level" …
[[nodiscard]] std::string_view name_of(SeriesModel model);

/// Units a mean day is worth, and what each weekday is beside it.
struct SteadyLevel {
    double level = 0;
    std::array<double, 7> weekday{};  ///< Of the days 1 to 7 ahead.
    /// What all series together sold over what is left of it when histories cap giant sales. The
    /// models but the level work on capped sales and give it back.
    double uncapped = 1;
};

/// The models of one series at one origin.
class SeriesModels {
public:
    /// `history` is read here only.
    SeriesModels(const SeriesHistory& history, std::int32_t origin, const SteadyLevel& steady);

    /// Units on the day `ahead` (1 or more) behind the origin; 0 or more.
    [[nodiscard]] double mean(SeriesModel model, std::int32_t ahead) const;

private:
    SteadyLevel steady_;
    std::array<double, 7> last_{};
    double month_ = 0;
    double smoothed_ = 0;
    double theta_level_ = 0;
    double theta_slope_ = 0;
    double tsb_ = 0;
};

}  // namespace shelfcast::demand
