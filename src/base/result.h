#pragma once

/// \file base/result.h
/// How a call that can fail says so.
///
/// Expected failures (a broker that is away, a malformed event) travel as values; a broken
/// invariant aborts through SHELFCAST_CHECK. This is the only file that names the expected<>
/// library.

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace shelfcast {

/// What the caller can do about a failure. Exit codes, HTTP statuses and retries derive from it.
enum class ErrorKind : std::uint8_t {
    kInvalidInput,     ///< The data or the request is wrong. Never retried.
    kUnauthenticated,  ///< The login or token is missing or wrong.
    kForbidden,        ///< Known, but not allowed.
    kNotFound,         ///< The named thing does not exist.
    kConflict,         ///< Somebody else changed it first, or the same key came with other content.
    kBusy,             ///< A queue is full. Retry after a pause.
    kUnavailable,      ///< A dependency is away or slow. Safe to retry.
    kStorageFull,      ///< No space left, or the disk refuses writes.
    kCorrupted,        ///< Stored bytes fail their own check. A person must look.
};

struct [[nodiscard]] Error {
    ErrorKind kind;
    std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

template <typename... Args>
[[nodiscard]] auto fail(ErrorKind kind, fmt::format_string<Args...> text, Args&&... args) {
    return tl::unexpected(Error{kind, fmt::format(text, std::forward<Args>(args)...)});
}

/// The error of a failed Result, to be returned from a function with another value type.
template <typename T>
[[nodiscard]] auto forward_error(Result<T>& failed) {
    return tl::unexpected(std::move(failed.error()));
}

/// The same error with "context: " in front of its message; once per layer.
template <typename T>
[[nodiscard]] auto forward_error(Result<T>& failed, std::string_view context) {
    return tl::unexpected(
        Error{failed.error().kind, fmt::format("{}: {}", context, failed.error().message)});
}

[[nodiscard]] constexpr bool is_retryable(ErrorKind kind) noexcept {
    return kind == ErrorKind::kUnavailable || kind == ErrorKind::kBusy ||
           kind == ErrorKind::kStorageFull;
}

/// The HTTP status that says the same.
[[nodiscard]] constexpr int http_status(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::kInvalidInput:
            return 400;
        case ErrorKind::kUnauthenticated:
            return 401;
        case ErrorKind::kForbidden:
            return 403;
        case ErrorKind::kNotFound:
            return 404;
        case ErrorKind::kConflict:
            return 409;
        case ErrorKind::kBusy:
            return 429;
        case ErrorKind::kUnavailable:
            return 503;
        case ErrorKind::kStorageFull:
            return 507;
        case ErrorKind::kCorrupted:
            return 500;
    }
    return 500;
}

/// The process exit code that says the same (0 is success, 3 is kept for a reconciliation
/// difference).
[[nodiscard]] constexpr int exit_code(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::kInvalidInput:
        case ErrorKind::kNotFound:
        case ErrorKind::kConflict:
            return 2;
        case ErrorKind::kUnauthenticated:
        case ErrorKind::kForbidden:
            return 4;
        case ErrorKind::kBusy:
        case ErrorKind::kUnavailable:
        case ErrorKind::kStorageFull:
            return 5;
        case ErrorKind::kCorrupted:
            return 6;
    }
    return 1;
}

/// A stable lower-case word for logs and JSON.
[[nodiscard]] std::string_view to_string(ErrorKind kind) noexcept;

}  // namespace shelfcast

#define SHELFCAST_CONCAT_INNER(a, b) a##b
#define SHELFCAST_CONCAT(a, b) SHELFCAST_CONCAT_INNER(a, b)

/// Returns the error of a Status or Result expression from the enclosing function.
#define SHELFCAST_TRY(expression) \
    SHELFCAST_TRY_INNER(SHELFCAST_CONCAT(try_result_, __LINE__), expression)
#define SHELFCAST_TRY_INNER(holder, expression)               \
    do {                                                      \
        if (auto holder = (expression); !holder) {            \
            return tl::unexpected(std::move(holder.error())); \
        }                                                     \
    } while (false)

/// Declares `target` from a Result expression, or returns its error from the enclosing function.
#define SHELFCAST_ASSIGN(target, expression) \
    SHELFCAST_ASSIGN_INNER(SHELFCAST_CONCAT(assign_result_, __LINE__), target, expression)
#define SHELFCAST_ASSIGN_INNER(holder, target, expression) \
    auto holder = (expression);                            \
    if (!holder) {                                         \
        return tl::unexpected(std::move(holder.error()));  \
    }                                                      \
    target = std::move(*holder)
