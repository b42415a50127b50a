#pragma once

/// \file api/live_handler.h
/// `GET /v1/live`: the live figures pushed as server-sent events (WHATWG HTML, section 9.2).

#include <chrono>

#include "api/live_feed.h"
#include "api/login_guard.h"
#include "api/screens_handler.h"
#include "ports/http.h"

namespace shelfcast::api {

struct LiveOptions {
    std::chrono::milliseconds pace{500};           ///< Between two looks at the warehouse.
    std::chrono::milliseconds keep_alive{15'000};  ///< A comment after so long without figures.
    /// After so long a stream asks again whether its viewer may still see it.
    std::chrono::milliseconds check_again{60'000};
};

/// Reads totals and minutes of some stores, and their stamp; asks the warehouse only if something
/// was written since. A source remembers that for one feed.
[[nodiscard]] LiveSource make_live_source(const ScreenPorts& ports);

/// What the routes use must outlive them.
[[nodiscard]] ports::HttpRoute live_route(const ScreenPorts& ports, const LoginGuard& guard,
                                          const LiveOptions& options = {});

}  // namespace shelfcast::api
