#include "cli/orders_job.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "api/order_answers.h"
#include "cli/app.h"

namespace shelfcast::cli {
namespace {

using nlohmann::json;

/// Who can read the data directory could do anything to it.
constexpr std::string_view kRole = "administrator";

Result<ports::HttpResponse> ask(ports::OrderDesk& desk, const OrdersRequest& wanted) {
    ports::HttpRequest request;
    request.path_parameters.assign(wanted.parameters.begin(), wanted.parameters.end());
    request.query_parameters = request.path_parameters;
    request.body = wanted.body;
    if (!wanted.request_id.empty()) {
        request.headers.emplace_back("Idempotency-Key", wanted.request_id);
    }
    const ports::OrderActor actor{wanted.who, std::string(kRole)};
    if (wanted.ask == "list_proposals") {
        return api::list_proposals(desk, request);
    }
    if (wanted.ask == "decide_proposal") {
        return api::decide_proposal(desk, actor, request);
    }
    if (wanted.ask == "decide_proposals") {
        return api::decide_proposals(desk, actor, request);
    }
    if (wanted.ask == "list_orders") {
        return api::list_orders(desk, request);
    }
    if (wanted.ask == "show_order") {
        return api::show_order(desk, request);
    }
    if (wanted.ask == "act_on_order") {
        return api::act_on_order(desk, actor, request);
    }
    return fail(ErrorKind::kInvalidInput, "an orders job cannot ask '{}'", wanted.ask);
}

/// The error that an answer over HTTP says.
Error error_of(const ports::HttpResponse& response) {
    const json error = json::parse(response.body)["error"];
    const std::string word = error.value("kind", "");
    Error found{ErrorKind::kUnavailable, error.value("message", "")};
    for (const ErrorKind kind :
         {ErrorKind::kInvalidInput, ErrorKind::kForbidden, ErrorKind::kNotFound,
          ErrorKind::kConflict, ErrorKind::kBusy, ErrorKind::kStorageFull, ErrorKind::kCorrupted}) {
        if (to_string(kind) == word) {
            found.kind = kind;
        }
    }
    return found;
}

}  // namespace

std::string to_json_text(const OrdersRequest& request) {
    return json{{"ask", request.ask},
                {"who", request.who},
                {"parameters", request.parameters},
                {"body", request.body},
                {"request_id", request.request_id}}
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

api::Job orders_job(App& app) {
    return [&app](const std::string& text, const api::JobProgress&,
                  const std::stop_token&) -> Result<std::string> {
        OrdersRequest wanted;
        try {
            const json from = json::parse(text);
            wanted.ask = from.value("ask", "");
            wanted.who = from.value("who", "");
            wanted.parameters = from.value("parameters", wanted.parameters);
            wanted.body = from.value("body", "");
            wanted.request_id = from.value("request_id", "");
        } catch (const json::exception& broken) {
            return fail(ErrorKind::kInvalidInput, "orders job: {}", broken.what());
        }
        SHELFCAST_ASSIGN(ports::HttpResponse response, ask(app.orders(), wanted));
        if (response.status != 200) {
            return tl::unexpected(error_of(response));
        }
        return std::move(response.body);
    };
}

}  // namespace shelfcast::cli
