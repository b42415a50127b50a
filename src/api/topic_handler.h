#pragma once

/// \file api/topic_handler.h
/// `GET /v1/topics/{topic}?from=N&limit=M`: what the program told on a topic of its own, from an
/// offset on, for whoever has no Kafka client.

#include "api/login_guard.h"
#include "ports/event_log.h"
#include "ports/http.h"

namespace shelfcast::api {

/// {"topic":"…","messages":[{"offset":n,"log_time":"…","message":{…}}],"next":n}: ask from `next`
/// on for what follows. What the guard refuses is not answered. `log` must outlive the handler.
[[nodiscard]] ports::HttpHandler make_topic_handler(ports::EventLog& log, LoginGuard guard);

}  // namespace shelfcast::api
