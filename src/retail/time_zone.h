#pragma once

/// \file retail/time_zone.h
/// Store-local time to UTC and back, from the system's time zone database.
///
/// A TimeZone is immutable after `load` and thread safe; it lives for the life of the process.
/// Transitions from 1999 to 2100 are copied into a flat table, because each event asks twice.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace shelfcast::retail {

class PosixTimeZone;

/// Where a UTC instant falls in a store's day.
struct LocalDay {
    std::int32_t business_date;  ///< Days since 1970-01-01, store-local.
    /// Start of the store-local hour, as UTC seconds. Where the clock changes within an hour
    /// (Lord Howe), the part after the change starts with it: a new hour of its own.
    std::int64_t hour_start_s;
};

class TimeZone {
public:
    /// The zone of that IANA name ("Europe/London"). Error: kInvalidInput for an unknown name.
    /// The same name gives the same object.
    [[nodiscard]] static Result<const TimeZone*> load(std::string_view name);

    /// UTC milliseconds of a local wall-clock time in milliseconds since 1970-01-01 00:00 local.
    /// An ambiguous autumn hour takes the first pass. False: the hour does not exist (spring gap).
    [[nodiscard]] bool to_utc_ms(std::int64_t local_ms, std::int64_t& utc_ms) const noexcept;

    [[nodiscard]] LocalDay local_day(std::int64_t utc_ms) const noexcept;

    /// Seconds to add to UTC for local time at that instant.
    [[nodiscard]] std::int64_t offset_s(std::int64_t utc_ms) const noexcept;

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    struct Period {
        std::int64_t begin_s;   ///< First UTC second of the period.
        std::int64_t end_s;     ///< First UTC second after it.
        std::int64_t offset_s;  ///< Added to UTC for local time.
    };
    TimeZone(std::string name, std::vector<Period> periods);
    static void append_period(std::vector<Period>& periods, Period period);
    /// Goes on to 2100 by the zone's rule after the last listed transition.
    static void extend(std::vector<Period>& periods, std::int64_t last_begin_s,
                       const std::optional<PosixTimeZone>& rule);
    [[nodiscard]] std::size_t index_at(std::int64_t utc_s) const noexcept;

    std::string name_;
    std::vector<Period> periods_;  ///< Without gaps; the first reaches back, the last on for ever.
    /// The period at the start of each bucket of time: a lookup is one load and a step or none.
    std::vector<std::uint16_t> first_in_bucket_;
    std::int64_t table_begin_s_ = 0;
    std::int64_t largest_offset_s_ = 0;
};

/// Days since 1970-01-01 of a civil date, and back (proleptic Gregorian).
[[nodiscard]] std::int32_t days_from_civil(int year, unsigned month, unsigned day) noexcept;
struct CivilDate {
    int year;
    unsigned month;
    unsigned day;
};
[[nodiscard]] CivilDate civil_from_days(std::int32_t days) noexcept;
/// "2025-11-27".
[[nodiscard]] std::string format_date(std::int32_t days);
/// Days since 1970-01-01 of such a text; nothing for another text or a day that does not exist.
[[nodiscard]] std::optional<std::int32_t> parse_date(std::string_view text) noexcept;
/// "2025-11-27T16:00:00.000Z".
[[nodiscard]] std::string format_utc_ms(std::int64_t utc_ms);

}  // namespace shelfcast::retail
