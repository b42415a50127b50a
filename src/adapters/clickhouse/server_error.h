#pragma once

/// \file adapters/clickhouse/server_error.h
/// What a ClickHouse exception means to us. Pure, thread safe.

#include <string>
#include <string_view>

#include "base/result.h"

namespace shelfcast::adapters::clickhouse {

/// The kind that says what the caller can do about server error `code` with that text.
[[nodiscard]] ErrorKind server_error_kind(int code, std::string_view text) noexcept;

/// The code in "Code: 60. DB::Exception: …", or 0.
[[nodiscard]] int server_error_code(std::string_view text) noexcept;

/// One line naming the server, without the server's version and stack, at most 1,000 bytes.
[[nodiscard]] Error server_error(std::string_view address, int code, std::string_view text);

}  // namespace shelfcast::adapters::clickhouse
