#pragma once

/// \file ports/authenticator.h
/// Who is asking? Implemented by src/api, asked by every door that takes a login. Thread safe.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ports/operational_store.h"

namespace shelfcast::ports {

struct Identity {
    std::string name;
    Role role = Role::kAdministrator;
    bool operator==(const Identity&) const = default;
};

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
