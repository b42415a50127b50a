#pragma once

/// \file adapters/http_gateway/upstream_url.h
/// Which server a warehouse's URL means: the one that the warehouse's own connection would reach.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace shelfcast::adapters {

struct UpstreamAddress {
    std::string host;  ///< A name or an IP address, this one without brackets.
    std::uint16_t port = 0;
    bool tls = false;
};

/// Reads "http://host[:port]" or "https://host[:port]"; without a port 80 or 443, as any client
/// reads such a URL. Error: kInvalidInput, naming the URL.
[[nodiscard]] Result<UpstreamAddress> read_upstream_url(std::string_view url);

}  // namespace shelfcast::adapters
