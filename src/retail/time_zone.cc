#include "retail/time_zone.h"

#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "base/check.h"
#include "retail/posix_time_zone.h"

namespace shelfcast::retail {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kHour = 3'600;
constexpr int kFirstYear = 1999;
constexpr int kLastYear = 2100;
// The table's buckets of about 49 days: no zone changes often enough to crowd one.
constexpr int kBucketShift = 22;
// More transitions than any zone has in 102 years; a database with more is broken.
constexpr std::size_t kMaxPeriods = 2'000;
constexpr std::int64_t kLongAgo = std::numeric_limits<std::int64_t>::min() / 4;
constexpr std::int64_t kFarAhead = std::numeric_limits<std::int64_t>::max() / 4;

constexpr std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}

std::int64_t table_begin_s() { return days_from_civil(kFirstYear, 1, 1) * kDay; }
std::int64_t table_end_s() { return days_from_civil(kLastYear + 1, 1, 1) * kDay; }

/// The rule that the zone's file ends with. The library ignores it, so that a zone would keep its
/// last offset after the listed transitions: from 2037 on here, from 1996 on for London elsewhere.
std::optional<PosixTimeZone> closing_rule(const std::string& zone_name) {
    std::ifstream file("/usr/share/zoneinfo/" + zone_name, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)),
                            std::istreambuf_iterator<char>());
    if (bytes.size() < 2 || bytes.back() != '\n') {
        return std::nullopt;
    }
    const std::size_t line = bytes.rfind('\n', bytes.size() - 2);
    if (line == std::string::npos) {
        return std::nullopt;
    }
    return PosixTimeZone::parse(std::string_view(bytes).substr(line + 1, bytes.size() - line - 2));
}

}  // namespace

Result<const TimeZone*> TimeZone::load(std::string_view name) {
    // Process-wide and never freed: catalogues keep plain pointers.
    static std::mutex mutex;
    static auto* const kLoaded =
        new std::map<std::string, std::unique_ptr<const TimeZone>, std::less<>>;
    const std::scoped_lock lock(mutex);
    if (const auto found = kLoaded->find(name); found != kLoaded->end()) {
        return found->second.get();
    }
    try {
        std::string text(name);
        const date::time_zone* const zone = date::locate_zone(text);
        std::vector<Period> periods;
        std::int64_t at_s = table_begin_s();
        std::int64_t last_begin_s = kLongAgo;
        while (at_s < table_end_s() && periods.size() < kMaxPeriods) {
            const date::sys_info info =
                zone->get_info(date::sys_seconds(std::chrono::seconds(at_s)));
            last_begin_s = info.begin.time_since_epoch().count();
            append_period(periods, {at_s, kFarAhead, info.offset.count()});
            at_s = info.end.time_since_epoch().count();
        }
        extend(periods, last_begin_s, closing_rule(text));
        std::unique_ptr<const TimeZone> made(new TimeZone(text, std::move(periods)));
        return kLoaded->emplace(std::move(text), std::move(made)).first->second.get();
    } catch (const std::exception& error) {
        return fail(ErrorKind::kInvalidInput, "time zone {}: {}", name, error.what());
    }
}

void TimeZone::append_period(std::vector<Period>& periods, Period period) {
    if (periods.empty()) {
        period.begin_s = kLongAgo;
    } else if (periods.back().offset_s == period.offset_s) {
        return;  // Only the abbreviation changes.
    } else {
        periods.back().end_s = period.begin_s;
    }
    periods.push_back(period);
}

void TimeZone::extend(std::vector<Period>& periods, std::int64_t last_begin_s,
                      const std::optional<PosixTimeZone>& rule) {
    if (!rule || !rule->has_summer_time()) {
        return;
    }
    const int from_year =
        std::max(kFirstYear, civil_from_days(static_cast<std::int32_t>(floor_divide(
                                                 std::max(last_begin_s, table_begin_s()), kDay)))
                                 .year);
    for (int year = from_year; year <= kLastYear; ++year) {
        auto [first, second] = rule->transitions(year);
        if (second.begin_s < first.begin_s) {
            std::swap(first, second);
        }
        for (const PosixTimeZone::Transition& change : {first, second}) {
            if (change.begin_s > last_begin_s) {
                append_period(periods, {change.begin_s, kFarAhead, change.offset_s});
            }
        }
    }
}

TimeZone::TimeZone(std::string name, std::vector<Period> periods)
    : name_(std::move(name)), periods_(std::move(periods)) {
    SHELFCAST_CHECK(!periods_.empty());
    table_begin_s_ = table_begin_s();
    const std::int64_t buckets = ((table_end_s() - table_begin_s_) >> kBucketShift) + 1;
    std::uint16_t index = 0;
    for (std::int64_t bucket = 0; bucket < buckets; ++bucket) {
        while (table_begin_s_ + (bucket << kBucketShift) >= periods_[index].end_s) {
            ++index;
        }
        first_in_bucket_.push_back(index);
    }
    largest_offset_s_ = std::ranges::max_element(periods_, {}, &Period::offset_s)->offset_s;
}

std::size_t TimeZone::index_at(std::int64_t utc_s) const noexcept {
    if (utc_s < table_begin_s_) {
        return 0;
    }
    const auto bucket = static_cast<std::size_t>((utc_s - table_begin_s_) >> kBucketShift);
    std::size_t index = first_in_bucket_[std::min(bucket, first_in_bucket_.size() - 1)];
    while (utc_s >= periods_[index].end_s && index + 1 < periods_.size()) {
        ++index;
    }
    return index;
}

bool TimeZone::to_utc_ms(std::int64_t local_ms, std::int64_t& utc_ms) const noexcept {
    const std::int64_t local_s = floor_divide(local_ms, 1000);
    // Periods in order from the earliest instant that may carry this wall-clock time: the first
    // that holds it is the first pass.
    for (std::size_t index = index_at(local_s - largest_offset_s_); index < periods_.size();
         ++index) {
        const Period& period = periods_[index];
        const std::int64_t utc_s = local_s - period.offset_s;
        if (utc_s < period.begin_s) {
            return false;  // The clock jumped over it.
        }
        if (utc_s < period.end_s) {
            utc_ms = local_ms - period.offset_s * 1000;
            return true;
        }
    }
    return false;
}

LocalDay TimeZone::local_day(std::int64_t utc_ms) const noexcept {
    const std::int64_t utc_s = floor_divide(utc_ms, 1000);
    const Period& period = periods_[index_at(utc_s)];
    const std::int64_t local_s = utc_s + period.offset_s;
    const std::int64_t into_hour_s = local_s - floor_divide(local_s, kHour) * kHour;
    return {.business_date = static_cast<std::int32_t>(floor_divide(local_s, kDay)),
            .hour_start_s = std::max(utc_s - into_hour_s, period.begin_s)};
}

std::int64_t TimeZone::offset_s(std::int64_t utc_ms) const noexcept {
    return periods_[index_at(floor_divide(utc_ms, 1000))].offset_s;
}

// Both conversions: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
std::int32_t days_from_civil(int year, unsigned month, unsigned day) noexcept {
    const int shifted = month <= 2 ? year - 1 : year;
    const int era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    const auto year_of_era = static_cast<unsigned>(shifted - era * 400);
    const unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    const unsigned day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146'097 + static_cast<int>(day_of_era) - 719'468;
}

CivilDate civil_from_days(std::int32_t days) noexcept {
    const std::int64_t shifted = std::int64_t{days} + 719'468;
    const std::int64_t era = floor_divide(shifted, 146'097);
    const auto day_of_era = static_cast<unsigned>(shifted - era * 146'097);
    const unsigned year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const unsigned day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const unsigned month_from_march = (5 * day_of_year + 2) / 153;
    const unsigned month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    const int year =
        static_cast<int>(year_of_era) + static_cast<int>(era) * 400 + (month <= 2 ? 1 : 0);
    return {
        .year = year, .month = month, .day = day_of_year - (153 * month_from_march + 2) / 5 + 1};
}

std::string format_date(std::int32_t days) {
    const CivilDate date = civil_from_days(days);
    return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::optional<std::int32_t> parse_date(std::string_view text) noexcept {
    constexpr std::string_view kShape = "0000-00-00";
    const auto fits = [](char c, char shape) {
        return shape == '0' ? c >= '0' && c <= '9' : c == shape;
    };
    if (!std::ranges::equal(text, kShape, fits)) {
        return std::nullopt;
    }
    const auto number = [&](std::size_t from, std::size_t digits) {
        unsigned value = 0;
        for (const char c : text.substr(from, digits)) {
            value = value * 10 + static_cast<unsigned>(c - '0');
        }
        return value;
    };
    const CivilDate date{static_cast<int>(number(0, 4)), number(5, 2), number(8, 2)};
    if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31) {
        return std::nullopt;
    }
    const std::int32_t days = days_from_civil(date.year, date.month, date.day);
    const CivilDate back = civil_from_days(days);
    return back.month == date.month && back.day == date.day ? std::optional(days) : std::nullopt;
}

std::string format_utc_ms(std::int64_t utc_ms) {
    constexpr std::int64_t kDayMs = kDay * 1000;
    const std::int64_t days = floor_divide(utc_ms, kDayMs);
    const std::int64_t ms = utc_ms - days * kDayMs;
    return fmt::format("{}T{:02}:{:02}:{:02}.{:03}Z", format_date(static_cast<std::int32_t>(days)),
                       ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
}

}  // namespace shelfcast::retail
