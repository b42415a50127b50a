#pragma once

/// \file adapters/s3/answers.h
/// What goes into the URLs of S3's REST interface, and what its XML answers say. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shelfcast::adapters::s3 {

/// Each byte but letters, digits and "-._~" as %XX, '/' too unless it is kept. The signature
/// demands exactly this form.
[[nodiscard]] std::string percent_encode(std::string_view text, bool keep_slash);
/// The other way round; '+' is a space.
[[nodiscard]] std::string percent_decode(std::string_view text);

/// The text of the first element of that name, its entities resolved; nothing if there is none.
[[nodiscard]] std::optional<std::string> xml_text(std::string_view xml, std::string_view name);
/// Those of all elements of that name.
[[nodiscard]] std::vector<std::string> xml_texts(std::string_view xml, std::string_view name);

/// One page of a list of objects.
struct ListPage {
    std::vector<std::string> keys;
    std::optional<std::string> continuation;  ///< Nothing: it was the last one.
};
/// Nothing: that is no such list.
[[nodiscard]] std::optional<ListPage> parse_list(std::string_view xml);

/// "2026-11-23T07:15:00Z" (a fraction is ignored), as microseconds since 1970; nothing for another
/// form.
[[nodiscard]] std::optional<std::int64_t> parse_iso_time(std::string_view text);

}  // namespace shelfcast::adapters::s3
