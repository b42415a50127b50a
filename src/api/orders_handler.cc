#include "api/orders_handler.h"

#include <utility>

#include "api/order_answers.h"
#include "api/scoped_desk.h"

namespace shelfcast::api {
namespace {

using ports::HttpRequest;
using ports::HttpResponse;
using ports::OrderDesk;

constexpr std::size_t kBodyBytes = 2U << 20U;

using Look = HttpResponse (*)(OrderDesk&, const HttpRequest&);
using Act = HttpResponse (*)(OrderDesk&, const ports::OrderActor&, const HttpRequest&);

ports::HttpHandler looking(OrderDesk& desk, LoginGuard guard, Look look) {
    return [&desk, guard, look](const HttpRequest& request, const std::stop_token&) {
        auto found = guard.caller(request);
        if (auto* const refused = std::get_if<HttpResponse>(&found)) {
            return std::move(*refused);
        }
        ScopedDesk seen(desk, std::get<ports::Identity>(found).scope);
        return look(seen, request);
    };
}

bool is_json(const HttpRequest& request) {
    const std::string_view type = request.header("Content-Type").value_or("");
    return ports::same_ignoring_case(type.substr(0, type.find_first_of("; ")), "application/json");
}

ports::HttpHandler acting(OrderDesk& desk, LoginGuard guard, Act act) {
    return [&desk, guard, act](const HttpRequest& request, const std::stop_token&) {
        auto found = guard.identify(request);
        if (auto* const refused = std::get_if<HttpResponse>(&found)) {
            return std::move(*refused);
        }
        if (!is_json(request)) {
            return ports::error_response(
                {ErrorKind::kInvalidInput, "this takes Content-Type: application/json only"}, 415);
        }
        const auto& who = std::get<ports::Identity>(found);
        ScopedDesk seen(desk, who.scope);
        return act(seen, {who.name, std::string(ports::to_string(who.role))}, request);
    };
}

}  // namespace

std::vector<ports::HttpRoute> order_routes(OrderDesk& desk, const LoginGuard& guard) {
    return {
        {"GET", "/v1/proposals", 0, looking(desk, guard, &list_proposals)},
        {"POST", "/v1/proposals/{action}", kBodyBytes, acting(desk, guard, &decide_proposals)},
        {"POST", "/v1/proposals/{store}/{product}/{review_date}/{action}", kBodyBytes,
         acting(desk, guard, &decide_proposal)},
        {"GET", "/v1/orders", 0, looking(desk, guard, &list_orders)},
        {"GET", "/v1/orders/{number}", 0, looking(desk, guard, &show_order)},
        {"POST", "/v1/orders/{number}/{action}", kBodyBytes, acting(desk, guard, &act_on_order)}};
}

}  // namespace shelfcast::api
