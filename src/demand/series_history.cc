#include "demand/series_history.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace shelfcast::demand {
namespace {

double known_or_zero(float value) { return std::isnan(value) ? 0.0 : double{value}; }

}  // namespace

void SeriesHistory::load(const DailyPanel& panel, const PanelSeries& series,
                         std::int32_t first_date, std::int32_t cutoff_day) {
    offset_ = series.first_date - first_date;
    const std::size_t days = series.days;
    const auto past = static_cast<std::size_t>(std::clamp<std::int64_t>(
        std::int64_t{cutoff_day} + 1 - offset_, 0, static_cast<std::int64_t>(days)));
    known_.assign(days, false);
    units_.assign(days, 0);
    price_.resize(days);
    promo_.resize(days);
    hours_.assign(days, 0);
    first_known_ = offset_ + static_cast<std::int32_t>(days);
    for (std::size_t day = 0; day < days; ++day) {
        const std::size_t index = series.first_day + day;
        price_[day] = known_or_zero(panel.price[index]);
        promo_[day] = known_or_zero(panel.promo[index]);
        if (day < past && !std::isnan(panel.units[index])) {
            known_[day] = true;
            units_[day] = std::max(0.0F, panel.units[index]);
            hours_[day] = std::popcount(panel.stock_out_mask[index] & kSellingHours);
            first_known_ = std::min(first_known_, offset_ + static_cast<std::int32_t>(day));
        }
    }
    cap_sales();
    sum_up(past);
    smooth(capped_, known_, 0.1, 1, slow_);
    smooth(capped_, known_, 0.3, 1, fast_);
    smooth(capped_, known_, 0.3, 7, weekday_);
}

void SeriesHistory::cap_sales() {
    constexpr double kMostTimes = 6;
    constexpr int kFreeSales = 3;
    constexpr double kWeight = 0.1;
    capped_ = units_;
    double mean_sale = 0;
    int sales = 0;
    for (double& value : capped_) {
        if (value <= 0) {
            continue;
        }
        if (sales >= kFreeSales) {
            value = std::min(value, kMostTimes * mean_sale);
        }
        mean_sale += std::max(kWeight, 1.0 / (sales + 1)) * (value - mean_sale);
        ++sales;
    }
}

void SeriesHistory::sum_up(std::size_t past) {
    for (std::vector<double>& sum : sums_) {
        sum.assign(past + 1, 0);
    }
    last_sale_.assign(past, -1);
    std::int32_t last_sale = -1;
    for (std::size_t day = 0; day < past; ++day) {
        const double known = known_[day] ? 1 : 0;
        const double value = capped_[day];
        const double in_stock = known_[day] && hours_[day] <= 0 ? 1 : 0;
        const double add[kSums] = {known,
                                   value,
                                   units_[day],
                                   value * value,
                                   value > 0 ? 1.0 : 0.0,
                                   known * price_[day],
                                   known * promo_[day],
                                   value * promo_[day],
                                   hours_[day],
                                   in_stock,
                                   in_stock * value};
        for (std::size_t i = 0; i < kSums; ++i) {
            sums_[i][day + 1] = sums_[i][day] + add[i];
        }
        last_sale = value > 0 ? offset_ + static_cast<std::int32_t>(day) : last_sale;
        last_sale_[day] = last_sale;
    }
}

void SeriesHistory::smooth(const std::vector<double>& values, const std::vector<bool>& known,
                           double weight, std::size_t lag, std::vector<double>& out) {
    out.assign(values.size(), 0);
    std::vector<int> seen(values.size(), 0);
    for (std::size_t day = 0; day < values.size(); ++day) {
        const double before = day >= lag ? out[day - lag] : 0;
        const int count = day >= lag ? seen[day - lag] : 0;
        const double step = std::max(weight, 1.0 / (count + 1));
        out[day] = known[day] ? before + step * (values[day] - before) : before;
        seen[day] = count + (known[day] ? 1 : 0);
    }
}

double SeriesHistory::sum(Sum of, std::int32_t last_day, std::int32_t days) const {
    const std::vector<double>& sums = sums_[of];
    const auto place = [&](std::int32_t day) {  // Behind which day the sum is taken.
        return sums[static_cast<std::size_t>(std::clamp<std::int32_t>(
            day - offset_, 0, static_cast<std::int32_t>(sums.size()) - 1))];
    };
    return place(last_day + 1) - place(last_day + 1 - days);
}

bool SeriesHistory::is_known(std::int32_t day) const {
    const std::int64_t index = std::int64_t{day} - offset_;
    return index >= 0 && index < static_cast<std::int64_t>(known_.size()) &&
           known_[static_cast<std::size_t>(index)];
}

double SeriesHistory::at(const std::vector<double>& column, std::int32_t day) const {
    const std::int64_t index = std::int64_t{day} - offset_;
    return index >= 0 && index < static_cast<std::int64_t>(column.size())
               ? column[static_cast<std::size_t>(index)]
               : 0.0;
}

std::int32_t SeriesHistory::last_sale_day(std::int32_t day) const {
    const std::int64_t index = std::int64_t{day} - offset_;
    return index >= 0 && index < static_cast<std::int64_t>(last_sale_.size())
               ? last_sale_[static_cast<std::size_t>(index)]
               : -1;
}

}  // namespace shelfcast::demand
