#include "adapters/http_gateway/upstream_url.h"

#include <charconv>

namespace shelfcast::adapters {
namespace {

constexpr std::string_view kPlain = "http://";
constexpr std::string_view kTls = "https://";
constexpr std::uint16_t kPlainPort = 80;
constexpr std::uint16_t kTlsPort = 443;
constexpr unsigned kMaxPort = 65'535;

Result<std::uint16_t> read_port(std::string_view text, std::string_view url) {
    unsigned port = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (fault != std::errc{} || end != text.data() + text.size() || port < 1 || port > kMaxPort) {
        return fail(ErrorKind::kInvalidInput, "warehouse url {}: {} is no port", url, text);
    }
    return static_cast<std::uint16_t>(port);
}

}  // namespace

Result<UpstreamAddress> read_upstream_url(std::string_view url) {
    UpstreamAddress address{.host = {}, .port = kPlainPort, .tls = url.starts_with(kTls)};
    if (!address.tls && !url.starts_with(kPlain)) {
        return fail(ErrorKind::kInvalidInput,
                    "warehouse url {}: expected http://host:port or https://host:port", url);
    }
    std::string_view rest = url.substr(address.tls ? kTls.size() : kPlain.size());
    rest = rest.substr(0, rest.find('/'));
    if (rest.starts_with('[')) {  // The colons of an IPv6 address are its own.
        const std::size_t end = rest.find(']');
        address.host = rest.substr(1, end == std::string_view::npos ? 0 : end - 1);
        rest = end == std::string_view::npos ? "" : rest.substr(end + 1);
    } else {
        address.host = rest.substr(0, rest.find(':'));
        rest = rest.substr(address.host.size());
    }
    if (address.host.empty() || (!rest.empty() && rest.front() != ':')) {
        return fail(ErrorKind::kInvalidInput, "warehouse url {}: it names no host", url);
    }
    address.port = address.tls ? kTlsPort : kPlainPort;
    if (!rest.empty()) {
        SHELFCAST_ASSIGN(address.port, read_port(rest.substr(1), url));
    }
    return address;
}

}  // namespace shelfcast::adapters
