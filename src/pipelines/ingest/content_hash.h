#pragma once

/// \file pipelines/ingest/content_hash.h
/// XXH3 hashes of bodies and files: identities, not signatures.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace shelfcast::ingest {

/// XXH3-128 as 32 lower-case hexadecimal digits.
[[nodiscard]] std::string content_hash_of(std::string_view bytes);

/// XXH3-64, for spreading.
[[nodiscard]] std::uint64_t short_hash_of(std::string_view bytes) noexcept;

/// The same 128-bit hash, of bytes that come in pieces. One owner.
class ContentHasher {
public:
    ContentHasher();
    ~ContentHasher();
    ContentHasher(ContentHasher&&) noexcept;
    ContentHasher& operator=(ContentHasher&&) noexcept;
    void add(std::string_view bytes);
    /// Of everything added so far; adding may go on.
    [[nodiscard]] std::string digest() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace shelfcast::ingest
