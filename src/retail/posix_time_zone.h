#pragma once

/// \file retail/posix_time_zone.h
/// The rule at the end of a time zone file ("GMT0BST,M3.5.0/1,M10.5.0"): how the zone goes on after
/// the transitions that the file lists. Debian's files list them to 2037, others' to the last
/// change.
///
/// Pure, thread safe. Source: POSIX.1-2017 section 8.3 (TZ), with RFC 8536's hours of -167 to 167.

#include <cstdint>
#include <optional>
#include <string_view>

namespace shelfcast::retail {

class PosixTimeZone {
public:
    /// Nothing if the text is no such rule.
    [[nodiscard]] static std::optional<PosixTimeZone> parse(std::string_view rule) noexcept;

    struct Transition {
        std::int64_t begin_s;   ///< First UTC second.
        std::int64_t offset_s;  ///< Added to UTC for local time from then on.
    };
    struct YearOfTransitions {
        Transition summer;
        Transition winter;
    };

    [[nodiscard]] bool has_summer_time() const noexcept { return has_summer_time_; }
    /// Added to UTC for local time outside summer time.
    [[nodiscard]] std::int64_t standard_offset_s() const noexcept { return standard_offset_s_; }
    /// Both changes of a year; only for a zone with summer time. In the south winter comes first.
    [[nodiscard]] YearOfTransitions transitions(int year) const noexcept;

private:
    enum class DayKind : std::uint8_t { kWeekdayOfMonth, kJulianWithoutLeapDay, kDayOfYear };
    struct Change {
        DayKind kind = DayKind::kWeekdayOfMonth;
        int month = 0;   ///< 1 to 12.
        int week = 0;    ///< 1 to 5; 5 is the last.
        int day = 0;     ///< Weekday (0 is Sunday) or day of the year.
        int time_s = 0;  ///< Local wall-clock seconds after midnight; may be negative.
    };
    class Reader;

    [[nodiscard]] static std::int64_t local_seconds(const Change& change, int year) noexcept;

    std::int64_t standard_offset_s_ = 0;
    std::int64_t summer_offset_s_ = 0;
    bool has_summer_time_ = false;
    Change to_summer_;
    Change to_winter_;
};

}  // namespace shelfcast::retail
