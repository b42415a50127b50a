#include "demand/features.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "demand/feature_definitions_text.h"
#include "demand/group_days.h"
#include "retail/time_zone.h"

namespace shelfcast::demand {
namespace {

constexpr std::array<std::string_view, 6> kCalendarKinds = {
    "day_of_week", "day_of_month", "week_of_year", "month", "season", "is_weekend"};
/// What reads the date itself or later ones: nothing but holidays is known of those.
constexpr std::array<std::string_view, 2> kAheadKinds = {"on_day", "days_to"};
constexpr std::array<std::string_view, 3> kGroupKinds = {"category_mean", "store_mean",
                                                         "over_category"};
constexpr std::array<std::string_view, 7> kPastKinds = {
    "lag", "last", "mean", "std_dev", "same_weekday_mean", "days_since", "below_most"};
constexpr std::string_view kAgeKind = "age";
constexpr std::array<std::string_view, 5> kPanelSources = {"units", "price", "promo", "holiday",
                                                           "stock_out_hours"};
constexpr std::array<std::string_view, 3> kMissing = {"null", "zero", "never"};
constexpr std::string_view kVersionWord = "# definition_version ";

template <std::size_t kCount>
bool is_one_of(const std::array<std::string_view, kCount>& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

/// Days of one column of one series.
class Days {
public:
    Days(const DailyPanel& panel, const PanelSeries& series, std::string_view source)
        : panel_(panel),
          series_(series),
          column_(source == "units"     ? &panel.units
                  : source == "price"   ? &panel.price
                  : source == "promo"   ? &panel.promo
                  : source == "holiday" ? &panel.holiday
                                        : nullptr) {}

    [[nodiscard]] float on(std::int32_t date) const {
        const std::int64_t day = std::int64_t{date} - series_.first_date;
        if (day < 0 || day >= static_cast<std::int64_t>(series_.days)) {
            return kUnknown;
        }
        const std::size_t at = series_.first_day + static_cast<std::size_t>(day);
        if (column_ != nullptr) {
            return (*column_)[at];
        }
        return std::isnan(panel_.units[at])
                   ? kUnknown
                   : static_cast<float>(std::popcount(panel_.stock_out_mask[at]));
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

    /// The same; none where the series is younger.
    [[nodiscard]] std::vector<double> all_before(std::int32_t date, std::int32_t days,
                                                 std::int32_t step) const {
        return date - days < series_.first_date ? std::vector<double>{} : before(date, days, step);
    }

    [[nodiscard]] double last_before(std::int32_t date) const {
        for (std::int32_t day = std::min(date - 1, panel_.last_date(series_));
             day >= series_.first_date; --day) {
            if (const float value = on(day); !std::isnan(value)) {
                return value;
            }
        }
        return kUnknown;
    }

    [[nodiscard]] double since_first_known(std::int32_t date) const {
        for (std::int32_t day = series_.first_date; day < date; ++day) {
            if (!std::isnan(on(day))) {
                return date - day;
            }
        }
        return kUnknown;
    }

private:
    const DailyPanel& panel_;
    const PanelSeries& series_;
    const std::vector<float>* column_;  ///< None: hours without stock.
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
double steps_to(const Days& days, std::int32_t date, std::int32_t most, std::int32_t direction) {
    for (std::int32_t step = direction < 0 ? 1 : 0; step <= most; ++step) {
        if (days.on(date + direction * step) > 0) {
            return step;
        }
    }
    return kUnknown;
}

/// Of the days before a date, or of the holidays about it.
double own_value(const Days& days, std::int32_t date, const FeatureDefinition& definition) {
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
    return kind == kAgeKind ? days.since_first_known(date) : double{days.on(date)};
}

/// Whether such a kind can be made of such a source.
bool fits(std::string_view kind, std::string_view source) {
    if (is_one_of(kCalendarKinds, kind)) {
        return source == "calendar";
    }
    if (is_one_of(kAheadKinds, kind)) {
        return source == "holiday";
    }
    return is_one_of(kPanelSources, source) &&
           (is_one_of(kPastKinds, kind) || is_one_of(kGroupKinds, kind) || kind == kAgeKind);
}

/// Whether the text is a whole number of 0 or more.
bool read_number(std::string_view text, std::int32_t& number) {
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && stop == text.data() + text.size() && number >= 0;
}

/// The text up to the next end, which is taken off with it.
std::string_view take_until(std::string_view& text, char end) {
    const std::size_t length = std::min(text.find(end), text.size());
    const std::string_view taken = text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
    return taken;
}

}  // namespace

Result<FeatureDefinitions> parse_feature_definitions(std::string_view csv) {
    FeatureDefinitions out;
    const std::string_view first = take_until(csv, '\n');
    std::int32_t version = 0;
    if (!first.starts_with(kVersionWord) ||
        !read_number(first.substr(kVersionWord.size()), version)) {
        return fail(ErrorKind::kInvalidInput,
                    "feature definitions line 1: '{}' instead of '{}' and a number", first,
                    kVersionWord);
    }
    out.version = static_cast<std::uint32_t>(version);
    take_until(csv, '\n');  // The fields' names.
    for (std::size_t number = 3; !csv.empty(); ++number) {
        std::string_view line = take_until(csv, '\n');
        if (line.empty()) {
            continue;
        }
        FeatureDefinition one;
        one.name = take_until(line, ',');
        one.kind = take_until(line, ',');
        one.source = take_until(line, ',');
        const std::string_view days = take_until(line, ',');
        one.missing = take_until(line, ',');
        if (!read_number(days, one.days)) {
            return fail(ErrorKind::kInvalidInput, "feature definitions line {}: days '{}'", number,
                        days);
        }
        if (one.name.empty() || !fits(one.kind, one.source) || !is_one_of(kMissing, one.missing)) {
            return fail(ErrorKind::kInvalidInput,
                        "feature definitions line {}: '{}' of kind '{}', source '{}', missing '{}'",
                        number, one.name, one.kind, one.source, one.missing);
        }
        out.features.push_back(std::move(one));
    }
    return out;
}

const FeatureDefinitions& feature_definitions() {
    static const FeatureDefinitions kAll = [] {
        auto parsed = parse_feature_definitions(feature_definitions_text());
        SHELFCAST_CHECK(parsed.has_value());  // A test reads the same file.
        return std::move(*parsed);
    }();
    return kAll;
}

DateFeatures::DateFeatures(const DailyPanel& panel, std::int32_t date,
                           std::span<const FeatureDefinition> definitions)
    : panel_(panel), date_(date), definitions_(definitions) {
    for (const FeatureDefinition& definition : definitions) {
        means_.push_back(is_one_of(kGroupKinds, definition.kind) ? means_of_groups(definition)
                                                                 : std::map<Group, double>{});
    }
}

DateFeatures::Group DateFeatures::group_of(const FeatureDefinition& definition,
                                           const PanelSeries& series) {
    constexpr auto kAllCategories = std::numeric_limits<std::uint32_t>::max();
    return {series.store, definition.kind == "store_mean" ? kAllCategories : series.category};
}

std::map<DateFeatures::Group, double> DateFeatures::means_of_groups(
    const FeatureDefinition& definition) const {
    struct Tally {
        double sum = 0;
        std::size_t prices = 0;
        std::vector<bool> is_known;  ///< By days back, 1 first: any series is known there.
    };
    std::map<Group, Tally> tallies;
    for (const PanelSeries& series : panel_.series) {
        const Days days(panel_, series, definition.source);
        Tally& tally = tallies[group_of(definition, series)];
        if (definition.kind == "over_category") {
            if (const double last = days.last_before(date_); !std::isnan(last)) {
                tally.sum += last;
                ++tally.prices;
            }
            continue;
        }
        tally.is_known.resize(static_cast<std::size_t>(definition.days));
        for (std::int32_t back = 1; back <= definition.days; ++back) {
            if (const float value = days.on(date_ - back); !std::isnan(value)) {
                tally.sum += value;
                tally.is_known[static_cast<std::size_t>(back - 1)] = true;
            }
        }
    }
    std::map<Group, double> means;
    for (const auto& [group, tally] : tallies) {
        const auto over = static_cast<double>(
            tally.prices + static_cast<std::size_t>(std::ranges::count(tally.is_known, true)));
        means.emplace(group, over > 0 ? tally.sum / over : double{kUnknown});
    }
    return means;
}

double DateFeatures::value_of(std::size_t definition, const PanelSeries& series) const {
    const FeatureDefinition& as = definitions_[definition];
    if (is_one_of(kCalendarKinds, as.kind)) {
        return calendar_value(as.kind, date_);
    }
    const Days days(panel_, series, as.source);
    if (!is_one_of(kGroupKinds, as.kind)) {
        return own_value(days, date_, as);
    }
    const double mean = means_[definition].at(group_of(as, series));
    return as.kind == "over_category" ? days.last_before(date_) / mean : mean;
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
