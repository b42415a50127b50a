#include "retail/name_uuid.h"

#include <xxhash.h>

namespace shelfcast::retail {

Uuid uuid_of_name(std::string_view name) noexcept {
    constexpr std::uint64_t kVersionBits = 0xF000U;
    constexpr std::uint64_t kVersion = 0x8000U;
    constexpr std::uint64_t kVariantBits = std::uint64_t{3} << 62U;
    constexpr std::uint64_t kVariant = std::uint64_t{1} << 63U;
    const XXH128_hash_t hash = XXH3_128bits(name.data(), name.size());
    return {(hash.high64 & ~kVersionBits) | kVersion, (hash.low64 & ~kVariantBits) | kVariant};
}

}  // namespace shelfcast::retail
