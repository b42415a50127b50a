#pragma once

/// \file operator/flush_observer.h
/// Who keeps something in memory that follows the delivered rows, flush by flush.

#include <cstdint>

#include "base/result.h"
#include "operator/flush_rows.h"

namespace shelfcast::operators {

/// Called by the speed layer, one call at a time. An error holds nobody up: the stream goes on,
/// and the observer is told of no further flush until a `restart`, some seconds later, succeeds.
class FlushObserver {
public:
    virtual ~FlushObserver() = default;

    /// Every flush told of, and perhaps more, is in the warehouse and none is under way: begin
    /// with what it has.
    [[nodiscard]] virtual Status restart() = 0;

    /// These rows are in the warehouse as well now; the next flush is not yet.
    /// `log_time_us`: UTC, of the newest record that was folded.
    [[nodiscard]] virtual Status delivered(const FlushOutput& rows, std::int64_t log_time_us) = 0;
};

}  // namespace shelfcast::operators
