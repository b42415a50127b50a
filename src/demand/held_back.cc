#include "demand/held_back.h"

#include <algorithm>

namespace shelfcast::demand {

void HeadForecasts::resize(std::size_t days) {
    mean.resize(days);
    density.resize(days);
    for (std::vector<double>& model : models) {
        model.resize(days);
    }
    for (std::vector<double>& quantile : quantiles) {
        quantile.resize(days);
    }
}

void straighten(HeadForecasts& forecasts) {
    for (std::size_t day = 0; day < forecasts.days(); ++day) {
        double floor = 0;
        for (std::vector<double>& quantile : forecasts.quantiles) {
            floor = std::max(floor, quantile[day]);
            quantile[day] = floor;
        }
    }
}

double quantile_at(const HeadForecasts& forecasts, std::size_t day, double tau) {
    std::size_t below = 0;
    while (below + 2 < kHeadLevels.size() && kHeadLevels[below + 1] < tau) {
        ++below;
    }
    const double part = (tau - kHeadLevels[below]) / (kHeadLevels[below + 1] - kHeadLevels[below]);
    const double low = forecasts.quantiles[below][day];
    return low + part * (forecasts.quantiles[below + 1][day] - low);
}

}  // namespace shelfcast::demand
