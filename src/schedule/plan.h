#pragma once

/// \file schedule/plan.h
/// When a job is due in a time zone, and which logical date that is. Plain value, thread safe.
///
/// The logical date is the local wall-clock time of the occurrence, so that each is one date
/// whatever the clocks do: `2026-03-29` where the expression fits once a day at most, else
/// `2026-03-29T02:30`. A time that a spring gap leaves out is due at the end of the gap; one that
/// autumn brings twice is due the first time. Several that a gap left out are one: the last.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "retail/time_zone.h"
#include "schedule/cron.h"

namespace shelfcast::schedule {

struct Occurrence {
    std::string logical_date;
    std::int64_t at_us = 0;  ///< UTC, since 1970.
    bool operator==(const Occurrence&) const = default;
};

class Plan {
public:
    Plan(Cron cron, const retail::TimeZone& zone) : cron_(std::move(cron)), zone_(&zone) {}

    /// The newest occurrence that is due by then.
    [[nodiscard]] Occurrence last_until(std::int64_t now_us) const;
    [[nodiscard]] Occurrence next_after(std::int64_t now_us) const;
    /// A logical date as people type it. Errors: kInvalidInput for what is no date (or no time,
    /// where the plan needs one), has no occurrence, or whose occurrence has not come yet.
    [[nodiscard]] Result<std::string> parse_date(std::string_view text, std::int64_t now_us) const;

    /// UTC, since 1970, of a logical date of this plan.
    [[nodiscard]] std::int64_t due_at_us(std::string_view logical_date) const;

    [[nodiscard]] const Cron& cron() const noexcept { return cron_; }

private:
    [[nodiscard]] std::int64_t local_minute(std::int64_t now_us) const;
    [[nodiscard]] std::int64_t instant_us(std::int64_t local_minute) const;
    [[nodiscard]] std::string date_of(std::int64_t local_minute) const;

    Cron cron_;
    const retail::TimeZone* zone_;
};

}  // namespace shelfcast::schedule
