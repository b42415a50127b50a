#include "cli/schedule_job.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "cli/app.h"
#include "retail/time_zone.h"

namespace shelfcast::cli {
namespace {

using nlohmann::json;

/// "2026-11-22T02:00:00Z".
std::string utc_text(std::int64_t time_us) {
    constexpr std::size_t kToSeconds = 19;
    return retail::format_utc_ms(time_us / 1000).substr(0, kToSeconds) + "Z";
}

json to_json(const ports::JobRun& run) {
    return {{"job", run.draft.job},
            {"logical_date", run.draft.logical_date},
            {"attempt", run.attempt},
            {"trigger", schedule::to_string(run.draft.trigger)},
            {"state", schedule::to_string(run.state)},
            {"running", run.holds_lease},
            {"started_at", utc_text(run.draft.started_at_us)},
            {"ended_at", run.ended_at_us ? json(utc_text(*run.ended_at_us)) : json()},
            {"message", run.message}};
}

Result<json> run(App& app, const json& request, const api::JobProgress& progress,
                 const std::stop_token& stop) {
    SHELFCAST_ASSIGN(schedule::Scheduler* const scheduler, app.scheduler());
    SHELFCAST_ASSIGN(const schedule::RunAnswer answer,
                     scheduler->run_now({.job = request.value("job", ""),
                                         .logical_date = request.value("date", ""),
                                         .progress = progress},
                                        stop));
    return json{{"already_done", answer.already_done}, {"run", to_json(answer.run)}};
}

Result<json> history(App& app, const json& request) {
    SHELFCAST_ASSIGN(schedule::Scheduler* const scheduler, app.scheduler());
    SHELFCAST_ASSIGN(
        const std::vector<ports::JobRun> found,
        scheduler->history(request.value("job", ""), request.value("limit", std::size_t{100})));
    json runs = json::array();
    for (const ports::JobRun& one : found) {
        runs.push_back(to_json(one));
    }
    return json{{"runs", std::move(runs)}};
}

}  // namespace

Result<json> jobs_json(App& app) {
    SHELFCAST_ASSIGN(schedule::Scheduler* const scheduler, app.scheduler());
    SHELFCAST_ASSIGN(const std::vector<schedule::JobStatus> all, scheduler->list());
    json jobs = json::array();
    for (const schedule::JobStatus& job : all) {
        json next;
        if (app.config().schedule_engine == "builtin") {
            next = {{"logical_date", job.next.logical_date}, {"at", utc_text(job.next.at_us)}};
        }
        jobs.push_back(
            {{"name", job.definition.name},
             {"cron", job.definition.cron},
             {"description", job.definition.description},
             {"command", schedule::command_of(job.definition.name, job.next.logical_date)},
             {"next", std::move(next)},
             {"last", job.last ? to_json(*job.last) : json()}});
    }
    return json{{"engine", app.config().schedule_engine},
                {"time_zone", app.config().schedule_timezone},
                {"jobs", std::move(jobs)}};
}

api::Job schedule_job(App& app) {
    return [&app](const std::string& text, const api::JobProgress& progress,
                  const std::stop_token& stop) -> Result<std::string> {
        const json request = json::parse(text, nullptr, false);
        const std::string action = request.is_object() ? request.value("action", "") : "";
        try {
            Result<json> answer = action == "list"      ? jobs_json(app)
                                  : action == "run"     ? run(app, request, progress, stop)
                                  : action == "history" ? history(app, request)
                                                        : fail(ErrorKind::kInvalidInput,
                                                               "a schedule job is an object whose "
                                                               "action is list, run or history");
            if (!answer) {
                return forward_error(answer);
            }
            return answer->dump(-1, ' ', false, json::error_handler_t::replace);
        } catch (const json::exception& broken) {
            return fail(ErrorKind::kInvalidInput, "schedule job: {}", broken.what());
        }
    };
}

}  // namespace shelfcast::cli
