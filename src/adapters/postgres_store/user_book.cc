// The UserDirectory and WebSessionBook parts of PostgresStore.

#include "adapters/postgres_store/database.h"
#include "adapters/postgres_store/postgres_store.h"

namespace shelfcast::adapters {
namespace {

using ports::User;
using ports::WebSession;
using postgres_store::Rows;

Result<User> read_user(const Rows& rows, int row) {
    User user{rows.text(row, 0), rows.text(row, 1), static_cast<ports::Role>(rows.integer(row, 2))};
    SHELFCAST_ASSIGN(user.stores, ports::parse_stores(rows.text(row, 3)));
    return user;
}

}  // namespace

Result<std::optional<User>> PostgresStore::find_user(std::string_view name) {
    SHELFCAST_ASSIGN(
        const Rows rows,
        database_->query("select name, password_hash, role, stores from users where name = $1",
                         name));
    if (rows.empty()) {
        return std::nullopt;
    }
    SHELFCAST_ASSIGN(User user, read_user(rows, 0));
    return std::optional(std::move(user));
}

Result<std::vector<User>> PostgresStore::users() {
    SHELFCAST_ASSIGN(
        const Rows rows,
        database_->query("select name, password_hash, role, stores from users order by name"));
    std::vector<User> users;
    users.reserve(static_cast<std::size_t>(rows.count()));
    for (int row = 0; row < rows.count(); ++row) {
        SHELFCAST_ASSIGN(User user, read_user(rows, row));
        users.push_back(std::move(user));
    }
    return users;
}

Status PostgresStore::put_user(const User& user) {
    SHELFCAST_TRY(ports::check_user(user));
    SHELFCAST_TRY(database_->query(
        "insert into users (name, password_hash, role, stores) values ($1, $2, $3, $4) "
        "on conflict (name) do update set password_hash = excluded.password_hash, "
        "role = excluded.role, stores = excluded.stores",
        user.name, user.password_hash, static_cast<int>(user.role),
        ports::stores_text(user.stores)));
    return {};
}

Status PostgresStore::drop_user(std::string_view name) {
    SHELFCAST_ASSIGN(const Rows rows, database_->query("delete from users where name = $1", name));
    if (rows.changed() == 0) {
        return fail(ErrorKind::kNotFound, "there is no user '{}'", name);
    }
    return {};
}

Status PostgresStore::begin_web_session(const WebSession& session) {
    // The same again is the same session: the statement may run twice.
    SHELFCAST_TRY(database_->query(
        "insert into web_sessions (session_id, user_name, csrf_token, token_hash, old_token_hash, "
        "old_until_us, started_at_us, renewed_at_us) values ($1, $2, $3, $4, $5, $6, $7, $8) "
        "on conflict do nothing",
        session.session_id, session.user, session.csrf_token, session.token_hash,
        session.old_token_hash, session.old_until_us, session.started_at_us,
        session.renewed_at_us));
    SHELFCAST_ASSIGN(const auto kept, find_web_session(session.token_hash));
    if (!kept || kept->session_id != session.session_id) {
        return fail(ErrorKind::kConflict, "session {} is there already", session.session_id);
    }
    return {};
}

Result<std::optional<WebSession>> PostgresStore::find_web_session(std::string_view token_hash) {
    if (token_hash.empty()) {
        return std::nullopt;
    }
    SHELFCAST_ASSIGN(
        const Rows rows,
        database_->query(
            "select session_id, user_name, csrf_token, token_hash, old_token_hash, old_until_us, "
            "started_at_us, renewed_at_us from web_sessions where token_hash = $1 "
            "or (old_token_hash <> '' and old_token_hash = $1)",
            token_hash));
    if (rows.empty()) {
        return std::nullopt;
    }
    return WebSession{rows.text(0, 0), rows.text(0, 1),    rows.text(0, 2),    rows.text(0, 3),
                      rows.text(0, 4), rows.integer(0, 5), rows.integer(0, 6), rows.integer(0, 7)};
}

Result<bool> PostgresStore::renew_web_session(std::string_view session_id,
                                              std::string_view from_hash, std::string_view to_hash,
                                              std::int64_t old_until_us, std::int64_t now_us) {
    // Run twice, the second finds what the first did.
    SHELFCAST_ASSIGN(
        const Rows rows,
        database_->query("update web_sessions set token_hash = $3, old_token_hash = $2, "
                         "old_until_us = $4, renewed_at_us = $5 where session_id = $1 "
                         "and (token_hash = $2 or (token_hash = $3 and old_token_hash = $2))",
                         session_id, from_hash, to_hash, old_until_us, now_us));
    return rows.changed() > 0;
}

Status PostgresStore::end_web_session(std::string_view session_id) {
    SHELFCAST_TRY(database_->query("delete from web_sessions where session_id = $1", session_id));
    return {};
}

Status PostgresStore::end_web_sessions_of(std::string_view user) {
    SHELFCAST_TRY(database_->query("delete from web_sessions where user_name = $1", user));
    return {};
}

Status PostgresStore::end_old_web_sessions(std::int64_t started_before_us,
                                           std::int64_t renewed_before_us) {
    SHELFCAST_TRY(
        database_->query("delete from web_sessions where started_at_us < $1 or renewed_at_us < $2",
                         started_before_us, renewed_before_us));
    return {};
}

}  // namespace shelfcast::adapters
