#include "api/authenticator.h"

#include <algorithm>
#include <utility>

#include "api/secret_text.h"

namespace shelfcast::api {
namespace {

using ports::Identity;
using ports::KeyedDigest;

constexpr std::size_t kProcessKeyBytes = 32;  // 64 hexadecimal digits: the longest BLAKE2b key.
constexpr std::int64_t kTokenHashLifeUs = 60'000'000;

template <typename Duration>
std::int64_t to_us(Duration duration) {
    return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

Result<Identity> answer(const std::optional<Identity>& identity, std::string_view name) {
    if (identity) {
        return *identity;
    }
    return fail(ErrorKind::kUnauthenticated,
                "{}: Authentication failed: password is incorrect, or there is no user with such "
                "name",
                name);
}

}  // namespace

/// The right to compute a hash; one is held at a time. Declared before the lock that it is taken
/// under, so that it ends after it.
class DirectoryAuthenticator::HashingTurn {
public:
    explicit HashingTurn(DirectoryAuthenticator& owner) : owner_(owner) {}
    HashingTurn(const HashingTurn&) = delete;
    HashingTurn& operator=(const HashingTurn&) = delete;
    ~HashingTurn() {
        if (held_) {
            {
                const std::scoped_lock lock(owner_.mutex_);
                owner_.hashing_ = false;
            }
            owner_.turn_free_.notify_one();
        }
    }

    /// False: too many wait already, or the turn did not come in time.
    bool take(std::unique_lock<std::mutex>& lock) {
        if (owner_.waiting_ >= owner_.options_.max_waiting) {
            return false;
        }
        ++owner_.waiting_;
        held_ = owner_.turn_free_.wait_for(lock, owner_.options_.max_wait,
                                           [this] { return !owner_.hashing_; });
        --owner_.waiting_;
        owner_.hashing_ = owner_.hashing_ || held_;
        return held_;
    }

private:
    DirectoryAuthenticator& owner_;
    bool held_ = false;
};

Result<std::unique_ptr<DirectoryAuthenticator>> DirectoryAuthenticator::create(
    AuthenticatorOptions options, ports::UserDirectory& users, ports::PasswordHasher& hasher,
    const ports::Digest& digest, const ports::Clock& clock) {
    std::unique_ptr<DirectoryAuthenticator> made(
        new DirectoryAuthenticator(options, users, hasher, digest, clock));
    SHELFCAST_ASSIGN(made->stand_in_hash_, hasher.hash(hasher.random_secret(kProcessKeyBytes)));
    return made;
}

DirectoryAuthenticator::DirectoryAuthenticator(AuthenticatorOptions options,
                                               ports::UserDirectory& users,
                                               ports::PasswordHasher& hasher,
                                               const ports::Digest& digest,
                                               const ports::Clock& clock)
    : options_(options),
      users_(users),
      hasher_(hasher),
      digest_(digest),
      clock_(clock),
      process_key_(hasher.random_secret(kProcessKeyBytes)) {}

KeyedDigest DirectoryAuthenticator::key_of(std::string_view name, std::string_view password) const {
    // The length in front keeps ("ab", "c") apart from ("a", "bc").
    return digest_.keyed(process_key_, fmt::format("{}:{}{}", name.size(), name, password));
}

const DirectoryAuthenticator::Verdict* DirectoryAuthenticator::find_locked(const KeyedDigest& key) {
    const auto found = verdicts_.find(key);
    return found != verdicts_.end() && clock_.steady_us() < found->second.until_us ? &found->second
                                                                                   : nullptr;
}

Status DirectoryAuthenticator::admit_locked(std::string_view name) {
    const std::int64_t window_start = clock_.steady_us() - to_us(options_.failure_window);
    while (!failures_.empty() && failures_.front().first <= window_start) {
        failures_.pop_front();
    }
    const auto of_name = static_cast<std::size_t>(std::ranges::count_if(
        failures_, [name](const auto& failure) { return failure.second == name; }));
    if (of_name > options_.max_failures_per_name || failures_.size() > options_.max_failures) {
        return fail(ErrorKind::kBusy, "{}: too many wrong logins, try again in {} s", name,
                    options_.failure_window.count());
    }
    return {};
}

void DirectoryAuthenticator::remember_locked(const KeyedDigest& key, Verdict verdict) {
    verdict.until_us = clock_.steady_us() + to_us(options_.verdict_life);
    if (const auto [at, is_new] = verdicts_.insert_or_assign(key, std::move(verdict)); is_new) {
        oldest_first_.push_back(key);
    }
    if (oldest_first_.size() > options_.max_verdicts) {
        verdicts_.erase(oldest_first_.front());
        oldest_first_.pop_front();
    }
}

std::optional<Identity> DirectoryAuthenticator::remembered(std::string_view name,
                                                           std::string_view password) {
    if (name.size() > options_.max_name_bytes || password.size() > options_.max_password_bytes) {
        return std::nullopt;
    }
    const KeyedDigest key = key_of(name, password);
    const std::scoped_lock lock(mutex_);
    const Verdict* const known = find_locked(key);
    return known != nullptr ? known->identity : std::nullopt;
}

Result<Identity> DirectoryAuthenticator::check(std::string_view name, std::string_view password) {
    if (name.empty() || name.size() > options_.max_name_bytes ||
        password.size() > options_.max_password_bytes) {
        return answer(std::nullopt, name.substr(0, options_.max_name_bytes));
    }
    const KeyedDigest key = key_of(name, password);
    HashingTurn turn(*this);
    std::unique_lock lock(mutex_);
    if (const Verdict* const known = find_locked(key); known != nullptr) {
        return answer(known->identity, name);
    }
    SHELFCAST_TRY(admit_locked(name));
    if (!turn.take(lock)) {
        return fail(ErrorKind::kBusy, "{}: too many logins are being checked", name);
    }
    // Whoever had the turn before may have checked this very login, or been wrong once too often.
    if (const Verdict* const known = find_locked(key); known != nullptr) {
        return answer(known->identity, name);
    }
    SHELFCAST_TRY(admit_locked(name));
    const std::uint64_t forgets_before = forgets_;
    lock.unlock();
    SHELFCAST_ASSIGN(const std::optional<Identity> identity, verify(name, password));
    lock.lock();
    if (!identity) {
        failures_.emplace_back(clock_.steady_us(), name);
    }
    if (forgets_ == forgets_before) {
        remember_locked(key, {.name = std::string(name), .identity = identity});
    }
    return answer(identity, name);
}

Result<std::optional<Identity>> DirectoryAuthenticator::verify(std::string_view name,
                                                               std::string_view password) {
    SHELFCAST_ASSIGN(const std::optional<ports::User> user, users_.find_user(name));
    const bool right =
        hasher_.verify(user ? std::string_view(user->password_hash) : stand_in_hash_, password);
    if (!user || !right) {
        return std::optional<Identity>();
    }
    return std::optional<Identity>(ports::identity_of(*user));
}

void DirectoryAuthenticator::forget(std::string_view name) {
    const std::scoped_lock lock(mutex_);
    ++forgets_;
    std::erase_if(verdicts_, [name](const auto& entry) { return entry.second.name == name; });
    std::erase_if(oldest_first_, [this](const auto& key) { return !verdicts_.contains(key); });
}

TokenGuard::TokenGuard(ports::SettingsBook& settings, const ports::Digest& digest,
                       const ports::Clock& clock, std::string_view setting)
    : settings_(settings), digest_(digest), clock_(clock), setting_(setting) {}

Status TokenGuard::check(std::string_view token) {
    const std::string given = digest_.sha256_hex(token);
    const std::scoped_lock lock(mutex_);
    const std::int64_t now = clock_.steady_us();
    if (!hash_ || now >= read_again_us_) {
        SHELFCAST_ASSIGN(hash_, settings_.setting(setting_));
        read_again_us_ = now + kTokenHashLifeUs;
    }
    if (token.empty() || !hash_ || !same_in_constant_time(given, *hash_)) {
        return fail(ErrorKind::kUnauthenticated, "the token is missing or wrong");
    }
    return {};
}

Status TokenGuard::put_token(std::string_view token) {
    if (token.empty()) {
        return fail(ErrorKind::kInvalidInput, "a token must not be empty");
    }
    const std::string hash = digest_.sha256_hex(token);
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(settings_.put_setting(setting_, hash));
    hash_ = hash;
    read_again_us_ = clock_.steady_us() + kTokenHashLifeUs;
    return {};
}

}  // namespace shelfcast::api
