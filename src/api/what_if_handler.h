#pragma once

/// \file api/what_if_handler.h
/// POST /v1/simulate: history under another policy. GET /v1/scenarios, PUT and DELETE
/// /v1/scenarios/{name}: questions that are kept by name.

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "api/login_guard.h"
#include "base/result.h"
#include "ports/http.h"
#include "ports/store_scope.h"

namespace shelfcast::api {

/// JSON objects in and out. Errors: kInvalidInput (names the field), kNotFound (no such store or
/// scenario), kForbidden (a store, or all of them, outside of the scope), those of the warehouse
/// and of the store.
struct WhatIfDesk {
    std::function<Result<std::string>(std::string_view body, const ports::StoreScope& scope,
                                      const std::stop_token& stop)>
        answer;
    std::function<Result<std::string>()> scenarios;
    std::function<Result<std::string>(std::string_view name, std::string_view body)> save;
    std::function<Result<std::string>(std::string_view name)> remove;
};

/// Whoever may see business data may ask; whoever has a login may keep and remove scenarios.
[[nodiscard]] std::vector<ports::HttpRoute> what_if_routes(const WhatIfDesk& desk,
                                                           const LoginGuard& guard);

}  // namespace shelfcast::api
