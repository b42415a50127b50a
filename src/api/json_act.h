#pragma once

/// \file api/json_act.h
/// What people do over HTTP: with a login always, since what is done is done by somebody, and in
/// JSON only, which no page of another site can send with somebody's session.

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>

#include "api/login_guard.h"
#include "base/result.h"
#include "ports/http.h"

namespace shelfcast::api {

/// Does it, and answers with a JSON object. Thread safe.
using JsonAct = std::function<Result<std::string>(
    const ports::Identity& who, const ports::HttpRequest& request, const std::stop_token& stop)>;

[[nodiscard]] ports::HttpHandler json_act(const LoginGuard& guard, JsonAct act);

/// Error: kForbidden, who is no administrator; `what` is what only those may do.
[[nodiscard]] Status check_administrator(const ports::Identity& who, std::string_view what);

/// The members of a body that are texts; an empty body has none, null is none. Error:
/// kInvalidInput: no JSON object, a member that is not among `names`, no text, more than
/// `max_bytes` of it or a zero byte.
[[nodiscard]] Result<std::map<std::string, std::string, std::less<>>> text_members(
    std::string_view body, std::initializer_list<std::string_view> names, std::size_t max_bytes);

}  // namespace shelfcast::api
