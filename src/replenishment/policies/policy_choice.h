#pragma once

/// \file replenishment/policies/policy_choice.h
/// The rule of one item: each of a grid of rules is replayed over many ways in which demand may
/// come, and the one that costs least is taken, or the cheapest one that fills so much of demand.
/// Packs, lost sales, shelf life and lead times are thus as they are, not as a formula has them.
/// Plain values.
///
/// Source: optimisation over common random numbers (Law, Simulation Modeling and Analysis, 5th
/// ed., 2015, ch. 11.2); costs of neighbouring rules are averaged before the least is taken, for
/// the least of noisy numbers is otherwise too good and in the wrong place.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "replenishment/policies/policy_rule.h"

namespace shelfcast::replenishment {

struct ChoiceOptions {
    std::vector<double> safety_deviations;  ///< Ascending.
    std::vector<double> order_sizes;        ///< Ascending.
    std::size_t paths = 48;
    std::size_t days = 28;
    std::size_t charge_from_day = 0;
    IssueOrder issue = IssueOrder::kOldestFirst;
    std::uint64_t seed = 1;
};

/// Of every rule of the grid: safety i, order size j at i * order_sizes.size() + j. Smoothed.
struct RuleSurface {
    std::vector<double> cost;       ///< Money, per path.
    std::vector<double> fill_rate;  ///< Share of demand, 0 to 1.
    std::vector<double> upkeep;     ///< Cost without lost margin.
};

[[nodiscard]] RuleSurface replay_rules(const DemandOutlook& outlook, const ItemTerms& terms,
                                       const LeadTimeChances& lead_times,
                                       const ChoiceOptions& options);

[[nodiscard]] PolicyRule cheapest(const RuleSurface& surface, const ChoiceOptions& options);

/// What rules of the grid cost all items together, on demand that came; smoothed, laid out as
/// RuleSurface::cost.
struct SharedCost {
    std::vector<double> cost;
    double weight = 0;  ///< Of it beside an item's own cost.
};

/// The same with `shared` weighed in, both as multiples of their least: an item's own outlook knows
/// its packs and its size, but says what has not happened yet; what all items lived through has
/// happened, but to others (credibility weighting: Buhlmann, Gisler, A Course in Credibility
/// Theory, 2005, ch. 3).
[[nodiscard]] PolicyRule cheapest(const RuleSurface& surface, const SharedCost& shared,
                                  const ChoiceOptions& options);

/// Averages costs of neighbouring rules, as those of a RuleSurface are.
void smooth_rules(std::vector<double>& values, const ChoiceOptions& options);

/// The rule of least upkeep among those that fill `fill_rate`; safety is interpolated between the
/// grid's. When none fills so much: the one that fills most.
[[nodiscard]] PolicyRule cheapest_that_fills(const RuleSurface& surface, double fill_rate,
                                             const ChoiceOptions& options);

}  // namespace shelfcast::replenishment
