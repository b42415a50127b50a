#include "ports/user_directory.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace shelfcast::ports {

std::string_view to_string(Role role) noexcept {
    switch (role) {
        case Role::kAdministrator:
            return "administrator";
        case Role::kExecutive:
            return "executive";
        case Role::kRegionalManager:
            return "regional_manager";
        case Role::kStoreManager:
            return "store_manager";
        case Role::kAnalyst:
            return "analyst";
    }
    return "unknown";
}

Result<Role> parse_role(std::string_view word) {
    std::array<std::string_view, kRoles.size()> words;
    std::ranges::transform(kRoles, words.begin(), [](Role role) { return to_string(role); });
    const auto found = std::ranges::find(words, word);
    if (found == words.end()) {
        return fail(ErrorKind::kInvalidInput, "'{}' is no role: it is one of {}", word,
                    fmt::join(words, ", "));
    }
    return kRoles[static_cast<std::size_t>(found - words.begin())];
}

std::string stores_text(const std::vector<StoreId>& stores) {
    std::string text;
    for (const StoreId store : stores) {
        text += fmt::format("{}{}", text.empty() ? "" : ",", store.value);
    }
    return text;
}

Result<std::vector<StoreId>> parse_stores(std::string_view text) {
    std::vector<StoreId> stores;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        std::string_view one = text.substr(0, comma);
        text.remove_prefix(std::min(comma + 1, text.size()));
        one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
        one = one.substr(0, one.find_last_not_of(' ') + 1);
        StoreId store;
        const auto [end, code] = std::from_chars(one.data(), one.data() + one.size(), store.value);
        if (code != std::errc() || end != one.data() + one.size() || store.value < 1) {
            return fail(ErrorKind::kInvalidInput, "'{}' is no store: a number from 1 on", one);
        }
        stores.push_back(store);
    }
    std::ranges::sort(stores);
    stores.erase(std::ranges::unique(stores).begin(), stores.end());
    return stores;
}

Status check_user(const User& user) {
    if (user.name.empty()) {
        return fail(ErrorKind::kInvalidInput, "a user without a name");
    }
    const bool is_manager = user.role == Role::kRegionalManager || user.role == Role::kStoreManager;
    if (is_manager && user.stores.empty()) {
        return fail(ErrorKind::kInvalidInput, "user {}: a {} needs stores", user.name,
                    to_string(user.role));
    }
    if (user.role == Role::kAdministrator && !user.stores.empty()) {
        return fail(ErrorKind::kInvalidInput,
                    "user {}: an administrator sees every store: choose another role", user.name);
    }
    if (!std::ranges::is_sorted(user.stores) ||
        std::ranges::adjacent_find(user.stores) != user.stores.end()) {
        return fail(ErrorKind::kInvalidInput, "user {}: stores are not in order, each once",
                    user.name);
    }
    return {};
}

}  // namespace shelfcast::ports
