#pragma once

/// \file pipelines/policy/policy_plan.h
/// (s, S) pairs for coming review mornings, cut-off by cut-off, each from the days up to it; what
/// is tuned is tuned once, by one search over the days before the first cut-off. Pure: no clock, no
/// file. Deterministic, and the same whatever items are called and whatever order they are in.
///
/// Searched: how fast levels are forgotten, how much of a shelf life stock may cover and what each
/// rule would have cost all items together, by replaying those weeks. At least cost an item's rule
/// is that of its own outlook, leaning on what was cheapest for all. A target fill rate is met by
/// feedback: week by week, from months before the first cut-off on, the plan replays itself on the
/// demand that came and moves its aim by what was missed, in two groups by volume (integral
/// control; Astrom, Hagglund, Advanced PID Control, 2006, ch. 3).

#include <cstddef>
#include <span>
#include <stop_token>
#include <vector>

#include "base/result.h"
#include "demand/weekday_level.h"
#include "replenishment/policies/lead_time_chances.h"
#include "replenishment/policies/policy_choice.h"
#include "replenishment/policies/policy_rule.h"

namespace shelfcast::policy {

inline constexpr std::size_t kMorningsPerCutoff = 7;

struct PlanInput {
    demand::DayMatrix demand;                     ///< Row of item i: i.
    std::vector<replenishment::ItemTerms> terms;  ///< Per item.
    replenishment::LeadTimeChances lead_times;
    std::vector<std::size_t> cutoff_days;  ///< Last day known, by index; a week apart.
    replenishment::IssueOrder issue = replenishment::IssueOrder::kOldestFirst;
    unsigned threads = 2;
    std::size_t paths = 32;
};

/// What the search found.
struct PlanTuning {
    double forgotten_a_day = 0;
    double cover_cap_of_life = 0;  ///< Share of the shelf life; 0: no cap.
    std::size_t replayed_weeks = 0;
};

/// Pairs of one run: of item i, cut-off c and morning m at (i * cut-offs + c) * 7 + m.
struct PlannedLevels {
    double target_fill_rate = 0;  ///< 0: least cost.
    std::vector<double> reorder_point_units;
    std::vector<double> order_up_to_units;
};

struct PolicyPlan {
    PlanTuning tuning;
    std::vector<PlannedLevels> runs;
};

/// `targets`: a run each; none: one run at least cost. Errors: kInvalidInput (fewer than two weeks
/// of days before the first cut-off, cut-offs not a week apart, a target out of 0 to 1),
/// kUnavailable (stopped).
[[nodiscard]] Result<PolicyPlan> plan_policy(const PlanInput& input,
                                             std::span<const double> targets,
                                             const std::stop_token& stop);

}  // namespace shelfcast::policy
