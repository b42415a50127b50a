#pragma once

/// \file api/authenticator.h
/// Logins and tokens, checked without letting anybody burn the processor or learn who exists.
/// Owned by the wiring, shared by the gateway and the API. Thread safe.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ports/authenticator.h"
#include "ports/clock.h"
#include "ports/digest.h"
#include "ports/operational_store.h"
#include "ports/password_hasher.h"

namespace shelfcast::api {

struct AuthenticatorOptions {
    std::chrono::seconds verdict_life{60};  ///< How long a verdict is remembered.
    std::size_t max_verdicts = 1024;        ///< The oldest goes first.
    std::chrono::seconds failure_window{10};
    std::size_t max_failures_per_name = 10;    ///< More in the window: kBusy for that name.
    std::size_t max_failures = 40;             ///< More over all names: kBusy for unknown logins.
    std::chrono::milliseconds max_wait{2000};  ///< For the one hash that is computed at a time.
    std::size_t max_waiting = 64;
    std::size_t max_name_bytes = 256;
    std::size_t max_password_bytes = 1024;
};

/// Checks names and passwords against the user directory. Verdicts, right and wrong, are remembered
/// under a keyed digest of the login, so that no password stays in memory and a wrong one that a
/// broken client repeats costs nothing. One hash at a time; too many wrong ones close the door for
/// a while to logins that are not remembered as right.
class DirectoryAuthenticator final : public ports::Authenticator {
public:
    /// The ports must outlive it. Errors: what hashing the stand-in for unknown users gives.
    [[nodiscard]] static Result<std::unique_ptr<DirectoryAuthenticator>> create(
        AuthenticatorOptions options, ports::UserDirectory& users, ports::PasswordHasher& hasher,
        const ports::Digest& digest, const ports::Clock& clock);

    [[nodiscard]] std::optional<ports::Identity> remembered(std::string_view name,
                                                            std::string_view password) override;
    [[nodiscard]] Result<ports::Identity> check(std::string_view name,
                                                std::string_view password) override;
    void forget(std::string_view name) override;

private:
    struct Verdict {
        std::string name;
        std::optional<ports::Identity> identity;  ///< Nothing: the login is wrong.
        std::int64_t until_us = 0;
    };
    class HashingTurn;

    DirectoryAuthenticator(AuthenticatorOptions options, ports::UserDirectory& users,
                           ports::PasswordHasher& hasher, const ports::Digest& digest,
                           const ports::Clock& clock);

    [[nodiscard]] ports::KeyedDigest key_of(std::string_view name, std::string_view password) const;
    [[nodiscard]] const Verdict* find_locked(const ports::KeyedDigest& key);
    [[nodiscard]] Status admit_locked(std::string_view name);
    void remember_locked(const ports::KeyedDigest& key, Verdict verdict);
    [[nodiscard]] Result<std::optional<ports::Identity>> verify(std::string_view name,
                                                                std::string_view password);

    const AuthenticatorOptions options_;
    ports::UserDirectory& users_;
    ports::PasswordHasher& hasher_;
    const ports::Digest& digest_;
    const ports::Clock& clock_;
    std::string process_key_;    ///< Random, never stored.
    std::string stand_in_hash_;  ///< Verified for unknown users, so that they cost the same.

    std::mutex mutex_;
    std::condition_variable turn_free_;
    bool hashing_ = false;
    std::size_t waiting_ = 0;
    std::uint64_t forgets_ = 0;  ///< A verdict found before a forget() must not outlive it.
    std::map<ports::KeyedDigest, Verdict> verdicts_;
    std::deque<ports::KeyedDigest> oldest_first_;
    /// Wrong logins of the window, oldest first; their number is bounded by max_failures + 1.
    std::deque<std::pair<std::int64_t, std::string>> failures_;
};

/// The setting that holds the SHA-256 (64 hexadecimal digits) of the ingest token.
inline constexpr std::string_view kIngestTokenSetting = "ingest_token_sha256";

/// Checks a random token against its stored hash. Thread safe.
class TokenGuard {
public:
    /// The ports must outlive it.
    TokenGuard(ports::SettingsBook& settings, const ports::Digest& digest,
               const ports::Clock& clock, std::string_view setting = kIngestTokenSetting);

    /// Errors: kUnauthenticated (missing, wrong, or no token was ever set), kUnavailable.
    [[nodiscard]] Status check(std::string_view token);
    /// Stores the hash of a new token, which holds at once.
    [[nodiscard]] Status put_token(std::string_view token);

private:
    ports::SettingsBook& settings_;
    const ports::Digest& digest_;
    const ports::Clock& clock_;
    const std::string setting_;
    std::mutex mutex_;
    std::optional<std::string> hash_;
    std::int64_t read_again_us_ = 0;  ///< Another process may change the setting.
};

}  // namespace shelfcast::api
