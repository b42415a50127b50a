#pragma once

/// \file pipelines/policy/policy_file.h
/// From a panel and a template to the file of a policy.

#include <array>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "demand/daily_panel.h"
#include "pipelines/policy/policy_plan.h"
#include "pipelines/policy/policy_template.h"

namespace shelfcast::policy {

/// What a file format leaves to be known: how many whole replay units a unit of the panel is, and
/// how lead times are spread.
struct ReplayFormat {
    double units_per_panel_unit = 1;
    std::vector<replenishment::LeadTimeChances::Chance> lead_times;
};

/// freshretail or uci. Error: kInvalidInput (another name).
[[nodiscard]] Result<ReplayFormat> replay_format(std::string_view name);

struct PolicyFileOptions {
    ReplayFormat format;
    bool service = false;  ///< Blocks at kServiceTargets instead of one at least cost.
    replenishment::IssueOrder issue = replenishment::IssueOrder::kOldestFirst;
    unsigned threads = 2;
};

/// Fill rates that a service policy is written for.
inline constexpr std::array<double, 3> kServiceTargets = {0.90, 0.95, 0.98};

using TextSink = std::function<Status(std::string_view)>;

/// Writes `cutoff,store_id,product_id,date[,target_fill_rate],reorder_point_units,
/// order_up_to_units`, a line per cut-off, item and review morning. Lead times are the format's
/// where mean and deviation are the template's, else whole days with those. Errors: those of
/// plan_policy and of the sink; kInvalidInput (a cut-off that is not in the panel).
[[nodiscard]] Result<PlanTuning> write_policy(const demand::DailyPanel& panel,
                                              const PolicyTemplate& wanted,
                                              const PolicyFileOptions& options,
                                              const TextSink& write, const std::stop_token& stop);

}  // namespace shelfcast::policy
