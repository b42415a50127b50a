#include "retail/event_time.h"

#include <array>
#include <cstddef>

namespace shelfcast::retail {
namespace {

constexpr std::size_t kSecondsEnd = 19;  // YYYY-MM-DD HH:MM:SS
constexpr std::size_t kMaxFractionDigits = 9;

/// Reads exactly `count` digits at `at`; the text must be long enough. False: another character.
bool read_digits(std::string_view text, std::size_t at, std::size_t count, unsigned& number) {
    number = 0;
    for (std::size_t index = at; index < at + count; ++index) {
        const unsigned digit = static_cast<unsigned char>(text[index]) - unsigned{'0'};
        if (digit > 9) {
            return false;
        }
        number = number * 10 + digit;
    }
    return true;
}

unsigned days_in_month(unsigned year, unsigned month) {
    constexpr std::array<std::uint8_t, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return kDays[month - 1] + (month == 2 && leap ? 1U : 0U);
}

/// Milliseconds since 1970-01-01 00:00 of the date and time before any offset.
bool read_wall_clock(std::string_view text, std::int64_t& wall_ms) {
    unsigned year = 0;
    unsigned month = 0;
    unsigned day = 0;
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
    if (text.size() < kSecondsEnd || text[4] != '-' || text[7] != '-' ||
        (text[10] != ' ' && text[10] != 'T' && text[10] != 't') || text[13] != ':' ||
        text[16] != ':' || !read_digits(text, 0, 4, year) || !read_digits(text, 5, 2, month) ||
        !read_digits(text, 8, 2, day) || !read_digits(text, 11, 2, hour) ||
        !read_digits(text, 14, 2, minute) || !read_digits(text, 17, 2, second)) {
        return false;
    }
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) || hour > 23 ||
        minute > 59 || second > 59) {
        return false;
    }
    const std::int64_t days = days_from_civil(static_cast<int>(year), month, day);
    wall_ms = ((days * 24 + hour) * 60 + minute) * 60'000 + std::int64_t{second} * 1000;
    return true;
}

/// Takes ".f{1,9}" off the front of `rest` and adds its milliseconds.
bool read_fraction(std::string_view& rest, std::int64_t& wall_ms) {
    if (rest.empty() || rest[0] != '.') {
        return true;
    }
    std::size_t digits = 0;
    std::int64_t milliseconds = 0;
    std::int64_t weight = 100;
    while (digits + 1 < rest.size() && rest[digits + 1] >= '0' && rest[digits + 1] <= '9') {
        milliseconds += (rest[digits + 1] - '0') * weight;
        weight /= 10;
        ++digits;
    }
    rest.remove_prefix(digits + 1);
    wall_ms += milliseconds;
    return digits >= 1 && digits <= kMaxFractionDigits;
}

/// "Z" or "+05:30" to the milliseconds that local time is ahead of UTC.
bool read_offset(std::string_view rest, std::int64_t& offset_ms) {
    if (rest == "Z" || rest == "z") {
        offset_ms = 0;
        return true;
    }
    unsigned hours = 0;
    unsigned minutes = 0;
    if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':' ||
        !read_digits(rest, 1, 2, hours) || !read_digits(rest, 4, 2, minutes) || hours > 23 ||
        minutes > 59) {
        return false;
    }
    offset_ms = std::int64_t{hours * 60 + minutes} * 60'000;
    offset_ms = rest[0] == '-' ? -offset_ms : offset_ms;
    return true;
}

}  // namespace

RejectReason parse_event_time(std::string_view text, const TimeZone& zone,
                              std::int64_t& utc_ms) noexcept {
    std::int64_t wall_ms = 0;
    if (!read_wall_clock(text, wall_ms)) {
        return RejectReason::kBadTime;
    }
    std::string_view rest = text.substr(kSecondsEnd);
    if (!read_fraction(rest, wall_ms)) {
        return RejectReason::kBadTime;
    }
    if (rest.empty()) {
        return zone.to_utc_ms(wall_ms, utc_ms) ? RejectReason::kNone : RejectReason::kTimeInDstGap;
    }
    std::int64_t offset_ms = 0;
    if (!read_offset(rest, offset_ms)) {
        return RejectReason::kBadTime;
    }
    utc_ms = wall_ms - offset_ms;
    return RejectReason::kNone;
}

}  // namespace shelfcast::retail
