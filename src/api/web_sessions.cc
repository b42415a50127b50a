#include "api/web_sessions.h"

#include <utility>

#include "api/secret_text.h"

namespace shelfcast::api {
namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kTokenDigits = 2 * kTokenBytes;

template <typename Duration>
std::int64_t to_us(Duration duration) {
    return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

}  // namespace

std::int64_t WebSessions::ends_at(const ports::WebSession& session) const {
    return session.started_at_us + to_us(options_.age_limit);
}

Result<NewWebSession> WebSessions::sign_in(std::string_view name, std::string_view password) {
    SHELFCAST_ASSIGN(ports::Identity identity, logins_.check(name, password));
    const std::int64_t now_us = clock_.now_us();
    SHELFCAST_TRY(book_.end_old_web_sessions(now_us - to_us(options_.age_limit),
                                             now_us - to_us(options_.idle_limit)));
    NewWebSession made;
    made.token = hasher_.random_secret(kTokenBytes);
    const ports::WebSession session{.session_id = hasher_.random_secret(kTokenBytes / 2),
                                    .user = identity.name,
                                    .csrf_token = hasher_.random_secret(kTokenBytes),
                                    .token_hash = digest_.sha256_hex(made.token),
                                    .started_at_us = now_us,
                                    .renewed_at_us = now_us};
    SHELFCAST_TRY(book_.begin_web_session(session));
    made.state = {std::move(identity), session.csrf_token, ends_at(session)};
    return made;
}

Result<std::optional<ports::WebSession>> WebSessions::live_session(std::string_view token) {
    if (token.size() != kTokenDigits) {
        return std::nullopt;
    }
    const std::string hash = digest_.sha256_hex(token);
    SHELFCAST_ASSIGN(auto session, book_.find_web_session(hash));
    const std::int64_t now_us = clock_.now_us();
    const bool is_over =
        !session || now_us >= ends_at(*session) ||
        now_us >= session->renewed_at_us + to_us(options_.idle_limit) ||
        (!same_in_constant_time(hash, session->token_hash) && now_us >= session->old_until_us);
    return is_over ? std::nullopt : std::move(session);
}

Result<std::optional<WebSessionState>> WebSessions::find(std::string_view token) {
    SHELFCAST_ASSIGN(const auto session, live_session(token));
    if (!session) {
        return std::nullopt;
    }
    SHELFCAST_ASSIGN(const auto user, users_.find_user(session->user));
    if (!user) {
        return std::nullopt;
    }
    return WebSessionState{ports::identity_of(*user), session->csrf_token, ends_at(*session)};
}

Result<std::optional<std::string>> WebSessions::renew(std::string_view token) {
    SHELFCAST_ASSIGN(const auto session, live_session(token));
    if (!session) {
        return std::nullopt;
    }
    const std::int64_t now_us = clock_.now_us();
    const std::string hash = digest_.sha256_hex(token);
    const std::scoped_lock lock(mutex_);
    std::erase_if(successors_, [&](const auto& entry) { return entry.second.until_us <= now_us; });
    if (const auto known = successors_.find(hash); known != successors_.end()) {
        return known->second.token;
    }
    if (now_us < session->renewed_at_us + to_us(options_.renew_after)) {
        return std::nullopt;
    }
    std::string successor = hasher_.random_secret(kTokenBytes);
    const std::int64_t until_us = now_us + to_us(options_.old_token_grace);
    SHELFCAST_ASSIGN(const bool is_mine,
                     book_.renew_web_session(session->session_id, hash,
                                             digest_.sha256_hex(successor), until_us, now_us));
    if (!is_mine) {
        return std::nullopt;
    }
    successors_.emplace(hash, Successor{successor, until_us});
    return successor;
}

Status WebSessions::sign_out(std::string_view token) {
    SHELFCAST_ASSIGN(const auto session, live_session(token));
    return session ? book_.end_web_session(session->session_id) : Status();
}

std::optional<std::string_view> session_token(std::string_view cookies) {
    while (!cookies.empty()) {
        const std::size_t end = std::min(cookies.find(';'), cookies.size());
        std::string_view one = cookies.substr(0, end);
        cookies.remove_prefix(std::min(end + 1, cookies.size()));
        one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
        if (one.starts_with(kSessionCookie) && one.substr(kSessionCookie.size()).starts_with('=')) {
            return one.substr(kSessionCookie.size() + 1);
        }
    }
    return std::nullopt;
}

}  // namespace shelfcast::api
