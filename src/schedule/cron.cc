#include "schedule/cron.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <span>
#include <vector>

#include "retail/time_zone.h"

namespace shelfcast::schedule {
namespace {

constexpr std::int32_t kMinutesPerDay = 24 * 60;
// The longest stretch without a 29th of February is eight years (1896 to 1904, 2096 to 2104).
constexpr std::int32_t kLongestGapDays = 9 * 366;

constexpr std::array<std::string_view, 12> kMonthNames = {"jan", "feb", "mar", "apr", "may", "jun",
                                                          "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdayNames = {"sun", "mon", "tue", "wed",
                                                           "thu", "fri", "sat"};

struct Macro {
    std::string_view name;
    std::string_view fields;
};
constexpr std::array kMacros = {Macro{"@hourly", "0 * * * *"},   Macro{"@daily", "0 0 * * *"},
                                Macro{"@midnight", "0 0 * * *"}, Macro{"@weekly", "0 0 * * 0"},
                                Macro{"@monthly", "0 0 1 * *"},  Macro{"@yearly", "0 0 1 1 *"},
                                Macro{"@annually", "0 0 1 1 *"}};

struct Field {
    std::string_view what;
    int first;
    int last;
    std::span<const std::string_view> names;  ///< Of `first` and what follows.
};

std::string lower(std::string_view text) {
    std::string made(text);
    std::ranges::transform(made, made.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return made;
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
    std::vector<std::string_view> parts;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

Result<int> parse_value(std::string_view text, const Field& field) {
    const auto name = std::ranges::find(field.names, lower(text));
    if (name != field.names.end()) {
        return field.first + static_cast<int>(name - field.names.begin());
    }
    int value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc{} || end != text.data() + text.size() || value < field.first ||
        value > field.last) {
        return fail(ErrorKind::kInvalidInput, "{} \"{}\" is not within {} to {}", field.what, text,
                    field.first, field.last);
    }
    return value;
}

/// One item of a list: `*`, `5`, `1-5`, each also with `/step`.
template <std::size_t Size>
Status add_item(std::string_view item, const Field& field, std::bitset<Size>& bits) {
    int step = 1;
    const std::size_t slash = item.find('/');
    if (slash != std::string_view::npos) {
        SHELFCAST_ASSIGN(step, parse_value(item.substr(slash + 1),
                                           {"step", 1, field.last - field.first + 1, {}}));
    }
    const std::string_view range = item.substr(0, slash);
    int from = field.first;
    int to = field.last;
    if (range != "*") {
        const std::size_t dash = range.find('-');
        SHELFCAST_ASSIGN(from, parse_value(range.substr(0, dash), field));
        if (dash != std::string_view::npos) {
            SHELFCAST_ASSIGN(to, parse_value(range.substr(dash + 1), field));
            const bool until_sunday = field.names.data() == kWeekdayNames.data() && to == 0;
            to = until_sunday && from > 0 ? field.last : to;
        } else if (slash == std::string_view::npos) {
            to = from;
        }
    }
    if (from > to) {
        return fail(ErrorKind::kInvalidInput, "{} \"{}\" ends before it begins", field.what, range);
    }
    for (int value = from; value <= to; value += step) {
        bits.set(static_cast<std::size_t>(value));
    }
    return {};
}

template <std::size_t Size>
Status parse_field(std::string_view text, const Field& field, std::bitset<Size>& bits) {
    for (const std::string_view item : split(text, ",")) {
        SHELFCAST_TRY(add_item(item, field, bits));
    }
    return {};
}

/// The first set bit from `from` upwards or downwards.
template <std::size_t Size>
std::optional<int> set_bit(const std::bitset<Size>& bits, int from, int direction) {
    for (int bit = from; bit >= 0 && bit < static_cast<int>(Size); bit += direction) {
        if (bits.test(static_cast<std::size_t>(bit))) {
            return bit;
        }
    }
    return std::nullopt;
}

/// The fitting minute of a day that is nearest to `from` in that direction, `from` included.
std::optional<int> minute_of_day(const std::bitset<24>& hours, const std::bitset<60>& minutes,
                                 int from, int direction) {
    if (from < 0 || from >= kMinutesPerDay) {
        return std::nullopt;
    }
    const int hour = from / 60;
    if (hours.test(static_cast<std::size_t>(hour))) {
        if (const auto minute = set_bit(minutes, from % 60, direction)) {
            return hour * 60 + *minute;
        }
    }
    const auto other_hour = set_bit(hours, hour + direction, direction);
    if (!other_hour) {
        return std::nullopt;
    }
    return *other_hour * 60 + *set_bit(minutes, direction > 0 ? 0 : 59, direction);
}

std::int32_t day_of(std::int64_t local_minute) {
    const std::int64_t day = local_minute / kMinutesPerDay;
    return static_cast<std::int32_t>(local_minute % kMinutesPerDay < 0 ? day - 1 : day);
}

}  // namespace

Result<Cron> Cron::parse(std::string_view text) {
    Cron cron;
    cron.text_ = text;
    std::string fields = lower(text);
    const auto macro = std::ranges::find(kMacros, fields, &Macro::name);
    if (macro != kMacros.end()) {
        fields = macro->fields;
    }
    std::vector<std::string_view> parts = split(fields, " \t");
    std::erase(parts, std::string_view());
    if (parts.size() != 5) {
        return fail(ErrorKind::kInvalidInput,
                    "\"{}\" is neither five fields (minute hour day month weekday) nor one of "
                    "@hourly, @daily, @weekly, @monthly, @yearly",
                    text);
    }
    const auto parse_all = [&]() -> Status {
        SHELFCAST_TRY(parse_field(parts[0], {"minute", 0, 59, {}}, cron.minutes_));
        SHELFCAST_TRY(parse_field(parts[1], {"hour", 0, 23, {}}, cron.hours_));
        SHELFCAST_TRY(parse_field(parts[2], {"day", 1, 31, {}}, cron.days_));
        SHELFCAST_TRY(parse_field(parts[3], {"month", 1, 12, kMonthNames}, cron.months_));
        return parse_field(parts[4], {"weekday", 0, 7, kWeekdayNames}, cron.weekdays_);
    };
    if (Status parsed = parse_all(); !parsed) {
        return forward_error(parsed, fmt::format("\"{}\"", text));
    }
    cron.weekdays_.set(0, cron.weekdays_.test(0) || cron.weekdays_.test(7));
    cron.any_day_ = parts[2].starts_with('*');
    cron.any_weekday_ = parts[4].starts_with('*');
    for (std::int32_t day = 0; day < kLongestGapDays; ++day) {
        if (cron.fits_day(day)) {
            return cron;
        }
    }
    return fail(ErrorKind::kInvalidInput, "\"{}\" fits no day of any year", text);
}

bool Cron::fits_day(std::int32_t day) const {
    const retail::CivilDate date = retail::civil_from_days(day);
    if (!months_.test(date.month)) {
        return false;
    }
    constexpr std::int32_t kThursday = 4;  // 1970-01-01
    const std::int32_t weekday = ((day % 7) + 7 + kThursday) % 7;
    const bool day_fits = days_.test(date.day);
    const bool weekday_fits = weekdays_.test(static_cast<std::size_t>(weekday));
    return any_day_ || any_weekday_ ? day_fits && weekday_fits : day_fits || weekday_fits;
}

std::int64_t Cron::next_after(std::int64_t local_minute) const {
    std::int32_t day = day_of(local_minute + 1);
    auto from = static_cast<int>(local_minute + 1 - std::int64_t{day} * kMinutesPerDay);
    // Ends: parse() has seen a day that fits, and the calendar repeats within the longest gap.
    for (;; ++day, from = 0) {
        if (const auto minute = minute_of_day(hours_, minutes_, from, 1); minute && fits_day(day)) {
            return std::int64_t{day} * kMinutesPerDay + *minute;
        }
    }
}

std::int64_t Cron::last_until(std::int64_t local_minute) const {
    std::int32_t day = day_of(local_minute);
    auto from = static_cast<int>(local_minute - std::int64_t{day} * kMinutesPerDay);
    for (;; --day, from = kMinutesPerDay - 1) {  // Ends as above.
        if (const auto minute = minute_of_day(hours_, minutes_, from, -1);
            minute && fits_day(day)) {
            return std::int64_t{day} * kMinutesPerDay + *minute;
        }
    }
}

bool Cron::at_most_daily() const { return minutes_.count() == 1 && hours_.count() == 1; }

}  // namespace shelfcast::schedule
