#pragma once

/// \file api/web_app.h
/// The web app of `web/dist`, compiled in gzip-compressed, and served at `/`.

#include <span>
#include <string_view>
#include <vector>

#include "ports/digest.h"
#include "ports/http.h"
#include "ports/inflater.h"

namespace shelfcast::api {

struct WebAsset {
    std::string_view path;  ///< Below `web/dist`, with '/': "assets/index-1a2b3c4d.js".
    std::string_view gzip;  ///< Its bytes, packed.
};

/// What was there when the program was built; none: there is no web app in it.
[[nodiscard]] std::span<const WebAsset> web_assets();

/// `GET /` (only if there is an index.html) and `GET /{path*}`. The app's own paths are answered
/// with index.html; what looks like a file and is none, and what is below /v1/, is not there.
/// Assets and inflater must outlive them.
[[nodiscard]] std::vector<ports::HttpRoute> web_app_routes(std::span<const WebAsset> assets,
                                                           const ports::Inflater& inflater,
                                                           const ports::Digest& digest);

}  // namespace shelfcast::api
