#pragma once

/// \file ports/test_hand_clock.h
/// A clock that stands where a test puts it. Not for production code.

#include <cstdint>

#include "ports/clock.h"

namespace shelfcast::ports {

class HandClock final : public Clock {
public:
    explicit HandClock(std::int64_t at = 0) : at_us(at) {}
    [[nodiscard]] std::int64_t now_us() const override { return at_us; }
    [[nodiscard]] std::int64_t steady_us() const override { return at_us; }
    std::int64_t at_us;
};

}  // namespace shelfcast::ports
