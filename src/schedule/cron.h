#pragma once

/// \file schedule/cron.h
/// Cron expressions over local wall-clock minutes; no zone, no clock. Plain value, thread safe.
///
/// Five fields as in POSIX crontab(1): minute, hour, day of month, month, day of week; lists,
/// ranges, names (JAN, MON) and steps (`*/15`, `9-17/2`, `5/10`) as in Vixie cron, 7 is Sunday too;
/// or one of @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually. If both day fields
/// are restricted, a day that fits either one is taken.

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace shelfcast::schedule {

class Cron {
public:
    /// Error: kInvalidInput naming the field and what is wrong, or that no day ever fits.
    [[nodiscard]] static Result<Cron> parse(std::string_view text);

    /// The first fitting minute after that one; minutes since 1970-01-01 00:00 local.
    [[nodiscard]] std::int64_t next_after(std::int64_t local_minute) const;
    /// The last fitting minute not after that one.
    [[nodiscard]] std::int64_t last_until(std::int64_t local_minute) const;

    /// It fits at most one minute of any day, so that a date alone names an occurrence.
    [[nodiscard]] bool at_most_daily() const;
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    Cron() = default;
    [[nodiscard]] bool fits_day(std::int32_t day) const;

    std::string text_;
    std::bitset<60> minutes_;
    std::bitset<24> hours_;
    std::bitset<32> days_;     ///< From 1.
    std::bitset<13> months_;   ///< From 1.
    std::bitset<8> weekdays_;  ///< From Sunday, 0.
    bool any_day_ = false;     ///< The field begins with a star.
    bool any_weekday_ = false;
};

}  // namespace shelfcast::schedule
