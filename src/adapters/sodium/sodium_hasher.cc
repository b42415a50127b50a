#include "adapters/sodium/sodium_hasher.h"

#include <sodium.h>

#include <array>
#include <vector>

namespace shelfcast::adapters {

Result<std::unique_ptr<SodiumHasher>> SodiumHasher::create() {
    if (sodium_init() < 0) {
        return fail(ErrorKind::kUnavailable, "libsodium found no source of randomness");
    }
    return std::unique_ptr<SodiumHasher>(new SodiumHasher());
}

Result<std::string> SodiumHasher::hash(std::string_view password) {
    if (password.empty()) {
        return fail(ErrorKind::kInvalidInput, "the password is empty");
    }
    if (password.size() > kMaxPasswordBytes) {
        return fail(ErrorKind::kInvalidInput, "the password has {} bytes, the limit is {}",
                    password.size(), kMaxPasswordBytes);
    }
    std::array<char, crypto_pwhash_STRBYTES> encoded{};
    const std::lock_guard lock(one_at_a_time_);
    if (crypto_pwhash_str(encoded.data(), password.data(), password.size(),
                          crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0) {
        return fail(ErrorKind::kUnavailable, "no memory to hash a password: {} bytes wanted",
                    crypto_pwhash_MEMLIMIT_INTERACTIVE);
    }
    return std::string(encoded.data());
}

bool SodiumHasher::verify(std::string_view hash, std::string_view password) {
    if (hash.size() >= crypto_pwhash_STRBYTES || password.size() > kMaxPasswordBytes) {
        return false;
    }
    const std::string encoded(hash);  // libsodium wants it to end with a zero
    const std::lock_guard lock(one_at_a_time_);
    return crypto_pwhash_str_verify(encoded.c_str(), password.data(), password.size()) == 0;
}

std::string SodiumHasher::random_secret(std::size_t bytes) {
    std::vector<unsigned char> random(bytes);
    randombytes_buf(random.data(), random.size());
    std::string digits(2 * bytes + 1, '\0');
    sodium_bin2hex(digits.data(), digits.size(), random.data(), random.size());
    digits.pop_back();  // the closing zero
    return digits;
}

}  // namespace shelfcast::adapters
