#include "api/what_if_handler.h"

#include <utility>
#include <variant>

namespace shelfcast::api {
namespace {

using ports::HttpRequest;
using ports::HttpResponse;

constexpr std::size_t kBodyBytes = 64U << 10U;

HttpResponse response_of(Result<std::string> answer) {
    if (!answer) {
        return ports::error_response(answer.error());
    }
    HttpResponse response;
    response.headers.emplace_back("Cache-Control", "no-store");
    response.body = std::move(*answer);
    return response;
}

std::string_view name_of(const HttpRequest& request) {
    return request.path_parameter("name").value_or("");
}

}  // namespace

std::vector<ports::HttpRoute> what_if_routes(const WhatIfDesk& desk, const LoginGuard& guard) {
    const auto looking = [guard](auto look) {
        return [guard, look](const HttpRequest& request, const std::stop_token& stop) {
            auto who = guard.caller(request);
            if (auto* const refused = std::get_if<HttpResponse>(&who)) {
                return std::move(*refused);
            }
            return response_of(look(request, std::get<ports::Identity>(who).scope, stop));
        };
    };
    const auto acting = [guard](auto act) {
        return [guard, act](const HttpRequest& request, const std::stop_token&) {
            auto found = guard.identify(request);
            if (auto* const refused = std::get_if<HttpResponse>(&found)) {
                return std::move(*refused);
            }
            return response_of(act(request));
        };
    };
    return {
        {"POST", "/v1/simulate", kBodyBytes,
         looking([answer = desk.answer](const HttpRequest& request, const ports::StoreScope& scope,
                                        const std::stop_token& stop) {
             return answer(request.body, scope, stop);
         })},
        {"GET", "/v1/scenarios", 0,
         looking([scenarios = desk.scenarios](const HttpRequest&, const ports::StoreScope&,
                                              const std::stop_token&) { return scenarios(); })},
        {"PUT", "/v1/scenarios/{name}", kBodyBytes,
         acting([save = desk.save](const HttpRequest& request) {
             return save(name_of(request), request.body);
         })},
        {"DELETE", "/v1/scenarios/{name}", 0,
         acting([remove = desk.remove](const HttpRequest& request) {
             return remove(name_of(request));
         })}};
}

}  // namespace shelfcast::api
