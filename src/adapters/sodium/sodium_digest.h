#pragma once

/// \file adapters/sodium/sodium_digest.h
/// SHA-256 and keyed BLAKE2b (RFC 7693) from libsodium. Stateless, so thread safe.

#include "ports/digest.h"

namespace shelfcast::adapters {

class SodiumDigest final : public ports::Digest {
public:
    [[nodiscard]] std::string sha256_hex(std::string_view bytes) const override;
    [[nodiscard]] ports::KeyedDigest keyed(std::string_view key,
                                           std::string_view bytes) const override;
};

}  // namespace shelfcast::adapters
