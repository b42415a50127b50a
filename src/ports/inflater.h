#pragma once

/// \file ports/inflater.h
/// Unpacks gzip within a limit, so that a small body cannot grow into a large one. Thread safe.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace shelfcast::ports {

enum class InflateVerdict : std::uint8_t {
    kComplete,
    kTooLarge,  ///< The content is over the limit; nothing beyond it was held in memory.
    kBroken,    ///< Not gzip, cut short, a wrong checksum, or bytes after the end.
};

class Inflater {
public:
    virtual ~Inflater() = default;
    /// Replaces `out` by the content of a gzip file (one member or several). After a verdict other
    /// than kComplete `out` is empty.
    [[nodiscard]] virtual InflateVerdict gunzip(std::string_view packed, std::size_t max_bytes,
                                                std::string& out) const = 0;
};

}  // namespace shelfcast::ports
