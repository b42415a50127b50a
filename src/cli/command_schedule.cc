#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/schedule_job.h"
#include "cli/session.h"

namespace shelfcast::cli {
namespace {

using nlohmann::json;

struct ScheduleFlags {
    std::string job;
    std::string date;  ///< Empty: the newest that is due.
    std::uint32_t limit = 20;
};

Result<json> ask(const Common& common, const json& request, const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const std::string done, run_job_with_bar(common.config, "schedule",
                                                              schedule_job, request.dump(), stop));
    return json::parse(done);
}

/// "2026-11-22 done (attempt 1, schedule), 2026-11-22T02:00:00Z to 2026-11-22T02:00:07Z: closed …".
std::string describe(const json& run) {
    const std::string message = run.value("message", "");
    return fmt::format("{} {} (attempt {}, {}), {} to {}{}{}", run.value("logical_date", ""),
                       run.value("state", ""), run.value("attempt", 0), run.value("trigger", ""),
                       run.value("started_at", ""),
                       run["ended_at"].is_null() ? "now" : run["ended_at"].get<std::string>(),
                       message.empty() ? "" : ": ", message);
}

Result<int> run_list(const Common& common, const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const json answer, ask(common, {{"action", "list"}}, stop));
    if (common.json) {
        fmt::print("{}\n", answer.dump());
        return 0;
    }
    for (const json& job : answer["jobs"]) {
        fmt::print("{:<24} {:<12} {}\n", job.value("name", ""), job.value("cron", ""),
                   job.value("description", ""));
        fmt::print("  next: {}\n", job["next"].is_null() ? "not by this program"
                                                         : job["next"]["at"].get<std::string>());
        fmt::print("  last: {}\n", job["last"].is_null() ? "never" : describe(job["last"]));
    }
    fmt::print("{} jobs, engine {}, times in {}\n", answer["jobs"].size(),
               answer.value("engine", ""), answer.value("time_zone", ""));
    return 0;
}

Result<int> run_run(const Common& common, const ScheduleFlags& flags, const std::stop_token& stop) {
    SHELFCAST_ASSIGN(
        const json answer,
        ask(common, {{"action", "run"}, {"job", flags.job}, {"date", flags.date}}, stop));
    const json& run = answer["run"];
    if (common.json) {
        fmt::print("{}\n", answer.dump());
    } else {
        fmt::print("{}{}: {}\n", answer.value("already_done", false) ? "was already done: " : "",
                   run.value("job", ""), describe(run));
    }
    return run.value("state", "") == "done" ? 0 : kDifferenceExit;
}

Result<int> run_history(const Common& common, const ScheduleFlags& flags,
                        const std::stop_token& stop) {
    SHELFCAST_ASSIGN(
        const json answer,
        ask(common, {{"action", "history"}, {"job", flags.job}, {"limit", flags.limit}}, stop));
    if (common.json) {
        fmt::print("{}\n", answer.dump());
        return 0;
    }
    for (const json& run : answer["runs"]) {
        fmt::print("{:<24} {}\n", run.value("job", ""), describe(run));
    }
    fmt::print("{} runs\n", answer["runs"].size());
    return 0;
}

}  // namespace

void add_schedule(Commands& commands) {
    CLI::App& group = commands.add_group("schedule", "Jobs that run at their times");
    const Common& common = commands.common();
    const auto flags = std::make_shared<ScheduleFlags>();
    commands.add_to(group, "list",
                    "Jobs, when they run next and how they ended last\n"
                    "Example: shelfcast schedule list",
                    [&common](const std::stop_token& stop) { return run_list(common, stop); });
    CLI::App& run = commands.add_to(
        group, "run",
        "Run a job for a date, once: one that is done stays done\n"
        "Example: shelfcast schedule run retail_batch_processing --date 2026-11-22",
        [&common, flags](const std::stop_token& stop) { return run_run(common, *flags, stop); });
    run.add_option("job", flags->job, "Its name, as in schedule list")->required();
    run.add_option("--date", flags->date, "The logical date; default: the newest that is due");
    CLI::App& history =
        commands.add_to(group, "history",
                        "What ran, newest first\n"
                        "Example: shelfcast schedule history retail_batch_processing --limit 7",
                        [&common, flags](const std::stop_token& stop) {
                            return run_history(common, *flags, stop);
                        });
    history.add_option("job", flags->job, "Only this one");
    history.add_option("--limit", flags->limit, "At most so many")
        ->capture_default_str()
        ->check(CLI::Range(1U, 100'000U));
}

}  // namespace shelfcast::cli
