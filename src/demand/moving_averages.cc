#include "demand/moving_averages.h"

#include <cmath>

namespace shelfcast::demand {
namespace {

/// Of the known days; 0 when there are none.
double known_mean(std::span<const float> days) {
    double sum = 0;
    std::size_t count = 0;
    for (const float day : days) {
        if (!std::isnan(day)) {
            sum += day;
            ++count;
        }
    }
    return count == 0 ? 0 : sum / static_cast<double>(count);
}

}  // namespace

std::vector<double> seasonal_moving_average(std::span<const float> history, std::size_t season_days,
                                            std::size_t seasons, std::size_t horizon_days) {
    const double fallback = known_mean(history);
    std::vector<double> out(horizon_days);
    for (std::size_t day = 0; day < horizon_days; ++day) {
        double sum = 0;
        std::size_t count = 0;
        for (std::size_t season = 1; season <= seasons; ++season) {
            const std::size_t back = season * season_days - day % season_days;
            if (back <= history.size() && !std::isnan(history[history.size() - back])) {
                sum += history[history.size() - back];
                ++count;
            }
        }
        out[day] = count == 0 ? fallback : sum / static_cast<double>(count);
    }
    return out;
}

std::vector<double> seasonal_naive(std::span<const float> history, std::size_t season_days,
                                   std::size_t horizon_days) {
    return seasonal_moving_average(history, season_days, 1, horizon_days);
}

std::vector<double> moving_average(std::span<const float> history, std::size_t window_days,
                                   std::size_t horizon_days) {
    return std::vector<double>(horizon_days,
                               seasonal_moving_average(history, 1, window_days, 1).front());
}

}  // namespace shelfcast::demand
