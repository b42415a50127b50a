#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cli/commands.h"
#include "cli/model_jobs.h"
#include "cli/session.h"

namespace shelfcast::cli {
namespace {

using nlohmann::json;

struct ModelFlags {
    std::optional<std::uint32_t> horizon_days;
    std::optional<std::uint32_t> search_seconds;
    std::optional<std::uint32_t> seed;
    std::string date;
    std::string version;
    std::string with;
};

template <typename Value>
void put(json& request, const char* name, const std::optional<Value>& value) {
    if (value) {
        request[name] = *value;
    }
}

/// "0.4123", or "-" for null.
std::string measure(const json& value) {
    return value.is_number() ? fmt::format("{:.4f}", value.get<double>()) : "-";
}

/// Runs the job; prints the answer as JSON when asked for, else as `say` does.
template <typename Say>
Result<int> run(const Common& common, std::string_view name,
                const std::function<api::Job(App&)>& local, const json& request,
                const std::stop_token& stop, Say&& say) {
    SHELFCAST_ASSIGN(const std::string done,
                     run_job_with_bar(common.config, name, local, request.dump(), stop));
    if (common.json) {
        fmt::print("{}\n", done);
    } else {
        say(json::parse(done));
    }
    return 0;
}

Result<int> run_train(const Common& common, const ModelFlags& flags, const std::stop_token& stop) {
    json request = {{"date", flags.date}};
    put(request, "horizon_days", flags.horizon_days);
    put(request, "search_seconds", flags.search_seconds);
    put(request, "seed", flags.seed);
    return run(common, "train", train_job, request, stop, [](const json& model) {
        const json& held_back = model["held_back"];
        for (const json& remark : model["remarks"]) {
            fmt::print("note: {}\n", remark.get<std::string>());
        }
        fmt::print("trained {}: {} series, {} to {}, wQL {} wMAPE {} bias {}; {} {}\n",
                   model.value("version", ""), model["data"].value("series", 0U),
                   model["data"].value("from", ""), model["data"].value("to", ""),
                   measure(held_back["measures"]["wql"]), measure(held_back["measures"]["wmape"]),
                   measure(held_back["measures"]["bias"]), held_back.value("verdict", ""),
                   model.value("is_in_use", false) ? "It is in use." : "It is not in use.");
    });
}

Result<int> run_predict(const Common& common, const ModelFlags& flags,
                        const std::stop_token& stop) {
    json request = {{"date", flags.date}};
    put(request, "horizon_days", flags.horizon_days);
    return run(common, "predict", predict_job, request, stop, [](const json& done) {
        fmt::print(
            "forecast {} series over {} days from what was known on {}, by model {}: {} "
            "rows\n",
            done.value("series", 0U), done.value("horizon_days", 0U), done.value("date", ""),
            done.value("model_version", ""), done.value("rows", 0U));
    });
}

Result<int> run_features(const Common& common, const ModelFlags& flags,
                         const std::stop_token& stop) {
    return run(common, "features", features_job, {{"date", flags.date}}, stop,
               [](const json& done) {
                   fmt::print("features of {}: {} rows\n", done.value("feature_date", ""),
                              done.value("rows", 0U));
               });
}

void print_list(const json& answer) {
    for (const json& one : answer["models"]) {
        if (one.contains("fault")) {
            fmt::print("  {}  damaged: {}\n", one.value("version", ""), one.value("fault", ""));
            continue;
        }
        const json& model = one["model"];
        const json& measures = model["held_back"]["measures"];
        fmt::print("{} {}  trained {}  {} series to {}  horizon {}  wQL {}  wMAPE {}\n",
                   one.value("is_champion", false) ? "*" : " ", one.value("version", ""),
                   model.value("trained_at", ""), model["data"].value("series", 0U),
                   model["data"].value("to", ""), model["parameters"].value("horizon_days", 0U),
                   measure(measures["wql"]), measure(measures["wmape"]));
    }
    fmt::print("{} models; * is in use\n", answer["models"].size());
}

void print_comparison(const json& answer) {
    const json& versions = answer["versions"];
    fmt::print("{:<12} {:>26} {:>26}\n", "", versions[0].get<std::string>(),
               versions[1].get<std::string>());
    for (const char* name : {"wql", "wrmsse", "wmape", "rmse", "mae", "r2", "mape", "bias",
                             "coverage_80", "coverage_95"}) {
        fmt::print("{:<12} {:>26} {:>26}\n", name, measure(answer["models"][0]["measures"][name]),
                   measure(answer["models"][1]["measures"][name]));
    }
    fmt::print("{}\n", answer.value("same_held_back_days", false)
                           ? "measured on the same days"
                           : "measured on different days: the figures compare only roughly");
}

Result<int> run_models(const Common& common, std::string_view wish, const ModelFlags& flags,
                       const std::stop_token& stop) {
    const json request = {{"do", wish}, {"version", flags.version}, {"with", flags.with}};
    return run(common, "models", models_job, request, stop, [&](const json& answer) {
        if (wish == "list") {
            print_list(answer);
        } else if (wish == "show") {
            fmt::print("{}", answer.value("card", ""));
        } else if (wish == "compare") {
            print_comparison(answer);
        } else {
            fmt::print("in use: {}\n", answer.value("champion", ""));
        }
    });
}

CLI::App& add_models_word(Commands& commands, CLI::App& group, const char* wish,
                          const std::string& help, const std::shared_ptr<ModelFlags>& flags) {
    return commands.add_to(group, wish, help,
                           [&common = commands.common(), flags, wish](const std::stop_token& stop) {
                               return run_models(common, wish, *flags, stop);
                           });
}

}  // namespace

void add_train(Commands& commands) {
    const auto flags = std::make_shared<ModelFlags>();
    CLI::App& command =
        commands.add("train",
                     "Train a forecasting model; in use if it is better than the one that is\n"
                     "Example: shelfcast train --horizon 28 --search-seconds 600",
                     [&common = commands.common(), flags](const std::stop_token& stop) {
                         return run_train(common, *flags, stop);
                     });
    command
        .add_option("--horizon", flags->horizon_days, "Days ahead; default: models.horizon_days")
        ->check(CLI::Range(1U, 56U));
    command
        .add_option("--search-seconds", flags->search_seconds,
                    "For the search of hyper-parameters; default: models.search_seconds")
        ->check(CLI::Range(0U, 86'400U));
    command.add_option("--seed", flags->seed, "Default: models.seed");
    command.add_option("--date", flags->date,
                       "Last business date to learn from; default: the newest that is over");
}

void add_predict(Commands& commands) {
    const auto flags = std::make_shared<ModelFlags>();
    CLI::App& command = commands.add(
        "predict",
        "Forecast every product, store, category, region and the chain by the model in use\n"
        "Example: shelfcast predict --horizon 7",
        [&common = commands.common(), flags](const std::stop_token& stop) {
            return run_predict(common, *flags, stop);
        });
    command.add_option("--date", flags->date,
                       "Last business date that is known; default: the newest that is over");
    command
        .add_option("--horizon", flags->horizon_days, "Days ahead; default: all that the model has")
        ->check(CLI::Range(1U, 56U));
}

void add_features(Commands& commands) {
    const auto flags = std::make_shared<ModelFlags>();
    CLI::App& command =
        commands.add("features",
                     "Write what is known before the next day into the feature store\n"
                     "Example: shelfcast features --date 2026-11-22",
                     [&common = commands.common(), flags](const std::stop_token& stop) {
                         return run_features(common, *flags, stop);
                     });
    command.add_option("--date", flags->date,
                       "Last business date that is known; default: the newest that is over");
}

void add_models(Commands& commands) {
    CLI::App& group = commands.add_group("models", "Trained models, and which one is in use");
    const auto flags = std::make_shared<ModelFlags>();
    add_models_word(commands, group, "list",
                    "Every model, oldest first\nExample: shelfcast models list", flags);
    CLI::App& show = add_models_word(
        commands, group, "show",
        "The card of a model\nExample: shelfcast models show 20261129-020000-1a2b3c4d", flags);
    CLI::App& promote = add_models_word(
        commands, group, "promote",
        "Put a model in use\nExample: shelfcast models promote 20261129-020000-1a2b3c4d", flags);
    add_models_word(commands, group, "rollback",
                    "Put the model before in use again\nExample: shelfcast models rollback", flags);
    CLI::App& compare =
        add_models_word(commands, group, "compare",
                        "Measures of two models side by side\n"
                        "Example: shelfcast models compare 20261129-020000-1a2b3c4d",
                        flags);
    for (CLI::App* const command : {&show, &promote, &compare}) {
        command->add_option("version", flags->version, "As models list has it")->required();
    }
    compare.add_option("with", flags->with, "A second one; default: the one in use");
}

}  // namespace shelfcast::cli
