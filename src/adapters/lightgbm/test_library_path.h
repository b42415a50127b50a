#pragma once

/// \file adapters/lightgbm/test_library_path.h
/// Where the real library is, for tests. Not for production code.

#include <cstdlib>
#include <string>

namespace shelfcast::adapters {

inline std::string library_path() {
    if (const char* const named = std::getenv("SHELFCAST_LIGHTGBM"); named != nullptr) {
        return named;
    }
    const char* const cache = std::getenv("SHELFCAST_CACHE");
    const char* const home = std::getenv("HOME");
    return (cache != nullptr ? std::string(cache)
                             : std::string(home == nullptr ? "" : home) + "/.cache/shelfcast") +
           "/lightgbm/4.7.0/lib_lightgbm.so";
}

}  // namespace shelfcast::adapters
