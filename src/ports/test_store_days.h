#pragma once

/// \file ports/test_store_days.h
/// Local events and weather in memory, for tests; what they promise is in tests/contract. Not for
/// production code.

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "ports/store_day_book.h"

namespace shelfcast::ports {

class MemoryStoreDays final : public StoreDayBook {
public:
    Result<std::uint64_t> put_local_events(const std::vector<retail::LocalEvent>& events) override {
        return put(events, events_, [](const auto& was, const auto& is) { return was == is; });
    }
    Result<std::vector<retail::LocalEvent>> local_events() override {
        if (away) {
            return fail(ErrorKind::kUnavailable, "the days of stores are away");
        }
        std::vector<retail::LocalEvent> all;
        for (const auto& [key, event] : events_) {
            all.push_back(event);
        }
        return all;
    }
    Result<std::uint64_t> put_weather(const std::vector<retail::DayWeather>& weather) override {
        return put(weather, weather_, [](const auto& was, retail::DayWeather is) {
            is.given_at_us = was.given_at_us;
            return was == is;
        });
    }
    Result<std::vector<retail::DayWeather>> weather(const DateSpan& dates) override {
        std::vector<retail::DayWeather> some;
        for (const auto& [key, day] : weather_) {
            if (day.date >= dates.first && day.date <= dates.last) {
                some.push_back(day);
            }
        }
        return some;
    }

    bool away = false;

private:
    template <typename Row>
    using ByDay = std::map<std::pair<StoreId, std::int32_t>, Row>;

    template <typename Row, typename Same>
    static std::uint64_t put(const std::vector<Row>& rows, ByDay<Row>& kept, const Same& same) {
        std::uint64_t changed = 0;
        for (const Row& row : rows) {
            const auto [at, added] = kept.try_emplace({row.store, row.date}, row);
            if (added || !same(at->second, row)) {
                at->second = row;
                ++changed;
            }
        }
        return changed;
    }

    ByDay<retail::LocalEvent> events_;
    ByDay<retail::DayWeather> weather_;
};

}  // namespace shelfcast::ports
