// The UserDirectory and WebSessionBook parts of SqliteStore.

#include "adapters/sqlite_store/database.h"
#include "adapters/sqlite_store/sqlite_store.h"

namespace shelfcast::adapters {
namespace {

using ports::User;
using ports::WebSession;
using sqlite_store::Query;

Result<User> read_user(const Query& row) {
    User user{row.text(0), row.text(1), static_cast<ports::Role>(row.integer(2))};
    SHELFCAST_ASSIGN(user.stores, ports::parse_stores(row.text(3)));
    return user;
}

WebSession read_session(const Query& row) {
    return {row.text(0), row.text(1),    row.text(2),    row.text(3),
            row.text(4), row.integer(5), row.integer(6), row.integer(7)};
}

}  // namespace

Result<std::optional<User>> SqliteStore::find_user(std::string_view name) {
    const std::lock_guard lock(database_->mutex());
    Query query = database_->query(
        "select name, password_hash, role, stores from users where name = ?1", name);
    SHELFCAST_ASSIGN(const bool row, query.next());
    if (!row) {
        return std::nullopt;
    }
    SHELFCAST_ASSIGN(User user, read_user(query));
    return std::optional(std::move(user));
}

Result<std::vector<User>> SqliteStore::users() {
    const std::lock_guard lock(database_->mutex());
    Query query =
        database_->query("select name, password_hash, role, stores from users order by name");
    std::vector<User> users;
    for (;;) {  // ends with the rows
        SHELFCAST_ASSIGN(const bool row, query.next());
        if (!row) {
            return users;
        }
        SHELFCAST_ASSIGN(User user, read_user(query));
        users.push_back(std::move(user));
    }
}

Status SqliteStore::put_user(const User& user) {
    SHELFCAST_TRY(ports::check_user(user));
    const std::lock_guard lock(database_->mutex());
    return database_
        ->query(
            "insert into users (name, password_hash, role, stores) values (?1, ?2, ?3, ?4) "
            "on conflict do update set password_hash = excluded.password_hash, "
            "role = excluded.role, stores = excluded.stores",
            user.name, user.password_hash, static_cast<std::int64_t>(user.role),
            ports::stores_text(user.stores))
        .run();
}

Status SqliteStore::drop_user(std::string_view name) {
    const std::lock_guard lock(database_->mutex());
    SHELFCAST_TRY(database_->query("delete from users where name = ?1", name).run());
    if (database_->changes() == 0) {
        return fail(ErrorKind::kNotFound, "there is no user '{}'", name);
    }
    return {};
}

Status SqliteStore::begin_web_session(const WebSession& session) {
    const std::lock_guard lock(database_->mutex());
    SHELFCAST_TRY(
        database_
            ->query("insert into web_sessions (session_id, user_name, csrf_token, token_hash, "
                    "old_token_hash, old_until_us, started_at_us, renewed_at_us) "
                    "values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) on conflict do nothing",
                    session.session_id, session.user, session.csrf_token, session.token_hash,
                    session.old_token_hash, session.old_until_us, session.started_at_us,
                    session.renewed_at_us)
            .run());
    if (database_->changes() == 0) {
        return fail(ErrorKind::kConflict, "session {} is there already", session.session_id);
    }
    return {};
}

Result<std::optional<WebSession>> SqliteStore::find_web_session(std::string_view token_hash) {
    const std::lock_guard lock(database_->mutex());
    if (token_hash.empty()) {
        return std::nullopt;
    }
    Query query = database_->query(
        "select session_id, user_name, csrf_token, token_hash, old_token_hash, old_until_us, "
        "started_at_us, renewed_at_us from web_sessions where token_hash = ?1 "
        "or (old_token_hash <> '' and old_token_hash = ?1)",
        token_hash);
    SHELFCAST_ASSIGN(const bool row, query.next());
    return row ? std::optional(read_session(query)) : std::nullopt;
}

Result<bool> SqliteStore::renew_web_session(std::string_view session_id, std::string_view from_hash,
                                            std::string_view to_hash, std::int64_t old_until_us,
                                            std::int64_t now_us) {
    const std::lock_guard lock(database_->mutex());
    SHELFCAST_TRY(database_
                      ->query("update web_sessions set token_hash = ?3, old_token_hash = ?2, "
                              "old_until_us = ?4, renewed_at_us = ?5 where session_id = ?1 "
                              "and token_hash = ?2",
                              session_id, from_hash, to_hash, old_until_us, now_us)
                      .run());
    return database_->changes() > 0;
}

Status SqliteStore::end_web_session(std::string_view session_id) {
    const std::lock_guard lock(database_->mutex());
    return database_->query("delete from web_sessions where session_id = ?1", session_id).run();
}

Status SqliteStore::end_web_sessions_of(std::string_view user) {
    const std::lock_guard lock(database_->mutex());
    return database_->query("delete from web_sessions where user_name = ?1", user).run();
}

Status SqliteStore::end_old_web_sessions(std::int64_t started_before_us,
                                         std::int64_t renewed_before_us) {
    const std::lock_guard lock(database_->mutex());
    return database_
        ->query("delete from web_sessions where started_at_us < ?1 or renewed_at_us < ?2",
                started_before_us, renewed_before_us)
        .run();
}

}  // namespace shelfcast::adapters
