#include "detection/store_history.h"

#include <algorithm>

namespace shelfcast::detection {
namespace {

double until(const StoreDay& day, double hour) {
    double sum = 0;
    for (std::size_t i = 0; i < day.sales.size() && static_cast<double>(i) < hour; ++i) {
        sum += day.sales[i] * std::min(1.0, hour - static_cast<double>(i));
    }
    return sum;
}

}  // namespace

void StoreHistory::add(StoreId store, std::int32_t date, int hour, double sales, double returns) {
    StoreDay& day = stores_[store][date];
    day.sales.at(static_cast<std::size_t>(hour) % day.sales.size()) += sales;
    day.all += sales;
    day.returns += returns;
}

void StoreHistory::forget_before(std::int32_t date) {
    for (auto& [store, days] : stores_) {
        days.erase(days.begin(), days.lower_bound(date));
    }
}

void StoreHistory::forget_from(std::int32_t date) {
    for (auto& [store, days] : stores_) {
        days.erase(days.lower_bound(date), days.end());
    }
}

const StoreDay* StoreHistory::day(StoreId store, std::int32_t date) const {
    const auto days = stores_.find(store);
    if (days == stores_.end()) {
        return nullptr;
    }
    const auto found = days->second.find(date);
    return found == days->second.end() || found->second.all == 0 ? nullptr : &found->second;
}

double StoreHistory::sales_until(StoreId store, std::int32_t date, double hour) const {
    const StoreDay* const found = day(store, date);
    return found == nullptr ? 0 : until(*found, hour);
}

double StoreHistory::sales_between(StoreId store, std::int32_t first, std::int32_t last) const {
    const auto days = stores_.find(store);
    double sum = 0;
    if (days != stores_.end()) {
        for (auto it = days->second.lower_bound(first);
             it != days->second.end() && it->first <= last; ++it) {
            sum += it->second.all;
        }
    }
    return sum;
}

Weekdays StoreHistory::same_weekdays_until(StoreId store, std::int32_t date, double hour) const {
    Weekdays sums;
    for (std::size_t week = 0; week < sums.size(); ++week) {
        const std::int32_t back = kWeekDays * static_cast<std::int32_t>(week + 1);
        if (const StoreDay* const found = day(store, date - back)) {
            sums[week] = until(*found, hour);
        }
    }
    return sums;
}

}  // namespace shelfcast::detection
