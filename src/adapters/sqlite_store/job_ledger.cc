// The JobLedger part of SqliteStore: runs of jobs and their leases.

#include "adapters/sqlite_store/database.h"
#include "adapters/sqlite_store/sqlite_store.h"

namespace shelfcast::adapters {
namespace {

using ports::JobRun;
using ports::JobRunDraft;
using ports::JobRunId;
using ports::RunState;
using sqlite_store::Database;
using sqlite_store::Query;

JobRun read_run(const Query& row) {
    JobRun run;
    run.id = JobRunId{row.number<std::uint64_t>(0)};
    run.draft = {row.text(1), row.text(2), static_cast<ports::RunTrigger>(row.integer(3)),
                 row.text(4), row.integer(5)};
    run.attempt = row.number<std::uint32_t>(6);
    run.state = static_cast<RunState>(row.integer(7));
    run.holds_lease = row.integer(8) != 0;
    if (row.integer(9) >= 0) {
        run.ended_at_us = row.integer(9);
    }
    run.message = row.text(10);
    return run;
}

Result<std::vector<JobRun>> read_runs(Query& query) {
    std::vector<JobRun> runs;
    for (;;) {  // ends with the rows
        SHELFCAST_ASSIGN(const bool row, query.next());
        if (!row) {
            return runs;
        }
        runs.push_back(read_run(query));
    }
}

Result<std::vector<JobRun>> runs_of(Database& database, std::string_view job,
                                    std::string_view date) {
    Query query = database.query(
        "select run_id, job, logical_date, triggered_by, owner, started_at_us, attempt, state, "
        "held, coalesce(ended_at_us, -1), message from job_runs "
        "where job = ?1 and logical_date = ?2 order by run_id",
        job, date);
    return read_runs(query);
}

Status check_free(Database& database, const JobRunDraft& draft) {
    Query holder = database.query(
        "select logical_date, owner from job_runs where job = ?1 and held = 1", draft.job);
    SHELFCAST_ASSIGN(const bool held, holder.next());
    if (held) {
        return fail(ErrorKind::kBusy, "job {} is running for {}", draft.job, holder.text(0));
    }
    return {};
}

Result<JobRun> insert_run(Database& database, const JobRunDraft& draft) {
    SHELFCAST_ASSIGN(const std::vector<JobRun> earlier,
                     runs_of(database, draft.job, draft.logical_date));
    for (const JobRun& run : earlier) {
        if (ports::is_done(run.state)) {
            return fail(ErrorKind::kConflict, "job {} is done for {}", draft.job,
                        draft.logical_date);
        }
    }
    SHELFCAST_TRY(check_free(database, draft));
    JobRun run;
    run.draft = draft;
    run.attempt = earlier.empty() ? 1 : earlier.back().attempt + 1;
    SHELFCAST_TRY(database
                      .query("insert into job_runs (job, logical_date, triggered_by, owner, "
                             "started_at_us, attempt, state, held, message) "
                             "values (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, '')",
                             draft.job, draft.logical_date,
                             static_cast<std::int64_t>(draft.trigger), draft.owner,
                             draft.started_at_us, run.attempt,
                             static_cast<std::int64_t>(RunState::kRunning))
                      .run());
    run.id = JobRunId{static_cast<std::uint64_t>(database.last_key())};
    return run;
}

Status one_changed(const Database& database, JobRunId run) {
    if (database.changes() != 1) {
        return fail(ErrorKind::kConflict, "job run {} does not hold its lease", run.value);
    }
    return {};
}

}  // namespace

Result<JobRun> SqliteStore::begin_run(const JobRunDraft& draft) {
    if (draft.job.empty() || draft.logical_date.empty() || draft.owner.empty()) {
        return fail(ErrorKind::kInvalidInput, "a run needs a job, a logical date and an owner");
    }
    const std::scoped_lock lock(database_->mutex());
    return database_->transaction([&] { return insert_run(*database_, draft); });
}

Status SqliteStore::end_run(JobRunId run, const ports::RunEnding& ending) {
    const std::scoped_lock lock(database_->mutex());
    SHELFCAST_TRY(database_
                      ->query("update job_runs set state = ?2, ended_at_us = ?3, message = ?4, "
                              "held = 0 where run_id = ?1 and held = 1",
                              run.value, static_cast<std::int64_t>(ending.state),
                              ending.ended_at_us, ending.message)
                      .run());
    return one_changed(*database_, run);
}

Status SqliteStore::mark_timed_out(JobRunId run, std::string_view message) {
    const std::scoped_lock lock(database_->mutex());
    SHELFCAST_TRY(
        database_
            ->query("update job_runs set state = ?2, message = ?3 where run_id = ?1 and held = 1",
                    run.value, static_cast<std::int64_t>(RunState::kTimedOut), message)
            .run());
    return one_changed(*database_, run);
}

Result<std::uint64_t> SqliteStore::release_others(std::string_view owner, std::int64_t now_us) {
    const std::scoped_lock lock(database_->mutex());
    SHELFCAST_TRY(database_
                      ->query("update job_runs set held = 0, ended_at_us = ?2, "
                              "state = case state when ?3 then ?4 else state end "
                              "where held = 1 and owner <> ?1",
                              owner, now_us, static_cast<std::int64_t>(RunState::kRunning),
                              static_cast<std::int64_t>(RunState::kInterrupted))
                      .run());
    return static_cast<std::uint64_t>(database_->changes());
}

Result<std::vector<JobRun>> SqliteStore::runs(std::string_view job, std::string_view logical_date) {
    const std::scoped_lock lock(database_->mutex());
    return runs_of(*database_, job, logical_date);
}

Result<std::vector<JobRun>> SqliteStore::owed_runs(std::string_view job) {
    const std::scoped_lock lock(database_->mutex());
    Query query = database_->query(
        "select run_id, job, logical_date, triggered_by, owner, started_at_us, attempt, state, "
        "held, coalesce(ended_at_us, -1), message from job_runs r "
        "where job = ?1 and state in (5, 7) and held = 0 and not exists (select 1 from job_runs "
        "where job = r.job and logical_date = r.logical_date and attempt > r.attempt) "
        "order by run_id",
        job);
    return read_runs(query);
}

Result<std::vector<JobRun>> SqliteStore::history(std::string_view job, std::size_t limit) {
    const std::scoped_lock lock(database_->mutex());
    Query query = database_->query(
        "select run_id, job, logical_date, triggered_by, owner, started_at_us, attempt, state, "
        "held, coalesce(ended_at_us, -1), message from job_runs "
        "where ?1 = '' or job = ?1 order by run_id desc limit ?2",
        job, limit);
    return read_runs(query);
}

Result<std::int64_t> SqliteStore::first_seen(std::string_view job, std::int64_t now_us) {
    const std::scoped_lock lock(database_->mutex());
    {
        Query known =
            database_->query("select first_seen_us from scheduled_jobs where name = ?1", job);
        SHELFCAST_ASSIGN(const bool row, known.next());
        if (row && known.integer(0) <= now_us) {
            return known.integer(0);
        }
    }
    SHELFCAST_TRY(database_
                      ->query("insert into scheduled_jobs (name, first_seen_us) values (?1, ?2) "
                              "on conflict do update set first_seen_us = excluded.first_seen_us",
                              job, now_us)
                      .run());
    return now_us;
}

}  // namespace shelfcast::adapters
