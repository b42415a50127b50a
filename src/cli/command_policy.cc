#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "adapters/engine/parquet_reader.h"
#include "cli/commands.h"
#include "cli/output_file.h"
#include "pipelines/forecast/panel_file.h"
#include "pipelines/policy/policy_file.h"

namespace shelfcast::cli {
namespace {

struct PolicyFlags {
    std::string panel;
    std::string series;
    std::string dataset;
    std::string wanted;
    std::string out;
    std::string issue = "fifo";
    bool service = false;
    unsigned threads = 2;
};

/// Every series of the template must be one of the file that names the series.
Status check_series(const policy::PolicyTemplate& wanted, std::span<const std::size_t> series,
                    const PolicyFlags& flags) {
    for (const policy::TemplateItem& item : wanted.items) {
        if (std::ranges::find(series, item.series) == series.end()) {
            return fail(ErrorKind::kInvalidInput, "{} has a series that {} does not name",
                        flags.wanted, flags.series);
        }
    }
    return {};
}

Result<int> run_policy(const Common& common, const PolicyFlags& flags,
                       const std::stop_token& stop) {
    policy::PolicyFileOptions options{
        .format = {}, .service = flags.service, .threads = flags.threads};
    SHELFCAST_ASSIGN(options.format, policy::replay_format(flags.dataset));
    options.issue = flags.issue == "lifo" ? replenishment::IssueOrder::kNewestFirst
                                          : replenishment::IssueOrder::kOldestFirst;
    adapters::ParquetReader tables({.library = common.config.engine_library.string(),
                                    .scratch_directory = std::filesystem::temp_directory_path()});
    SHELFCAST_ASSIGN(const forecast::PanelFile file,
                     forecast::read_panel(flags.panel, tables, stop));
    SHELFCAST_ASSIGN(const std::vector<std::size_t> series,
                     forecast::read_series(flags.series, tables, file.panel, stop));
    SHELFCAST_ASSIGN(const policy::PolicyTemplate wanted,
                     policy::read_template(flags.wanted, tables, file.panel, stop));
    SHELFCAST_TRY(check_series(wanted, series, flags));

    SHELFCAST_ASSIGN(OutputFile out, OutputFile::create(flags.out));
    const auto write = [&](std::string_view text) { return out.write(text); };
    SHELFCAST_ASSIGN(const policy::PlanTuning tuning,
                     policy::write_policy(file.panel, wanted, options, write, stop));
    SHELFCAST_TRY(out.finish());
    if (common.json) {
        fmt::print("{}\n", nlohmann::json{{"items", wanted.items.size()},
                                          {"cutoffs", wanted.cutoffs.size()},
                                          {"searched_weeks", tuning.replayed_weeks},
                                          {"forgotten_a_day", tuning.forgotten_a_day},
                                          {"cover_cap_of_life", tuning.cover_cap_of_life},
                                          {"remarks", file.remarks}}
                               .dump());
        return 0;
    }
    fmt::print(
        "{} items at {} cut-offs; from {} weeks before: levels forget {} a day, stock covers "
        "{} of a shelf life\n",
        wanted.items.size(), wanted.cutoffs.size(), tuning.replayed_weeks, tuning.forgotten_a_day,
        tuning.cover_cap_of_life);
    return 0;
}

}  // namespace

void add_policy(Commands& commands) {
    const auto flags = std::make_shared<PolicyFlags>();
    CLI::App& command = commands.add(
        "policy",
        "Reorder points and order-up-to levels for the mornings after each cut-off, from the days "
        "up\nto it; tuned once, on the days before the first one\n"
        "Example: shelfcast policy --panel data/uci/daily_panel.parquet --series series.csv "
        "--dataset uci --template template.csv --out policy.csv",
        [&common = commands.common(), flags](const std::stop_token& stop) {
            return run_policy(common, *flags, stop);
        });
    command.add_option("--panel", flags->panel, "Daily panel: Parquet or CSV")->required();
    command.add_option("--series", flags->series, "The series: columns store_id, product_id")
        ->required();
    command
        .add_option("--dataset", flags->dataset,
                    "Whose units and lead times the files have: freshretail or uci")
        ->required();
    command
        .add_option("--template", flags->wanted,
                    "Cut-offs and series, with packs, costs, shelf life and lead time")
        ->required();
    command.add_option("--out", flags->out, "The CSV file to write")->required();
    command.add_flag("--service", flags->service,
                     "For fill rates of 0.90, 0.95 and 0.98 instead of least cost");
    command.add_option("--issue", flags->issue, "Which units customers take: fifo or lifo")
        ->check(CLI::IsMember({"fifo", "lifo"}))
        ->capture_default_str();
    command.add_option("--threads", flags->threads, "Change nothing in the result")
        ->check(CLI::Range(1U, 256U))
        ->capture_default_str();
}

}  // namespace shelfcast::cli
