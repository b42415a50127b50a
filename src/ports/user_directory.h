#pragma once

/// \file ports/user_directory.h
/// Who may sign in, as what, and for which stores. Adapters: sqlite_store, postgres_store; contract
/// in tests/contract/user_contract.h. Thread safe; each method is one durable
/// transaction.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace shelfcast::ports {

/// What somebody is in the chain. The numbers are stored.
enum class Role : std::uint8_t {
    kAdministrator = 1,
    kExecutive = 2,
    kRegionalManager = 3,
    kStoreManager = 4,
    kAnalyst = 5,
};

inline constexpr std::array kRoles = {Role::kAdministrator, Role::kExecutive,
                                      Role::kRegionalManager, Role::kStoreManager, Role::kAnalyst};

/// "administrator", "regional_manager" …, as settings, JSON and commands write it.
[[nodiscard]] std::string_view to_string(Role role) noexcept;
/// Error: kInvalidInput, a word that is none.
[[nodiscard]] Result<Role> parse_role(std::string_view word);

struct User {
    std::string name;
    std::string password_hash;  ///< argon2id, encoded form.
    Role role = Role::kAdministrator;
    std::vector<StoreId> stores{};  ///< In order; empty: every one.
    bool operator==(const User&) const = default;
};

/// Error: kInvalidInput: no name; a manager without stores; an administrator with some, whom the
/// scope would not hold; stores that are not in order.
[[nodiscard]] Status check_user(const User& user);

/// "1,7,12"; empty for none.
[[nodiscard]] std::string stores_text(const std::vector<StoreId>& stores);
/// In order, each once; spaces around a number are let pass. Error: kInvalidInput, names what is no
/// number from 1 on.
[[nodiscard]] Result<std::vector<StoreId>> parse_stores(std::string_view text);

class UserDirectory {
public:
    virtual ~UserDirectory() = default;
    [[nodiscard]] virtual Result<std::optional<User>> find_user(std::string_view name) = 0;
    /// By name.
    [[nodiscard]] virtual Result<std::vector<User>> users() = 0;
    /// Adds or replaces by name. Error: kInvalidInput (check_user).
    [[nodiscard]] virtual Status put_user(const User& user) = 0;
    /// Error: kNotFound.
    [[nodiscard]] virtual Status drop_user(std::string_view name) = 0;
};

}  // namespace shelfcast::ports
