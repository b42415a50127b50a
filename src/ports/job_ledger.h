#pragma once

/// \file ports/job_ledger.h
/// Which job ran for which logical date, and who runs one now: the history of scheduled jobs and
/// their leases. Adapters: sqlite_store; a fake in memory; contract in
/// tests/contract/job_ledger_contract.h. Thread safe; each method is one durable transaction.
///
/// The lease: at most one run of a job holds it, and no run begins for a (job, logical date) that
/// is done. A lease belongs to an owner (one life of a process) and ends with the run, or when the
/// owner is known to be dead; never by the passing of time, so that a clock that jumps gives
/// nothing away.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace shelfcast::ports {

/// The number of a run, growing over the life of a data directory.
using JobRunId = StrongId<struct JobRunTag, std::uint64_t>;

enum class RunState : std::uint8_t {
    kRunning = 1,
    kDone = 2,
    kDoneWithDifferences = 3,  ///< Done, and the two layers were found to differ.
    kFailed = 4,
    kFailedToRepeat = 5,  ///< Failed, and a later attempt is owed.
    kTimedOut = 6,        ///< May still hold the lease: it has not ended yet.
    kInterrupted = 7,     ///< The program stopped or died; a later attempt is owed.
};

[[nodiscard]] constexpr bool is_done(RunState state) noexcept {
    return state == RunState::kDone || state == RunState::kDoneWithDifferences;
}

/// Who asked for a run.
enum class RunTrigger : std::uint8_t {
    kSchedule = 1,  ///< The date was due.
    kManual = 2,    ///< A person, or another scheduler.
    kRepeat = 3,    ///< An earlier attempt failed or was interrupted.
};

struct JobRunDraft {
    std::string job;
    std::string logical_date;
    RunTrigger trigger = RunTrigger::kSchedule;
    std::string owner;  ///< One life of a process.
    std::int64_t started_at_us = 0;
    bool operator==(const JobRunDraft&) const = default;
};

struct JobRun {
    JobRunId id;
    JobRunDraft draft;
    std::uint32_t attempt = 1;  ///< Of this job and date, from 1.
    RunState state = RunState::kRunning;
    bool holds_lease = true;
    std::optional<std::int64_t> ended_at_us;
    std::string message;
    bool operator==(const JobRun&) const = default;
};

/// How a run ended.
struct RunEnding {
    RunState state = RunState::kDone;
    std::int64_t ended_at_us = 0;
    std::string message;
};

class JobLedger {
public:
    virtual ~JobLedger() = default;

    /// Takes the lease and writes the run down. Errors: kConflict when the job is done for that
    /// date; kBusy when a run of the job holds the lease; kInvalidInput for an empty name, date or
    /// owner.
    [[nodiscard]] virtual Result<JobRun> begin_run(const JobRunDraft& draft) = 0;
    /// Ends a run and gives the lease back. Error: kConflict when the run does not hold it.
    [[nodiscard]] virtual Status end_run(JobRunId run, const RunEnding& ending) = 0;
    /// Says that a run is over its time; it keeps the lease. Error: kConflict when it has none.
    [[nodiscard]] virtual Status mark_timed_out(JobRunId run, std::string_view message) = 0;
    /// Takes the leases of every other owner away; what was running becomes interrupted. To be
    /// called by who knows that no other owner lives. Returns how many.
    [[nodiscard]] virtual Result<std::uint64_t> release_others(std::string_view owner,
                                                               std::int64_t now_us) = 0;

    /// The runs of a job for a date, first attempt first.
    [[nodiscard]] virtual Result<std::vector<JobRun>> runs(std::string_view job,
                                                           std::string_view logical_date) = 0;
    /// Newest attempts of their dates that were interrupted or failed to be repeated, oldest first.
    [[nodiscard]] virtual Result<std::vector<JobRun>> owed_runs(std::string_view job) = 0;
    /// Newest first; of every job if the name is empty.
    [[nodiscard]] virtual Result<std::vector<JobRun>> history(std::string_view job,
                                                              std::size_t limit) = 0;
    /// The earliest time that this was called with for the job: dates before it are not owed.
    [[nodiscard]] virtual Result<std::int64_t> first_seen(std::string_view job,
                                                          std::int64_t now_us) = 0;
};

}  // namespace shelfcast::ports
