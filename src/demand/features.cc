#include "demand/features.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>

#include "base/check.h"
#include "demand/feature_definitions_text.h"
#include "demand/group_days.h"
#include "demand/series_history.h"
#include "retail/time_zone.h"

namespace shelfcast::demand {
namespace {

constexpr std::array<std::string_view, 18> kKinds = {"lag",          "mean",
                                                     "std_dev",      "same_weekday_mean",
                                                     "day_of_week",  "day_of_month",
                                                     "week_of_year", "month",
                                                     "season",       "is_weekend",
                                                     "on_day",       "days_to",
                                                     "days_since",   "relative_mean",
                                                     "below_most",   "category_mean",
                                                     "store_mean",   "age"};
constexpr std::array<std::string_view, 6> kSources = {"units",   "price",           "promo",
                                                      "holiday", "stock_out_hours", "calendar"};
constexpr std::array<std::string_view, 4> kMissing = {"null", "zero", "last", "never"};

/// Days of one column of one series.
class Days {
public:
    Days(const DailyPanel& panel, const PanelSeries& series, std::string_view source)
        : panel_(panel), series_(series), source_(source) {}

    [[nodiscard]] float on(std::int32_t date) const {
        const std::int64_t day = std::int64_t{date} - series_.first_date;
        if (day < 0 || day >= static_cast<std::int64_t>(series_.days)) {
            return kUnknown;
        }
        const std::size_t at = series_.first_day + static_cast<std::size_t>(day);
        if (source_ == "units") {
            return panel_.units[at];
        }
        if (source_ == "price") {
            return panel_.price[at];
        }
        if (source_ == "promo") {
            return panel_.promo[at];
        }
        if (source_ == "holiday") {
            return panel_.holiday[at];
        }
        return std::isnan(panel_.units[at])
                   ? kUnknown
                   : static_cast<float>(std::popcount(panel_.stock_out_mask[at] & kSellingHours));
    }

    /// Known days of so many before a date, each `step` apart.
    [[nodiscard]] std::vector<double> before(std::int32_t date, std::int32_t days,
                                             std::int32_t step) const {
        std::vector<double> out;
        for (std::int32_t back = step; back <= days; back += step) {
            if (const float value = on(date - back); !std::isnan(value)) {
                out.push_back(value);
            }
        }
        return out;
    }

private:
    const DailyPanel& panel_;
    const PanelSeries& series_;
    std::string_view source_;
};

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

double iso_week(std::int32_t date) {
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
        return civil.month % 12 / 3 + 1;
    }
    return weekday_of(date) >= 5 ? 1 : 0;
}

/// Steps from a date to the nearest one with a value above 0.
double steps_to(const Days& days, std::int32_t date, std::int32_t most, std::int32_t direction) {
    for (std::int32_t step = direction < 0 ? 1 : 0; step <= most; ++step) {
        if (days.on(date + direction * step) > 0) {
            return step;
        }
    }
    return kUnknown;
}

double last_known(const Days& days, std::int32_t date, const PanelSeries& series) {
    for (std::int32_t day = date; day >= series.first_date; --day) {
        if (const float value = days.on(day); !std::isnan(value)) {
            return value;
        }
    }
    return kUnknown;
}

double group_mean(const DailyPanel& panel, const PanelSeries& of, std::int32_t date,
                  const FeatureDefinition& definition) {
    std::vector<double> values;
    for (const PanelSeries& other : panel.series) {
        if (other.store == of.store &&
            (definition.kind == "store_mean" || other.category == of.category)) {
            const std::vector<double> own =
                Days(panel, other, definition.source).before(date, definition.days, 1);
            values.insert(values.end(), own.begin(), own.end());
        }
    }
    return mean_of(values);
}

double value_of(const DailyPanel& panel, const PanelSeries& series, std::int32_t date,
                const FeatureDefinition& definition) {
    const std::string& kind = definition.kind;
    if (definition.source == "calendar") {
        return calendar_value(kind, date);
    }
    if (kind == "category_mean" || kind == "store_mean") {
        return group_mean(panel, series, date, definition);
    }
    const Days days(panel, series, definition.source);
    const auto on_day = [&] {
        return definition.missing == "last" || kind != "on_day" ? last_known(days, date, series)
                                                                : double{days.on(date)};
    };
    if (kind == "lag") {
        return days.on(date - definition.days);
    }
    if (kind == "mean") {
        return mean_of(days.before(date, definition.days, 1));
    }
    if (kind == "std_dev") {
        return deviation_of(days.before(date, definition.days, 1));
    }
    if (kind == "same_weekday_mean") {
        return mean_of(days.before(date, definition.days, kWeekDays));
    }
    if (kind == "days_to") {
        return steps_to(days, date, definition.days, 1);
    }
    if (kind == "days_since") {
        return steps_to(days, date, definition.days, -1);
    }
    if (kind == "relative_mean") {
        return on_day() / mean_of(days.before(date, definition.days, 1));
    }
    if (kind == "below_most") {
        return std::max(0.0, 1 - on_day() / most_of(days.before(date, definition.days, 1)));
    }
    if (kind == "age") {
        for (std::int32_t day = series.first_date; day < date; ++day) {
            if (!std::isnan(days.on(day))) {
                return date - day;
            }
        }
        return kUnknown;
    }
    return on_day();
}

template <std::size_t kCount>
bool is_one_of(const std::array<std::string_view, kCount>& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

}  // namespace

Result<std::vector<FeatureDefinition>> parse_feature_definitions(std::string_view csv) {
    constexpr std::size_t kFields = 6;
    std::vector<FeatureDefinition> out;
    std::size_t number = 0;
    while (!csv.empty()) {
        const std::size_t end = std::min(csv.find('\n'), csv.size());
        std::string_view line = csv.substr(0, end);
        csv.remove_prefix(std::min(end + 1, csv.size()));
        if (++number == 1 || line.empty()) {
            continue;
        }
        std::array<std::string_view, kFields> fields;
        for (std::size_t i = 0; i < kFields; ++i) {
            const std::size_t comma =
                i + 1 < kFields ? std::min(line.find(','), line.size()) : line.size();
            fields[i] = line.substr(0, comma);
            line.remove_prefix(std::min(comma + 1, line.size()));
        }
        FeatureDefinition one{std::string(fields[0]), std::string(fields[1]),
                              std::string(fields[2]), 0, std::string(fields[4])};
        const auto [stop, error] =
            std::from_chars(fields[3].data(), fields[3].data() + fields[3].size(), one.days);
        if (error != std::errc{} || stop != fields[3].data() + fields[3].size() || one.days < 0) {
            return fail(ErrorKind::kInvalidInput, "feature definitions line {}: days '{}'", number,
                        fields[3]);
        }
        if (one.name.empty() || !is_one_of(kKinds, one.kind) || !is_one_of(kSources, one.source) ||
            !is_one_of(kMissing, one.missing)) {
            return fail(ErrorKind::kInvalidInput,
                        "feature definitions line {}: '{}' of kind '{}', source '{}', missing '{}'",
                        number, one.name, one.kind, one.source, one.missing);
        }
        out.push_back(std::move(one));
    }
    return out;
}

const std::vector<FeatureDefinition>& feature_definitions() {
    static const std::vector<FeatureDefinition> kAll = [] {
        auto parsed = parse_feature_definitions(feature_definitions_text());
        SHELFCAST_CHECK(parsed.has_value());  // A test reads the same file.
        return std::move(*parsed);
    }();
    return kAll;
}

std::vector<float> features_of(const DailyPanel& panel, std::size_t series, std::int32_t date,
                               std::span<const FeatureDefinition> definitions) {
    std::vector<float> out;
    out.reserve(definitions.size());
    for (const FeatureDefinition& definition : definitions) {
        const double value = value_of(panel, panel.series[series], date, definition);
        const bool is_missing = !std::isfinite(value);
        out.push_back(is_missing ? (definition.missing == "zero" ? 0.0F : kUnknown)
                                 : static_cast<float>(value));
    }
    return out;
}

}  // namespace shelfcast::demand
