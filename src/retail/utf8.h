#pragma once

/// \file retail/utf8.h
/// Well-formed UTF-8, one character at a time, for texts that come from outside.
///
/// Pure, thread safe.

#include <cstddef>
#include <string>
#include <string_view>

namespace shelfcast::retail {

/// Bytes (1 to 4) of the well-formed UTF-8 character at the start of `text`; 0 if there is none
/// (Unicode, table 3-7: no overlong forms, no surrogates, nothing beyond U+10FFFF).
[[nodiscard]] std::size_t utf8_character_bytes(std::string_view text) noexcept;

/// Appends the character of that code point, which must be a Unicode scalar value.
void append_utf8(std::string& out, char32_t code_point);

/// The offset of the first byte that is not UTF-8; `text.size()` if there is none.
[[nodiscard]] std::size_t first_bad_utf8(std::string_view text) noexcept;

/// Any bytes as readable, well-formed UTF-8 of at most `max_bytes` bytes, for messages: control
/// characters become \u00XX, bytes that are not UTF-8 \xXX, and a cut ends with three points.
[[nodiscard]] std::string printable(std::string_view bytes, std::size_t max_bytes = 80);

}  // namespace shelfcast::retail
