#include "demand/day_features.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <optional>

#include "demand/store_shape.h"

namespace shelfcast::demand {
namespace {

constexpr std::size_t kSurroundingDays = 28;
constexpr std::array<std::size_t, 6> kLags = {1, 7, 14, 28, 30, 90};
constexpr std::array<std::size_t, 5> kWindows = {7, 14, 28, 30, 90};
constexpr std::size_t kWeek = 7;
/// A holiday further off says nothing.
constexpr std::int32_t kFarHoliday = 60;

/// The days of a series as they are seen from a date: back 1 is the day before.
class Past {
public:
    Past(const DailyPanel& panel, const PanelSeries& series, std::int32_t date)
        : panel_(panel), series_(series), days_(date - series.first_date) {}

    [[nodiscard]] std::size_t days() const { return static_cast<std::size_t>(std::max(0, days_)); }
    [[nodiscard]] float at(const std::vector<float>& column, std::size_t back) const {
        return back > days() ? kUnknown : column[place(back)];
    }
    [[nodiscard]] float units(std::size_t back) const { return at(panel_.units, back); }
    [[nodiscard]] float stock_out_hours(std::size_t back) const {
        return back > days()
                   ? kUnknown
                   : static_cast<float>(std::popcount(panel_.stock_out_mask[place(back)]));
    }
    /// A day to come too (negative back), as far as the series goes.
    [[nodiscard]] std::optional<bool> is_holiday(std::int32_t back) const {
        const std::int32_t day = days_ - back;
        if (day < 0 || day >= static_cast<std::int32_t>(series_.days)) {
            return std::nullopt;
        }
        return panel_.holiday[series_.first_day + static_cast<std::size_t>(day)] > 0;
    }

    /// Mean and standard deviation of the last so many days; kUnknown with fewer.
    [[nodiscard]] std::pair<float, float> spread(std::size_t window) const {
        if (window > days()) {
            return {kUnknown, kUnknown};
        }
        double sum = 0;
        double squares = 0;
        std::size_t known = 0;
        for (std::size_t back = 1; back <= window; ++back) {
            if (const float value = units(back); !std::isnan(value)) {
                sum += value;
                squares += double{value} * value;
                ++known;
            }
        }
        if (known < 2) {
            return {known == 0 ? kUnknown : static_cast<float>(sum), kUnknown};
        }
        const auto count = static_cast<double>(known);
        const double variance = std::max(0.0, (squares - sum * sum / count) / (count - 1));
        return {static_cast<float>(sum / count), static_cast<float>(std::sqrt(variance))};
    }

    [[nodiscard]] float same_weekday_mean(std::size_t weeks) const {
        double sum = 0;
        std::size_t known = 0;
        for (std::size_t week = 1; week <= weeks; ++week) {
            if (const float value = units(week * kWeek); !std::isnan(value)) {
                sum += value;
                ++known;
            }
        }
        return known == 0 ? kUnknown : static_cast<float>(sum / static_cast<double>(known));
    }

    [[nodiscard]] float holiday_distance(int step) const {
        for (std::int32_t away = 1; away <= kFarHoliday; ++away) {
            const auto holiday = is_holiday(step * away);
            if (!holiday) {
                return kUnknown;
            }
            if (*holiday) {
                return static_cast<float>(away);
            }
        }
        return kUnknown;
    }

private:
    [[nodiscard]] std::size_t place(std::size_t back) const {
        return series_.first_day + static_cast<std::size_t>(days_) - back;
    }

    const DailyPanel& panel_;
    const PanelSeries& series_;
    std::int32_t days_;
};

/// Of a date by ISO 8601: the week that holds its Thursday.
int week_of_year(std::int32_t date) {
    using namespace std::chrono;
    const sys_days thursday{days(date + 4 - weekday_of(date))};
    const sys_days january{year_month_day{thursday}.year() / January / 1};
    return static_cast<int>((thursday - january).count()) / static_cast<int>(kWeek) + 1;
}

}  // namespace

DayFeatures::DayFeatures(const DailyPanel& panel, std::int32_t date) : panel_(panel), date_(date) {
    for (const PanelSeries& series : panel.series) {
        if (series.first_date >= date) {
            continue;
        }
        const Past past(panel, series, date);
        double units = 0;
        for (std::size_t back = 1; back <= std::min(kSurroundingDays, past.days()); ++back) {
            const float value = past.units(back);
            units += std::isnan(value) ? 0 : value;
        }
        const float price = past.at(panel.price, 1);
        for (Around* const around :
             {&stores_[series.store], &categories_[{series.store, series.category}]}) {
            around->units += units;
            if (!std::isnan(price)) {
                around->prices += price;
                ++around->priced;
            }
        }
    }
}

DayFeatureValues DayFeatures::of(const PanelSeries& series) const {
    const Past past(panel_, series, date_);
    DayFeatureValues values{};
    auto next = values.begin();
    for (const std::size_t lag : kLags) {
        *next++ = past.units(lag);
    }
    std::array<std::pair<float, float>, kWindows.size()> spreads;
    std::ranges::transform(kWindows, spreads.begin(),
                           [&](std::size_t window) { return past.spread(window); });
    for (const auto& [mean, deviation] : spreads) {
        *next++ = mean;
    }
    for (const auto& [mean, deviation] : spreads) {
        *next++ = deviation;
    }
    *next++ = past.same_weekday_mean(4);
    *next++ = past.same_weekday_mean(8);

    const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::days(date_)}};
    const int weekday = weekday_of(date_);
    *next++ = static_cast<float>(weekday);
    *next++ = static_cast<float>(static_cast<unsigned>(day.day()));
    *next++ = static_cast<float>(week_of_year(date_));
    *next++ = static_cast<float>(static_cast<unsigned>(day.month()));
    *next++ = weekday >= 6 ? 1 : 0;
    *next++ = past.is_holiday(0).value_or(false) ? 1 : 0;
    *next++ = past.holiday_distance(-1);
    *next++ = past.holiday_distance(1);

    const Around& category = categories_.at({series.store, series.category});
    const float price = past.at(panel_.price, 1);
    *next++ = price;
    *next++ =
        category.prices > 0
            ? price / static_cast<float>(category.prices / static_cast<double>(category.priced))
            : kUnknown;
    *next++ = past.at(panel_.promo, 1);
    *next++ = past.stock_out_hours(1);
    double hours = 0;
    for (std::size_t back = 1; back <= kWeek; ++back) {
        hours += past.stock_out_hours(back);
    }
    *next++ = static_cast<float>(hours / kWeek);
    *next++ = static_cast<float>(category.units / kSurroundingDays);
    *next++ = static_cast<float>(stores_.at(series.store).units / kSurroundingDays);
    *next = static_cast<float>(past.days());
    return values;
}

}  // namespace shelfcast::demand
