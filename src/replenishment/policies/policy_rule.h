#pragma once

/// \file replenishment/policies/policy_rule.h
/// Reorder points and order-up-to levels of coming review mornings from the outlook of demand:
/// (s, S) with a safety stock in deviations and an order size in economic orders. Plain values.
///
/// On review morning t, with P = mean lead time + 1 day until the next order can arrive:
///   s(t) = mean demand of the P days from t + safety_deviations * its deviation
///   S(t) = s(t) + mean demand of the days from t + P on that an economic order, times order_size,
///          lasts: sqrt(2 * order cost / (holding cost a day * mean demand a day)) days
/// The deviation joins that of demand over P and that of the lead time times the daily mean
/// (Silver, Pyke, Thomas, Inventory and Production Management in Supply Chains, 4th ed., 2017,
/// ch. 6 and 7). Where goods expire S is at most the mean demand of cover_cap_days, and s < S.

#include <cstddef>
#include <vector>

#include "replenishment/policies/demand_outlook.h"
#include "replenishment/policies/lead_time_chances.h"
#include "replenishment/policies/stock_replay.h"

namespace shelfcast::replenishment {

struct PolicyRule {
    double safety_deviations = 0;
    double order_size = 1;      ///< In economic order cycles, 0 or more.
    double cover_cap_days = 0;  ///< 0: none.
    bool operator==(const PolicyRule&) const = default;
};

/// One pair per review morning; broken units.
struct PolicyLevels {
    std::vector<double> reorder_point_units;
    std::vector<double> order_up_to_units;
};

/// What a rule starts from, worked out once for many rules.
class RuleBasis {
public:
    RuleBasis(const DemandOutlook& outlook, const ItemTerms& terms,
              const LeadTimeChances& lead_times, std::size_t mornings);

    void levels(const PolicyRule& rule, PolicyLevels& into) const;
    [[nodiscard]] std::size_t mornings() const noexcept { return mean_.size(); }
    /// Deviation of demand over the protection period of a morning; units.
    [[nodiscard]] double deviation(std::size_t morning) const { return deviation_[morning]; }

private:
    const DemandOutlook& outlook_;
    double period_days_;
    std::vector<double> mean_;
    std::vector<double> deviation_;
    double economic_cycle_days_ = 0;
};

}  // namespace shelfcast::replenishment
