#pragma once

/// \file schedule/jobs.h
/// The jobs of the program, in one list that the built-in scheduler and any other one share: name,
/// time, limits, and the command that does the same. What a job does is bound by the wiring.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shelfcast::schedule {

struct JobDefinition {
    std::string name;
    std::string cron;  ///< In the schedule's time zone; see schedule/cron.h.
    std::string description;
    std::int64_t time_out_s = 0;
    /// Failures of one logical date until nobody tries it again by itself. Interruptions by a stop
    /// or a crash are no failures.
    std::uint32_t max_failures = 3;
    std::int64_t repeat_pause_s = 600;  ///< Between a failure and the next attempt.
};

[[nodiscard]] std::vector<JobDefinition> job_definitions();

/// What is wrong with a cron expression for a job of that name; empty: nothing.
[[nodiscard]] std::string job_fault(std::string_view name, std::string_view cron);

/// The command line that runs a job for a date: "shelfcast schedule run NAME --date 2026-11-22".
[[nodiscard]] std::string command_of(std::string_view job, std::string_view logical_date);

}  // namespace shelfcast::schedule
