#include "api/session_handler.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "retail/time_zone.h"

namespace shelfcast::api {
namespace {

using nlohmann::json;
using ports::HttpRequest;
using ports::HttpResponse;

constexpr std::size_t kBodyBytes = 8'192;

/// What an answer that is no page may do in a browser: nothing.
constexpr const char* kDataPolicy = "default-src 'none'; frame-ancestors 'none'";

constexpr std::array kSafeHeaders = {
    std::pair{"Content-Security-Policy", kDataPolicy},
    std::pair{"X-Content-Type-Options", "nosniff"},
    std::pair{"X-Frame-Options", "DENY"},
    std::pair{"Referrer-Policy", "no-referrer"},
    std::pair{"Cross-Origin-Opener-Policy", "same-origin"},
    std::pair{"Cross-Origin-Resource-Policy", "same-origin"},
    std::pair{"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"},
    std::pair{"Cache-Control", "no-store"},
};

bool came_encrypted(const HttpRequest& request) {
    return ports::same_ignoring_case(request.header("X-Forwarded-Proto").value_or(""), "https");
}

std::string cookie(const HttpRequest& request, std::string_view token, std::int64_t seconds) {
    return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{}", kSessionCookie,
                       token, seconds, came_encrypted(request) ? "; Secure" : "");
}

std::int64_t cookie_seconds(const WebSessions& sessions) {
    return std::chrono::duration_cast<std::chrono::seconds>(sessions.options().age_limit).count();
}

std::string session_json(const ports::Identity& who, const OrderLimits& limits,
                         std::string_view csrf_token, std::int64_t ends_at_us) {
    std::vector<std::uint32_t> stores;
    for (const StoreId store : who.scope.stores()) {
        stores.push_back(store.value);
    }
    const auto known = limits.find(ports::to_string(who.role));
    const std::string limit = known == limits.end() ? "" : known->second;
    return fmt::format(
        R"({{"name":{},"role":"{}","all_stores":{},"stores":[{}],"order_limit":{},)"
        R"("csrf_token":{},"expires_at":{}}})",
        ports::json_quoted(who.name), ports::to_string(who.role), who.scope.is_everything(),
        fmt::join(stores, ","), limit.empty() ? "null" : ports::json_quoted(limit),
        csrf_token.empty() ? "null" : ports::json_quoted(csrf_token),
        ends_at_us == 0 ? "null" : ports::json_quoted(retail::format_utc_ms(ends_at_us / 1'000)));
}

bool is_json(const HttpRequest& request) {
    const std::string_view type = request.header("Content-Type").value_or("");
    return ports::same_ignoring_case(type.substr(0, type.find_first_of("; ")), "application/json");
}

Result<std::pair<std::string, std::string>> login_in(const HttpRequest& request) {
    const json body = json::parse(request.body, nullptr, false);
    const auto is_text = [&](const char* name) {
        return body.contains(name) && body[name].is_string();
    };
    if (!body.is_object() || body.size() != 2 || !is_text("name") || !is_text("password")) {
        return fail(ErrorKind::kInvalidInput,
                    "the body is no JSON object with 'name' and 'password', both texts");
    }
    return std::pair{body["name"].get<std::string>(), body["password"].get<std::string>()};
}

HttpResponse sign_in(WebSessions& sessions, const OrderLimits& limits, const HttpRequest& request) {
    if (!is_json(request)) {
        return ports::error_response(
            {ErrorKind::kInvalidInput, "this takes Content-Type: application/json only"}, 415);
    }
    const auto login = login_in(request);
    if (!login) {
        return ports::error_response(login.error());
    }
    const auto made = sessions.sign_in(login->first, login->second);
    if (!made) {
        return ports::error_response(made.error());
    }
    HttpResponse response;
    response.headers.emplace_back("Set-Cookie",
                                  cookie(request, made->token, cookie_seconds(sessions)));
    response.body =
        session_json(made->state.identity, limits, made->state.csrf_token, made->state.ends_at_us);
    return response;
}

HttpResponse show(WebSessions& sessions, const LoginGuard& guard, const OrderLimits& limits,
                  const HttpRequest& request) {
    auto found = guard.identify(request);
    if (auto* const refused = std::get_if<HttpResponse>(&found)) {
        return std::move(*refused);
    }
    const auto& who = std::get<ports::Identity>(found);
    HttpResponse response;
    response.body = session_json(who, limits, "", 0);
    if (request.header("Authorization")) {
        return response;
    }
    const auto state =
        sessions.find(session_token(request.header("Cookie").value_or("")).value_or(""));
    if (state && *state) {
        response.body = session_json(who, limits, (*state)->csrf_token, (*state)->ends_at_us);
    }
    return response;
}

HttpResponse sign_out(WebSessions& sessions, const LoginGuard& guard, const HttpRequest& request) {
    HttpResponse response{.status = 204, .content_type = ""};
    const auto token = session_token(request.header("Cookie").value_or(""));
    if (!token) {
        return response;
    }
    auto found = guard.identify(request);
    if (auto* const refused = std::get_if<HttpResponse>(&found); refused != nullptr) {
        if (refused->status != 401) {
            return std::move(*refused);
        }
    } else if (const Status ended = sessions.sign_out(*token); !ended) {
        return ports::error_response(ended.error());
    }
    response.headers.emplace_back("Set-Cookie", cookie(request, "", 0));
    return response;
}

bool says(const HttpResponse& response, std::string_view name) {
    return std::ranges::any_of(response.headers, [name](const ports::HttpField& field) {
        return ports::same_ignoring_case(field.first, name);
    });
}

}  // namespace

std::vector<ports::HttpRoute> session_routes(WebSessions& sessions, const LoginGuard& guard,
                                             OrderLimits limits) {
    return {{"POST", "/v1/session", kBodyBytes,
             [&sessions, limits](const HttpRequest& request, const std::stop_token&) {
                 return sign_in(sessions, limits, request);
             }},
            {"GET", "/v1/session", 0,
             [&sessions, guard, limits = std::move(limits)](const HttpRequest& request,
                                                            const std::stop_token&) {
                 return show(sessions, guard, limits, request);
             }},
            {"DELETE", "/v1/session", kBodyBytes,
             [&sessions, guard](const HttpRequest& request, const std::stop_token&) {
                 return sign_out(sessions, guard, request);
             }}};
}

ports::HttpRoute with_web_headers(ports::HttpRoute route, WebSessions& sessions) {
    // The app's files are everybody's, and kept by caches: no session is renewed with them.
    const bool is_file = route.pattern.ends_with("*}");
    route.handler = [handler = std::move(route.handler), &sessions, is_file](
                        const HttpRequest& request, const std::stop_token& stop) {
        std::optional<std::string> successor;
        const auto token =
            is_file ? std::nullopt : session_token(request.header("Cookie").value_or(""));
        if (token) {
            // The token that came is taken for a while yet, so a failure here fails nothing.
            successor = sessions.renew(*token).value_or(std::nullopt);
        }
        HttpResponse response = handler(request, stop);
        if (successor && !says(response, "Set-Cookie")) {
            response.headers.emplace_back("Set-Cookie",
                                          cookie(request, *successor, cookie_seconds(sessions)));
        }
        for (const auto& [name, value] : kSafeHeaders) {
            if (!says(response, name)) {
                response.headers.emplace_back(name, value);
            }
        }
        return response;
    };
    return route;
}

}  // namespace shelfcast::api
