#pragma once

/// \file tests/contract/job_ledger_contract.h
/// What every adapter of ports/job_ledger.h keeps. An adapter's test makes the factory and says
/// INSTANTIATE_TEST_SUITE_P(Name, JobLedgerContract, testing::Values(factory)).

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ports/job_ledger.h"

namespace shelfcast::contract {

/// An empty ledger of its own; its storage goes with it.
class JobLedgerHarness {
public:
    virtual ~JobLedgerHarness() = default;
    virtual ports::JobLedger& jobs() = 0;
    /// Ends the ledger and opens it again on the same storage.
    virtual void reopen() = 0;
};

using JobLedgerFactory = std::function<std::unique_ptr<JobLedgerHarness>()>;

class JobLedgerContract : public testing::TestWithParam<JobLedgerFactory> {
protected:
    void SetUp() override {
        harness_ = GetParam()();
        ASSERT_NE(harness_, nullptr);
    }

    template <typename T>
    static T value(Result<T> result) {
        EXPECT_TRUE(result) << result.error().message;
        return result ? std::move(*result) : T{};
    }
    static void ok(const Status& status) { EXPECT_TRUE(status) << status.error().message; }
    template <typename T>
    static void expect_error(const Result<T>& result, ErrorKind kind, std::string_view named) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().kind, kind) << result.error().message;
        EXPECT_NE(result.error().message.find(named), std::string::npos) << result.error().message;
    }
    static ports::JobRunDraft draft(std::string job, std::string date, std::string owner = "one") {
        return {std::move(job), std::move(date), ports::RunTrigger::kSchedule, std::move(owner),
                100};
    }
    ports::JobLedger& jobs() { return harness_->jobs(); }
    /// Begins a run and ends it so.
    ports::JobRun run(const ports::JobRunDraft& wanted, ports::RunState state) {
        ports::JobRun made = value(jobs().begin_run(wanted));
        ok(jobs().end_run(made.id, {state, 200, "it said so"}));
        made.state = state;
        made.holds_lease = false;
        made.ended_at_us = 200;
        made.message = "it said so";
        return made;
    }

    std::unique_ptr<JobLedgerHarness> harness_;
};

using Runs = std::vector<ports::JobRun>;

TEST_P(JobLedgerContract, ARunIsKeptAsItWasWrittenDown) {
    const ports::JobRun begun = value(jobs().begin_run(
        {"batch", "2026-11-22", ports::RunTrigger::kManual, "pid 7", 1'795'000'000'000'000}));
    EXPECT_EQ(begun.attempt, 1U);
    EXPECT_EQ(begun.state, ports::RunState::kRunning);
    EXPECT_TRUE(begun.holds_lease);
    EXPECT_EQ(begun.ended_at_us, std::nullopt);
    harness_->reopen();
    EXPECT_EQ(value(jobs().runs("batch", "2026-11-22")), Runs{begun});
    ok(jobs().end_run(begun.id, {ports::RunState::kDoneWithDifferences, 5, "3 keys differ"}));
    harness_->reopen();
    const Runs ended = value(jobs().runs("batch", "2026-11-22"));
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].draft, begun.draft);
    EXPECT_EQ(ended[0].state, ports::RunState::kDoneWithDifferences);
    EXPECT_EQ(ended[0].message, "3 keys differ");
    EXPECT_EQ(ended[0].ended_at_us, 5);
    EXPECT_FALSE(ended[0].holds_lease);
    EXPECT_EQ(value(jobs().runs("batch", "2026-11-23")), Runs{});
    EXPECT_EQ(value(jobs().runs("other", "2026-11-22")), Runs{});
}

TEST_P(JobLedgerContract, WhatIsDoneIsNeverBegunAgain) {
    for (const auto state : {ports::RunState::kDone, ports::RunState::kDoneWithDifferences}) {
        const std::string date = state == ports::RunState::kDone ? "2026-01-01" : "2026-01-02";
        run(draft("batch", date), state);
        harness_->reopen();
        expect_error(jobs().begin_run(draft("batch", date)), ErrorKind::kConflict, date);
        expect_error(jobs().begin_run(draft("batch", date, "two")), ErrorKind::kConflict, "batch");
        EXPECT_EQ(value(jobs().begin_run(draft("retention " + date, date))).attempt, 1U);
    }
}

TEST_P(JobLedgerContract, WhatIsNotDoneGetsAnotherAttempt) {
    std::uint32_t attempt = 0;
    for (const auto state : {ports::RunState::kFailed, ports::RunState::kFailedToRepeat,
                             ports::RunState::kTimedOut, ports::RunState::kInterrupted}) {
        EXPECT_EQ(run(draft("batch", "2026-01-01"), state).attempt, ++attempt);
    }
    EXPECT_EQ(run(draft("batch", "2026-01-02"), ports::RunState::kDone).attempt, 1U);
    EXPECT_EQ(run(draft("batch", "2026-01-01"), ports::RunState::kDone).attempt, ++attempt);
}

TEST_P(JobLedgerContract, OneRunOfAJobHoldsTheLease) {
    const ports::JobRun first = value(jobs().begin_run(draft("batch", "2026-01-01")));
    for (const char* date : {"2026-01-01", "2026-01-02"}) {
        expect_error(jobs().begin_run(draft("batch", date)), ErrorKind::kBusy, "2026-01-01");
        expect_error(jobs().begin_run(draft("batch", date, "two")), ErrorKind::kBusy, "batch");
    }
    const ports::JobRun other = value(jobs().begin_run(draft("retention", "2026-01-01")));
    EXPECT_NE(other.id, first.id);
    ok(jobs().end_run(first.id, {ports::RunState::kFailed, 1, "no"}));
    expect_error(jobs().end_run(first.id, {ports::RunState::kDone, 2, "late"}),
                 ErrorKind::kConflict, "lease");
    EXPECT_EQ(value(jobs().begin_run(draft("batch", "2026-01-02"))).attempt, 1U);
    EXPECT_EQ(value(jobs().runs("batch", "2026-01-01")).at(0).state, ports::RunState::kFailed);
}

TEST_P(JobLedgerContract, ATimedOutRunKeepsItsLeaseUntilItEnds) {
    const ports::JobRun slow = value(jobs().begin_run(draft("batch", "2026-01-01")));
    ok(jobs().mark_timed_out(slow.id, "over 60 s"));
    harness_->reopen();
    const ports::JobRun marked = value(jobs().runs("batch", "2026-01-01")).at(0);
    EXPECT_EQ(marked.state, ports::RunState::kTimedOut);
    EXPECT_TRUE(marked.holds_lease);
    EXPECT_EQ(marked.message, "over 60 s");
    expect_error(jobs().begin_run(draft("batch", "2026-01-01")), ErrorKind::kBusy, "batch");
    // It came to its end after all.
    ok(jobs().end_run(slow.id, {ports::RunState::kDone, 9, "late"}));
    expect_error(jobs().mark_timed_out(slow.id, "again"), ErrorKind::kConflict, "lease");
    expect_error(jobs().begin_run(draft("batch", "2026-01-01")), ErrorKind::kConflict, "done");
}

TEST_P(JobLedgerContract, TheDeadLoseTheirLeases) {
    const ports::JobRun dead = value(jobs().begin_run(draft("batch", "2026-01-01", "one")));
    const ports::JobRun hung = value(jobs().begin_run(draft("slow", "2026-01-01", "one")));
    ok(jobs().mark_timed_out(hung.id, "over"));
    const ports::JobRun mine = value(jobs().begin_run(draft("retention", "2026-01-01", "two")));
    harness_->reopen();
    EXPECT_EQ(value(jobs().release_others("two", 77)), 2U);
    EXPECT_EQ(value(jobs().release_others("two", 78)), 0U);
    const ports::JobRun after = value(jobs().runs("batch", "2026-01-01")).at(0);
    EXPECT_EQ(after.state, ports::RunState::kInterrupted);
    EXPECT_EQ(after.ended_at_us, 77);
    EXPECT_FALSE(after.holds_lease);
    EXPECT_EQ(value(jobs().runs("slow", "2026-01-01")).at(0).state, ports::RunState::kTimedOut);
    EXPECT_EQ(value(jobs().runs("retention", "2026-01-01")), Runs{mine});
    EXPECT_EQ(value(jobs().begin_run(draft("batch", "2026-01-01", "two"))).attempt, 2U);
    expect_error(jobs().end_run(dead.id, {ports::RunState::kDone, 80, "from the grave"}),
                 ErrorKind::kConflict, "lease");
}

TEST_P(JobLedgerContract, OwedRunsAreTheNewestOfTheirDate) {
    const ports::JobRun old = run(draft("batch", "2026-01-01"), ports::RunState::kFailedToRepeat);
    const ports::JobRun cut = run(draft("batch", "2026-01-02"), ports::RunState::kInterrupted);
    run(draft("batch", "2026-01-03"), ports::RunState::kInterrupted);
    run(draft("batch", "2026-01-03"), ports::RunState::kDone);
    run(draft("batch", "2026-01-04"), ports::RunState::kFailedToRepeat);
    run(draft("batch", "2026-01-04"), ports::RunState::kFailed);
    run(draft("batch", "2026-01-05"), ports::RunState::kTimedOut);
    run(draft("other", "2026-01-01"), ports::RunState::kInterrupted);
    harness_->reopen();
    EXPECT_EQ(value(jobs().owed_runs("batch")), (Runs{old, cut}));
    const ports::JobRun again = value(jobs().begin_run(draft("batch", "2026-01-01")));
    EXPECT_EQ(value(jobs().owed_runs("batch")), Runs{cut});
    ok(jobs().end_run(again.id, {ports::RunState::kInterrupted, 3, ""}));
    EXPECT_EQ(value(jobs().owed_runs("batch")).size(), 2U);
}

TEST_P(JobLedgerContract, HistoryIsNewestFirst) {
    const ports::JobRun a = run(draft("a", "2026-01-01"), ports::RunState::kDone);
    const ports::JobRun b = run(draft("b", "2026-01-01"), ports::RunState::kFailed);
    const ports::JobRun c = run(draft("a", "2025-01-01"), ports::RunState::kDone);
    harness_->reopen();
    constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
    EXPECT_EQ(value(jobs().history("", kAll)), (Runs{c, b, a}));
    EXPECT_EQ(value(jobs().history("", 2)), (Runs{c, b}));
    EXPECT_EQ(value(jobs().history("a", 10)), (Runs{c, a}));
    EXPECT_EQ(value(jobs().history("a", 0)), Runs{});
    EXPECT_EQ(value(jobs().history("nobody", 10)), Runs{});
}

TEST_P(JobLedgerContract, TheEarliestTimeAJobWasSeenStays) {
    EXPECT_EQ(value(jobs().first_seen("a", 500)), 500);
    EXPECT_EQ(value(jobs().first_seen("a", 900)), 500);
    EXPECT_EQ(value(jobs().first_seen("b", 700)), 700);
    harness_->reopen();
    EXPECT_EQ(value(jobs().first_seen("a", 1000)), 500);
    EXPECT_EQ(value(jobs().first_seen("a", 400)), 400);
    EXPECT_EQ(value(jobs().first_seen("a", 1000)), 400);
}

TEST_P(JobLedgerContract, ARunNeedsNames) {
    expect_error(jobs().begin_run(draft("", "2026-01-01")), ErrorKind::kInvalidInput, "job");
    expect_error(jobs().begin_run(draft("a", "")), ErrorKind::kInvalidInput, "date");
    expect_error(jobs().begin_run(draft("a", "2026-01-01", "")), ErrorKind::kInvalidInput, "owner");
}

TEST_P(JobLedgerContract, OfManyThreadsOneGetsTheLease) {
    constexpr int kThreads = 8;
    std::atomic<int> begun{0};
    std::atomic<int> busy{0};
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < kThreads; ++thread) {
            threads.emplace_back([&, thread] {
                const auto got =
                    jobs().begin_run(draft("batch", "2026-01-01", std::to_string(thread)));
                if (got) {
                    ++begun;
                } else if (got.error().kind == ErrorKind::kBusy) {
                    ++busy;
                }
            });
        }
    }
    EXPECT_EQ(begun, 1);
    EXPECT_EQ(busy, kThreads - 1);
}

}  // namespace shelfcast::contract
