// The JobLedger part of PostgresStore: runs of jobs and their leases.

#include <algorithm>
#include <limits>

#include "adapters/postgres_store/database.h"
#include "adapters/postgres_store/postgres_store.h"

namespace shelfcast::adapters {
namespace {

using ports::JobRun;
using ports::JobRunDraft;
using ports::JobRunId;
using ports::RunState;
using postgres_store::Bytes;
using postgres_store::Connection;
using postgres_store::Rows;

// One begins at a time; readers do not wait.
constexpr const char* kBegin = "begin; lock table job_runs in share row exclusive mode";

constexpr const char* kSelectRuns =
    "select run_id, job, logical_date, triggered_by, owner, started_at_us, attempt, state, held, "
    "ended_at_us, message from job_runs where job = $1 and logical_date = $2 order by run_id";
constexpr const char* kSelectOwedRuns =
    "select run_id, job, logical_date, triggered_by, owner, started_at_us, attempt, state, held, "
    "ended_at_us, message from job_runs r where job = $1 and state in (5, 7) and not held "
    "and not exists (select 1 from job_runs where job = r.job and logical_date = r.logical_date "
    "and attempt > r.attempt) order by run_id";
constexpr const char* kSelectHistory =
    "select run_id, job, logical_date, triggered_by, owner, started_at_us, attempt, state, held, "
    "ended_at_us, message from job_runs where $1::text = '' or job = $1::text "
    "order by run_id desc limit $2::bigint";

std::vector<JobRun> read_runs(const Rows& rows) {
    std::vector<JobRun> runs;
    runs.reserve(static_cast<std::size_t>(rows.count()));
    for (int row = 0; row < rows.count(); ++row) {
        JobRun run;
        run.id = JobRunId{rows.number<std::uint64_t>(row, 0)};
        run.draft = {rows.text(row, 1), rows.text(row, 2),
                     static_cast<ports::RunTrigger>(rows.integer(row, 3)), rows.text(row, 4),
                     rows.integer(row, 5)};
        run.attempt = rows.number<std::uint32_t>(row, 6);
        run.state = static_cast<RunState>(rows.integer(row, 7));
        run.holds_lease = rows.truth(row, 8);
        if (!rows.is_null(row, 9)) {
            run.ended_at_us = rows.integer(row, 9);
        }
        run.message = rows.bytes(row, 10);
        runs.push_back(std::move(run));
    }
    return runs;
}

Status check_free(Connection& connection, const JobRunDraft& draft) {
    SHELFCAST_ASSIGN(
        const Rows holder,
        connection.query("select logical_date from job_runs where job = $1 and held", draft.job));
    if (!holder.empty()) {
        return fail(ErrorKind::kBusy, "job {} is running for {}", draft.job, holder.text(0, 0));
    }
    return {};
}

Result<JobRun> insert_run(Connection& connection, const JobRunDraft& draft) {
    SHELFCAST_ASSIGN(const Rows rows, connection.query(kSelectRuns, draft.job, draft.logical_date));
    const std::vector<JobRun> earlier = read_runs(rows);
    if (std::ranges::any_of(earlier, ports::is_done, &JobRun::state)) {
        return fail(ErrorKind::kConflict, "job {} is done for {}", draft.job, draft.logical_date);
    }
    SHELFCAST_TRY(check_free(connection, draft));
    JobRun run;
    run.draft = draft;
    run.attempt = earlier.empty() ? 1 : earlier.back().attempt + 1;
    SHELFCAST_ASSIGN(
        const Rows inserted,
        connection.query("insert into job_runs (job, logical_date, triggered_by, owner, "
                         "started_at_us, attempt, state, held, message) "
                         "values ($1, $2, $3, $4, $5, $6, $7, true, '') returning run_id",
                         draft.job, draft.logical_date, static_cast<int>(draft.trigger),
                         draft.owner, draft.started_at_us, run.attempt,
                         static_cast<int>(RunState::kRunning)));
    run.id = JobRunId{inserted.number<std::uint64_t>(0, 0)};
    return run;
}

Status one_changed(const Rows& rows, JobRunId run) {
    if (rows.changed() != 1) {
        return fail(ErrorKind::kConflict, "job run {} does not hold its lease", run.value);
    }
    return {};
}

}  // namespace

Result<JobRun> PostgresStore::begin_run(const JobRunDraft& draft) {
    if (draft.job.empty() || draft.logical_date.empty() || draft.owner.empty()) {
        return fail(ErrorKind::kInvalidInput, "a run needs a job, a logical date and an owner");
    }
    return database_->transaction(
        kBegin, [&](Connection& connection) { return insert_run(connection, draft); });
}

Status PostgresStore::end_run(JobRunId run, const ports::RunEnding& ending) {
    return database_->transaction("begin", [&](Connection& connection) -> Status {
        SHELFCAST_ASSIGN(
            const Rows rows,
            connection.query("update job_runs set state = $2, ended_at_us = $3, message = $4, "
                             "held = false where run_id = $1 and held",
                             run.value, static_cast<int>(ending.state), ending.ended_at_us,
                             Bytes{ending.message}));
        return one_changed(rows, run);
    });
}

Status PostgresStore::mark_timed_out(JobRunId run, std::string_view message) {
    SHELFCAST_ASSIGN(
        const Rows rows,
        database_->query("update job_runs set state = $2, message = $3 "
                         "where run_id = $1 and held",
                         run.value, static_cast<int>(RunState::kTimedOut), Bytes{message}));
    return one_changed(rows, run);
}

Result<std::uint64_t> PostgresStore::release_others(std::string_view owner, std::int64_t now_us) {
    SHELFCAST_ASSIGN(
        const Rows rows,
        database_->query("update job_runs set held = false, ended_at_us = $2, "
                         "state = case state when $3::smallint then $4::smallint else state end "
                         "where held and owner <> $1",
                         owner, now_us, static_cast<int>(RunState::kRunning),
                         static_cast<int>(RunState::kInterrupted)));
    return rows.changed();
}

Result<std::vector<JobRun>> PostgresStore::runs(std::string_view job,
                                                std::string_view logical_date) {
    SHELFCAST_ASSIGN(const Rows rows, database_->query(kSelectRuns, job, logical_date));
    return read_runs(rows);
}

Result<std::vector<JobRun>> PostgresStore::owed_runs(std::string_view job) {
    SHELFCAST_ASSIGN(const Rows rows, database_->query(kSelectOwedRuns, job));
    return read_runs(rows);
}

Result<std::vector<JobRun>> PostgresStore::history(std::string_view job, std::size_t limit) {
    constexpr std::size_t kMost = std::numeric_limits<std::int64_t>::max();
    SHELFCAST_ASSIGN(const Rows rows,
                     database_->query(kSelectHistory, job, std::min(limit, kMost)));
    return read_runs(rows);
}

Result<std::int64_t> PostgresStore::first_seen(std::string_view job, std::int64_t now_us) {
    SHELFCAST_ASSIGN(
        const Rows rows,
        database_->query("insert into scheduled_jobs as known (name, first_seen_us) "
                         "values ($1, $2) on conflict (name) do update "
                         "set first_seen_us = least(known.first_seen_us, excluded.first_seen_us) "
                         "returning first_seen_us",
                         job, now_us));
    return rows.integer(0, 0);
}

}  // namespace shelfcast::adapters
