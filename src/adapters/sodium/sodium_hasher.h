#pragma once

/// \file adapters/sodium/sodium_hasher.h
/// Password hashes (argon2id, libsodium's interactive limits: 64 MiB, 2 passes) and random secrets.
/// Thread safe; hashes are computed one at a time, so that many logins at once cost the memory of
/// one.

#include <memory>
#include <mutex>

#include "ports/password_hasher.h"

namespace shelfcast::adapters {

class SodiumHasher final : public ports::PasswordHasher {
public:
    /// Longer passwords are refused: nobody types them, and hashing takes time by length.
    static constexpr std::size_t kMaxPasswordBytes = 1024;

    /// Error: kUnavailable when the system offers no randomness.
    [[nodiscard]] static Result<std::unique_ptr<SodiumHasher>> create();

    /// Errors: kInvalidInput (empty or over kMaxPasswordBytes), kUnavailable (no memory).
    [[nodiscard]] Result<std::string> hash(std::string_view password) override;
    /// False also for a hash that is none.
    [[nodiscard]] bool verify(std::string_view hash, std::string_view password) override;
    [[nodiscard]] std::string random_secret(std::size_t bytes) override;

private:
    SodiumHasher() = default;

    std::mutex one_at_a_time_;
};

}  // namespace shelfcast::adapters
