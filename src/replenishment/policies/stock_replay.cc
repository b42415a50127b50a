#include "replenishment/policies/stock_replay.h"

#include "base/check.h"

namespace shelfcast::replenishment {
ReplayOutcome& ReplayOutcome::operator+=(const ReplayOutcome& other) noexcept {
    demand_units += other.demand_units;
    sold_units += other.sold_units;
    wasted_units += other.wasted_units;
    stock_unit_days += other.stock_unit_days;
    orders += other.orders;
    ordered_units += other.ordered_units;
    received_units += other.received_units;
    stock_out_days += other.stock_out_days;
    demand_days += other.demand_days;
    on_hand_at_start_units += other.on_hand_at_start_units;
    on_hand_at_end_units += other.on_hand_at_end_units;
    on_order_at_end_units += other.on_order_at_end_units;
    return *this;
}

ReplayCost& ReplayCost::operator+=(const ReplayCost& other) noexcept {
    lost_margin += other.lost_margin;
    holding += other.holding;
    waste += other.waste;
    orders += other.orders;
    return *this;
}

ReplayOutcome replay(const ItemTerms& terms, const ReplayDays& days, const ReplayStart& start) {
    SHELFCAST_CHECK(terms.pack_units > 0);
    StockRun<std::int64_t> run({.pack = terms.pack_units,
                                .minimum = terms.minimum_order_units,
                                .shelf_life_days = terms.shelf_life_days,
                                .issue = start.issue},
                               start.on_hand_units);
    ReplayOutcome out;
    for (std::size_t day = 0; day < days.demand_units.size(); ++day) {
        if (day == start.charge_from_day) {
            out.on_hand_at_start_units = run.on_hand();
        }
        const std::int64_t demand = days.demand_units[day];
        const StockDay<std::int64_t> was =
            run.next_day(days.reorder_point_units[day], days.order_up_to_units[day],
                         days.lead_time_days[day], demand);
        if (day < start.charge_from_day) {
            continue;
        }
        out.orders += was.ordered > 0 ? 1 : 0;
        out.ordered_units += was.ordered;
        out.received_units += was.received;
        out.demand_units += demand;
        out.sold_units += was.sold;
        out.wasted_units += was.wasted;
        out.stock_unit_days += run.on_hand();
        out.demand_days += demand > 0 ? 1 : 0;
        out.stock_out_days += was.sold < demand ? 1 : 0;
    }
    out.on_hand_at_end_units = run.on_hand();
    out.on_order_at_end_units = run.on_order();
    return out;
}

ReplayCost cost_of(const ReplayOutcome& outcome, const ItemTerms& terms) noexcept {
    return {
        .lost_margin = terms.lost_margin_per_unit *
                       static_cast<double>(outcome.demand_units - outcome.sold_units),
        .holding = terms.holding_cost_per_unit_day * static_cast<double>(outcome.stock_unit_days),
        .waste = terms.unit_cost * static_cast<double>(outcome.wasted_units),
        .orders = terms.order_cost * static_cast<double>(outcome.orders)};
}

}  // namespace shelfcast::replenishment
