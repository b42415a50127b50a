#include "demand/store_shape.h"

#include <algorithm>

#include "base/check.h"

namespace shelfcast::demand {

StoreShape StoreShape::of(std::span<const WeekHour> sales, const std::array<int, 7>& dates_of,
                          int open_days) {
    StoreShape shape;
    double all = 0;
    for (const WeekHour& one : sales) {
        SHELFCAST_CHECK(one.weekday >= 1 && one.weekday <= 7 && one.hour >= 0 && one.hour < 24);
        const auto weekday = static_cast<std::size_t>(one.weekday - 1);
        shape.days_worth_[weekday] += one.sales / std::max(1, dates_of[weekday]);
        shape.share_of_hour_[static_cast<std::size_t>(one.hour)] += one.sales;
        all += one.sales;
    }
    if (all > 0) {
        for (double& worth : shape.days_worth_) {
            worth *= open_days / all;
        }
        for (double& share : shape.share_of_hour_) {
            share /= all;
        }
    }
    return shape;
}

double StoreShape::days_worth(int weekday) const {
    return days_worth_[static_cast<std::size_t>(weekday - 1)];
}

double StoreShape::share_after(double hour) const {
    double share = 0;
    for (std::size_t i = 0; i < share_of_hour_.size(); ++i) {
        share += share_of_hour_[i] * std::clamp(static_cast<double>(i + 1) - hour, 0.0, 1.0);
    }
    return share;
}

int weekday_of(std::int32_t date) noexcept {
    const int since_monday = (date + 3) % 7;  // 1970-01-01 was a Thursday.
    return 1 + (since_monday < 0 ? since_monday + 7 : since_monday);
}

}  // namespace shelfcast::demand
