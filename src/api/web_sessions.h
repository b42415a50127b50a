#pragma once

/// \file api/web_sessions.h
/// Who is signed in with a browser: a random token in a cookie that no script reads, stored as a
/// hash, renewed by use, ended by idleness and by age. Owned by the wiring. Thread safe.

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ports/authenticator.h"
#include "ports/clock.h"
#include "ports/digest.h"
#include "ports/password_hasher.h"
#include "ports/web_session_book.h"

namespace shelfcast::api {

inline constexpr std::string_view kSessionCookie = "shelfcast_session";

struct WebSessionOptions {
    std::chrono::minutes idle_limit{60};  ///< Without use.
    std::chrono::hours age_limit{12};     ///< Whatever is done.
    std::chrono::minutes renew_after{5};  ///< A token in use gets a successor after that.
    /// How long the token before is still taken: requests of one page are under way together.
    std::chrono::seconds old_token_grace{60};
};

struct WebSessionState {
    ports::Identity identity;  ///< As the user is now, not as of the sign-in.
    std::string csrf_token;
    std::int64_t ends_at_us = 0;  ///< UTC: the age limit.
};

struct NewWebSession {
    std::string token;  ///< For the cookie.
    WebSessionState state;
};

class WebSessions {
public:
    /// The ports must outlive it.
    WebSessions(WebSessionOptions options, ports::Authenticator& logins,
                ports::UserDirectory& users, ports::WebSessionBook& book,
                ports::PasswordHasher& hasher, const ports::Digest& digest,
                const ports::Clock& clock)
        : options_(options),
          logins_(logins),
          users_(users),
          book_(book),
          hasher_(hasher),
          digest_(digest),
          clock_(clock) {}

    /// Errors: those of Authenticator::check, whose limits and lock-out hold here, too.
    [[nodiscard]] Result<NewWebSession> sign_in(std::string_view name, std::string_view password);
    /// Nothing: the token is none, the session is over, or its user is gone.
    [[nodiscard]] Result<std::optional<WebSessionState>> find(std::string_view token);
    /// A successor of the token, where it is time for one; the same one again while the token is
    /// still taken.
    [[nodiscard]] Result<std::optional<std::string>> renew(std::string_view token);
    [[nodiscard]] Status sign_out(std::string_view token);

    [[nodiscard]] const WebSessionOptions& options() const noexcept { return options_; }

private:
    [[nodiscard]] Result<std::optional<ports::WebSession>> live_session(std::string_view token);
    [[nodiscard]] std::int64_t ends_at(const ports::WebSession& session) const;

    const WebSessionOptions options_;
    ports::Authenticator& logins_;
    ports::UserDirectory& users_;
    ports::WebSessionBook& book_;
    ports::PasswordHasher& hasher_;
    const ports::Digest& digest_;
    const ports::Clock& clock_;
    struct Successor {
        std::string token;
        std::int64_t until_us = 0;
    };
    std::mutex mutex_;
    /// By the hash of the token before, while that is taken: an answer may get lost on its way.
    std::map<std::string, Successor> successors_;
};

/// The session's token in "Cookie: …"; nothing if there is none.
[[nodiscard]] std::optional<std::string_view> session_token(std::string_view cookies);

}  // namespace shelfcast::api
