#include "replenishment/policies/impact.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "replenishment/policies/stock_run.h"

namespace shelfcast::replenishment {
namespace {

constexpr double kDaysPerYear = 365;

/// What a day's demand was: stock-outs cost their share of the usual day.
std::vector<double> demand_of(std::span<const HistoryDay> history) {
    constexpr double kMostlyOpen = 0.5;
    double sold = 0;
    double in_stock = 0;
    for (const HistoryDay& day : history) {
        if (day.out_share <= kMostlyOpen) {
            sold += day.sold;
            in_stock += 1 - day.out_share;
        }
    }
    const double usual = in_stock > 0 ? sold / in_stock : 0;
    std::vector<double> demand;
    for (const HistoryDay& day : history) {
        demand.push_back(day.sold + day.out_share * usual);
    }
    return demand;
}

void price(DayOutcome& day, const ImpactTerms& terms, double on_hand, double wasted,
           double orders) {
    day.lost_revenue = day.lost_units * terms.unit_price;
    day.lost_margin = day.lost_units * std::max(0.0, terms.unit_price - terms.unit_cost);
    day.waste_cost = wasted * terms.unit_cost;
    day.holding_cost =
        std::max(0.0, on_hand) * terms.unit_cost * terms.holding_cost_per_year / kDaysPerYear;
    day.ordering_cost = orders * terms.order_cost;
}

/// What is ordered up to on a day: so many days, and the lead time, of mean sales of late.
double cover_level(std::span<const double> demand, std::size_t day, double days) {
    const std::size_t from = day > kSalesDays ? day - kSalesDays : 0;
    const auto past = demand.subspan(from, day - from);
    return past.empty() ? 0
                        : std::accumulate(past.begin(), past.end(), 0.0) /
                              static_cast<double>(past.size()) * days;
}

/// The last of the days from `first` on, under the cover rule.
DayOutcome replay_cover(std::span<const double> demand, std::size_t first, double on_hand,
                        const ImpactTerms& terms, double cover_days, double hours_a_day) {
    StockRun<double> run({.pack = terms.pack_units, .shelf_life_days = terms.shelf_life_days},
                         on_hand);
    const std::size_t review_days = std::max<std::size_t>(1, terms.review_period_days);
    const double days = cover_days + static_cast<double>(terms.lead_time_days);
    DayOutcome last;
    for (std::size_t day = first; day < demand.size(); ++day) {
        const bool is_review = (day - first) % review_days == 0;
        const double level = is_review ? cover_level(demand, day, days) : kNoOrder;
        const StockDay<double> was =
            run.next_day(level, level, std::max<std::size_t>(1, terms.lead_time_days), demand[day]);
        if (day + 1 == demand.size()) {
            last.lost_units = demand[day] - was.sold;
            last.out_hours = demand[day] > 0 ? last.lost_units / demand[day] * hours_a_day : 0;
            price(last, terms, run.on_hand(), was.wasted, was.ordered > 0 ? 1 : 0);
        }
    }
    return last;
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}
    std::size_t below(std::size_t count) {
        state_ += 0x9E3779B97F4A7C15U;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
        return static_cast<std::size_t>((mixed ^ (mixed >> 31U)) % count);
    }

private:
    std::uint64_t state_;
};

}  // namespace

DayOutcome& DayOutcome::operator+=(const DayOutcome& other) noexcept {
    out_hours += other.out_hours;
    lost_units += other.lost_units;
    lost_revenue += other.lost_revenue;
    lost_margin += other.lost_margin;
    waste_cost += other.waste_cost;
    holding_cost += other.holding_cost;
    ordering_cost += other.ordering_cost;
    return *this;
}

Impact impact_of(std::span<const HistoryDay> history, std::int32_t date, const ImpactTerms& terms,
                 double cover_days) {
    constexpr double kHoursADay = 12;  // Where no stock-out tells how long a day is.
    Impact impact;
    if (history.empty()) {
        return impact;
    }
    const std::vector<double> demand = demand_of(history);
    const HistoryDay& today = history.back();
    impact.real.out_hours = today.out_hours;
    impact.real.lost_units = demand.back() - today.sold;
    price(impact.real, terms, today.on_hand, today.wasted, today.received > 0 ? 1 : 0);
    const std::size_t last = history.size() - 1;
    const std::size_t back =
        kReplayDays + static_cast<std::size_t>(std::max(0, date)) % kReplayDays;
    const std::size_t first = last > back ? last - back : 0;
    // The stock before the first replayed day opens; of the very first, what it must have been.
    const double start =
        first > 0 ? history[first - 1].on_hand
                  : history[0].on_hand + history[0].sold + history[0].wasted - history[0].received;
    const double hours = today.out_share > 0 ? today.out_hours / today.out_share : kHoursADay;
    impact.baseline = replay_cover(demand, first, std::max(0.0, start), terms, cover_days, hours);
    return impact;
}

Interval bootstrap_sum(std::span<const double> savings, std::uint64_t seed) {
    constexpr std::size_t kRounds = 999;
    constexpr std::size_t kLower = 24;  // The 25th and the 975th of 999.
    constexpr std::size_t kUpper = 974;
    if (savings.empty()) {
        return {};
    }
    Dice dice(seed);
    std::vector<double> sums(kRounds, 0.0);
    for (double& sum : sums) {
        for (std::size_t draw = 0; draw < savings.size(); ++draw) {
            sum += savings[dice.below(savings.size())];
        }
    }
    std::ranges::sort(sums);
    return {sums[kLower], sums[kUpper]};
}

}  // namespace shelfcast::replenishment
