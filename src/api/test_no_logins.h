#pragma once

/// \file api/test_no_logins.h
/// An authenticator that knows nobody, for this folder's tests. Not for production code.

#include <optional>
#include <string_view>

#include "ports/authenticator.h"

namespace shelfcast::api {

class NoLogins final : public ports::Authenticator {
public:
    std::optional<ports::Identity> remembered(std::string_view, std::string_view) override {
        return std::nullopt;
    }
    Result<ports::Identity> check(std::string_view, std::string_view) override {
        return fail(ErrorKind::kUnauthenticated, "wrong login");
    }
    void forget(std::string_view) override {}
};

}  // namespace shelfcast::api
