#include "adapters/sodium/sodium_digest.h"

#include <sodium.h>

#include "base/check.h"

namespace shelfcast::adapters {
namespace {

const unsigned char* data_of(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

std::string SodiumDigest::sha256_hex(std::string_view bytes) const {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256(digest.data(), data_of(bytes), bytes.size());
    std::string hex(2 * digest.size() + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
    hex.pop_back();  // the terminating NUL
    return hex;
}

ports::KeyedDigest SodiumDigest::keyed(std::string_view key, std::string_view bytes) const {
    SHELFCAST_CHECK(key.size() >= crypto_generichash_KEYBYTES_MIN &&
                    key.size() <= crypto_generichash_KEYBYTES_MAX);
    ports::KeyedDigest digest{};
    crypto_generichash(digest.data(), digest.size(), data_of(bytes), bytes.size(), data_of(key),
                       key.size());
    return digest;
}

}  // namespace shelfcast::adapters
