#pragma once

/// \file adapters/owner_client/owner_client.h
/// How a command talks to the process that owns the data directory: one POST, an answer of lines.
///
/// One thread at a time.

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"

namespace shelfcast::adapters {

struct OwnerRequest {
    std::string address;  ///< IP the owner listens on.
    std::uint16_t port = 0;
    std::string path;
    std::string token;  ///< Sent as "Authorization: Bearer".
    std::string content_type = "application/json";
    std::string body;
};

struct OwnerAnswer {
    int status = 0;
    std::string text;  ///< Of an answer that is no stream of lines, or of an error.
};

/// Sends the request; each whole line of a 200 answer goes to `on_line` as it comes. A stop request
/// is noticed within about a second, also while nothing comes. Errors: kUnavailable (nobody
/// answers, the answer broke off, or stopped).
[[nodiscard]] Result<OwnerAnswer> post_to_owner(
    const OwnerRequest& request, const std::function<void(std::string_view)>& on_line,
    const std::stop_token& stop);

}  // namespace shelfcast::adapters
