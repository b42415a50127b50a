#pragma once

/// \file cli/schedule_job.h
/// What people ask of the scheduler, as JSON in and out.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "api/jobs_handler.h"
#include "base/result.h"

namespace shelfcast::cli {

class App;

/// {"action":"list"} to {"engine":"…","time_zone":"…","jobs":[{…}]};
/// {"action":"run","job":"…","date":"…"?} to {"already_done":bool,"run":{…}};
/// {"action":"history","job":"…"?,"limit":n} to {"runs":[{…}]}.
[[nodiscard]] api::Job schedule_job(App& app);

/// {"engine":"…","time_zone":"…","jobs":[{"name":"…","next":{…},"last":{…}},…]}.
[[nodiscard]] Result<nlohmann::json> jobs_json(App& app);

}  // namespace shelfcast::cli
