#include "demand/stock_out.h"

#include <algorithm>

namespace shelfcast::demand {

StockOutRisk stock_out_risk(double on_hand, std::span<const CountDemand> days,
                            std::span<const Delivery> deliveries, double level_error,
                            std::size_t horizon) {
    StockOutRisk risk;
    double supply = on_hand;
    CountDemand so_far;
    for (std::size_t day = 0; day < days.size(); ++day) {
        const double before = so_far.mean;
        so_far.mean += days[day].mean;
        so_far.variance += days[day].variance;
        const double shared = level_error * so_far.mean * so_far.mean;
        if (day < horizon) {
            risk.probability =
                std::max(risk.probability,
                         chance_of_at_least(supply, {so_far.mean, so_far.variance + shared}));
        }
        if (!risk.days_left && so_far.mean >= supply && (days[day].mean > 0 || supply <= 0)) {
            const double part = days[day].mean > 0 ? (supply - before) / days[day].mean : 0;
            risk.days_left = static_cast<double>(day) + std::clamp(part, 0.0, 1.0);
        }
        for (const Delivery& delivery : deliveries) {
            supply += delivery.day == day ? delivery.units : 0;
        }
    }
    return risk;
}

}  // namespace shelfcast::demand
