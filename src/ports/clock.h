#pragma once

/// \file ports/clock.h
/// Time comes in as a parameter, so that a run repeats from its seed. Thread safe.

#include <cstdint>

namespace shelfcast::ports {

class Clock {
public:
    virtual ~Clock() = default;
    /// UTC microseconds since 1970.
    [[nodiscard]] virtual std::int64_t now_us() const = 0;
    /// Microseconds of a clock that never goes back; only differences mean something.
    [[nodiscard]] virtual std::int64_t steady_us() const = 0;
};

}  // namespace shelfcast::ports
