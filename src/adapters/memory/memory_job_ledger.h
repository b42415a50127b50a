#pragma once

/// \file adapters/memory/memory_job_ledger.h
/// Runs of jobs in memory, for tests. Thread safe. `away` makes every call fail, as a store does
/// whose process was killed or whose disk is gone.

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "ports/job_ledger.h"

namespace shelfcast::adapters {

class MemoryJobLedger final : public ports::JobLedger {
public:
    void set_away(bool away);

    Result<ports::JobRun> begin_run(const ports::JobRunDraft& draft) override;
    Status end_run(ports::JobRunId run, const ports::RunEnding& ending) override;
    Status mark_timed_out(ports::JobRunId run, std::string_view message) override;
    Result<std::uint64_t> release_others(std::string_view owner, std::int64_t now_us) override;
    Result<std::vector<ports::JobRun>> runs(std::string_view job,
                                            std::string_view logical_date) override;
    Result<std::vector<ports::JobRun>> owed_runs(std::string_view job) override;
    Result<std::vector<ports::JobRun>> history(std::string_view job, std::size_t limit) override;
    Result<std::int64_t> first_seen(std::string_view job, std::int64_t now_us) override;

private:
    [[nodiscard]] Status reachable() const;
    [[nodiscard]] ports::JobRun* holder(ports::JobRunId run);

    std::mutex mutex_;
    bool away_ = false;
    std::vector<ports::JobRun> runs_;  ///< In the order of their ids.
    std::map<std::string, std::int64_t, std::less<>> first_seen_;
};

}  // namespace shelfcast::adapters
