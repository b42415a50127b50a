#pragma once

/// \file adapters/zlib_inflate/zlib_inflater.h
/// gzip through zlib's streaming inflate. Stateless, so thread safe.

#include "ports/inflater.h"

namespace shelfcast::adapters {

class ZlibInflater final : public ports::Inflater {
public:
    [[nodiscard]] ports::InflateVerdict gunzip(std::string_view packed, std::size_t max_bytes,
                                               std::string& out) const override;
};

}  // namespace shelfcast::adapters
