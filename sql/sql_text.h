#pragma once

/// \file sql_text.h
/// The .sql files of this folder, compiled in. Constant data, thread safe.

#include <span>
#include <string_view>

namespace shelfcast {

struct SqlFile {
    std::string_view path;  ///< Relative to sql/, with '/': "views/sales_by_store.sql".
    std::string_view text;
    std::string_view checksum;  ///< SHA-256 of the text, 64 hexadecimal digits.
};

/// Every file, sorted by path.
[[nodiscard]] std::span<const SqlFile> sql_files();

/// The text of the file; a path that is not embedded is a broken invariant.
[[nodiscard]] std::string_view sql_text(std::string_view path);

}  // namespace shelfcast
