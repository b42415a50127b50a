#include "demand/features.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "demand/group_days.h"
#include "demand/series_days.h"
#include "retail/time_zone.h"

namespace shelfcast::demand {
namespace {

double mean_of(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) {
        sum += value;
    }
    return values.empty() ? double{kUnknown} : sum / static_cast<double>(values.size());
}

double deviation_of(const std::vector<double>& values) {
    if (values.size() < 2) {
        return kUnknown;
    }
    const double mean = mean_of(values);
    double squares = 0;
    for (const double value : values) {
        squares += (value - mean) * (value - mean);
    }
    return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

double most_of(const std::vector<double>& values) {
    return values.empty() ? double{kUnknown} : *std::ranges::max_element(values);
}

std::int32_t iso_week(std::int32_t date) {
    // The week of a date is that of its Thursday.
    const std::int32_t thursday = date - weekday_of(date) + 3;
    const retail::CivilDate civil = retail::civil_from_days(thursday);
    return 1 + (thursday - retail::days_from_civil(civil.year, 1, 1)) / kWeekDays;
}

double calendar_value(std::string_view kind, std::int32_t date) {
    const retail::CivilDate civil = retail::civil_from_days(date);
    if (kind == "day_of_week") {
        return weekday_of(date) + 1;
    }
    if (kind == "day_of_month") {
        return civil.day;
    }
    if (kind == "week_of_year") {
        return iso_week(date);
    }
    if (kind == "month") {
        return civil.month;
    }
    if (kind == "season") {
        const int quarter = static_cast<int>(civil.month) % 12 / 3;
        return quarter + 1;
    }
    return weekday_of(date) >= 5 ? 1 : 0;
}

/// Steps from a date to the nearest one with a value above 0.
double steps_to(const SeriesDays& days, std::int32_t date, std::int32_t most,
                std::int32_t direction) {
    for (std::int32_t step = direction < 0 ? 1 : 0; step <= most; ++step) {
        if (days.on(date + direction * step) > 0) {
            return step;
        }
    }
    return kUnknown;
}

/// Of the days before a date, or of the holidays about it.
double own_value(const SeriesDays& days, std::int32_t date, const FeatureDefinition& definition) {
    const std::string& kind = definition.kind;
    if (kind == "lag") {
        return days.on(date - definition.days);
    }
    if (kind == "last") {
        return days.last_before(date);
    }
    if (kind == "mean") {
        return mean_of(days.all_before(date, definition.days, 1));
    }
    if (kind == "std_dev") {
        return deviation_of(days.all_before(date, definition.days, 1));
    }
    if (kind == "same_weekday_mean") {
        return mean_of(days.all_before(date, definition.days, kWeekDays));
    }
    if (kind == "days_to") {
        return steps_to(days, date, definition.days, 1);
    }
    if (kind == "days_since") {
        return steps_to(days, date, definition.days, -1);
    }
    if (kind == "below_most") {
        const double most = most_of(days.before(date, definition.days, 1));
        return most > 0 ? std::max(0.0, 1 - days.last_before(date) / most) : double{kUnknown};
    }
    return kind == "age" ? days.since_first_known(date) : double{days.on(date)};
}

}  // namespace

DateFeatures::DateFeatures(const DailyPanel& panel, std::int32_t date,
                           std::span<const FeatureDefinition> definitions)
    : panel_(panel), date_(date), definitions_(definitions) {
    for (const FeatureDefinition& definition : definitions) {
        groups_.push_back(is_of_group(definition)
                              ? std::optional<GroupFigures>(std::in_place, panel, date, definition)
                              : std::nullopt);
    }
}

double DateFeatures::value_of(std::size_t definition, const PanelSeries& series) const {
    const FeatureDefinition& as = definitions_[definition];
    if (is_word(as)) {
        return kUnknown;
    }
    if (is_of_calendar(as)) {
        return calendar_value(as.kind, date_);
    }
    return groups_[definition] ? groups_[definition]->of(series)
                               : own_value(SeriesDays(panel_, series, as.source), date_, as);
}

std::vector<float> DateFeatures::of(const PanelSeries& series) const {
    std::vector<float> out;
    out.reserve(definitions_.size());
    for (std::size_t i = 0; i < definitions_.size(); ++i) {
        const double value = value_of(i, series);
        out.push_back(std::isfinite(value)                ? static_cast<float>(value)
                      : definitions_[i].missing == "zero" ? 0.0F
                                                          : kUnknown);
    }
    return out;
}

}  // namespace shelfcast::demand
