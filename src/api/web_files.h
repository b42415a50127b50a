#pragma once

/// \file api/web_files.h
/// The files of `web/`, compiled in.

#include <string_view>

namespace shelfcast::api {

/// "status.html" …; an unknown name is a broken invariant.
[[nodiscard]] std::string_view web_file(std::string_view name);

}  // namespace shelfcast::api
