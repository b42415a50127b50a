#include "schedule/scheduler.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/log.h"

namespace shelfcast::schedule {
namespace {

using ports::JobRun;
using ports::RunState;
using ports::RunTrigger;

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr auto kPollInterval = std::chrono::seconds(1);
constexpr std::size_t kSearchedForSuccess = 100;

std::string names_of(const std::vector<JobDefinition>& definitions) {
    std::vector<std::string_view> names;
    names.reserve(definitions.size());
    for (const JobDefinition& definition : definitions) {
        names.push_back(definition.name);
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

bool is_failure(RunState state) {
    return state == RunState::kFailed || state == RunState::kFailedToRepeat ||
           state == RunState::kTimedOut;
}

/// Only people's vain attempts were made: the date is still the schedule's to do.
bool is_untouched(const std::vector<JobRun>& runs) {
    return std::ranges::all_of(runs, [](const JobRun& run) {
        return run.draft.trigger == RunTrigger::kManual && is_failure(run.state);
    });
}

}  // namespace

/// A run under way, or one whose ending is not written down yet.
struct Scheduler::Running {
    const Job& job;
    JobRun run;
    Progress progress;
    std::uint32_t failures_before = 0;  ///< Of this date, people's attempts aside.
    std::int64_t started_steady_us = 0;
    bool over_time = false;
    bool given_up = false;  ///< Its caller asked it to stop.
    bool ended = false;     ///< `run` says how.
    bool written = false;
    std::optional<Error> error{};
    std::jthread thread{};
};

Result<std::unique_ptr<Scheduler>> Scheduler::create(SchedulerPorts ports, SchedulerOptions options,
                                                     std::vector<JobDefinition> definitions,
                                                     std::map<std::string, Work> works) {
    Result<const retail::TimeZone*> zone = retail::TimeZone::load(options.time_zone);
    if (!zone) {
        return forward_error(zone, "time zone of the schedule");
    }
    for (const auto& [name, cron] : options.cron) {
        if (!std::ranges::count(definitions, name, &JobDefinition::name)) {
            return fail(ErrorKind::kInvalidInput, "schedule: there is no job {}; jobs are {}", name,
                        names_of(definitions));
        }
    }
    std::unique_ptr<Scheduler> made(new Scheduler(ports, std::move(options.owner)));
    for (JobDefinition& definition : definitions) {
        const auto work = works.extract(definition.name);
        if (const auto other = options.cron.find(definition.name); other != options.cron.end()) {
            definition.cron = other->second;
        }
        Result<Cron> cron = Cron::parse(definition.cron);
        if (!cron) {
            return forward_error(cron, fmt::format("cron of job {}", definition.name));
        }
        if (work) {
            made->jobs_.push_back(
                {definition, Plan(*std::move(cron), **zone), std::move(work.mapped())});
        }
    }
    SHELFCAST_CHECK(works.empty());  // Work for a job that nobody defined.
    SHELFCAST_ASSIGN(const std::uint64_t released,
                     ports.ledger.release_others(made->owner_, ports.clock.now_us()));
    if (released > 0) {
        log::warning("schedule", "runs cut short by the end of the program runs={}", released);
    }
    SHELFCAST_TRY(made->show_last_successes());
    return made;
}

Scheduler::~Scheduler() {
    request_stop();
    std::map<std::string, std::shared_ptr<Running>> left;
    const std::scoped_lock lock(mutex_);
    left.swap(running_);
    // `left` goes after the lock and joins the threads.
}

Status Scheduler::show_last_successes() {
    for (const Job& job : jobs_) {
        SHELFCAST_ASSIGN(const std::vector<JobRun> runs,
                         ports_.ledger.history(job.definition.name, kSearchedForSuccess));
        const auto done =
            std::ranges::find_if(runs, [](const JobRun& run) { return ports::is_done(run.state); });
        if (done != runs.end()) {
            ports_.metrics.set(
                ports::Gauge::kJobLastSuccess,
                static_cast<double>(done->ended_at_us.value_or(0)) / double{kSecondUs},
                {{"job", job.definition.name}});
        }
    }
    return {};
}

Result<const Scheduler::Job*> Scheduler::find(std::string_view name) const {
    std::vector<JobDefinition> known;
    for (const Job& job : jobs_) {
        if (job.definition.name == name) {
            return &job;
        }
        known.push_back(job.definition);
    }
    return fail(ErrorKind::kNotFound, "there is no job {}; jobs are {}", name, names_of(known));
}

void Scheduler::activate() {
    const std::scoped_lock lock(mutex_);
    active_ = true;
    changed_.notify_all();
}

void Scheduler::run(const std::stop_token& stop) {
    std::string said;
    while (!stop.stop_requested()) {
        const Status ticked = tick();
        if (!ticked && ticked.error().message != said) {
            log::error("schedule", "cannot go on for now error=\"{}\"", ticked.error().message);
        }
        said = ticked ? "" : ticked.error().message;
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, stop, kPollInterval, [] { return false; });
    }
}

Status Scheduler::tick() {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(write_endings());
    SHELFCAST_TRY(stop_overdue());
    if (!active_ || stopping_) {
        return {};
    }
    for (const Job& job : jobs_) {
        if (running_.contains(job.definition.name)) {
            continue;
        }
        SHELFCAST_ASSIGN(const std::optional<Due> found, due(job));
        if (!found) {
            continue;
        }
        const auto started = start(job, *found);
        // Another scheduler on this ledger was quicker: the lease is what it is for.
        if (!started && started.error().kind != ErrorKind::kBusy &&
            started.error().kind != ErrorKind::kConflict) {
            return tl::unexpected(started.error());
        }
    }
    return {};
}

Status Scheduler::write_endings() {
    for (auto entry = running_.begin(); entry != running_.end();) {
        Running& running = *entry->second;
        if (running.ended && !running.written) {
            SHELFCAST_TRY(write_ending(running));
        }
        entry = running.written ? running_.erase(entry) : std::next(entry);
    }
    return {};
}

Status Scheduler::stop_overdue() {
    for (const auto& [name, running] : running_) {
        const std::int64_t limit_s = running->job.definition.time_out_s;
        const std::int64_t taken_us = ports_.clock.steady_us() - running->started_steady_us;
        if (running->ended || running->over_time || taken_us < limit_s * kSecondUs) {
            continue;
        }
        running->over_time = true;
        running->thread.request_stop();
        log::error("schedule", "over its time, asked to stop job={} date={} limit_s={}", name,
                   running->run.draft.logical_date, limit_s);
        SHELFCAST_TRY(ports_.ledger.mark_timed_out(
            running->run.id, fmt::format("over its time of {} s, not ended yet", limit_s)));
    }
    return {};
}

Result<std::optional<Scheduler::Due>> Scheduler::due(const Job& job) {
    const std::string& name = job.definition.name;
    const std::int64_t now_us = ports_.clock.now_us();
    SHELFCAST_ASSIGN(const std::vector<JobRun> owed, ports_.ledger.owed_runs(name));
    for (const JobRun& run : owed) {
        const std::int64_t ended_us = run.ended_at_us.value_or(now_us);
        const std::int64_t pause_us = job.definition.repeat_pause_s * kSecondUs;
        // A clock that was set back may not make the pause longer than it is.
        if (run.state == RunState::kInterrupted || now_us - ended_us >= pause_us ||
            now_us < ended_us) {
            return Due{run.draft.logical_date, RunTrigger::kRepeat, {}};
        }
    }
    const Occurrence latest = job.plan.last_until(now_us);
    SHELFCAST_ASSIGN(const std::int64_t first_seen_us, ports_.ledger.first_seen(name, now_us));
    if (latest.at_us < first_seen_us) {
        return std::optional<Due>();
    }
    SHELFCAST_ASSIGN(const std::vector<JobRun> runs, ports_.ledger.runs(name, latest.logical_date));
    return is_untouched(runs) ? std::optional(Due{latest.logical_date, RunTrigger::kSchedule, {}})
                              : std::nullopt;
}

Result<std::shared_ptr<Scheduler::Running>> Scheduler::start(const Job& job, const Due& due) {
    const std::string& name = job.definition.name;
    if (stopping_) {
        return fail(ErrorKind::kUnavailable, "the program is stopping");
    }
    SHELFCAST_ASSIGN(const std::vector<JobRun> earlier, ports_.ledger.runs(name, due.logical_date));
    SHELFCAST_ASSIGN(JobRun run, ports_.ledger.begin_run({.job = name,
                                                          .logical_date = due.logical_date,
                                                          .trigger = due.trigger,
                                                          .owner = owner_,
                                                          .started_at_us = ports_.clock.now_us()}));
    log::info("schedule", "begun job={} date={} attempt={} trigger={}", name, due.logical_date,
              run.attempt, to_string(due.trigger));
    const auto failures = std::ranges::count_if(earlier, [](const JobRun& before) {
        return before.draft.trigger != RunTrigger::kManual && is_failure(before.state);
    });
    const auto running =
        std::make_shared<Running>(Running{.job = job,
                                          .run = std::move(run),
                                          .progress = due.progress,
                                          .failures_before = static_cast<std::uint32_t>(failures),
                                          .started_steady_us = ports_.clock.steady_us()});
    running->thread = std::jthread(
        [this, one = running.get()](const std::stop_token& stop) { execute(*one, stop); });
    running_[name] = running;
    return running;
}

void Scheduler::execute(Running& running, const std::stop_token& stop) {
    const Result<WorkReport> report = running.job.work(
        {running.run.draft.logical_date, running.job.plan.due_at_us(running.run.draft.logical_date),
         running.progress},
        stop);
    const std::scoped_lock lock(mutex_);
    end(running, report);
    if (const Status written = write_ending(running); !written) {
        log::error("schedule", "ended, not written down yet job={} error=\"{}\"",
                   running.run.draft.job, written.error().message);
    }
    changed_.notify_all();
}

void Scheduler::end(Running& running, const Result<WorkReport>& report) {
    JobRun& run = running.run;
    const std::string& name = run.draft.job;
    run.ended_at_us = ports_.clock.now_us();
    const bool manual = run.draft.trigger == RunTrigger::kManual;
    if (report) {
        run.state = report->differences ? RunState::kDoneWithDifferences : RunState::kDone;
        run.message = report->message;
    } else {
        running.error = report.error();
        run.message = report.error().message;
        if (running.over_time) {
            run.state = RunState::kTimedOut;
            run.message = fmt::format("over its time of {} s: {}",
                                      running.job.definition.time_out_s, run.message);
        } else if (stopping_) {
            run.state = RunState::kInterrupted;
        } else if (running.given_up) {
            run.state = RunState::kFailed;
            run.message = fmt::format("stopped by its caller: {}", run.message);
        } else {
            const bool again =
                !manual && running.failures_before + 1 < running.job.definition.max_failures;
            run.state = again ? RunState::kFailedToRepeat : RunState::kFailed;
        }
    }
    running.ended = true;
    const double seconds =
        static_cast<double>(ports_.clock.steady_us() - running.started_steady_us) /
        double{kSecondUs};
    ports_.metrics.set(ports::Gauge::kJobSeconds, seconds, {{"job", name}});
    if (ports::is_done(run.state)) {
        ports_.metrics.set(ports::Gauge::kJobLastSuccess,
                           static_cast<double>(*run.ended_at_us) / double{kSecondUs},
                           {{"job", name}});
    } else if (is_failure(run.state)) {
        ports_.metrics.add(ports::Counter::kJobFailures, 1, {{"job", name}});
    }
    log::write(
        run.state == RunState::kDone ? log::Level::kInfo : log::Level::kWarning, "schedule",
        fmt::format("ended job={} date={} attempt={} outcome={} seconds={:.1f} message=\"{}\"",
                    name, run.draft.logical_date, run.attempt, to_string(run.state), seconds,
                    run.message));
}

Status Scheduler::write_ending(Running& running) {
    const JobRun& run = running.run;
    SHELFCAST_TRY(
        ports_.ledger.end_run(run.id, {run.state, run.ended_at_us.value_or(0), run.message}));
    running.run.holds_lease = false;
    running.written = true;
    return {};
}

Result<RunAnswer> Scheduler::run_now(const RunRequest& request, const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const Job* const job, find(request.job));
    std::shared_ptr<Running> running;
    {
        const std::scoped_lock lock(mutex_);
        SHELFCAST_TRY(write_endings());
        const std::int64_t now_us = ports_.clock.now_us();
        std::string date = job->plan.last_until(now_us).logical_date;
        if (!request.logical_date.empty()) {
            SHELFCAST_ASSIGN(date, job->plan.parse_date(request.logical_date, now_us));
        }
        SHELFCAST_ASSIGN(const std::vector<JobRun> runs, ports_.ledger.runs(request.job, date));
        if (!runs.empty() && ports::is_done(runs.back().state)) {
            return RunAnswer{runs.back(), true};
        }
        SHELFCAST_ASSIGN(running,
                         start(*job, {std::move(date), RunTrigger::kManual, request.progress}));
    }
    const std::stop_callback pass_on(stop, [&] {
        {
            const std::scoped_lock lock(mutex_);
            running->given_up = true;
        }
        running->thread.request_stop();
    });
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return running->ended; });  // Ends with the run.
    if (running->error) {
        return tl::unexpected(*running->error);
    }
    return RunAnswer{running->run, false};
}

Result<std::vector<JobStatus>> Scheduler::list() {
    std::vector<JobStatus> all;
    for (const Job& job : jobs_) {
        SHELFCAST_ASSIGN(std::vector<JobRun> newest, ports_.ledger.history(job.definition.name, 1));
        all.push_back({job.definition, job.plan.next_after(ports_.clock.now_us()),
                       newest.empty() ? std::nullopt : std::optional(std::move(newest.front()))});
    }
    return all;
}

Result<std::vector<JobRun>> Scheduler::history(std::string_view job, std::size_t limit) {
    if (!job.empty()) {
        SHELFCAST_TRY(find(job));
    }
    return ports_.ledger.history(job, limit);
}

void Scheduler::request_stop() {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    for (const auto& [name, running] : running_) {
        running->thread.request_stop();
    }
}

bool Scheduler::wait_idle(std::chrono::milliseconds deadline) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, deadline, [&] {
        return std::ranges::all_of(running_, [](const auto& entry) { return entry.second->ended; });
    });
}

std::string_view to_string(RunState state) noexcept {
    switch (state) {
        case RunState::kRunning:
            return "running";
        case RunState::kDone:
            return "done";
        case RunState::kDoneWithDifferences:
            return "done_with_differences";
        case RunState::kFailed:
            return "failed";
        case RunState::kFailedToRepeat:
            return "failed_to_repeat";
        case RunState::kTimedOut:
            return "timed_out";
        case RunState::kInterrupted:
            return "interrupted";
    }
    return "unknown";
}

std::string_view to_string(RunTrigger trigger) noexcept {
    switch (trigger) {
        case RunTrigger::kSchedule:
            return "schedule";
        case RunTrigger::kManual:
            return "manual";
        case RunTrigger::kRepeat:
            return "repeat";
    }
    return "unknown";
}

}  // namespace shelfcast::schedule
