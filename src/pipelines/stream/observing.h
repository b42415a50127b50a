#pragma once

/// \file pipelines/stream/observing.h
/// Keeps a flush observer following the stream, and the stream free of it: what goes wrong with
/// the observer is logged, and it begins anew some seconds later.
///
/// `due` may be called from any thread; the rest by one at a time, with no flush under way.

#include <atomic>
#include <cstdint>

#include "operator/flush_observer.h"
#include "ports/clock.h"

namespace shelfcast::stream {

class Observing {
public:
    /// `observer` may be null.
    Observing(operators::FlushObserver* observer, ports::Clock& clock)
        : observer_(observer), clock_(clock) {}

    void begin();
    /// Nothing while it could not begin: it will find these rows in the warehouse.
    void tell(const operators::FlushOutput& rows, std::int64_t log_time_us);
    /// It could not begin, or broke off, long enough ago to be asked again.
    [[nodiscard]] bool due() const noexcept;

private:
    void note(const Status& outcome, std::string_view what);

    operators::FlushObserver* observer_;
    ports::Clock& clock_;
    std::atomic<bool> follows_{false};
    std::atomic<std::int64_t> asked_us_{0};  ///< By the steady clock.
};

}  // namespace shelfcast::stream
