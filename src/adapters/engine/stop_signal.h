#pragma once

/// \file adapters/engine/stop_signal.h
/// A stop request as something that poll() can wait for. Thread safe.

#include <chrono>

#include "adapters/engine/child_process.h"
#include "base/result.h"

namespace shelfcast::adapters {

/// Once raised it stays raised.
class StopSignal {
public:
    /// Error: kUnavailable.
    [[nodiscard]] static Result<StopSignal> create();
    void raise() const;
    /// Waits until raised, `also` (if not -1) is readable, or the time is over. True: raised.
    [[nodiscard]] bool wait(std::chrono::milliseconds timeout, int also = -1) const;

private:
    Descriptor event_;
};

}  // namespace shelfcast::adapters
