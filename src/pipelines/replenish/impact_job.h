#pragma once

/// \file pipelines/replenish/impact_job.h
/// What ordering earned on each day, against the baseline policy: the table business_impact_daily.
/// One caller at a time.

#include <cstddef>
#include <stop_token>

#include "base/result.h"
#include "pipelines/replenish/review.h"

namespace shelfcast::replenish {

struct ImpactReport {
    std::size_t dates = 0;
    std::size_t rows = 0;  ///< One per date and store.
};

/// Measures the days that were not measured since their snapshot of stock was made, oldest first;
/// `options.date` and `options.store` do not matter. Errors: those of the queries; kUnavailable
/// when stopped. What was measured holds, and another call goes on from there.
[[nodiscard]] Result<ImpactReport> measure_impact(const ReviewPorts& ports,
                                                  const ReviewOptions& options,
                                                  std::uint32_t baseline_cover_days,
                                                  const std::stop_token& stop);

}  // namespace shelfcast::replenish
