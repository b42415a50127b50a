#pragma once

/// \file cli/session.h
/// One command, done by whoever can: the owner of the data directory if one runs, else by opening
/// the directory here and letting it go afterwards.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/clickhouse/clickhouse_warehouse.h"
#include "api/jobs_handler.h"
#include "base/result.h"
#include "config/config.h"

namespace shelfcast::cli {

class App;

/// Opens a data directory that nobody owns, for one command: nobody else is served, so no
/// well-known port is taken from an instance on another data directory.
[[nodiscard]] Result<std::unique_ptr<App>> open_alone(config::Config config,
                                                      const std::stop_token& stop);

/// Runs a job ("import", "batch") and returns its result, a JSON object.
[[nodiscard]] Result<std::string> run_job(const config::Config& config, std::string_view name,
                                          const std::function<api::Job(App&)>& local,
                                          const std::string& request,
                                          const api::JobProgress& progress,
                                          const std::stop_token& stop);

/// The same, with a progress bar if standard error is a terminal.
[[nodiscard]] Result<std::string> run_job_with_bar(const config::Config& config,
                                                   std::string_view name,
                                                   const std::function<api::Job(App&)>& local,
                                                   const std::string& request,
                                                   const std::stop_token& stop);

/// Asks the owner of the data directory to run a job; nothing when there is none.
[[nodiscard]] Result<std::optional<std::string>> ask_owner_if_any(const config::Config& config,
                                                                  std::string_view name,
                                                                  const std::string& request,
                                                                  const std::stop_token& stop);

/// Calls `use` with the warehouse of the data directory, as its administrator.
[[nodiscard]] Status with_warehouse(
    const config::Config& config, const std::stop_token& stop,
    const std::function<Status(adapters::clickhouse::ClickHouseWarehouse&)>& use);

}  // namespace shelfcast::cli
