#pragma once

/// \file ports/web_session_book.h
/// Who is signed in with a browser. Adapters: sqlite_store, postgres_store; contract in
/// tests/contract/user_contract.h. Thread safe; each method is one durable transaction.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace shelfcast::ports {

/// Times are UTC microseconds. Tokens are random and stored as SHA-256 (64 hexadecimal digits).
struct WebSession {
    std::string session_id;  ///< Random; no secret.
    std::string user;
    std::string csrf_token;  ///< Worth nothing without the cookie.
    std::string token_hash;
    std::string old_token_hash{};    ///< The one before; empty: there was none.
    std::int64_t old_until_us = 0;   ///< How long that is still taken.
    std::int64_t started_at_us = 0;  ///< When the user signed in.
    std::int64_t renewed_at_us = 0;  ///< When token_hash was made.
    bool operator==(const WebSession&) const = default;
};

class WebSessionBook {
public:
    virtual ~WebSessionBook() = default;
    /// Error: kConflict: the id is there.
    [[nodiscard]] virtual Status begin_web_session(const WebSession& session) = 0;
    /// By its token or by the one before. Whether that still counts is the caller's to say.
    [[nodiscard]] virtual Result<std::optional<WebSession>> find_web_session(
        std::string_view token_hash) = 0;
    /// Gives the session another token, if `from_hash` is still its token: the one before then.
    /// False: it is not, or there is no such session.
    [[nodiscard]] virtual Result<bool> renew_web_session(std::string_view session_id,
                                                         std::string_view from_hash,
                                                         std::string_view to_hash,
                                                         std::int64_t old_until_us,
                                                         std::int64_t now_us) = 0;
    /// One that is not there is ended already.
    [[nodiscard]] virtual Status end_web_session(std::string_view session_id) = 0;
    [[nodiscard]] virtual Status end_web_sessions_of(std::string_view user) = 0;
    /// Ends those that began, or were renewed last, before these times.
    [[nodiscard]] virtual Status end_old_web_sessions(std::int64_t started_before_us,
                                                      std::int64_t renewed_before_us) = 0;
};

}  // namespace shelfcast::ports
