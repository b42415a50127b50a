#include "api/login_guard.h"

#include <fmt/format.h>

#include "api/secret_text.h"

namespace shelfcast::api {
namespace {

constexpr std::size_t kMaxLoginBytes = 4'096;

/// The bytes of a base64 text (RFC 4648, section 4), padded or not; nothing if it is none.
std::optional<std::string> base64_decoded(std::string_view text) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    while (text.ends_with('=')) {
        text.remove_suffix(1);
    }
    std::string out;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        const std::size_t value = kAlphabet.find(c);
        if (value == std::string_view::npos) {
            return std::nullopt;
        }
        bits = (bits << 6U | static_cast<std::uint32_t>(value)) & 0xffffU;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out += static_cast<char>(bits >> static_cast<unsigned>(held) & 0xffU);
        }
    }
    return out;
}

bool names_loopback(std::string_view host) {
    if (host.starts_with('[')) {
        return host.substr(0, host.find(']') + 1) == "[::1]";
    }
    host = host.substr(0, host.find(':'));
    return ports::same_ignoring_case(host, "localhost") ||
           (host.starts_with("127.") &&
            host.find_first_not_of("0123456789.") == std::string_view::npos);
}

bool changes_something(const ports::HttpRequest& request) {
    return request.method != "GET" && request.method != "HEAD";
}

}  // namespace

ports::HttpResponse refusal(const ports::HttpRequest& request, const Error& error) {
    ports::HttpResponse response = ports::error_response(error);
    if (error.kind == ErrorKind::kUnauthenticated && !request.header("X-Requested-With") &&
        !session_token(request.header("Cookie").value_or(""))) {
        response.headers.emplace_back("WWW-Authenticate",
                                      R"(Basic realm="shelfcast", charset="UTF-8")");
    }
    return response;
}

std::variant<ports::Identity, ports::HttpResponse> LoginGuard::caller(
    const ports::HttpRequest& request) const {
    const bool says_who =
        request.header("Authorization") ||
        (sessions_ != nullptr && session_token(request.header("Cookie").value_or("")));
    if (needs_login_ || says_who) {
        return identify(request);
    }
    if (names_loopback(request.header("Host").value_or(""))) {
        return ports::Identity{.name = "local",
                               .role = ports::Role::kAdministrator,
                               .scope = ports::StoreScope::everything()};
    }
    return ports::error_response(
        {ErrorKind::kForbidden, "without a login this is for localhost only"});
}

std::optional<ports::HttpResponse> LoginGuard::refuse(const ports::HttpRequest& request) const {
    auto found = caller(request);
    if (auto* const refused = std::get_if<ports::HttpResponse>(&found)) {
        return std::move(*refused);
    }
    const auto& who = std::get<ports::Identity>(found);
    if (!who.scope.is_everything()) {
        return ports::error_response(
            {ErrorKind::kForbidden,
             fmt::format("this is about every store, and {} sees some only", who.name)});
    }
    return std::nullopt;
}

std::variant<ports::Identity, ports::HttpResponse> LoginGuard::of_session(
    const ports::HttpRequest& request, std::string_view token) const {
    auto found = sessions_->find(token);
    if (!found) {
        return refusal(request, found.error());
    }
    if (!*found) {
        return refusal(request, {ErrorKind::kUnauthenticated, "the session is over: sign in"});
    }
    if (changes_something(request) &&
        !same_in_constant_time(request.header("X-CSRF-Token").value_or(""), (*found)->csrf_token)) {
        return ports::error_response(
            {ErrorKind::kForbidden,
             "with a session's cookie this needs its csrf_token in X-CSRF-Token"});
    }
    return std::move((*found)->identity);
}

std::variant<ports::Identity, ports::HttpResponse> LoginGuard::identify(
    const ports::HttpRequest& request) const {
    const auto login = basic_login(request.header("Authorization").value_or(""));
    if (!login && sessions_ != nullptr) {
        if (const auto token = session_token(request.header("Cookie").value_or(""))) {
            return of_session(request, *token);
        }
    }
    if (!login) {
        return refusal(request,
                       {ErrorKind::kUnauthenticated, "this needs a login, the same as for SQL"});
    }
    if (auto known = logins_->remembered(login->first, login->second)) {
        return *std::move(known);
    }
    auto known = logins_->check(login->first, login->second);
    if (!known) {
        return refusal(request, known.error());
    }
    return *std::move(known);
}

std::optional<std::pair<std::string, std::string>> basic_login(std::string_view authorization) {
    constexpr std::string_view kBasic = "Basic ";
    if (authorization.size() > kMaxLoginBytes ||
        !ports::same_ignoring_case(authorization.substr(0, kBasic.size()), kBasic)) {
        return std::nullopt;
    }
    const auto text = base64_decoded(authorization.substr(kBasic.size()));
    if (!text) {
        return std::nullopt;
    }
    const std::size_t colon = text->find(':');
    if (colon == std::string::npos) {
        return std::nullopt;
    }
    return std::pair{text->substr(0, colon), text->substr(colon + 1)};
}

}  // namespace shelfcast::api
