#pragma once

/// \file retail/base64.h
/// Bytes that are no text, where only text can go (RFC 4648, section 4; padded).

#include <string>
#include <string_view>

namespace shelfcast::retail {

void append_base64(std::string& out, std::string_view bytes);

/// Appends the bytes; false, with part of them appended, if `text` is no padded base64.
[[nodiscard]] bool decode_base64(std::string_view text, std::string& out);

}  // namespace shelfcast::retail
