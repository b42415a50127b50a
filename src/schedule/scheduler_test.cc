#include "schedule/scheduler.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <set>

#include "adapters/memory/memory_job_ledger.h"
#include "base/log.h"

namespace shelfcast::schedule {
namespace {

using ports::JobRun;
using ports::RunState;
using ports::RunTrigger;

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kMinuteUs = 60 * kSecondUs;
constexpr std::int64_t kHourUs = 60 * kMinuteUs;
constexpr std::int64_t kDayUs = 24 * kHourUs;
constexpr auto kDeadline = std::chrono::seconds(60);

std::int64_t utc_us(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
    return std::int64_t{retail::days_from_civil(year, month, day)} * kDayUs + hour * kHourUs +
           minute * kMinuteUs;
}

class FakeClock final : public ports::Clock {
public:
    [[nodiscard]] std::int64_t now_us() const override { return now_us_; }
    [[nodiscard]] std::int64_t steady_us() const override { return steady_us_; }
    void pass(std::int64_t us) {
        now_us_ += us;
        steady_us_ += us;
    }
    /// Somebody sets the wall clock; no time passes.
    void set(std::int64_t now_us) { now_us_ = now_us; }

private:
    std::atomic<std::int64_t> now_us_{utc_us(2026, 11, 20, 12)};
    std::atomic<std::int64_t> steady_us_{5 * kDayUs};
};

class FakeMetrics final : public ports::Metrics {
public:
    void add(ports::Counter counter, std::uint64_t amount,
             std::initializer_list<ports::Label> /*labels*/) override {
        failures += counter == ports::Counter::kJobFailures ? amount : 0;
    }
    void set(ports::Gauge gauge, double value,
             std::initializer_list<ports::Label> /*labels*/) override {
        (gauge == ports::Gauge::kJobLastSuccess ? last_success_s : seconds) = value;
    }
    void observe(ports::Histogram /*histogram*/, double /*value*/) override {}
    [[nodiscard]] std::string exposition() override { return {}; }

    std::atomic<std::uint64_t> failures = 0;
    std::atomic<double> last_success_s = 0;
    std::atomic<double> seconds = 0;
};

/// Work that waits until it is let go, whatever it is asked.
class Gate {
public:
    void wait_entered() {
        std::unique_lock lock(mutex_);
        ASSERT_TRUE(changed_.wait_for(lock, kDeadline, [&] { return inside_ > 0; }));
    }
    void open() {
        const std::scoped_lock lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    /// Stays inside until open() or, if it heeds them, a stop request.
    void enter(const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        ++inside_;
        changed_.notify_all();
        changed_.wait(lock, stop, [&] { return open_; });
        --inside_;
    }
    void enter() { enter(std::stop_token()); }

private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    int inside_ = 0;
    bool open_ = false;
};

std::vector<JobRun> history_of(ports::JobLedger& ledger) {
    return ledger.history("job", 1'000'000).value();
}

Result<WorkReport> stopped() { return fail(ErrorKind::kUnavailable, "stopped half-way"); }

class SchedulerTest : public testing::Test {
protected:
    static void SetUpTestSuite() { log::configure(log::Level::kError, log::Style::kText); }
    /// A new life of the program, with one job whose work is `work_`.
    std::unique_ptr<Scheduler> life(const std::string& owner, bool active = true) {
        auto made = Scheduler::create(
            {ledger_, clock_, metrics_}, {.owner = owner, .time_zone = zone_}, {definition_},
            {{"job", [this](const RunContext& run, const std::stop_token& stop) {
                  return work_(run, stop);
              }}});
        EXPECT_TRUE(made) << made.error().message;
        if (active) {
            (*made)->activate();
        }
        return std::move(*made);
    }
    /// One look at the clock, and the end of what that started.
    static void tick(Scheduler& scheduler) {
        const Status ticked = scheduler.tick();
        EXPECT_TRUE(ticked) << ticked.error().message;
        EXPECT_TRUE(scheduler.wait_idle(kDeadline));
    }
    void pass_and_tick(Scheduler& scheduler, std::int64_t us, std::int64_t step_us) {
        for (std::int64_t passed = 0; passed < us; passed += step_us) {
            clock_.pass(step_us);
            tick(scheduler);
        }
    }
    /// "DATE attempt STATE trigger" of every run, oldest first.
    std::vector<std::string> runs() {
        std::vector<std::string> found;
        for (const JobRun& run : history_of(ledger_)) {
            found.push_back(fmt::format("{} {} {} {}", run.draft.logical_date, run.attempt,
                                        to_string(run.state), to_string(run.draft.trigger)));
        }
        return {found.rbegin(), found.rend()};
    }

    FakeClock clock_;  // 2026-11-20 12:00 UTC
    adapters::MemoryJobLedger ledger_;
    FakeMetrics metrics_;
    std::string zone_ = "UTC";
    JobDefinition definition_{.name = "job",
                              .cron = "0 2 * * *",
                              .description = "",
                              .time_out_s = 3600,
                              .max_failures = 3,
                              .repeat_pause_s = 600};
    std::atomic<int> calls_ = 0;
    Work work_ = [this](const RunContext&, const std::stop_token&) -> Result<WorkReport> {
        ++calls_;
        return WorkReport{.message = "did it"};
    };
};

using Texts = std::vector<std::string>;

TEST_F(SchedulerTest, ANewJobOwesNothingUntilItsTimeComes) {
    const auto scheduler = life("one");
    tick(*scheduler);
    clock_.set(utc_us(2026, 11, 21, 1, 59));
    tick(*scheduler);
    EXPECT_EQ(runs(), Texts{});
    clock_.set(utc_us(2026, 11, 21, 2));
    tick(*scheduler);
    pass_and_tick(*scheduler, kDayUs - kMinuteUs, kMinuteUs);
    EXPECT_EQ(runs(), Texts{"2026-11-21 1 done schedule"});
    clock_.pass(kMinuteUs);
    tick(*scheduler);
    EXPECT_EQ(runs(), (Texts{"2026-11-21 1 done schedule", "2026-11-22 1 done schedule"}));
    EXPECT_EQ(calls_, 2);
    EXPECT_EQ(metrics_.last_success_s, static_cast<double>(utc_us(2026, 11, 22, 2)) / 1e6);
}

TEST_F(SchedulerTest, OnlyTheLatestMissedDateIsCaughtUp) {
    auto scheduler = life("one");
    tick(*scheduler);
    scheduler.reset();
    clock_.pass(21 * kDayUs);
    scheduler = life("two");
    tick(*scheduler);
    tick(*scheduler);
    EXPECT_EQ(runs(), Texts{"2026-12-11 1 done schedule"});
}

TEST_F(SchedulerTest, AClockThatJumpsWeeksAheadAndBackRunsNoDateTwice) {
    const auto scheduler = life("one");
    pass_and_tick(*scheduler, kDayUs, kHourUs);
    const std::int64_t true_now = clock_.now_us();
    clock_.set(true_now + 28 * kDayUs);
    tick(*scheduler);
    tick(*scheduler);
    clock_.set(true_now);
    pass_and_tick(*scheduler, 2 * kDayUs, kHourUs);
    clock_.set(clock_.now_us() - 36 * kHourUs);
    pass_and_tick(*scheduler, 2 * kDayUs, kHourUs);
    EXPECT_EQ(runs(), (Texts{"2026-11-21 1 done schedule", "2026-12-19 1 done schedule",
                             "2026-11-22 1 done schedule", "2026-11-23 1 done schedule"}));
}

TEST_F(SchedulerTest, AFirstStartWithAClockInTheFutureDoesNotStopTheSchedule) {
    clock_.set(utc_us(2099, 1, 1));
    const auto scheduler = life("one");
    tick(*scheduler);
    clock_.set(utc_us(2026, 11, 20, 12));
    pass_and_tick(*scheduler, kDayUs, kHourUs);
    EXPECT_EQ(runs(), Texts{"2026-11-21 1 done schedule"});
}

TEST_F(SchedulerTest, EachDayOfAClockChangeIsDoneOnce) {
    struct Change {
        const char* zone;
        std::int64_t from_us;
        Texts dates;
    };
    // 01:30 is in London's spring gap and in its autumn's double hour; New York's gap is 02:00.
    for (const Change& change :
         {Change{"Europe/London", utc_us(2026, 3, 28, 12), {"2026-03-29", "2026-03-30"}},
          Change{"Europe/London", utc_us(2026, 10, 24, 12), {"2026-10-25", "2026-10-26"}},
          Change{"America/New_York", utc_us(2026, 3, 7, 12), {"2026-03-08", "2026-03-09"}},
          Change{"America/New_York", utc_us(2026, 10, 31, 12), {"2026-11-01", "2026-11-02"}}}) {
        zone_ = change.zone;
        definition_.cron = zone_ == "Europe/London" || change.dates[0] == "2026-11-01"
                               ? "30 1 * * *"
                               : "30 2 * * *";
        clock_.set(change.from_us);
        adapters::MemoryJobLedger fresh;
        auto scheduler =
            Scheduler::create({fresh, clock_, metrics_}, {.owner = "one", .time_zone = zone_},
                              {definition_}, {{"job", work_}})
                .value();
        scheduler->activate();
        pass_and_tick(*scheduler, 2 * kDayUs, 10 * kMinuteUs);
        Texts dates;
        for (const JobRun& run : history_of(fresh)) {
            EXPECT_EQ(run.state, RunState::kDone);
            dates.insert(dates.begin(), run.draft.logical_date);
        }
        EXPECT_EQ(dates, change.dates) << zone_;
    }
}

TEST_F(SchedulerTest, AFailureIsRepeatedAfterAPauseAndAtLastLeft) {
    work_ = [](const RunContext&, const std::stop_token&) -> Result<WorkReport> {
        return fail(ErrorKind::kUnavailable, "no disk");
    };
    const auto scheduler = life("one");
    clock_.set(utc_us(2026, 11, 21, 2));
    tick(*scheduler);
    clock_.pass(599 * kSecondUs);
    tick(*scheduler);
    EXPECT_EQ(runs(), Texts{"2026-11-21 1 failed_to_repeat schedule"});
    clock_.pass(kSecondUs);
    tick(*scheduler);
    // The clock is set back in the pause: nobody waits longer for that.
    clock_.set(utc_us(2026, 11, 21, 2, 5));
    tick(*scheduler);
    pass_and_tick(*scheduler, 20 * kHourUs, 10 * kMinuteUs);
    EXPECT_EQ(runs(),
              (Texts{"2026-11-21 1 failed_to_repeat schedule",
                     "2026-11-21 2 failed_to_repeat repeat", "2026-11-21 3 failed repeat"}));
    EXPECT_EQ(ledger_.history("job", 1)->at(0).message, "no disk");
    EXPECT_EQ(metrics_.failures, 3U);
    EXPECT_EQ(metrics_.last_success_s, 0);
}

TEST_F(SchedulerTest, AFailedJobThatWorksTheSecondTimeIsDoneOnce) {
    work_ = [this](const RunContext&, const std::stop_token&) -> Result<WorkReport> {
        if (++calls_ == 1) {
            return fail(ErrorKind::kUnavailable, "no disk");
        }
        return WorkReport{};
    };
    auto scheduler = life("one");
    clock_.set(utc_us(2026, 11, 21, 2));
    tick(*scheduler);
    scheduler = life("two");  // A restart in the pause forgets nothing.
    pass_and_tick(*scheduler, 12 * kHourUs, 5 * kMinuteUs);
    EXPECT_EQ(runs(),
              (Texts{"2026-11-21 1 failed_to_repeat schedule", "2026-11-21 2 done repeat"}));
}

TEST_F(SchedulerTest, AStopInterruptsARunAndTheNextStartDoesItAgain) {
    Gate gate;
    work_ = [&](const RunContext&, const std::stop_token& stop) {
        gate.enter(stop);
        return stopped();
    };
    auto scheduler = life("one");
    clock_.set(utc_us(2026, 11, 21, 2));
    ASSERT_TRUE(scheduler->tick());
    gate.wait_entered();
    scheduler.reset();
    EXPECT_EQ(runs(), Texts{"2026-11-21 1 interrupted schedule"});
    work_ = [](const RunContext&, const std::stop_token&) { return WorkReport{}; };
    scheduler = life("two");
    tick(*scheduler);
    tick(*scheduler);
    EXPECT_EQ(runs(), (Texts{"2026-11-21 1 interrupted schedule", "2026-11-21 2 done repeat"}));
    EXPECT_EQ(metrics_.failures, 0U);
}

TEST_F(SchedulerTest, ARunWhoseOwnerDiedIsDoneAgainForItsDate) {
    Gate gate;
    work_ = [&](const RunContext&, const std::stop_token& stop) {
        gate.enter(stop);
        return stopped();
    };
    auto scheduler = life("one");
    clock_.set(utc_us(2026, 11, 21, 2));
    ASSERT_TRUE(scheduler->tick());
    gate.wait_entered();
    ledger_.set_away(true);  // kill -9: nothing reaches the ledger any more.
    scheduler.reset();
    ledger_.set_away(false);
    EXPECT_EQ(runs(), Texts{"2026-11-21 1 running schedule"});
    work_ = [](const RunContext&, const std::stop_token&) { return WorkReport{}; };
    clock_.pass(3 * kDayUs);
    scheduler = life("two");
    tick(*scheduler);
    tick(*scheduler);
    EXPECT_EQ(runs(), (Texts{"2026-11-21 1 interrupted schedule", "2026-11-21 2 done repeat",
                             "2026-11-24 1 done schedule"}));
}

TEST_F(SchedulerTest, AHangingRunIsMarkedAndKeepsItsLeaseUntilItEnds) {
    Gate gate;
    work_ = [&](const RunContext&, const std::stop_token&) {
        gate.enter();  // Deaf.
        return stopped();
    };
    const auto scheduler = life("one");
    clock_.set(utc_us(2026, 11, 21, 2));
    ASSERT_TRUE(scheduler->tick());
    gate.wait_entered();
    clock_.set(utc_us(2026, 11, 22, 2));  // A jump of the wall clock is no time over.
    ASSERT_TRUE(scheduler->tick());
    EXPECT_EQ(runs(), Texts{"2026-11-21 1 running schedule"});
    for (int day = 0; day < 3; ++day) {
        clock_.pass(kDayUs);
        ASSERT_TRUE(scheduler->tick());
        EXPECT_EQ(runs(), Texts{"2026-11-21 1 timed_out schedule"});
    }
    const auto busy = scheduler->run_now({.job = "job"}, {});
    ASSERT_FALSE(busy);
    EXPECT_EQ(busy.error().kind, ErrorKind::kBusy);
    EXPECT_NE(busy.error().message.find("2026-11-21"), std::string::npos);
    EXPECT_EQ(metrics_.failures, 0U);
    gate.open();
    ASSERT_TRUE(scheduler->wait_idle(kDeadline));
    EXPECT_EQ(metrics_.failures, 1U);
    EXPECT_NE(ledger_.history("job", 1)->at(0).message.find("over its time of 3600 s"),
              std::string::npos);
    tick(*scheduler);
    tick(*scheduler);
    // The next date fails by itself, as the gate is open; the one that hung is not tried again.
    EXPECT_EQ(runs(),
              (Texts{"2026-11-21 1 timed_out schedule", "2026-11-25 1 failed_to_repeat schedule"}));
}

TEST_F(SchedulerTest, ARunThatSucceedsAfterItsTimeIsDone) {
    Gate gate;
    work_ = [&](const RunContext&, const std::stop_token&) {
        gate.enter();
        return WorkReport{.message = "late"};
    };
    const auto scheduler = life("one");
    clock_.set(utc_us(2026, 11, 21, 2));
    ASSERT_TRUE(scheduler->tick());
    gate.wait_entered();
    clock_.pass(2 * kHourUs);
    ASSERT_TRUE(scheduler->tick());
    EXPECT_EQ(runs(), Texts{"2026-11-21 1 timed_out schedule"});
    gate.open();
    ASSERT_TRUE(scheduler->wait_idle(kDeadline));
    tick(*scheduler);
    EXPECT_EQ(runs(), Texts{"2026-11-21 1 done schedule"});
}

TEST_F(SchedulerTest, OfManyTriggersOneRuns) {
    Gate gate;
    work_ = [&](const RunContext&, const std::stop_token&) {
        ++calls_;
        gate.enter();
        return WorkReport{};
    };
    const auto one = life("program");
    const auto other = life("program");  // Another scheduler on the same ledger.
    clock_.set(utc_us(2026, 11, 21, 2));
    std::atomic<int> done = 0;
    std::atomic<int> refused = 0;
    constexpr int kPeople = 6;
    {
        std::vector<std::jthread> people;
        for (int person = 0; person < kPeople; ++person) {
            people.emplace_back([&, person] {
                const auto answer = (person % 2 == 0 ? one : other)->run_now({.job = "job"}, {});
                ++(answer ? done : refused);
            });
        }
        ASSERT_TRUE(one->tick());
        ASSERT_TRUE(other->tick());
        gate.wait_entered();
        ASSERT_TRUE(one->tick());
        ASSERT_TRUE(other->tick());
        gate.open();
    }
    ASSERT_TRUE(one->wait_idle(kDeadline));
    ASSERT_TRUE(other->wait_idle(kDeadline));
    tick(*one);
    tick(*other);
    EXPECT_EQ(calls_, 1);
    EXPECT_EQ(runs().size(), 1U);
    EXPECT_EQ(done + refused, kPeople);
    const auto again = other->run_now({.job = "job"}, {});
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->already_done);
    EXPECT_EQ(calls_, 1);
}

TEST_F(SchedulerTest, APersonRunsADateAndTheScheduleLeavesItAlone) {
    const auto scheduler = life("one");
    clock_.set(utc_us(2026, 11, 21, 2));
    std::string seen;
    work_ = [&](const RunContext& run, const std::stop_token&) {
        seen = run.logical_date;
        run.progress("{}");
        return WorkReport{.differences = true, .message = "2 keys differ"};
    };
    int progress = 0;
    const auto answer =
        scheduler->run_now({"job", "2026-11-21", [&](std::string_view) { ++progress; }}, {});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_FALSE(answer->already_done);
    EXPECT_EQ(answer->run.state, RunState::kDoneWithDifferences);
    EXPECT_EQ(seen, "2026-11-21");
    EXPECT_EQ(progress, 1);
    pass_and_tick(*scheduler, 12 * kHourUs, kHourUs);
    EXPECT_EQ(runs(), Texts{"2026-11-21 1 done_with_differences manual"});
    const auto again = scheduler->run_now({.job = "job"}, {});
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->already_done);
    EXPECT_EQ(again->run.message, "2 keys differ");
    EXPECT_EQ(scheduler->list()->at(0).last->state, RunState::kDoneWithDifferences);
    EXPECT_EQ(scheduler->list()->at(0).next.logical_date, "2026-11-22");
}

TEST_F(SchedulerTest, APersonsFailureIsTheirsAndTheScheduleStillDoesTheDate) {
    const auto scheduler = life("one");
    tick(*scheduler);
    clock_.set(utc_us(2026, 11, 21, 3));
    work_ = [](const RunContext&, const std::stop_token&) -> Result<WorkReport> {
        return fail(ErrorKind::kCorrupted, "bad file");
    };
    const auto failed = scheduler->run_now({.job = "job"}, {});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, ErrorKind::kCorrupted);
    std::stop_source caller;
    work_ = [&](const RunContext&, const std::stop_token& stop) {
        caller.request_stop();
        EXPECT_TRUE(stop.stop_requested());
        return stopped();
    };
    EXPECT_FALSE(scheduler->run_now({.job = "job"}, caller.get_token()));
    EXPECT_EQ(ledger_.history("job", 1)->at(0).message, "stopped by its caller: stopped half-way");
    work_ = [](const RunContext&, const std::stop_token&) { return WorkReport{}; };
    tick(*scheduler);
    EXPECT_EQ(runs(), (Texts{"2026-11-21 1 failed manual", "2026-11-21 2 failed manual",
                             "2026-11-21 3 done schedule"}));
}

TEST_F(SchedulerTest, OneThatIsNotActiveStartsNothingButWatchesPeoplesRuns) {
    auto scheduler = life("one");
    tick(*scheduler);
    scheduler = life("two", false);
    pass_and_tick(*scheduler, 2 * kDayUs, kHourUs);
    EXPECT_EQ(runs(), Texts{});
    Gate gate;
    work_ = [&](const RunContext&, const std::stop_token& stop) {
        gate.enter(stop);
        return stopped();
    };
    std::jthread person([&] { EXPECT_FALSE(scheduler->run_now({"job", "2026-11-20", {}}, {})); });
    gate.wait_entered();
    clock_.pass(kHourUs);
    tick(*scheduler);
    person.join();
    EXPECT_EQ(runs(), Texts{"2026-11-20 1 timed_out manual"});
}

TEST_F(SchedulerTest, AnEndingThatCannotBeWrittenIsWrittenLater) {
    Gate gate;
    work_ = [&](const RunContext&, const std::stop_token&) {
        ++calls_;
        gate.enter();
        return WorkReport{};
    };
    const auto scheduler = life("one");
    clock_.set(utc_us(2026, 11, 21, 2));
    ASSERT_TRUE(scheduler->tick());
    gate.wait_entered();
    ledger_.set_away(true);
    gate.open();
    ASSERT_TRUE(scheduler->wait_idle(kDeadline));
    EXPECT_FALSE(scheduler->tick());
    ledger_.set_away(false);
    EXPECT_EQ(runs(), Texts{"2026-11-21 1 running schedule"});
    tick(*scheduler);
    EXPECT_EQ(runs(), Texts{"2026-11-21 1 done schedule"});
    EXPECT_EQ(calls_, 1);
}

TEST_F(SchedulerTest, TheHistoryShowsAgainAfterARestart) {
    auto scheduler = life("one");
    clock_.set(utc_us(2026, 11, 21, 2));
    tick(*scheduler);
    scheduler.reset();
    metrics_.last_success_s = 0;
    scheduler = life("two");
    EXPECT_EQ(metrics_.last_success_s, static_cast<double>(utc_us(2026, 11, 21, 2)) / 1e6);
    EXPECT_EQ(scheduler->history("job", 5)->size(), 1U);
    EXPECT_EQ(scheduler->history("", 5)->size(), 1U);
}

TEST_F(SchedulerTest, WhatIsWrongWithAScheduleIsNamed) {
    const auto wrong = [&](SchedulerOptions options, std::string_view named) {
        const auto made = Scheduler::create({ledger_, clock_, metrics_}, std::move(options),
                                            {definition_}, {{"job", work_}});
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().kind, ErrorKind::kInvalidInput);
        EXPECT_NE(made.error().message.find(named), std::string::npos) << made.error().message;
    };
    wrong({.owner = "one", .time_zone = "Europe/Leeds"}, "Europe/Leeds");
    wrong({.owner = "one", .cron = {{"jbo", "0 1 * * *"}}}, "no job jbo; jobs are job");
    wrong({.owner = "one", .cron = {{"job", "0 25 * * *"}}}, "cron of job job");
    const auto scheduler = life("one");
    EXPECT_EQ(scheduler->run_now({.job = "jbo"}, {}).error().kind, ErrorKind::kNotFound);
    EXPECT_EQ(scheduler->history("jbo", 1).error().kind, ErrorKind::kNotFound);
    EXPECT_EQ(scheduler->run_now({"job", "2027-01-01", {}}, {}).error().kind,
              ErrorKind::kInvalidInput);
}

TEST_F(SchedulerTest, AnotherTimeAndZoneAreTaken) {
    const auto scheduler =
        Scheduler::create({ledger_, clock_, metrics_},
                          {.owner = "one",
                           .time_zone = "Asia/Shanghai",
                           .cron = {{"job", "30 21 * * MON"}, {"idle", "@daily"}}},
                          {definition_, {.name = "idle", .cron = "@hourly"}}, {{"job", work_}})
            .value();
    const auto all = scheduler->list().value();
    ASSERT_EQ(all.size(), 1U) << "a job without work is left out";
    EXPECT_EQ(all[0].definition.cron, "30 21 * * MON");
    EXPECT_EQ(all[0].next, (Occurrence{"2026-11-23", utc_us(2026, 11, 23, 13, 30)}));
    EXPECT_EQ(all[0].last, std::nullopt);
}

TEST(Jobs, EveryDefinitionIsSound) {
    std::set<std::string> names;
    for (const JobDefinition& job : job_definitions()) {
        EXPECT_TRUE(names.insert(job.name).second) << job.name;
        EXPECT_TRUE(Cron::parse(job.cron)) << job.name;
        EXPECT_GT(job.time_out_s, 0) << job.name;
        EXPECT_FALSE(job.description.empty()) << job.name;
    }
    EXPECT_EQ(command_of("lake_maintenance", "2026-11-22"),
              "shelfcast schedule run lake_maintenance --date 2026-11-22");
}

/// A year of days with restarts, kills in mid-job, failures and a clock that is set about.
class SchedulerYear : public SchedulerTest, public testing::WithParamInterface<unsigned> {
protected:
    Result<WorkReport> work(const RunContext& run, const std::stop_token& stop) {
        if (hang_) {
            gate_->enter(stop);
            return stopped();
        }
        if (fails_) {
            return fail(ErrorKind::kUnavailable, "by chance");
        }
        ++successes_[run.logical_date];
        return WorkReport{};
    }
    /// Ends this life in the middle of a run, if one is begun now: stopped, or killed.
    void end_in_mid_job(bool killed) {
        gate_ = std::make_unique<Gate>();
        hang_ = true;
        const std::size_t before = runs().size();
        ASSERT_TRUE(scheduler_->tick());
        if (runs().size() > before) {
            gate_->wait_entered();
        }
        ledger_.set_away(killed);
        scheduler_.reset();
        ledger_.set_away(false);
        hang_ = false;
        restart();
    }
    void restart() {
        scheduler_.reset();
        scheduler_ = life(fmt::format("life {}", ++lives_));
    }

    std::unique_ptr<Scheduler> scheduler_;
    std::unique_ptr<Gate> gate_;
    std::atomic<bool> hang_ = false;
    std::atomic<bool> fails_ = false;
    std::map<std::string, int> successes_;  // Written by one run at a time.
    int lives_ = 0;
};

TEST_P(SchedulerYear, EachLogicalDateIsDoneExactlyOnce) {
    SCOPED_TRACE(fmt::format("seed {}", GetParam()));
    std::mt19937 chance(GetParam());
    zone_ = chance() % 2 == 0 ? "Europe/London" : "America/New_York";
    definition_.cron = "30 1 * * *";
    definition_.max_failures = 1000;  // No date may be given up.
    work_ = [this](const RunContext& run, const std::stop_token& stop) { return work(run, stop); };
    clock_.set(utc_us(2026, 1, 1, 12));
    restart();
    std::int64_t skew_us = 0;  // What the clock is wrong by.
    const std::int64_t end = utc_us(2027, 1, 1, 12);
    while (clock_.now_us() - skew_us < end) {
        clock_.pass(static_cast<std::int64_t>(chance() % (5 * 3600)) * kSecondUs);
        if (chance() % 5 == 0) {
            const auto skew = (static_cast<std::int64_t>(chance() % 10) - 5) * kHourUs;
            clock_.set(clock_.now_us() + skew - skew_us);
            skew_us = skew;
        }
        fails_ = chance() % 4 == 0;
        switch (chance() % 6) {
            case 0:
                end_in_mid_job(false);
                break;
            case 1:
                end_in_mid_job(true);
                break;
            case 2:
                restart();
                break;
            default:
                break;
        }
        tick(*scheduler_);
    }
    fails_ = false;
    clock_.set(clock_.now_us() - skew_us);
    pass_and_tick(*scheduler_, kHourUs, 20 * kMinuteUs);

    std::map<std::string, int> done;
    for (const JobRun& run : history_of(ledger_)) {
        EXPECT_NE(run.state, RunState::kRunning) << run.draft.logical_date;
        done[run.draft.logical_date] += ports::is_done(run.state) ? 1 : 0;
    }
    EXPECT_EQ(done, successes_);
    std::int32_t day = retail::days_from_civil(2026, 1, 2);
    for (; day <= retail::days_from_civil(2027, 1, 1); ++day) {
        EXPECT_EQ(done[retail::format_date(day)], 1) << retail::format_date(day);
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, SchedulerYear, testing::Range(1U, 7U));

}  // namespace
}  // namespace shelfcast::schedule
