#include "api/json_act.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <variant>

namespace shelfcast::api {
namespace {

using ports::HttpRequest;
using ports::HttpResponse;

bool is_json(const HttpRequest& request) {
    const std::string_view type = request.header("Content-Type").value_or("");
    return ports::same_ignoring_case(type.substr(0, type.find_first_of("; ")), "application/json");
}

}  // namespace

ports::HttpHandler json_act(const LoginGuard& guard, JsonAct act) {
    return [guard, act = std::move(act)](const HttpRequest& request, const std::stop_token& stop) {
        auto found = guard.identify(request);
        if (auto* const refused = std::get_if<HttpResponse>(&found)) {
            return std::move(*refused);
        }
        if (!is_json(request)) {
            return ports::error_response(
                {ErrorKind::kInvalidInput, "this takes Content-Type: application/json only"}, 415);
        }
        Result<std::string> done = act(std::get<ports::Identity>(found), request, stop);
        if (!done) {
            return ports::error_response(done.error());
        }
        HttpResponse response;
        response.headers.emplace_back("Cache-Control", "no-store");
        response.body = std::move(*done);
        return response;
    };
}

Status check_administrator(const ports::Identity& who, std::string_view what) {
    if (who.role != ports::Role::kAdministrator) {
        return fail(ErrorKind::kForbidden, "{} is for administrators; {} is {}", what, who.name,
                    ports::to_string(who.role));
    }
    return {};
}

Result<std::map<std::string, std::string, std::less<>>> text_members(
    std::string_view body, std::initializer_list<std::string_view> names, std::size_t max_bytes) {
    const nlohmann::json read =
        body.empty() ? nlohmann::json::object() : nlohmann::json::parse(body, nullptr, false);
    if (!read.is_object()) {
        return fail(ErrorKind::kInvalidInput, "the body is no JSON object");
    }
    std::map<std::string, std::string, std::less<>> found;
    for (const auto& [name, value] : read.items()) {
        if (std::ranges::find(names, name) == names.end()) {
            return fail(ErrorKind::kInvalidInput, "the body has a member '{}', which is none of {}",
                        name, fmt::join(names, ", "));
        }
        if (value.is_null()) {
            continue;
        }
        if (!value.is_string()) {
            return fail(ErrorKind::kInvalidInput, "'{}' is no text", name);
        }
        std::string text = value.get<std::string>();
        if (text.size() > max_bytes || text.find('\0') != std::string::npos) {
            return fail(ErrorKind::kInvalidInput,
                        "'{}' is longer than {} bytes, or has a zero byte", name, max_bytes);
        }
        found.emplace(name, std::move(text));
    }
    return found;
}

}  // namespace shelfcast::api
