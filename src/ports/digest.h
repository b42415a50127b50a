#pragma once

/// \file ports/digest.h
/// Digests of secrets that are random already (tokens) or only remembered for a minute. Passwords
/// are stored with ports/password_hasher.h instead. Thread safe.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace shelfcast::ports {

using KeyedDigest = std::array<std::uint8_t, 32>;

class Digest {
public:
    virtual ~Digest() = default;
    /// SHA-256 as 64 lower-case hexadecimal digits.
    [[nodiscard]] virtual std::string sha256_hex(std::string_view bytes) const = 0;
    /// A digest that nobody can compute, or test guesses against, without the key (16 to 64 bytes).
    [[nodiscard]] virtual KeyedDigest keyed(std::string_view key, std::string_view bytes) const = 0;
};

}  // namespace shelfcast::ports
