#pragma once

/// \file replenishment/policies/stock_run.h
/// An item's stock from day to day: the one definition of what happens on a day, in whole units
/// (stock_replay.h) and in broken ones (impact.h). A plain value.
///
/// Each day: (1) goods arrive; (2) review: position = on hand + on order; at or below the reorder
/// point the rest up to the order-up-to level is ordered, in whole packs, at least the minimum, and
/// arrives lead-time days later before opening; (3) demand, what is missing is lost; (4) what has
/// been there for the shelf life is thrown away.

#include <array>
#include <cmath>
#include <cstddef>

#include "replenishment/policies/shelf.h"

namespace shelfcast::replenishment {

/// The longest lead time, in days; a longer one counts as this.
inline constexpr std::size_t kMaxLeadTimeDays = 63;
/// A reorder point that no position is at: no review on that morning.
inline constexpr double kNoOrder = -1;

template <typename Units>
struct StockDay {
    Units received = 0;
    Units ordered = 0;
    Units sold = 0;
    Units wasted = 0;
};

template <typename Units>
class StockRun {
public:
    struct Supply {
        Units pack = 1;  ///< Above 0.
        Units minimum = 0;
        std::size_t shelf_life_days = 0;
        IssueOrder issue = IssueOrder::kOldestFirst;
    };

    StockRun(const Supply& supply, Units fresh)
        : supply_(supply), shelf_(supply.shelf_life_days, supply.issue, fresh) {}

    StockDay<Units> next_day(double reorder_point, double order_up_to, std::size_t lead_time_days,
                             Units wanted) noexcept {
        StockDay<Units> day;
        Units& due = arriving_[today_];
        day.received = due;
        due = 0;
        shelf_.receive(day.received);
        on_order_ -= day.received;
        const Units position = shelf_.on_hand() + on_order_;
        if (static_cast<double>(position) <= reorder_point) {
            day.ordered = order_for(order_up_to - static_cast<double>(position));
            if (day.ordered > 0 && lead_time_days == 0) {  // It is here before opening.
                shelf_.receive(day.ordered);
                day.received += day.ordered;
            } else if (day.ordered > 0) {
                const std::size_t lead = std::min(lead_time_days, kMaxLeadTimeDays);
                arriving_[(today_ + lead) % kRing] += day.ordered;
                on_order_ += day.ordered;
            }
        }
        day.sold = shelf_.sell(wanted);
        day.wasted = shelf_.close();
        today_ = (today_ + 1) % kRing;
        return day;
    }
    [[nodiscard]] Units on_hand() const noexcept { return shelf_.on_hand(); }
    [[nodiscard]] Units on_order() const noexcept { return on_order_; }

private:
    static constexpr std::size_t kRing = kMaxLeadTimeDays + 1;

    /// Whole packs of at least so many units, and at least the minimum; 0: nothing is missing.
    [[nodiscard]] Units order_for(double missing) const noexcept {
        constexpr double kSlack = 1e-9;  // A level that is a whole pack away is not one more.
        const auto pack = static_cast<double>(supply_.pack);
        const double packs = std::ceil(missing / pack - kSlack);
        if (packs < 1) {
            return 0;
        }
        const double least = std::ceil(static_cast<double>(supply_.minimum) / pack - kSlack);
        return static_cast<Units>(std::max(packs, least)) * supply_.pack;
    }

    Supply supply_;
    Shelf<Units> shelf_;
    std::array<Units, kRing> arriving_{};
    std::size_t today_ = 0;
    Units on_order_ = 0;
};

}  // namespace shelfcast::replenishment
