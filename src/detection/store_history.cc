#include "detection/store_history.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "detection/statistics.h"

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

double StoreHistory::lines_together(StoreId store, std::int32_t date, double least) const {
    constexpr double kFewestDays = 4;
    constexpr double kFewestLines = 1;
    constexpr double kWeekNoise = 0.03;  // Squared: weeks differ in level, whoever comes.
    std::vector<double> ratios;
    for (std::int32_t weekday = 1; weekday <= kWeekDays; ++weekday) {
        std::vector<const StoreDay*> days;
        for (std::int32_t back = weekday; back <= kHistoryDays; back += kWeekDays) {
            if (const StoreDay* const found = day(store, date - back)) {
                days.push_back(found);
            }
        }
        const auto count = static_cast<double>(days.size());
        for (std::size_t hour = 0; count >= kFewestDays && hour < 24; ++hour) {
            double sum = 0;
            double squares = 0;
            for (const StoreDay* const one : days) {
                sum += one->sales[hour];
                squares += one->sales[hour] * one->sales[hour];
            }
            const double mean = sum / count;
            if (mean >= kFewestLines) {
                const double variance = (squares - sum * mean) / (count - 1);
                ratios.push_back((variance - kWeekNoise * mean * mean) / mean);
            }
        }
    }
    return std::max(least, median(std::move(ratios)));
}

}  // namespace shelfcast::detection
