#pragma once

/// \file api/events_handler.h
/// `POST /v1/events`: tills hand in receipts, and hear 202 once the log has them durably.
///
/// Answers: 202 {"accepted":n,"rejected":m,"reasons":{"bad_number":1},"duplicate_request":false,
/// "positions":[{"topic":"retail_events","partition":3,"offset":17,"records":2}]}; 400 (no event, a
/// broken array, a bad Idempotency-Key), 401, 409 (the key came with another body before), 413,
/// 415, 429 and 503 with Retry-After, 507; errors in the one error shape. Thread safe.

#include <cstddef>

#include "api/token_check.h"
#include "ports/event_door.h"
#include "ports/http.h"

namespace shelfcast::api {

/// The route's limit, after unpacking.
inline constexpr std::size_t kMaxEventsBodyBytes = std::size_t{16} << 20U;
/// The longest Idempotency-Key.
inline constexpr std::size_t kMaxIdempotencyKeyBytes = 200;

/// The handler of the route. The door must outlive it.
[[nodiscard]] ports::HttpHandler make_events_handler(ports::EventDoor& door, TokenCheck allowed);

}  // namespace shelfcast::api
