#pragma once

/// \file api/incidents_handler.h
/// POST /v1/incidents/{incident_id}/acknowledge: somebody looks at an incident, and says so.

#include <functional>

#include "api/login_guard.h"
#include "base/result.h"
#include "detection/incidents.h"
#include "ports/http.h"
#include "ports/store_scope.h"

namespace shelfcast::api {

/// Errors: kNotFound (no such incident among those that the scope sees), kConflict (it is over, or
/// somebody else's), kUnavailable (the warehouse is away). Thread safe.
using AcknowledgeIncident = std::function<Result<detection::Acknowledged>(
    const retail::Uuid& id, const ports::StoreScope& scope, std::string_view by,
    std::string_view note)>;

/// Everybody with a login may, for the stores in scope, but analysts: they look, and run no store.
[[nodiscard]] ports::HttpRoute acknowledge_route(AcknowledgeIncident acknowledge,
                                                 const LoginGuard& guard);

}  // namespace shelfcast::api
