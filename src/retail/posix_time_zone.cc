#include "retail/posix_time_zone.h"

#include <cctype>
#include <cstddef>

#include "retail/time_zone.h"

namespace shelfcast::retail {
namespace {

constexpr int kHour = 3600;
constexpr int kDay = 86'400;
constexpr int kDefaultChange = 2 * kHour;

bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

}  // namespace

/// Reads a rule from left to right; each step is false where the text does not fit.
class PosixTimeZone::Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool done() const { return rest_.empty(); }
    [[nodiscard]] char next() const { return rest_.empty() ? '\0' : rest_.front(); }

    bool take(char wanted) {
        if (next() != wanted || done()) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }

    bool skip_name() {
        std::size_t length = 0;
        if (take('<')) {
            length = rest_.find('>');
            if (length == std::string_view::npos || length < 3) {
                return false;
            }
            rest_.remove_prefix(length + 1);
            return true;
        }
        while (length < rest_.size() && std::isalpha(static_cast<unsigned char>(rest_[length]))) {
            ++length;
        }
        rest_.remove_prefix(length);
        return length >= 3;
    }

    bool take_number(int lowest, int highest, int& number) {
        std::size_t length = 0;
        number = 0;
        while (length < rest_.size() && length < 4 && rest_[length] >= '0' &&
               rest_[length] <= '9') {
            number = number * 10 + (rest_[length] - '0');
            ++length;
        }
        rest_.remove_prefix(length);
        return length > 0 && number >= lowest && number <= highest;
    }

    /// [+-]hh[:mm[:ss]]
    bool take_time(int& seconds) {
        const bool negative = next() == '-';
        if (negative || next() == '+') {
            rest_.remove_prefix(1);
        }
        int hours = 0;
        int minutes = 0;
        int rest = 0;
        if (!take_number(0, 167, hours) || (take(':') && !take_number(0, 59, minutes)) ||
            (take(':') && !take_number(0, 59, rest))) {
            return false;
        }
        seconds = hours * kHour + minutes * 60 + rest;
        seconds = negative ? -seconds : seconds;
        return true;
    }

    bool take_change(Change& change) {
        if (!take(',')) {
            return false;
        }
        bool read = false;
        if (take('M')) {
            change.kind = DayKind::kWeekdayOfMonth;
            read = take_number(1, 12, change.month) && take('.') &&
                   take_number(1, 5, change.week) && take('.') && take_number(0, 6, change.day);
        } else if (take('J')) {
            change.kind = DayKind::kJulianWithoutLeapDay;
            read = take_number(1, 365, change.day);
        } else {
            change.kind = DayKind::kDayOfYear;
            read = take_number(0, 365, change.day);
        }
        change.time_s = kDefaultChange;
        return read && (!take('/') || take_time(change.time_s));
    }

private:
    std::string_view rest_;
};

std::optional<PosixTimeZone> PosixTimeZone::parse(std::string_view rule) noexcept {
    PosixTimeZone zone;
    Reader reader(rule);
    int west_s = 0;  // POSIX counts westwards.
    if (!reader.skip_name() || !reader.take_time(west_s)) {
        return std::nullopt;
    }
    zone.standard_offset_s_ = -west_s;
    if (reader.done()) {
        return zone;
    }
    zone.has_summer_time_ = true;
    zone.summer_offset_s_ = zone.standard_offset_s_ + kHour;
    if (!reader.skip_name()) {
        return std::nullopt;
    }
    if (reader.next() != ',') {
        if (!reader.take_time(west_s)) {
            return std::nullopt;
        }
        zone.summer_offset_s_ = -west_s;
    }
    if (!reader.take_change(zone.to_summer_) || !reader.take_change(zone.to_winter_) ||
        !reader.done()) {
        return std::nullopt;
    }
    return zone;
}

std::int64_t PosixTimeZone::local_seconds(const Change& change, int year) noexcept {
    std::int64_t day = days_from_civil(year, 1, 1);
    switch (change.kind) {
        case DayKind::kDayOfYear:
            day += change.day;
            break;
        case DayKind::kJulianWithoutLeapDay:
            day += change.day - 1 + (is_leap(year) && change.day >= 60 ? 1 : 0);
            break;
        case DayKind::kWeekdayOfMonth: {
            const auto month = static_cast<unsigned>(change.month);
            const std::int64_t first = days_from_civil(year, month, 1);
            const std::int64_t next_month =
                month == 12 ? days_from_civil(year + 1, 1, 1) : days_from_civil(year, month + 1, 1);
            // 1970-01-01 was a Thursday.
            const std::int64_t weekday = ((first + 4) % 7 + 7) % 7;
            day = first + (change.day - weekday + 7) % 7 + (change.week - 1) * 7;
            if (day >= next_month) {
                day -= 7;
            }
            break;
        }
    }
    return day * kDay + change.time_s;
}

PosixTimeZone::YearOfTransitions PosixTimeZone::transitions(int year) const noexcept {
    return {.summer = {local_seconds(to_summer_, year) - standard_offset_s_, summer_offset_s_},
            .winter = {local_seconds(to_winter_, year) - summer_offset_s_, standard_offset_s_}};
}

}  // namespace shelfcast::retail
