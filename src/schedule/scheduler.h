#pragma once

/// \file schedule/scheduler.h
/// The built-in scheduler: starts what is due, stops what is over its time, repeats what failed,
/// and finishes what an earlier life of the program left. One per data directory.
///
/// The wall clock decides only what is due; the ledger decides what was done. Of dates that were
/// missed only the latest is caught up. Each run has its own thread; one run of a job at a time.
/// Thread safe.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "ports/clock.h"
#include "ports/job_ledger.h"
#include "ports/metrics.h"
#include "schedule/jobs.h"
#include "schedule/plan.h"

namespace shelfcast::schedule {

/// Takes one JSON object, from the run's own thread.
using Progress = std::function<void(std::string_view json)>;

struct RunContext {
    std::string logical_date;
    std::int64_t due_at_us = 0;  ///< When that date was due: UTC, since 1970.
    Progress progress;           ///< May be empty.
};

struct WorkReport {
    bool differences = false;  ///< Done, and the two layers were found to differ.
    std::string message;       ///< One line for the history.
};

/// What a job does. Ends soon after a stop request, with an error unless everything was done; may
/// be called again for the same date, and must then do no harm.
using Work = std::function<Result<WorkReport>(const RunContext&, const std::stop_token&)>;

struct SchedulerPorts {
    ports::JobLedger& ledger;
    const ports::Clock& clock;
    ports::Metrics& metrics;
};

struct SchedulerOptions {
    std::string owner;                        ///< Unlike that of any earlier life of the program.
    std::string time_zone = "UTC";            ///< Of the cron expressions and logical dates.
    std::map<std::string, std::string> cron;  ///< By job, in place of the definition's.
};

struct JobStatus {
    JobDefinition definition;  ///< With the cron expression that is in force.
    Occurrence next;
    std::optional<ports::JobRun> last;
};

struct RunRequest {
    std::string job;
    std::string logical_date;  ///< Empty: the newest that is due.
    Progress progress;
};

struct RunAnswer {
    ports::JobRun run;
    bool already_done = false;  ///< `run` is the one that did it earlier.
};

class Scheduler {
public:
    /// Takes the leases of earlier lives away. Definitions without work are left out. Errors:
    /// kInvalidInput for a wrong cron expression, zone or job name; the ledger's.
    [[nodiscard]] static Result<std::unique_ptr<Scheduler>> create(
        SchedulerPorts ports, SchedulerOptions options, std::vector<JobDefinition> definitions,
        std::map<std::string, Work> works);
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;
    /// Asks what runs to stop and waits for it.
    ~Scheduler();

    /// From now on ticks start what is due and what is owed. Before, only run_now starts anything.
    void activate();
    /// One look at the clock: writes down what ended, stops what is over its time, starts what is
    /// due. Does not wait for any run.
    [[nodiscard]] Status tick();
    /// Ticks once a second until stopped.
    void run(const std::stop_token& stop);

    /// Runs a job and waits for its end; a stop request is passed on to it. Errors: kNotFound for
    /// an unknown job; kBusy while another run of it is under way; the work's own.
    [[nodiscard]] Result<RunAnswer> run_now(const RunRequest& request, const std::stop_token& stop);

    [[nodiscard]] Result<std::vector<JobStatus>> list();
    /// Newest first; of every job if the name is empty. Error: kNotFound.
    [[nodiscard]] Result<std::vector<ports::JobRun>> history(std::string_view job,
                                                             std::size_t limit);

    /// Asks what runs to stop, and starts nothing more; does not wait.
    void request_stop();
    /// Until no run is under way. False: not within the deadline.
    [[nodiscard]] bool wait_idle(std::chrono::milliseconds deadline);

private:
    struct Job {
        JobDefinition definition;
        Plan plan;
        Work work;
    };
    struct Running;
    struct Due {
        std::string logical_date;
        ports::RunTrigger trigger;
        Progress progress;
    };

    Scheduler(SchedulerPorts ports, std::string owner) : ports_(ports), owner_(std::move(owner)) {}
    [[nodiscard]] Result<const Job*> find(std::string_view name) const;
    [[nodiscard]] Status show_last_successes();
    // The rest is called with mutex_ held.
    [[nodiscard]] Status write_endings();
    [[nodiscard]] Status stop_overdue();
    [[nodiscard]] Result<std::optional<Due>> due(const Job& job);
    [[nodiscard]] Result<std::shared_ptr<Running>> start(const Job& job, const Due& due);
    void execute(Running& running, const std::stop_token& stop);
    void end(Running& running, const Result<WorkReport>& report);
    [[nodiscard]] Status write_ending(Running& running);

    SchedulerPorts ports_;
    std::string owner_;
    std::vector<Job> jobs_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool active_ = false;
    bool stopping_ = false;
    /// By job. Shared with the run_now that waits for it.
    std::map<std::string, std::shared_ptr<Running>> running_;
};

/// running, done, done_with_differences, failed, failed_to_repeat, timed_out, interrupted.
[[nodiscard]] std::string_view to_string(ports::RunState state) noexcept;
/// schedule, manual, repeat.
[[nodiscard]] std::string_view to_string(ports::RunTrigger trigger) noexcept;

}  // namespace shelfcast::schedule
