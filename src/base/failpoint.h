#pragma once

/// \file base/failpoint.h
/// Named places between two durable steps, where tests end the process or the simulation.
///
/// A failpoint costs one relaxed atomic load while nothing is armed. `SHELFCAST_FAILPOINT=name:n`
/// in the environment kills the process (SIGKILL) at the n-th passage of `name`, and `name:stop`
/// holds it at each one (SIGSTOP) until somebody continues it; the simulation installs a handler
/// instead. The list of names is closed: failpoint.cc holds it, so that a test can prove that each
/// one was hit.

#include <functional>
#include <span>
#include <string_view>

namespace shelfcast::failpoint {

/// Every name that may be passed to `reach`.
[[nodiscard]] std::span<const std::string_view> all_names();

/// Says that the code got here. `name` must be in all_names().
void reach(std::string_view name);

/// Installs what happens at each passage, or removes it (empty). Not thread safe against reach().
void set_handler(std::function<void(std::string_view)> handler);

/// Reads SHELFCAST_FAILPOINT and arms it. Returns false when it names no failpoint.
[[nodiscard]] bool arm_from_environment();

}  // namespace shelfcast::failpoint
