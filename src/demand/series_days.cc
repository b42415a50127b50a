#include "demand/series_days.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace shelfcast::demand {

SeriesDays::Source SeriesDays::source_of(std::string_view name) {
    return name == "stock_out_hours" ? Source::kStockOutHours
           : name == "holiday"       ? Source::kHoliday
           : name == "local_event"   ? Source::kLocalEvent
           : name == "temperature"   ? Source::kTemperature
           : name == "precipitation" ? Source::kPrecipitation
                                     : Source::kColumn;
}

SeriesDays::SeriesDays(const DailyPanel& panel, const PanelSeries& series, std::string_view source)
    : panel_(panel),
      series_(series),
      source_(source_of(source)),
      column_(source == "units"     ? &panel.units
              : source == "price"   ? &panel.price
              : source == "promo"   ? &panel.promo
              : source == "holiday" ? &panel.holiday
                                    : nullptr) {
    if (series.store < panel.store_days.size()) {
        store_days_ = &panel.store_days[series.store];
    }
}

float SeriesDays::on(std::int32_t date) const {
    if (is_of_store()) {
        return of_store(date);
    }
    const std::int64_t day = std::int64_t{date} - series_.first_date;
    if (day < 0 || day >= static_cast<std::int64_t>(series_.days)) {
        return kUnknown;
    }
    const std::size_t at = series_.first_day + static_cast<std::size_t>(day);
    if (source_ == Source::kHoliday) {
        return public_holiday(date, panel_.holiday[at]);
    }
    if (source_ == Source::kStockOutHours) {
        return std::isnan(panel_.units[at])
                   ? kUnknown
                   : static_cast<float>(std::popcount(panel_.stock_out_mask[at]));
    }
    return column_ == nullptr ? kUnknown : (*column_)[at];
}

float SeriesDays::of_store(std::int32_t date) const {
    if (source_ == Source::kLocalEvent) {
        return store_days_ != nullptr && store_days_->events.contains(date) ? 1 : 0;
    }
    if (store_days_ == nullptr) {
        return kUnknown;
    }
    const auto weather = store_days_->weather.find(date);
    if (weather == store_days_->weather.end()) {
        return kUnknown;
    }
    return source_ == Source::kTemperature ? weather->second.temperature_celsius
                                           : weather->second.precipitation_mm;
}

float SeriesDays::public_holiday(std::int32_t date, float holiday_or_event) const {
    if (store_days_ == nullptr) {
        return holiday_or_event;
    }
    const auto event = store_days_->events.find(date);
    return event == store_days_->events.end() ? holiday_or_event
           : event->second.is_public_holiday  ? 1.0F
                                              : 0.0F;
}

std::vector<double> SeriesDays::before(std::int32_t date, std::int32_t days,
                                       std::int32_t step) const {
    std::vector<double> out;
    for (std::int32_t back = step; back <= days; back += step) {
        if (const float value = on(date - back); !std::isnan(value)) {
            out.push_back(value);
        }
    }
    return out;
}

std::vector<double> SeriesDays::all_before(std::int32_t date, std::int32_t days,
                                           std::int32_t step) const {
    const bool is_younger = !is_of_store() && date - days < series_.first_date;
    return is_younger ? std::vector<double>{} : before(date, days, step);
}

double SeriesDays::last_before(std::int32_t date) const {
    for (std::int32_t day = std::min(date - 1, panel_.last_date(series_));
         day >= series_.first_date; --day) {
        if (const float value = on(day); !std::isnan(value)) {
            return value;
        }
    }
    return kUnknown;
}

double SeriesDays::since_first_known(std::int32_t date) const {
    const std::int32_t end = std::min(date, panel_.last_date(series_) + 1);
    for (std::int32_t day = series_.first_date; day < end; ++day) {
        if (!std::isnan(on(day))) {
            return date - day;
        }
    }
    return kUnknown;
}

}  // namespace shelfcast::demand
