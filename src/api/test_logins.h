#pragma once

/// \file api/test_logins.h
/// People of every kind of role, for this folder's tests. Not for production code.

#include <optional>
#include <string_view>

#include "ports/authenticator.h"

namespace shelfcast::api {

/// ann is an administrator, eve an executive, cy an analyst, ben a manager of store 7; the
/// password is "tea".
class Logins final : public ports::Authenticator {
public:
    std::optional<ports::Identity> remembered(std::string_view, std::string_view) override {
        return std::nullopt;
    }
    Result<ports::Identity> check(std::string_view name, std::string_view password) override {
        if (password != "tea") {
            return fail(ErrorKind::kUnauthenticated, "wrong login");
        }
        const auto all = ports::StoreScope::everything();
        if (name == "ann") {
            return ports::Identity{"ann", ports::Role::kAdministrator, all};
        }
        if (name == "eve") {
            return ports::Identity{"eve", ports::Role::kExecutive, all};
        }
        if (name == "cy") {
            return ports::Identity{"cy", ports::Role::kAnalyst, all};
        }
        return ports::Identity{"ben", ports::Role::kStoreManager,
                               ports::StoreScope::of({StoreId{7}})};
    }
    void forget(std::string_view) override {}
};

constexpr const char* kAnn = "Basic YW5uOnRlYQ==";
constexpr const char* kEve = "Basic ZXZlOnRlYQ==";
constexpr const char* kCy = "Basic Y3k6dGVh";
constexpr const char* kBen = "Basic YmVuOnRlYQ==";

}  // namespace shelfcast::api
