#include "pipelines/ingest/content_hash.h"

#include <fmt/format.h>
// The state is embedded below, so that hashing never has to allocate and fail.
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

namespace shelfcast::ingest {
namespace {

std::string hexadecimal(XXH128_hash_t hash) {
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace

struct ContentHasher::State {
    XXH3_state_t xxh3;
};

std::string content_hash_of(std::string_view bytes) {
    return hexadecimal(XXH3_128bits(bytes.data(), bytes.size()));
}

std::uint64_t short_hash_of(std::string_view bytes) noexcept {
    return XXH3_64bits(bytes.data(), bytes.size());
}

ContentHasher::ContentHasher() : state_(std::make_unique<State>()) {
    XXH3_128bits_reset(&state_->xxh3);
}
ContentHasher::~ContentHasher() = default;
ContentHasher::ContentHasher(ContentHasher&&) noexcept = default;
ContentHasher& ContentHasher::operator=(ContentHasher&&) noexcept = default;

void ContentHasher::add(std::string_view bytes) {
    XXH3_128bits_update(&state_->xxh3, bytes.data(), bytes.size());
}

std::string ContentHasher::digest() const {
    return hexadecimal(XXH3_128bits_digest(&state_->xxh3));
}

}  // namespace shelfcast::ingest
