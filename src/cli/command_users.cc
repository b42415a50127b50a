// shelfcast users: who may sign in, as what, and for which stores.

#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "adapters/sodium/sodium_hasher.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "cli/users_job.h"

namespace shelfcast::cli {
namespace {

using nlohmann::json;

constexpr std::size_t kPasswordBytes = 12;

struct UserFlags {
    std::string name;
    std::string role;
    std::string stores;
    bool stores_given = false;
    bool new_password = false;
    bool reads_password = false;  ///< From standard input.
};

std::string describe(const json& user) {
    const auto stores = user["stores"].get<std::vector<std::uint32_t>>();
    return fmt::format(
        "{}: {}, {}", user["name"].get<std::string>(), user["role"].get<std::string>(),
        stores.empty() ? "every store" : fmt::format("stores {}", fmt::join(stores, ", ")));
}

Result<int> ask(const Common& common, const UsersRequest& request, const std::string& shown_once,
                const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const std::string done, run_job_with_bar(common.config, "users", users_job,
                                                              to_json_text(request), stop));
    json answer = json::parse(done);
    if (common.json) {
        if (!shown_once.empty()) {
            answer["password"] = shown_once;
        }
        fmt::print("{}\n", answer.dump());
        return 0;
    }
    for (const json& user : answer["users"]) {
        fmt::print("{}{}\n", describe(user), request.act == "drop" ? ": gone" : "");
    }
    if (!shown_once.empty()) {
        fmt::print("password (shown once): {}\n", shown_once);
    }
    return 0;
}

/// The password that is wanted, and whether it was made up here.
Result<std::pair<std::string, bool>> password_of(const UserFlags& flags, bool is_new) {
    if (flags.reads_password) {
        std::string line;
        if (!std::getline(std::cin, line) || line.empty()) {
            return fail(ErrorKind::kInvalidInput, "--password-stdin: standard input has no line");
        }
        return std::pair{line, false};
    }
    if (!is_new && !flags.new_password) {
        return std::pair{std::string(), false};
    }
    SHELFCAST_ASSIGN(const auto hasher, adapters::SodiumHasher::create());
    return std::pair{hasher->random_secret(kPasswordBytes), true};
}

Result<int> run_put(const Common& common, const UserFlags& flags, const std::string& act,
                    const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const auto password, password_of(flags, act == "add"));
    UsersRequest request{.act = act, .name = flags.name, .role = flags.role};
    if (flags.stores_given) {
        if (flags.stores.empty()) {
            return fail(ErrorKind::kInvalidInput, "--stores: name stores, or all");
        }
        request.stores = flags.stores == "all" ? "" : flags.stores;
    }
    request.password = password.first;
    return ask(common, request, password.second ? password.first : "", stop);
}

void add_password_flag(CLI::App& command, UserFlags& flags) {
    command.add_flag("--password-stdin", flags.reads_password,
                     "The password is the first line of standard input");
}

void add_put(Commands& commands, CLI::App& group, const std::string& act, const std::string& help) {
    const auto flags = std::make_shared<UserFlags>();  // shared by the parser and the run
    Common& common = commands.common();
    CLI::App& command =
        commands.add_to(group, act, help, [&common, flags, act](const std::stop_token& stop) {
            return run_put(common, *flags, act, stop);
        });
    command.add_option("name", flags->name, "The user's name")->required();
    auto* const role =
        command.add_option("--role", flags->role,
                           "administrator, executive, regional_manager, store_manager, analyst");
    if (act == "add") {
        role->required();
    } else {
        command.add_flag("--new-password", flags->new_password,
                         "Makes up another password and shows it once");
    }
    command
        .add_option_function<std::string>(
            "--stores",
            [flags](const std::string& text) {
                flags->stores = text;
                flags->stores_given = true;
            },
            "What the user may see: store numbers with commas between, or all")
        ->type_name("N,N,…|all");
    add_password_flag(command, *flags);
}

}  // namespace

void add_users(Commands& commands) {
    CLI::App& group = commands.add_group("users", "Who may sign in, as what, for which stores");
    add_put(commands, group, "add", "Adds a user and shows a password once");
    add_put(commands, group, "set", "Changes role, stores or password; ends the user's sessions");
    Common& common = commands.common();
    commands.add_to(group, "list", "Lists the users", [&common](const std::stop_token& stop) {
        return ask(common, {.act = "list"}, "", stop);
    });
    const auto flags = std::make_shared<UserFlags>();  // shared by the parser and the run
    CLI::App& drop = commands.add_to(
        group, "drop", "Takes a user's login away", [&common, flags](const std::stop_token& stop) {
            return ask(common, {.act = "drop", .name = flags->name}, "", stop);
        });
    drop.add_option("name", flags->name, "The user's name")->required();
}

}  // namespace shelfcast::cli
