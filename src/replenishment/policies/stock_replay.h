#pragma once

/// \file replenishment/policies/stock_replay.h
/// What would have become of an item's stock, day by day, under reorder points and order-up-to
/// levels: whole units, lost sales, a shelf life, packs, lead times that are given. Plain values;
/// any thread.
///
/// A day is as stock_run.h has it; holding is charged on what is left at its end.

#include <cstddef>
#include <cstdint>
#include <span>

#include "replenishment/policies/stock_run.h"

namespace shelfcast::replenishment {

/// What an item costs and how it comes. Money in one currency.
struct ItemTerms {
    std::int64_t pack_units = 1;  ///< 1 or more.
    std::int64_t minimum_order_units = 1;
    double unit_cost = 0;  ///< Of a unit that is thrown away.
    double lost_margin_per_unit = 0;
    double holding_cost_per_unit_day = 0;
    double order_cost = 0;            ///< Per order line.
    std::size_t shelf_life_days = 0;  ///< Day of arrival is the first; 0: keeps for ever.
    bool operator==(const ItemTerms&) const = default;
};

/// One value per day each; all the same length.
struct ReplayDays {
    std::span<const std::int32_t> demand_units;
    std::span<const std::uint8_t> lead_time_days;  ///< Of an order of that day; 0 to the longest.
    std::span<const double> reorder_point_units;   ///< Below 0: no order.
    std::span<const double> order_up_to_units;
};

struct ReplayStart {
    std::int64_t on_hand_units = 0;   ///< Fresh.
    std::size_t charge_from_day = 0;  ///< Days before it are replayed but not counted.
    IssueOrder issue = IssueOrder::kOldestFirst;
};

/// Counted over the days from charge_from_day on.
struct ReplayOutcome {
    std::int64_t demand_units = 0;
    std::int64_t sold_units = 0;
    std::int64_t wasted_units = 0;
    std::int64_t stock_unit_days = 0;  ///< On hand at close, summed over days.
    std::int64_t orders = 0;
    std::int64_t ordered_units = 0;
    std::int64_t received_units = 0;
    std::int64_t stock_out_days = 0;
    std::int64_t demand_days = 0;
    std::int64_t on_hand_at_start_units = 0;  ///< Before the goods of the first counted day.
    std::int64_t on_hand_at_end_units = 0;
    std::int64_t on_order_at_end_units = 0;

    [[nodiscard]] double fill_rate() const noexcept {
        return demand_units == 0
                   ? 1
                   : static_cast<double>(sold_units) / static_cast<double>(demand_units);
    }
    ReplayOutcome& operator+=(const ReplayOutcome& other) noexcept;
    bool operator==(const ReplayOutcome&) const = default;
};

/// What an outcome costs, by reason. Money.
struct ReplayCost {
    double lost_margin = 0;
    double holding = 0;
    double waste = 0;
    double orders = 0;

    [[nodiscard]] double total() const noexcept { return lost_margin + holding + waste + orders; }
    ReplayCost& operator+=(const ReplayCost& other) noexcept;
};

/// Replays one item. A lead time above the longest counts as the longest.
[[nodiscard]] ReplayOutcome replay(const ItemTerms& terms, const ReplayDays& days,
                                   const ReplayStart& start);

[[nodiscard]] ReplayCost cost_of(const ReplayOutcome& outcome, const ItemTerms& terms) noexcept;

}  // namespace shelfcast::replenishment
