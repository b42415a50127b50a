#pragma once

/// \file api/session_handler.h
/// `/v1/session`: signing in and out with a browser, and who is. And what every answer of the web
/// port carries: the headers that keep a browser from doing more with it than it should, and a
/// session's new token when it is time for one.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "api/login_guard.h"
#include "api/web_sessions.h"
#include "ports/http.h"

namespace shelfcast::api {

/// The most that each role approves, a decimal; an empty text: any value.
using OrderLimits = std::map<std::string, std::string, std::less<>>;

/// Sessions and authenticator must outlive them.
[[nodiscard]] std::vector<ports::HttpRoute> session_routes(WebSessions& sessions,
                                                           const LoginGuard& guard,
                                                           OrderLimits limits);

/// The route, its answers with those headers where it sets none itself. `sessions` must outlive it.
[[nodiscard]] ports::HttpRoute with_web_headers(ports::HttpRoute route, WebSessions& sessions);

}  // namespace shelfcast::api
