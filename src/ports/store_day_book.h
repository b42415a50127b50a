#pragma once

/// \file ports/store_day_book.h
/// Local events and weather of stores, as people gave them. A part of the operational store;
/// contract in tests/contract/store_day_book_contract.h. Thread safe; each method is one durable
/// transaction.

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "retail/store_day.h"

namespace shelfcast::ports {

/// Business dates in days since 1970-01-01, both ends included.
struct DateSpan {
    std::int32_t first = 0;
    std::int32_t last = 0;
};

class StoreDayBook {
public:
    virtual ~StoreDayBook() = default;
    /// Adds or replaces by store and date and returns how many differed from what was there. Error:
    /// kInvalidInput: a store and date that are given twice; nothing is stored then.
    [[nodiscard]] virtual Result<std::uint64_t> put_local_events(
        const std::vector<retail::LocalEvent>& events) = 0;
    /// By store, then date; those that were taken back (without a name) too.
    [[nodiscard]] virtual Result<std::vector<retail::LocalEvent>> local_events() = 0;
    /// The same as for events. A row with the figures that are there keeps its given_at_us.
    [[nodiscard]] virtual Result<std::uint64_t> put_weather(
        const std::vector<retail::DayWeather>& weather) = 0;
    /// By store, then date.
    [[nodiscard]] virtual Result<std::vector<retail::DayWeather>> weather(
        const DateSpan& dates) = 0;
};

}  // namespace shelfcast::ports
