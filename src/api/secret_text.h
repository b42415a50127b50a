#pragma once

/// \file api/secret_text.h
/// Comparing secrets. Pure.

#include <string_view>

namespace shelfcast::api {

/// Takes the same time wherever the texts differ; their length is no secret.
[[nodiscard]] inline bool same_in_constant_time(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) {
        return false;
    }
    int difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference |= a[i] ^ b[i];
    }
    return difference == 0;
}

}  // namespace shelfcast::api
