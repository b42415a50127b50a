#pragma once

/// \file cli/act_routes.h
/// What people do on the screens beyond orders and what-ifs, wired to the program's parts.

#include <vector>

#include "api/login_guard.h"
#include "ports/http.h"

namespace shelfcast::cli {

class App;

/// The app must outlive them.
[[nodiscard]] std::vector<ports::HttpRoute> act_routes(App& app, const api::LoginGuard& guard);

}  // namespace shelfcast::cli
