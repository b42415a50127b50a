#pragma once

/// \file replenishment/policies/impact.h
/// What ordering earned on a day, against a baseline policy replayed over the same days: order up
/// to so many days of sales. Both meet the same demand, which is what was sold and what stock-outs
/// cost at the product's usual rate. Estimates; doubles.
///
/// Source of the interval: Efron, Tibshirani, An Introduction to the Bootstrap (1993), chapter 13:
/// percentiles of resampled sums, products being what is resampled.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace shelfcast::replenishment {

/// A product's day as it happened. Units.
struct HistoryDay {
    double on_hand = 0;  ///< At its end.
    double sold = 0;
    double out_share = 0;  ///< Of the open hours, 0 to 1, without stock.
    double out_hours = 0;
    double wasted = 0;
    double received = 0;
};

struct ImpactTerms {
    double unit_cost = 0;
    double unit_price = 0;
    double holding_cost_per_year = 0;  ///< Share of unit cost.
    double order_cost = 0;             ///< Of one order line.
    double pack_units = 1;
    std::size_t lead_time_days = 1;
    std::size_t review_period_days = 1;
    std::size_t shelf_life_days = 0;  ///< 0: does not spoil.
};

/// What one day under a policy was like.
struct DayOutcome {
    double out_hours = 0;
    double lost_units = 0;
    double lost_revenue = 0;
    double lost_margin = 0;
    double waste_cost = 0;
    double holding_cost = 0;
    double ordering_cost = 0;

    [[nodiscard]] double cost() const noexcept {
        return lost_margin + waste_cost + holding_cost + ordering_cost;
    }
    DayOutcome& operator+=(const DayOutcome& other) noexcept;
};

struct Impact {
    DayOutcome real;
    DayOutcome baseline;
    [[nodiscard]] double saving() const noexcept { return baseline.cost() - real.cost(); }
};

/// A replay starts with the real stock at every kReplayDays-th date, and a day is looked at from
/// the start before the last one: 28 to 55 days before it. So a baseline's orders and leftovers of
/// consecutive days are those of one replay.
inline constexpr std::size_t kReplayDays = 28;
/// Days that its sales are averaged over.
inline constexpr std::size_t kSalesDays = 28;
/// So many days before a date its replay may need.
inline constexpr std::size_t kHistoryDays = 2 * kReplayDays + kSalesDays;

/// The last day of a product's history, which is that date (days since 1970-01-01); oldest day
/// first. A shorter history than the replay is replayed as far as it goes; none: nothing happened.
[[nodiscard]] Impact impact_of(std::span<const HistoryDay> history, std::int32_t date,
                               const ImpactTerms& terms, double cover_days);

struct Interval {
    double lower = 0;
    double upper = 0;
};
/// Holds the sum of the products' savings with 95 % confidence. The same seed gives the same.
[[nodiscard]] Interval bootstrap_sum(std::span<const double> savings, std::uint64_t seed);

}  // namespace shelfcast::replenishment
