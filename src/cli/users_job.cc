#include "cli/users_job.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/app.h"

namespace shelfcast::cli {
namespace {

using nlohmann::json;
using ports::Role;
using ports::User;

constexpr std::size_t kLeastPasswordBytes = 8;

json user_json(const User& user) {
    json stores = json::array();
    for (const StoreId store : user.stores) {
        stores.push_back(store.value);
    }
    return {{"name", user.name}, {"role", ports::to_string(user.role)}, {"stores", stores}};
}

/// Error: kConflict, nobody else could administer.
Status check_not_last(App& app, std::string_view name) {
    SHELFCAST_ASSIGN(const std::vector<User> users, app.store().users());
    const bool another = std::ranges::any_of(users, [name](const User& user) {
        return user.role == Role::kAdministrator && user.name != name;
    });
    if (!another) {
        return fail(ErrorKind::kConflict, "{} is the only administrator: make another one first",
                    name);
    }
    return {};
}

Status change(App& app, User& user, const UsersRequest& wanted) {
    if (!wanted.role.empty()) {
        SHELFCAST_ASSIGN(user.role, ports::parse_role(wanted.role));
    }
    if (wanted.stores) {
        SHELFCAST_ASSIGN(user.stores, ports::parse_stores(*wanted.stores));
    }
    SHELFCAST_ASSIGN(const retail::StoreCatalog catalog, app.store().catalog(std::nullopt));
    for (const StoreId store : user.stores) {
        if (catalog.time_zone(store) == nullptr) {
            return fail(ErrorKind::kNotFound, "there is no store {}", store.value);
        }
    }
    if (!wanted.password.empty()) {
        if (wanted.password.size() < kLeastPasswordBytes) {
            return fail(ErrorKind::kInvalidInput, "the password is shorter than {} bytes",
                        kLeastPasswordBytes);
        }
        SHELFCAST_ASSIGN(user.password_hash, app.hasher().hash(wanted.password));
    }
    SHELFCAST_TRY(app.store().put_user(user));
    // Whoever is signed in signs in again, as what they are now.
    app.authenticator().forget(user.name);
    return app.store().end_web_sessions_of(user.name);
}

Result<json> run(App& app, const UsersRequest& wanted) {
    json users = json::array();
    if (wanted.act == "list") {
        SHELFCAST_ASSIGN(const std::vector<User> all, app.store().users());
        for (const User& user : all) {
            users.push_back(user_json(user));
        }
        return json{{"users", users}};
    }
    SHELFCAST_ASSIGN(std::optional<User> user, app.store().find_user(wanted.name));
    if (wanted.act == "add") {
        if (user) {
            return fail(ErrorKind::kConflict, "there is a user '{}' already: change it with set",
                        wanted.name);
        }
        if (wanted.password.empty()) {
            return fail(ErrorKind::kInvalidInput, "user {}: a password is missing", wanted.name);
        }
        if (wanted.role.empty()) {
            return fail(ErrorKind::kInvalidInput, "user {}: a role is missing", wanted.name);
        }
        user = User{.name = wanted.name};
    } else if (!user) {
        return fail(ErrorKind::kNotFound, "there is no user '{}'", wanted.name);
    }
    const bool ends_an_administrator =
        user->role == Role::kAdministrator && !user->password_hash.empty() &&
        (wanted.act == "drop" ||
         (!wanted.role.empty() && wanted.role != ports::to_string(Role::kAdministrator)));
    if (ends_an_administrator) {
        SHELFCAST_TRY(check_not_last(app, wanted.name));
    }
    if (wanted.act == "drop") {
        SHELFCAST_TRY(app.store().drop_user(wanted.name));
        app.authenticator().forget(wanted.name);
        SHELFCAST_TRY(app.store().end_web_sessions_of(wanted.name));
    } else if (wanted.act == "add" || wanted.act == "set") {
        SHELFCAST_TRY(change(app, *user, wanted));
    } else {
        return fail(ErrorKind::kInvalidInput, "a users job cannot {}", wanted.act);
    }
    users.push_back(user_json(*user));
    return json{{"users", users}};
}

}  // namespace

std::string to_json_text(const UsersRequest& request) {
    json text = {{"act", request.act},
                 {"name", request.name},
                 {"role", request.role},
                 {"password", request.password}};
    if (request.stores) {
        text["stores"] = *request.stores;
    }
    return text.dump(-1, ' ', false, json::error_handler_t::replace);
}

api::Job users_job(App& app) {
    return [&app](const std::string& text, const api::JobProgress&,
                  const std::stop_token&) -> Result<std::string> {
        UsersRequest wanted;
        try {
            const json from = json::parse(text);
            wanted.act = from.value("act", "");
            wanted.name = from.value("name", "");
            wanted.role = from.value("role", "");
            wanted.password = from.value("password", "");
            if (from.contains("stores")) {
                wanted.stores = from.value("stores", "");
            }
        } catch (const json::exception& broken) {
            return fail(ErrorKind::kInvalidInput, "users job: {}", broken.what());
        }
        return run(app, wanted).map([](const json& done) { return done.dump(); });
    };
}

}  // namespace shelfcast::cli
