#pragma once

/// \file cli/schedule_job.h
/// What people ask of the scheduler, as JSON in and out.

#include <cstdint>
#include <string>

#include "api/jobs_handler.h"

namespace shelfcast::cli {

class App;

/// {"action":"list"} to {"engine":"…","time_zone":"…","jobs":[{…}]};
/// {"action":"run","job":"…","date":"…"?} to {"already_done":bool,"run":{…}};
/// {"action":"history","job":"…"?,"limit":n} to {"runs":[{…}]}.
[[nodiscard]] api::Job schedule_job(App& app);

}  // namespace shelfcast::cli
