#pragma once

/// \file api/jobs_handler.h
/// Long work asked for over HTTP: the answer is a stream of JSON lines, {"progress":…} while it
/// goes on and one {"result":…} or {"error":…} at its end. It begins when the first line is asked
/// for. A client that goes away stops the job.

#include <functional>
#include <string>
#include <string_view>

#include "api/token_check.h"
#include "base/result.h"
#include "ports/http.h"

namespace shelfcast::api {

/// Takes one JSON object; may be called from the job's own thread only.
using JobProgress = std::function<void(std::string_view json)>;

/// Runs to its end: a JSON object in, a JSON object out.
using Job = std::function<Result<std::string>(
    const std::string& request_json, const JobProgress& progress, const std::stop_token& stop)>;

[[nodiscard]] ports::HttpHandler make_job_handler(Job job, TokenCheck allowed);

}  // namespace shelfcast::api
