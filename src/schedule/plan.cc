#include "schedule/plan.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/check.h"

namespace shelfcast::schedule {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kDayMinutes = 24 * 60;
constexpr std::int64_t kDayMs = kDayMinutes * kMinuteMs;

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}

/// The number that exactly fills text[at, at + width).
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t width) {
    int value = 0;
    const char* const begin = text.data() + at;
    const auto [end, code] = std::from_chars(begin, begin + width, value);
    return code == std::errc{} && end == begin + width && value >= 0 ? std::optional(value)
                                                                     : std::nullopt;
}

/// Local minutes of "2026-03-29" or "2026-03-29T02:30".
std::optional<std::int64_t> parse_minute(std::string_view text) {
    constexpr std::size_t kDate = 10;
    constexpr std::size_t kDateAndTime = 16;
    if (text.size() != kDate && text.size() != kDateAndTime) {
        return std::nullopt;
    }
    const auto year = digits(text, 0, 4);
    const auto month = digits(text, 5, 2);
    const auto day = digits(text, 8, 2);
    if (!year || !month || !day || *year < 1970) {
        return std::nullopt;
    }
    const std::int32_t days =
        retail::days_from_civil(*year, static_cast<unsigned>(*month), static_cast<unsigned>(*day));
    if (retail::format_date(days) != text.substr(0, kDate)) {
        return std::nullopt;  // The 31st of June, or other separators.
    }
    std::int64_t minute = days * kDayMinutes;
    if (text.size() == kDateAndTime) {
        const auto hour = digits(text, 11, 2);
        const auto past = digits(text, 14, 2);
        if (text[10] != 'T' || text[13] != ':' || !hour || !past || *hour > 23 || *past > 59) {
            return std::nullopt;
        }
        minute += *hour * 60 + *past;
    }
    return minute;
}

}  // namespace

std::int64_t Plan::local_minute(std::int64_t now_us) const {
    const std::int64_t utc_ms = floor_divide(now_us, 1000);
    return floor_divide(utc_ms + zone_->offset_s(utc_ms) * 1000, kMinuteMs);
}

std::int64_t Plan::instant_us(std::int64_t local_minute) const {
    std::int64_t utc_ms = 0;
    // The first minute after a spring gap; the widest one known is a whole day (Samoa, 2011).
    for (std::int64_t past = 0; past <= kDayMinutes; ++past) {
        if (zone_->to_utc_ms((local_minute + past) * kMinuteMs, utc_ms)) {
            break;
        }
    }
    return utc_ms * 1000;
}

std::string Plan::date_of(std::int64_t local_minute) const {
    const std::int64_t day = floor_divide(local_minute, kDayMinutes);
    std::string date = retail::format_date(static_cast<std::int32_t>(day));
    if (!cron_.at_most_daily()) {
        const std::int64_t minute = local_minute - day * kDayMinutes;
        date += fmt::format("T{:02}:{:02}", minute / 60, minute % 60);
    }
    return date;
}

Occurrence Plan::last_until(std::int64_t now_us) const {
    // Where the clock was set back within the last day, local times that were already there lie
    // ahead of it: begin after those.
    const std::int64_t now_ms = floor_divide(now_us, 1000);
    const std::int64_t set_back_s = zone_->offset_s(now_ms - kDayMs) - zone_->offset_s(now_ms);
    std::int64_t minute =
        cron_.last_until(local_minute(now_us) + std::max<std::int64_t>(set_back_s / 60, 0));
    while (instant_us(minute) > now_us) {  // Ends: instants fall with their minutes.
        minute = cron_.last_until(minute - 1);
    }
    return {date_of(minute), instant_us(minute)};
}

Occurrence Plan::next_after(std::int64_t now_us) const {
    std::int64_t minute = cron_.next_after(local_minute(now_us));
    while (instant_us(minute) <= now_us) {  // Ends: instants rise with their minutes.
        minute = cron_.next_after(minute);
    }
    // Of times that a gap made one instant, the last is the date, as in last_until.
    std::int64_t later = cron_.next_after(minute);
    while (instant_us(later) == instant_us(minute)) {  // Ends: a gap is a day at most.
        minute = later;
        later = cron_.next_after(minute);
    }
    return {date_of(minute), instant_us(minute)};
}

std::int64_t Plan::due_at_us(std::string_view logical_date) const {
    const std::optional<std::int64_t> minute = parse_minute(logical_date);
    SHELFCAST_CHECK(minute.has_value());  // The plan made it.
    return instant_us(cron_.next_after(*minute - 1));
}

Result<std::string> Plan::parse_date(std::string_view text, std::int64_t now_us) const {
    const std::optional<std::int64_t> minute = parse_minute(text);
    const std::string example = date_of(0);
    if (!minute || text.size() != example.size()) {
        return fail(ErrorKind::kInvalidInput, "\"{}\" is no logical date like {} (cron {})", text,
                    example, cron_.text());
    }
    // The occurrence of that date, by the name it has where a spring gap made several one.
    const std::int64_t at_us = instant_us(cron_.next_after(*minute - 1));
    if (last_until(at_us).logical_date != text) {
        return fail(ErrorKind::kInvalidInput, "{} is no logical date of cron {}", text,
                    cron_.text());
    }
    if (at_us > now_us) {
        constexpr std::size_t kToMinutes = 16;
        return fail(ErrorKind::kInvalidInput, "{} has not come yet: cron {} is due at {}Z", text,
                    cron_.text(), retail::format_utc_ms(at_us / 1000).substr(0, kToMinutes));
    }
    return std::string(text);
}

}  // namespace shelfcast::schedule
