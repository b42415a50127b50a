#pragma once

/// \file cli/users_job.h
/// Who may sign in: what `shelfcast users` does, here or in the owner of the data directory.

#include <optional>
#include <string>

#include "api/jobs_handler.h"

namespace shelfcast::cli {

class App;

struct UsersRequest {
    std::string act;  ///< add, set, list or drop.
    std::string name{};
    std::string role{};                   ///< Its word; of set, empty: as it is.
    std::optional<std::string> stores{};  ///< "1,7", or empty for all; absent: as it is.
    std::string password{};               ///< Of add; of set, empty: as it is.
};

[[nodiscard]] std::string to_json_text(const UsersRequest& request);

/// Such a text to {"users":[{"name":"…","role":"…","stores":[1,7]}]}: all of them with list, else
/// the one concerned.
[[nodiscard]] api::Job users_job(App& app);

}  // namespace shelfcast::cli
