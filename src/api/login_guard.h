#pragma once

/// \file api/login_guard.h
/// Who may see business data over HTTP: whoever has the login that SQL asks for (HTTP Basic). Where
/// none is asked for, only requests to a loopback name are answered: a foreign page whose name
/// resolves to 127.0.0.1 gets nothing.
///
/// Copies share the authenticator, which must outlive them. Thread safe.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "ports/authenticator.h"
#include "ports/http.h"

namespace shelfcast::api {

class LoginGuard {
public:
    LoginGuard(bool needs_login, ports::Authenticator& logins)
        : needs_login_(needs_login), logins_(&logins) {}

    /// Nothing: the request passes. Otherwise the answer that says why not.
    [[nodiscard]] std::optional<ports::HttpResponse> refuse(
        const ports::HttpRequest& request) const;

    /// Who is asking, or the answer that says why not. Needs a login wherever it is asked: what is
    /// done is done by somebody.
    [[nodiscard]] std::variant<ports::Identity, ports::HttpResponse> identify(
        const ports::HttpRequest& request) const;

private:
    bool needs_login_;
    ports::Authenticator* logins_;
};

/// Name and password of "Authorization: Basic …"; nothing for any other header.
[[nodiscard]] std::optional<std::pair<std::string, std::string>> basic_login(
    std::string_view authorization);

}  // namespace shelfcast::api
