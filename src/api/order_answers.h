#pragma once

/// \file api/order_answers.h
/// What is asked about proposals and orders, read from requests, done at the desk, answered as JSON
/// (docs/ORDERS.md). Who asks is known by now: the doors differ in that only. Thread safe.

#include "ports/http.h"
#include "ports/order_desk.h"

namespace shelfcast::api {

/// GET, with query parameters store, review_date, state and all.
[[nodiscard]] ports::HttpResponse list_proposals(ports::OrderDesk& desk,
                                                 const ports::HttpRequest& request);
/// POST, with path parameters store, product, review_date and action: edit, approve or reject.
[[nodiscard]] ports::HttpResponse decide_proposal(ports::OrderDesk& desk,
                                                  const ports::OrderActor& actor,
                                                  const ports::HttpRequest& request);
/// POST, with path parameter action, approve or reject, and many proposals in the body: each is
/// answered for by itself.
[[nodiscard]] ports::HttpResponse decide_proposals(ports::OrderDesk& desk,
                                                   const ports::OrderActor& actor,
                                                   const ports::HttpRequest& request);

/// GET, with query parameters store, state, before and limit.
[[nodiscard]] ports::HttpResponse list_orders(ports::OrderDesk& desk,
                                              const ports::HttpRequest& request);
/// GET, with path parameter number.
[[nodiscard]] ports::HttpResponse show_order(ports::OrderDesk& desk,
                                             const ports::HttpRequest& request);
/// POST, with path parameters number and action.
[[nodiscard]] ports::HttpResponse act_on_order(ports::OrderDesk& desk,
                                               const ports::OrderActor& actor,
                                               const ports::HttpRequest& request);

}  // namespace shelfcast::api
