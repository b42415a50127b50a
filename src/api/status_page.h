#pragma once

/// \file api/status_page.h
/// The status page: `GET /` with its style and script, and `GET /v1/status` behind it.
///
/// It shows business data, so it asks for the login that SQL asks for (HTTP Basic) wherever another
/// machine could reach it. Where none is asked for, only requests to a loopback name are answered:
/// a foreign page whose name resolves to 127.0.0.1 gets nothing.

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ports/authenticator.h"
#include "ports/clock.h"
#include "ports/http.h"

namespace shelfcast::api {

/// The present state as a JSON object. Asked once a second at most, by one thread at a time.
using StatusSource = std::function<Result<std::string>()>;

struct StatusOptions {
    bool needs_login = true;
    std::int64_t keep_us = 1'000'000;  ///< How long an answer is given again.
};

/// The ports must outlive the routes.
[[nodiscard]] std::vector<ports::HttpRoute> status_routes(StatusSource source,
                                                          const StatusOptions& options,
                                                          ports::Authenticator& logins,
                                                          const ports::Clock& clock);

}  // namespace shelfcast::api
