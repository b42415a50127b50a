#include "replenishment/policies/policy_rule.h"

#include <algorithm>
#include <cmath>

namespace shelfcast::replenishment {
namespace {

/// A level is not planned further ahead than this, whatever orders cost: forecasts say nothing of
/// the days behind it.
constexpr double kMostCycleDays = 91;
constexpr double kTwoWeeks = 14;

}  // namespace

RuleBasis::RuleBasis(const DemandOutlook& outlook, const ItemTerms& terms,
                     const LeadTimeChances& lead_times, std::size_t mornings)
    : outlook_(outlook),
      period_days_(lead_times.mean_days() + 1),
      mean_(mornings),
      deviation_(mornings) {
    for (std::size_t morning = 0; morning < mornings; ++morning) {
        mean_[morning] = outlook.mean_over(morning, period_days_);
        const double late = lead_times.deviation_days() * mean_[morning] / period_days_;
        deviation_[morning] = std::sqrt(outlook.variance_over(morning, period_days_) + late * late);
    }
    const double a_day = outlook.mean_over(0, kTwoWeeks) / kTwoWeeks;
    const double holding = terms.holding_cost_per_unit_day * a_day;
    economic_cycle_days_ = holding > 0
                               ? std::min(std::sqrt(2 * terms.order_cost / holding), kMostCycleDays)
                               : kMostCycleDays;
}

void RuleBasis::levels(const PolicyRule& rule, PolicyLevels& into) const {
    into.reorder_point_units.resize(mean_.size());
    into.order_up_to_units.resize(mean_.size());
    for (std::size_t morning = 0; morning < mean_.size(); ++morning) {
        double reorder = mean_[morning] + rule.safety_deviations * deviation_[morning];
        const double cycle_days = rule.order_size * economic_cycle_days_;
        double up_to =
            reorder + outlook_.mean_over(morning, period_days_ + cycle_days) - mean_[morning];
        if (rule.cover_cap_days > 0) {
            up_to = std::min(up_to, outlook_.mean_over(morning, rule.cover_cap_days));
            reorder = std::min(reorder, up_to);
        }
        // An order of nothing is none: the reorder point stays below.
        into.order_up_to_units[morning] = std::max(0.0, up_to);
        into.reorder_point_units[morning] =
            std::min(reorder, into.order_up_to_units[morning] - 1e-3);
    }
}

}  // namespace shelfcast::replenishment
