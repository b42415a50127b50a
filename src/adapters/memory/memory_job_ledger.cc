#include "adapters/memory/memory_job_ledger.h"

#include <algorithm>

namespace shelfcast::adapters {

using ports::JobRun;
using ports::RunState;

void MemoryJobLedger::set_away(bool away) {
    const std::scoped_lock lock(mutex_);
    away_ = away;
}

Status MemoryJobLedger::reachable() const {
    return away_ ? Status(fail(ErrorKind::kUnavailable, "the ledger is away")) : Status();
}

JobRun* MemoryJobLedger::holder(ports::JobRunId run) {
    const auto found = std::ranges::find(runs_, run, &JobRun::id);
    return found != runs_.end() && found->holds_lease ? &*found : nullptr;
}

Result<JobRun> MemoryJobLedger::begin_run(const ports::JobRunDraft& draft) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(reachable());
    if (draft.job.empty() || draft.logical_date.empty() || draft.owner.empty()) {
        return fail(ErrorKind::kInvalidInput, "a run needs a job, a logical date and an owner");
    }
    JobRun made{.id = {runs_.size() + 1}, .draft = draft};
    for (const JobRun& run : runs_) {
        if (run.draft.job != draft.job || run.draft.logical_date != draft.logical_date) {
            continue;
        }
        made.attempt = run.attempt + 1;
        if (ports::is_done(run.state)) {
            return fail(ErrorKind::kConflict, "job {} is done for {}", draft.job,
                        draft.logical_date);
        }
    }
    for (const JobRun& run : runs_) {
        if (run.draft.job == draft.job && run.holds_lease) {
            return fail(ErrorKind::kBusy, "job {} is running for {}", draft.job,
                        run.draft.logical_date);
        }
    }
    runs_.push_back(made);
    return made;
}

Status MemoryJobLedger::end_run(ports::JobRunId run, const ports::RunEnding& ending) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(reachable());
    JobRun* const held = holder(run);
    if (held == nullptr) {
        return fail(ErrorKind::kConflict, "job run {} does not hold its lease", run.value);
    }
    held->state = ending.state;
    held->ended_at_us = ending.ended_at_us;
    held->message = ending.message;
    held->holds_lease = false;
    return {};
}

Status MemoryJobLedger::mark_timed_out(ports::JobRunId run, std::string_view message) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(reachable());
    JobRun* const held = holder(run);
    if (held == nullptr) {
        return fail(ErrorKind::kConflict, "job run {} does not hold its lease", run.value);
    }
    held->state = RunState::kTimedOut;
    held->message = message;
    return {};
}

Result<std::uint64_t> MemoryJobLedger::release_others(std::string_view owner, std::int64_t now_us) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(reachable());
    std::uint64_t released = 0;
    for (JobRun& run : runs_) {
        if (run.holds_lease && run.draft.owner != owner) {
            run.holds_lease = false;
            run.ended_at_us = now_us;
            run.state = run.state == RunState::kRunning ? RunState::kInterrupted : run.state;
            ++released;
        }
    }
    return released;
}

Result<std::vector<JobRun>> MemoryJobLedger::runs(std::string_view job,
                                                  std::string_view logical_date) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(reachable());
    std::vector<JobRun> found;
    std::ranges::copy_if(runs_, std::back_inserter(found), [&](const JobRun& run) {
        return run.draft.job == job && run.draft.logical_date == logical_date;
    });
    return found;
}

Result<std::vector<JobRun>> MemoryJobLedger::owed_runs(std::string_view job) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(reachable());
    std::map<std::string, const JobRun*> newest;
    for (const JobRun& run : runs_) {
        if (run.draft.job == job) {
            newest[run.draft.logical_date] = &run;
        }
    }
    std::vector<JobRun> owed;
    for (const auto& [date, run] : newest) {
        if (run->state == RunState::kInterrupted || run->state == RunState::kFailedToRepeat) {
            owed.push_back(*run);
        }
    }
    std::ranges::sort(owed, {}, &JobRun::id);
    return owed;
}

Result<std::vector<JobRun>> MemoryJobLedger::history(std::string_view job, std::size_t limit) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(reachable());
    std::vector<JobRun> found;
    for (auto run = runs_.rbegin(); run != runs_.rend() && found.size() < limit; ++run) {
        if (job.empty() || run->draft.job == job) {
            found.push_back(*run);
        }
    }
    return found;
}

Result<std::int64_t> MemoryJobLedger::first_seen(std::string_view job, std::int64_t now_us) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_TRY(reachable());
    const auto [seen, added] = first_seen_.try_emplace(std::string(job), now_us);
    seen->second = std::min(seen->second, now_us);
    return seen->second;
}

}  // namespace shelfcast::adapters
