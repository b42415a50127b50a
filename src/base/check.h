#pragma once

/// \file base/check.h
/// A broken invariant is our bug: say where and stop. No input from outside may reach a check.

namespace shelfcast {
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;
}  // namespace shelfcast

#define SHELFCAST_CHECK(condition)                                     \
    do {                                                               \
        if (!(condition)) [[unlikely]] {                               \
            ::shelfcast::check_failed(#condition, __FILE__, __LINE__); \
        }                                                              \
    } while (false)
