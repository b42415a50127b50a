#pragma once

/// \file cli/scheduled_works.h
/// What the jobs of schedule/jobs.h do, bound to the running program.

#include <map>
#include <string>

#include "schedule/scheduler.h"

namespace shelfcast::cli {

class App;

/// By job name. `app` must outlive them.
[[nodiscard]] std::map<std::string, schedule::Work> scheduled_works(App& app);

}  // namespace shelfcast::cli
