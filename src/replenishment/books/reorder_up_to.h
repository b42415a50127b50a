#pragma once

/// \file replenishment/books/reorder_up_to.h
/// (s,S): at a review, when the inventory position is s or less, order up to S; unmet demand waits.
/// The exact optimum for whole units, and the power approximation. Pure.
///
/// Sources: Zheng and Federgruen, Finding optimal (s,S) policies is about as simple as evaluating a
/// single policy, Operations Research 39 (1991); Ehrhardt and Mosier, A revision of the power
/// approximation for computing (s,S) policies, Management Science 30 (1984); Snyder and Shen,
/// Fundamentals of Supply Chain Theory, 2nd ed. (2019), section 4.4.

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "replenishment/books/newsvendor.h"
#include "replenishment/books/reorder_quantity.h"
#include "replenishment/books/unit_demand.h"

namespace shelfcast::replenishment {

struct UnitReorderUpTo {
    std::int64_t reorder_point_units = 0;
    std::int64_t order_up_to_units = 0;
};

/// The cost of (s,S) policies. One owner: it remembers what it worked out.
class ReorderUpToCosts {
public:
    /// Demand comes after the review; costs are charged on the net stock at the end of each day of
    /// a review period of whole days, an order once. Error: kInvalidInput for more than is counted
    /// unit by unit.
    [[nodiscard]] static Result<ReorderUpToCosts> create(const UnitDemandRate& rate,
                                                         double lead_time_days,
                                                         std::int64_t review_period_days,
                                                         const OrderingCosts& costs);

    /// The mean cost of a day; s < S, S - s at most `kMostSpanUnits`.
    [[nodiscard]] double cost_per_day(const UnitReorderUpTo& policy);
    /// The policy of least cost. Error: kInvalidInput when S - s is above `kMostSpanUnits`.
    [[nodiscard]] Result<UnitReorderUpTo> best();

    static constexpr std::int64_t kMostSpanUnits = 30'000;

private:
    ReorderUpToCosts() = default;

    /// Of a review period that begins with that position.
    double position_cost(std::int64_t position);
    /// How often, from one order to the next, a review finds the position so far below S.
    void extend_visits(std::int64_t span);

    std::int64_t review_period_days_ = 1;
    OrderingCosts costs_;
    std::vector<UnitDemand> day_ends_;        ///< From a review to each counted day's end.
    std::vector<double> period_probability_;  ///< Of the demand between two reviews.
    double period_some_demand_ = 0;           ///< P(at least one unit).
    std::vector<double> position_costs_;      ///< Of positions from 0.
    std::vector<double> visits_;
};

/// The power approximation, for any demand with that mean and deviation.
struct PowerApproximation {
    double order_quantity_units = 0;
    double reorder_point_units = 0;
    double order_up_to_units = 0;
    double base_stock_cap_units = 0;  ///< The newsvendor level of lead time + 1 days.
    double capped_reorder_point_units = 0;
    double capped_order_up_to_units = 0;
};

/// Review every day; mean, deviation and all costs above 0.
[[nodiscard]] PowerApproximation power_approximation(double mean_per_day, double sd_per_day,
                                                     double lead_time_days,
                                                     const OrderingCosts& costs);

}  // namespace shelfcast::replenishment
