#pragma once

/// \file cli/replenish_job.h
/// The review of stock, with the settings of the running program.

#include <optional>
#include <stop_token>

#include "api/jobs_handler.h"
#include "base/ids.h"
#include "base/result.h"
#include "pipelines/replenish/impact_job.h"
#include "pipelines/replenish/review.h"

namespace shelfcast::cli {

class App;

/// Error: kBusy while another review is under way; those of the review.
[[nodiscard]] Result<replenish::ReviewReport> review_stock(App& app, std::int32_t date,
                                                           std::optional<StoreId> store,
                                                           const std::stop_token& stop);

/// Error: kBusy as above; those of the measure.
[[nodiscard]] Result<replenish::ImpactReport> measure_impact(App& app, const std::stop_token& stop);

/// {"date":"2026-11-22"?,"store":"7"?} (id or code; today, every store) to {"date":"…","stores":n,
/// "products":n,"ordered":n,"withheld":n}.
[[nodiscard]] api::Job replenish_job(App& app);

}  // namespace shelfcast::cli
