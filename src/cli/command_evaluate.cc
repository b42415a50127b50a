#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "adapters/engine/parquet_reader.h"
#include "adapters/lightgbm/lightgbm_learner.h"
#include "cli/commands.h"
#include "cli/output_file.h"
#include "pipelines/forecast/evaluation.h"
#include "retail/time_zone.h"

namespace shelfcast::cli {
namespace {

using nlohmann::json;

struct EvaluateFlags {
    std::string panel;
    std::string series;
    std::string cutoffs;
    std::size_t horizon_days = 7;
    std::string known;
    std::string out;
    std::uint32_t seed = 1;
    unsigned threads = 2;
    std::string without;
    bool random_forest = false;
};

Result<std::vector<std::int32_t>> parse_cutoffs(std::string_view text) {
    std::vector<std::int32_t> out;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const auto date = retail::parse_date(text.substr(0, comma));
        if (!date) {
            return fail(ErrorKind::kInvalidInput, "--cutoff '{}' is no date YYYY-MM-DD",
                        text.substr(0, comma));
        }
        out.push_back(*date);
        text = text.substr(std::min(comma + 1, text.size()));
    }
    return out;
}

Status leave_out(std::string_view text, forecast::TrainingOptions& options) {
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const std::string_view word = text.substr(0, comma);
        text = text.substr(std::min(comma + 1, text.size()));
        if (word == "stock-outs") {
            options.stock_outs = false;
        } else if (word == "blend") {
            options.blend = false;
        } else if (word == "calibration") {
            options.calibrate = false;
        } else {
            return fail(ErrorKind::kInvalidInput,
                        "--without '{}': stock-outs, blend or calibration", word);
        }
    }
    return {};
}

/// CPU seconds of this process and its children so far, and the peak of its memory.
struct Usage {
    double cpu_seconds = 0;
    double peak_mb = 0;
};
Usage usage() {
    Usage out;
    for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
        rusage used{};
        ::getrusage(who, &used);
        const auto seconds = [](const timeval& time) {
            return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
        };
        out.cpu_seconds += seconds(used.ru_utime) + seconds(used.ru_stime);
        if (who == RUSAGE_SELF) {
            out.peak_mb = static_cast<double>(used.ru_maxrss) / 1024;
        }
    }
    return out;
}

void print_outcome(const Common& common, const forecast::PanelFile& file,
                   const std::vector<forecast::EvaluatedCutoff>& cutoffs) {
    const Usage used = usage();
    json all = json::array();
    for (const forecast::EvaluatedCutoff& one : cutoffs) {
        const forecast::TrainingReport& report = one.report;
        all.push_back({{"cutoff", retail::format_date(one.cutoff)},
                       {"series", report.series},
                       {"rows", report.rows},
                       {"wmape", report.wmape},
                       {"wql", report.wql},
                       {"bias", report.bias},
                       {"coverage_80", report.coverage_80},
                       {"coverage_95", report.coverage_95},
                       {"remarks", report.remarks}});
    }
    if (common.json) {
        fmt::print("{}\n", json{{"cutoffs", all},
                                {"remarks", file.remarks},
                                {"cpu_seconds", used.cpu_seconds},
                                {"peak_mb", used.peak_mb}}
                               .dump());
        return;
    }
    for (const std::string& remark : file.remarks) {
        fmt::print("panel: {}\n", remark);
    }
    for (const forecast::EvaluatedCutoff& one : cutoffs) {
        const forecast::TrainingReport& report = one.report;
        fmt::print(
            "{}: {} series, {} rows; held back: wMAPE {:.4f}, WQL {:.4f}, bias {:+.3f}, 80 % "
            "covers {:.3f}, 95 % {:.3f}\n",
            retail::format_date(one.cutoff), report.series, report.rows, report.wmape, report.wql,
            report.bias, report.coverage_80, report.coverage_95);
        for (const std::string& remark : report.remarks) {
            fmt::print("  {}\n", remark);
        }
    }
    fmt::print("{:.1f} CPU seconds, at most {:.0f} MB\n", used.cpu_seconds, used.peak_mb);
}

Result<int> run_evaluate(const Common& common, const EvaluateFlags& flags,
                         const std::stop_token& stop) {
    forecast::EvaluationOptions options;
    SHELFCAST_ASSIGN(options.cutoffs, parse_cutoffs(flags.cutoffs));
    SHELFCAST_ASSIGN(options.training.known, forecast::parse_known(flags.known));
    options.training.horizon_days = flags.horizon_days;
    options.training.seed = flags.seed;
    options.training.threads = flags.threads;
    options.training.shape.random_forest = flags.random_forest;
    SHELFCAST_TRY(leave_out(flags.without, options.training));
    SHELFCAST_ASSIGN(const auto learner,
                     adapters::LightGbmLearner::open(common.config.lightgbm_library.string()));
    adapters::ParquetReader tables({.library = common.config.engine_library.string(),
                                    .scratch_directory = std::filesystem::temp_directory_path()});
    SHELFCAST_ASSIGN(const forecast::PanelFile file,
                     forecast::read_panel(flags.panel, tables, stop));
    SHELFCAST_ASSIGN(const std::vector<std::size_t> series,
                     forecast::read_series(flags.series, tables, file.panel, stop));

    SHELFCAST_ASSIGN(OutputFile out, OutputFile::create(flags.out));
    const auto write = [&](std::string_view text) { return out.write(text); };
    SHELFCAST_ASSIGN(const auto cutoffs,
                     forecast::evaluate(*learner, file, series, options, write, stop));
    SHELFCAST_TRY(out.finish());
    print_outcome(common, file, cutoffs);
    return 0;
}

}  // namespace

void add_evaluate(Commands& commands) {
    const auto flags = std::make_shared<EvaluateFlags>();
    CLI::App& command = commands.add(
        "evaluate",
        "Forecast the past of a daily panel, from the days up to each cut-off alone, as "
        "production\n"
        "would; writes cutoff,store_id,product_id,date,yhat,lo80,hi80,lo95,hi95\n"
        "Example: shelfcast evaluate --panel data/freshretail/daily_panel.parquet --series "
        "series.csv --cutoff 2024-05-07,2024-05-14 --horizon 7 --known price,promo,holiday --out "
        "predictions.csv",
        [&common = commands.common(), flags](const std::stop_token& stop) {
            return run_evaluate(common, *flags, stop);
        });
    command.add_option("--panel", flags->panel, "Daily panel: Parquet or CSV")->required();
    command
        .add_option("--series", flags->series,
                    "Which series to write: columns store_id, product_id")
        ->required();
    command.add_option("--cutoff", flags->cutoffs, "Last days of training, with commas")
        ->required();
    command.add_option("--horizon", flags->horizon_days, "Days to forecast, 1 to 56")
        ->capture_default_str();
    command.add_option("--known", flags->known,
                       "Columns known for days to come: price, promo, holiday, with commas");
    command.add_option("--out", flags->out, "The CSV file to write")->required();
    command.add_option("--seed", flags->seed, "The same seed makes the same forecasts")
        ->capture_default_str();
    command.add_option("--threads", flags->threads, "Change nothing in the forecasts")
        ->check(CLI::Range(1U, 256U))
        ->capture_default_str();
    command.add_option("--without", flags->without,
                       "Leave parts out, to see what they are worth: stock-outs, blend, "
                       "calibration, with commas");
    command.add_flag("--random-forest", flags->random_forest,
                     "Random forests, the simple baseline, in place of boosted trees");
}

}  // namespace shelfcast::cli
