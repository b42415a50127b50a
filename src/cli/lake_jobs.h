#pragma once

/// \file cli/lake_jobs.h
/// Jobs on the lake and on what is made from it: backfill, rebuild, looking, verifying, committing,
/// compacting. JSON in and out, like jobs.h.

#include "api/jobs_handler.h"

namespace shelfcast::cli {

class App;

/// {"files":[…],…} or {"synthetic":{"stores":n,…},"truth":"DIR"} or neither (what the log holds),
/// with "from" and "to" dates and "close" (true: the batch runs afterwards).
[[nodiscard]] api::Job backfill_job(App& app);

/// {"accept_differences":bool} to {"generation":n,"rows":n,"switched":bool,"differing_keys":n,…}.
[[nodiscard]] api::Job rebuild_job(App& app);

/// {"do":"ls"|"verify"|"commit"|"compact",…}.
[[nodiscard]] api::Job lake_job(App& app);

}  // namespace shelfcast::cli
