#pragma once

/// \file retail/event_time.h
/// The text of an event's time, as tills write it, to UTC.
///
/// Pure, thread safe.

#include <cstdint>
#include <string_view>

#include "retail/event.h"
#include "retail/time_zone.h"

namespace shelfcast::retail {

/// Reads `YYYY-MM-DD HH:MM:SS[.f{1,9}]` (a space or a T) as time in `zone`, or with a Z or an
/// offset
/// (`+05:30`) as RFC 3339. Fractions are cut to milliseconds. `utc_ms` is set only on kNone;
/// kBadTime: another form, no such date, a leap second; kTimeInDstGap: the zone skips that time.
[[nodiscard]] RejectReason parse_event_time(std::string_view text, const TimeZone& zone,
                                            std::int64_t& utc_ms) noexcept;

}  // namespace shelfcast::retail
