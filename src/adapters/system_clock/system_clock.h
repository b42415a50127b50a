#pragma once

/// \file adapters/system_clock/system_clock.h
/// The machine's clocks. Stateless, thread safe.

#include "ports/clock.h"

namespace shelfcast::adapters {

class SystemClock final : public ports::Clock {
public:
    [[nodiscard]] std::int64_t now_us() const override;
    [[nodiscard]] std::int64_t steady_us() const override;
};

}  // namespace shelfcast::adapters
