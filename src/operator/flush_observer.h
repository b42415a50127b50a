#pragma once

/// \file operator/flush_observer.h
/// Who keeps something in memory that follows the delivered rows, flush by flush.

#include <cstdint>
#include <stop_token>

#include "base/result.h"
#include "operator/flush_rows.h"

namespace shelfcast::operators {

/// Called by the speed layer, one call at a time. After an error the layer verifies, and begins
/// with `restart` again.
class FlushObserver {
public:
    virtual ~FlushObserver() = default;

    /// Every written-down flush is in the warehouse and none is under way: begin with what it has.
    [[nodiscard]] virtual Status restart(const std::stop_token& stop) = 0;

    /// These rows are in the warehouse as well now; the next flush is not yet.
    /// `log_time_us`: UTC, of the newest record that was folded.
    [[nodiscard]] virtual Status delivered(const FlushOutput& rows, std::int64_t log_time_us) = 0;
};

}  // namespace shelfcast::operators
