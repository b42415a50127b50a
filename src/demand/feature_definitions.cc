#include "demand/feature_definitions.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/check.h"
#include "demand/feature_definitions_text.h"

namespace shelfcast::demand {
namespace {

constexpr std::array<std::string_view, 6> kCalendarKinds = {
    "day_of_week", "day_of_month", "week_of_year", "month", "season", "is_weekend"};
constexpr std::array<std::string_view, 10> kGroupKinds = {
    "category_mean",        "store_mean",          "over_category",
    "store_weekday_share",  "elsewhere_mean",      "brand_category_others_mean",
    "category_others_mean", "store_relative_size", "store_age",
    "store_count"};
/// Of the days before, of anything that is known day by day.
constexpr std::array<std::string_view, 3> kPastKinds = {"lag", "mean", "std_dev"};
/// The same, of sales and prices.
constexpr std::array<std::string_view, 4> kSeriesKinds = {"last", "same_weekday_mean", "below_most",
                                                          "age"};
constexpr std::array<std::string_view, 5> kPanelSources = {"units", "price", "promo", "holiday",
                                                           "stock_out_hours"};
/// Of the date itself and later ones nothing is known but these: as far ahead as they were given.
constexpr std::array<std::string_view, 2> kEventSources = {"holiday", "local_event"};
constexpr std::array<std::string_view, 2> kWeatherSources = {"temperature", "precipitation"};
constexpr std::array<std::string_view, 5> kWords = {"local_event", "category", "brand", "region",
                                                    "store_type"};
constexpr std::array<std::string_view, 4> kMissing = {"null", "zero", "empty", "never"};
constexpr std::string_view kVersionWord = "# definition_version ";

template <std::size_t kCount>
bool is_one_of(const std::array<std::string_view, kCount>& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

/// Whether such a kind can be made of such a source.
bool fits(const FeatureDefinition& one) {
    const bool is_weather = is_one_of(kWeatherSources, one.source);
    if (is_word(one)) {
        return is_one_of(kWords, one.source);
    }
    if (is_of_calendar(one)) {
        return one.source == "calendar";
    }
    if (one.kind == "on_day") {
        return is_weather || is_one_of(kEventSources, one.source);
    }
    if (one.kind == "days_to" || one.kind == "days_since") {
        return is_one_of(kEventSources, one.source);
    }
    if (is_one_of(kPastKinds, one.kind)) {
        return is_weather || is_one_of(kPanelSources, one.source);
    }
    return is_one_of(kPanelSources, one.source) &&
           (is_one_of(kSeriesKinds, one.kind) || is_of_group(one));
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
        if (one.name.empty() || !fits(one) || !is_one_of(kMissing, one.missing) ||
            is_word(one) != (one.missing == "empty")) {
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

bool is_of_calendar(const FeatureDefinition& definition) {
    return is_one_of(kCalendarKinds, definition.kind);
}

bool is_of_group(const FeatureDefinition& definition) {
    return is_one_of(kGroupKinds, definition.kind);
}

bool is_word(const FeatureDefinition& definition) { return definition.kind == "word"; }

}  // namespace shelfcast::demand
