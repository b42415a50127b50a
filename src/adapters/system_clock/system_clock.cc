#include "adapters/system_clock/system_clock.h"

#include <chrono>

namespace shelfcast::adapters {
namespace {

template <typename Clock>
std::int64_t microseconds_of() {
    return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch())
        .count();
}

}  // namespace

std::int64_t SystemClock::now_us() const { return microseconds_of<std::chrono::system_clock>(); }

std::int64_t SystemClock::steady_us() const { return microseconds_of<std::chrono::steady_clock>(); }

}  // namespace shelfcast::adapters
