#include "replenishment/stock_replay.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"

namespace shelfcast::replenishment {
namespace {

/// What is on the shelf, by age. Items that keep for ever have one age.
class Shelf {
public:
    Shelf(std::size_t life_days, IssueOrder issue, std::int64_t fresh_units)
        : ages_(life_days == 0 || life_days > kMaxShelfLifeDays ? 1 : life_days),
          expires_(ages_ == life_days),
          issue_(issue),
          on_hand_(fresh_units) {
        units_[0] = fresh_units;
    }

    void receive(std::int64_t units) noexcept {
        units_[0] += units;
        on_hand_ += units;
    }
    /// Takes what there is of it; returns how much that was.
    std::int64_t sell(std::int64_t wanted) noexcept {
        const std::int64_t sold = std::min(wanted, on_hand_);
        on_hand_ -= sold;
        std::int64_t left = sold;
        for (std::size_t step = 0; left > 0; ++step) {
            const std::size_t age = issue_ == IssueOrder::kNewestFirst ? step : ages_ - 1 - step;
            const std::int64_t taken = std::min(left, units_[age]);
            units_[age] -= taken;
            left -= taken;
        }
        return sold;
    }
    /// Throws away what is at the end of its life; the rest is a day older.
    std::int64_t close() noexcept {
        if (!expires_) {
            return 0;
        }
        const std::int64_t wasted = units_[ages_ - 1];
        for (std::size_t age = ages_ - 1; age > 0; --age) {
            units_[age] = units_[age - 1];
        }
        units_[0] = 0;
        on_hand_ -= wasted;
        return wasted;
    }
    [[nodiscard]] std::int64_t on_hand() const noexcept { return on_hand_; }

private:
    std::size_t ages_;
    bool expires_;
    IssueOrder issue_;
    std::int64_t on_hand_;
    std::array<std::int64_t, kMaxShelfLifeDays> units_{};
};

/// Whole packs that bring `position` to `level`, at least the minimum; 0: it is there already.
std::int64_t order_for(double level, std::int64_t position, const ItemTerms& terms) noexcept {
    constexpr double kSlack = 1e-9;  // A level that is a whole pack away is not one more.
    const auto pack = static_cast<double>(terms.pack_units);
    const double packs = std::ceil((level - static_cast<double>(position)) / pack - kSlack);
    if (packs < 1) {
        return 0;
    }
    const auto least = std::ceil(static_cast<double>(terms.minimum_order_units) / pack - kSlack);
    return static_cast<std::int64_t>(std::max(packs, least)) * terms.pack_units;
}

}  // namespace

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
    constexpr std::size_t kRing = kMaxLeadTimeDays + 1;
    std::array<std::int64_t, kRing> arriving{};
    Shelf shelf(terms.shelf_life_days, start.issue, start.on_hand_units);
    std::int64_t on_order = 0;
    ReplayOutcome out;
    for (std::size_t day = 0; day < days.demand_units.size(); ++day) {
        const bool counts = day >= start.charge_from_day;
        if (day == start.charge_from_day) {
            out.on_hand_at_start_units = shelf.on_hand();
        }
        std::int64_t received = arriving[day % kRing];
        arriving[day % kRing] = 0;
        shelf.receive(received);
        on_order -= received;
        const std::int64_t position = shelf.on_hand() + on_order;
        if (static_cast<double>(position) <= days.reorder_point_units[day]) {
            const std::int64_t order = order_for(days.order_up_to_units[day], position, terms);
            const std::size_t lead =
                std::min<std::size_t>(days.lead_time_days[day], kMaxLeadTimeDays);
            if (order > 0 && lead == 0) {  // It is here before opening.
                shelf.receive(order);
                received += order;
            } else if (order > 0) {
                arriving[(day + lead) % kRing] += order;
                on_order += order;
            }
            out.orders += counts && order > 0 ? 1 : 0;
            out.ordered_units += counts ? order : 0;
        }
        const std::int64_t demand = days.demand_units[day];
        const std::int64_t sold = shelf.sell(demand);
        const std::int64_t wasted = shelf.close();
        if (!counts) {
            continue;
        }
        out.received_units += received;
        out.demand_units += demand;
        out.sold_units += sold;
        out.wasted_units += wasted;
        out.stock_unit_days += shelf.on_hand();
        out.demand_days += demand > 0 ? 1 : 0;
        out.stock_out_days += sold < demand ? 1 : 0;
    }
    out.on_hand_at_end_units = shelf.on_hand();
    out.on_order_at_end_units = on_order;
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
