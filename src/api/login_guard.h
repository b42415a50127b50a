#pragma once

/// \file api/login_guard.h
/// Who is asking over HTTP, and which stores may they see? A session's cookie (api/web_sessions.h)
/// or the login that SQL asks for (HTTP Basic). Where none is asked for, only requests to a
/// loopback name are answered without: a foreign page whose name resolves to 127.0.0.1 gets
/// nothing.
///
/// Every route that answers with business data takes its caller's scope from here.
///
/// Copies share the authenticator and the sessions, which must outlive them. Thread safe.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "api/web_sessions.h"
#include "ports/authenticator.h"
#include "ports/http.h"

namespace shelfcast::api {

class LoginGuard {
public:
    /// Without sessions, cookies say nothing.
    LoginGuard(bool needs_login, ports::Authenticator& logins, WebSessions* sessions = nullptr)
        : needs_login_(needs_login), logins_(&logins), sessions_(sessions) {}

    /// Who is asking, for looking. Whoever sends no login where none is asked for is this machine's
    /// administrator.
    [[nodiscard]] std::variant<ports::Identity, ports::HttpResponse> caller(
        const ports::HttpRequest& request) const;

    /// Who is asking, or the answer that says why not. Needs a login wherever it is asked: what is
    /// done is done by somebody. With a cookie, a request that changes something needs the
    /// session's token in X-CSRF-Token.
    [[nodiscard]] std::variant<ports::Identity, ports::HttpResponse> identify(
        const ports::HttpRequest& request) const;

    /// Nothing: the request passes. Otherwise the answer that says why not: no login, or one that
    /// sees some stores only, where what is asked for is of all of them.
    [[nodiscard]] std::optional<ports::HttpResponse> refuse(
        const ports::HttpRequest& request) const;

private:
    [[nodiscard]] std::variant<ports::Identity, ports::HttpResponse> of_session(
        const ports::HttpRequest& request, std::string_view token) const;

    bool needs_login_;
    ports::Authenticator* logins_;
    WebSessions* sessions_;
};

/// Name and password of "Authorization: Basic …"; nothing for any other header.
[[nodiscard]] std::optional<std::pair<std::string, std::string>> basic_login(
    std::string_view authorization);

/// A refusal. A 401 asks for HTTP Basic, unless a web app asks, whose user the browser would ask.
[[nodiscard]] ports::HttpResponse refusal(const ports::HttpRequest& request, const Error& error);

}  // namespace shelfcast::api
