#pragma once

/// \file api/orders_handler.h
/// `/v1/proposals` and `/v1/orders` for people with a login (docs/ORDERS.md). Looking asks for a
/// login where the status page does; deciding always does, and takes JSON only, which no page of
/// another site can send with somebody's login.

#include <vector>

#include "api/login_guard.h"
#include "ports/http.h"
#include "ports/order_desk.h"

namespace shelfcast::api {

/// The desk must outlive them.
[[nodiscard]] std::vector<ports::HttpRoute> order_routes(ports::OrderDesk& desk,
                                                         const LoginGuard& guard);

}  // namespace shelfcast::api
