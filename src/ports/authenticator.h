#pragma once

/// \file ports/authenticator.h
/// Who is asking? Implemented by src/api, asked by every door that takes a login. Thread safe.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ports/store_scope.h"
#include "ports/user_directory.h"

namespace shelfcast::ports {

struct Identity {
    std::string name;
    Role role = Role::kAnalyst;
    StoreScope scope;  ///< What may be seen; made by identity_of() only.
    bool operator==(const Identity&) const = default;
};

/// The one place where a user becomes a caller with a scope.
[[nodiscard]] inline Identity identity_of(const User& user) {
    return {.name = user.name,
            .role = user.role,
            .scope = user.stores.empty() ? StoreScope::everything() : StoreScope::of(user.stores)};
}

class Authenticator {
public:
    virtual ~Authenticator() = default;

    /// What check() said for this very login within the last minute, if that was yes. Takes
    /// microseconds, so an I/O thread may ask.
    [[nodiscard]] virtual std::optional<Identity> remembered(std::string_view name,
                                                             std::string_view password) = 0;

    /// Takes tens of milliseconds on purpose: never on an I/O thread. Errors: kUnauthenticated
    /// (unknown user and wrong password read alike), kBusy (too many wrong logins, or too many
    /// waiting), kUnavailable (the user directory is away).
    [[nodiscard]] virtual Result<Identity> check(std::string_view name,
                                                 std::string_view password) = 0;

    /// Drops what is remembered of a user: call after a change of password, role or existence.
    virtual void forget(std::string_view name) = 0;
};

}  // namespace shelfcast::ports
