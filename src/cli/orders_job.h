#pragma once

/// \file cli/orders_job.h
/// Proposals and orders for the commands of this machine: the requests of docs/ORDERS.md, from who
/// holds the data directory, as its administrator.

#include <map>
#include <string>

#include "api/jobs_handler.h"

namespace shelfcast::cli {

class App;

/// One of the requests of api/order_answers.h.
struct OrdersRequest {
    std::string ask;  ///< list_proposals, decide_proposal, list_orders, show_order or act_on_order.
    std::string who;
    std::map<std::string, std::string> parameters{};  ///< Of path or query.
    std::string body{};                               ///< A JSON object; empty: none.
    std::string request_id{};
};

[[nodiscard]] std::string to_json_text(const OrdersRequest& request);

/// Such a text to what the request is answered with over HTTP.
[[nodiscard]] api::Job orders_job(App& app);

}  // namespace shelfcast::cli
