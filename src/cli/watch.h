#pragma once

/// \file cli/watch.h
/// Looks at the shop again and again: who is about to run out, what is unusual. One look fails
/// alone; the next round tries it again.

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "ports/clock.h"

namespace shelfcast::cli {

struct Look {
    std::string name;
    /// Brings its tables up to that moment (UTC microseconds). Ends soon after a stop request.
    std::function<Status(std::int64_t now_us, const std::stop_token& stop)> work;
};

/// Each look every `interval`, or less often: one that takes long leaves the machine to others ten
/// times as long. Until stopped.
void keep_watch(const std::vector<Look>& looks, const ports::Clock& clock,
                std::chrono::milliseconds interval, const std::stop_token& stop);

}  // namespace shelfcast::cli
