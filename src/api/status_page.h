#pragma once

/// \file api/status_page.h
/// The status page: `GET /status` with its style and script, and `GET /v1/status` behind it.
///
/// It shows data of every store, so it is for those who see them all (api/login_guard.h).

#include <functional>
#include <string>
#include <vector>

#include "api/login_guard.h"
#include "base/result.h"
#include "ports/clock.h"
#include "ports/http.h"

namespace shelfcast::api {

/// The present state as a JSON object. Asked once a second at most, by one thread at a time.
using StatusSource = std::function<Result<std::string>()>;

struct StatusOptions {
    bool is_at_root = true;            ///< At `/`, too: there is no web app.
    std::int64_t keep_us = 1'000'000;  ///< How long an answer is given again.
};

/// The ports must outlive the routes.
[[nodiscard]] std::vector<ports::HttpRoute> status_routes(StatusSource source,
                                                          const StatusOptions& options,
                                                          const LoginGuard& guard,
                                                          const ports::Clock& clock);

}  // namespace shelfcast::api
