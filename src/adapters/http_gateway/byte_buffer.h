#pragma once

/// \file adapters/http_gateway/byte_buffer.h
/// A fixed buffer between a read and a write: what is in it is the most that a slow reader costs.

#include <cstddef>
#include <memory>
#include <string_view>

#include "base/check.h"

namespace shelfcast::adapters::gateway {

class ByteBuffer {
public:
    static constexpr std::size_t kCapacity = 65'536;

    [[nodiscard]] bool empty() const { return begin_ == end_; }
    [[nodiscard]] std::string_view view() const { return {bytes_.get() + begin_, end_ - begin_}; }

    /// Where to read into. Only asked for when empty.
    [[nodiscard]] char* space() {
        SHELFCAST_CHECK(empty());
        begin_ = end_ = 0;
        return bytes_.get();
    }
    void commit(std::size_t count) { end_ += count; }
    void consume(std::size_t count) { begin_ += count; }

private:
    // Not zeroed: an idle connection never touches most of its pages.
    std::unique_ptr<char[]> bytes_ = std::make_unique_for_overwrite<char[]>(kCapacity);
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace shelfcast::adapters::gateway
