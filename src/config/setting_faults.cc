#include "config/setting_faults.h"

#include <arpa/inet.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <initializer_list>

#include "config/config.h"
#include "retail/decimal.h"
#include "retail/time_zone.h"

namespace shelfcast::config {
namespace {

std::string scheme_fault(std::string_view text, std::initializer_list<std::string_view> schemes) {
    if (text.empty() || std::ranges::any_of(schemes, [&](std::string_view scheme) {
            return text.starts_with(scheme) && text.size() > scheme.size();
        })) {
        return "";
    }
    return fmt::format("does not begin with {}", fmt::join(schemes, " or "));
}

}  // namespace

std::string address_fault(std::string_view text) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    const std::string address(text);
    return ::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1 ||
                   ::inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1
               ? ""
               : "is no IP address";
}

std::string url_fault(std::string_view text) {
    return text.empty() || text.starts_with("http://") || text.starts_with("https://")
               ? ""
               : "begins with neither http:// nor https://";
}

std::string urls_fault(std::string_view text) {
    for (const std::string_view url : split_list(text)) {
        if (url.empty()) {
            return "has an empty URL in it";
        }
        if (std::string fault = url_fault(url); !fault.empty()) {
            return fault;
        }
    }
    return "";
}

std::string zone_fault(std::string_view text) {
    return retail::TimeZone::load(text) ? "" : "is no time zone, such as Europe/London";
}

std::string store_url_fault(std::string_view text) {
    return scheme_fault(text, {"postgresql://", "postgres://"});
}
std::string log_url_fault(std::string_view text) { return scheme_fault(text, {"kafka://"}); }
std::string lake_url_fault(std::string_view text) {
    return scheme_fault(text, {"s3://", "file:///"});
}

std::string roles_fault(std::string_view text) {
    for (const std::string_view role : split_list(text)) {
        if (role != "api" && role != "batch" && role != "stream") {
            return "has a role that is none of api, batch, stream";
        }
    }
    return text.empty() ? "is empty" : "";
}

std::string empty_fault(std::string_view text) { return text.empty() ? "is empty" : ""; }

std::string amount_fault(std::string_view text) {
    std::int64_t amount = 0;
    return text.empty() ||
                   (retail::parse_decimal(text, retail::UnitPrice::kScale, retail::UnitPrice::kMax,
                                          amount) == retail::DecimalFault::kNone &&
                    amount >= 0)
               ? ""
               : "is no amount of money, such as 2000 or 499.95";
}
std::string own_amount_fault(std::string_view text) {
    return text.empty() ? "is empty; 0 is none" : amount_fault(text);
}

}  // namespace shelfcast::config
