#pragma once

/// \file ports/password_hasher.h
/// argon2id hashes of passwords and random secrets. Thread safe. Hashing takes tens of milliseconds
/// on purpose: callers remember verdicts, not passwords.

#include <string>
#include <string_view>

#include "base/result.h"

namespace shelfcast::ports {

class PasswordHasher {
public:
    virtual ~PasswordHasher() = default;
    [[nodiscard]] virtual Result<std::string> hash(std::string_view password) = 0;
    [[nodiscard]] virtual bool verify(std::string_view hash, std::string_view password) = 0;
    /// `bytes` random bytes as hexadecimal digits.
    [[nodiscard]] virtual std::string random_secret(std::size_t bytes) = 0;
};

}  // namespace shelfcast::ports
