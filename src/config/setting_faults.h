#pragma once

/// \file config/setting_faults.h
/// What is wrong with a text as the value of a setting; empty: nothing. Pure.

#include <string>
#include <string_view>

namespace shelfcast::config {

[[nodiscard]] std::string address_fault(std::string_view text);
[[nodiscard]] std::string url_fault(std::string_view text);
[[nodiscard]] std::string urls_fault(std::string_view text);
[[nodiscard]] std::string zone_fault(std::string_view text);
[[nodiscard]] std::string store_url_fault(std::string_view text);
[[nodiscard]] std::string log_url_fault(std::string_view text);
[[nodiscard]] std::string lake_url_fault(std::string_view text);
[[nodiscard]] std::string roles_fault(std::string_view text);
[[nodiscard]] std::string empty_fault(std::string_view text);
[[nodiscard]] std::string amount_fault(std::string_view text);
[[nodiscard]] std::string own_amount_fault(std::string_view text);

}  // namespace shelfcast::config
