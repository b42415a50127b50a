#pragma once

/// \file adapters/http_gateway/request_login.h
/// Who a request says it is, in ClickHouse's three ways, and the same request in the engine's
/// words. Pure.

#include <string>
#include <string_view>

#include "adapters/http_gateway/http_wire.h"
#include "base/result.h"

namespace shelfcast::adapters::gateway {

struct Login {
    std::string name;
    std::string password;
};

/// The login of a request: Authorization: Basic, X-ClickHouse-User and -Key, or the URL parameters
/// user and password; without any, the user "default" with an empty password. Errors, worded as
/// ClickHouse does: kInvalidInput (two of them at once, or one of them twice), kUnauthenticated (a
/// scheme that is not known here, an empty name).
[[nodiscard]] Result<Login> request_login(const RequestHead& head);

/// The request's head as the engine gets it: every credential and scope of the client is gone (the
/// headers, all copies; the URL parameters user, password and quota_key), so is what concerns only
/// the client's connection, and `login` stands instead; so does `host` in the Host field, unless it
/// is empty. The rest is as it came, byte for byte.
/// Error: kInvalidInput, a URL that cannot be decoded or an account that fits in no header.
[[nodiscard]] Result<std::string> engine_request_head(const RequestHead& head, const Login& login,
                                                      std::string_view host = {});

/// The same for a request that needs no login: the engine is told of nobody.
[[nodiscard]] Result<std::string> anonymous_request_head(const RequestHead& head,
                                                         std::string_view host = {});

}  // namespace shelfcast::adapters::gateway
