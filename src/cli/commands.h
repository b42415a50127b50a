#pragma once

/// \file cli/commands.h
/// The subcommands: each has one file, which says its words (name, help, flags) and does the work.
/// Saying the words touches neither network nor disk. Each prints one line of outcome, or JSON when
/// asked.

#include <filesystem>
#include <functional>
#include <initializer_list>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "schedule/jobs.h"

namespace CLI {
class App;
}

namespace shelfcast::cli {

/// What every command takes. While the command line is parsed only `flags`, `config_file`,
/// `config.demo` and `json` are filled; `load` does the rest before a command runs.
struct Common {
    config::Config config;
    config::TextMap flags{};  ///< Setting's key to its text on the command line.
    std::filesystem::path config_file{};
    std::vector<std::string> mistakes{};  ///< In the configuration.
    bool json = false;

    /// Puts file, environment and flags over the defaults.
    void load(config::TextMap environment) {
        config::Loaded loaded = config::load({.environment = std::move(environment),
                                              .flags = flags,
                                              .file = config_file,
                                              .demo = config.demo,
                                              .job_fault = schedule::job_fault});
        config = std::move(loaded.config);
        config_file = std::move(loaded.file);
        mistakes = std::move(loaded.mistakes);
    }
};

/// The program's commands, by their words. One owner; lives as long as the parsed command line.
class Commands {
public:
    /// Exit code, or why it failed.
    using Run = std::function<Result<int>(const std::stop_token&)>;

    Commands(CLI::App& root, Common& common) : root_(root), common_(common) {}

    /// Adds a command; its flags are the caller's to add.
    CLI::App& add(const std::string& name, const std::string& help, Run run);
    /// Adds a command that is only the first word of others.
    CLI::App& add_group(const std::string& name, const std::string& help);
    /// Adds a command below a group.
    CLI::App& add_to(CLI::App& group, const std::string& name, const std::string& help, Run run);

    /// Lets a command run although the configuration has mistakes: it reports them itself.
    void tolerate_mistakes(const CLI::App& command) { tolerant_.push_back(&command); }

    [[nodiscard]] Common& common() noexcept { return common_; }
    /// Runs the one that the command line names. Error: the mistakes in the configuration.
    [[nodiscard]] Result<int> run(const std::stop_token& stop) const;

private:
    CLI::App& root_;
    Common& common_;
    std::vector<std::pair<CLI::App*, Run>> commands_;
    std::vector<const CLI::App*> tolerant_;
};

void add_backfill(Commands& commands);
void add_backup(Commands& commands);
void add_batch(Commands& commands);
void add_calc(Commands& commands);
void add_config(Commands& commands);
void add_dead_letters(Commands& commands);
void add_demo(Commands& commands);
void add_doctor(Commands& commands);
void add_evaluate(Commands& commands);
void add_features(Commands& commands);
void add_import(Commands& commands);
void add_lake(Commands& commands);
void add_orders(Commands& commands);
void add_models(Commands& commands);
void add_predict(Commands& commands);
void add_policy(Commands& commands);
void add_produce(Commands& commands);
void add_proposals(Commands& commands);
void add_query(Commands& commands);
void add_rebuild(Commands& commands);
void add_replenish(Commands& commands);
void add_schedule(Commands& commands);
void add_restore(Commands& commands);
void add_schema(Commands& commands);
void add_simulate(Commands& commands);
void add_stream(Commands& commands);
void add_train(Commands& commands);
void add_up(Commands& commands);
void add_users(Commands& commands);

/// Flags of settings, by their keys: names, help and defaults as the settings have them.
void add_setting_flags(CLI::App& command, Common& common,
                       std::initializer_list<std::string_view> keys);
/// Flags for the ports that `up` and `demo` listen on.
void add_port_flags(CLI::App& command, Common& common);

/// Prints the epochs that a batch closed, and each difference, from its JSON report; returns the
/// number of keys at which the layers differ.
std::uint64_t print_epochs(const std::string& report_json);

/// Exit code when the layers were found to differ.
inline constexpr int kDifferenceExit = 3;

}  // namespace shelfcast::cli
