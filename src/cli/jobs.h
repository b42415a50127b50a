#pragma once

/// \file cli/jobs.h
/// Jobs as JSON in and out, so that a command does the same whether it runs them itself or asks the
/// owner of the data directory to.

#include <string>

#include "api/jobs_handler.h"
#include "base/result.h"
#include "cli/backup.h"
#include "pipelines/ingest/import.h"

namespace shelfcast::cli {

class App;

/// {"files":[…],"format":"csv"?,"columns":{…}?,"create_stores":bool,"time_zone":"…","currency":"…"}
/// to {"files":[{…}],"accepted":n,"rejected":n,"reasons":{…},"stores_created":n}.
[[nodiscard]] api::Job import_job(App& app);
[[nodiscard]] std::string import_request(const ingest::ImportOptions& options);

/// {} to {"epochs":[{…}],"differing_keys":n}.
[[nodiscard]] api::Job batch_job(App& app);

/// {"folder":"…"} to {"files":n,"bytes":n,"open_epoch":n}.
[[nodiscard]] api::Job backup_job(App& app);
[[nodiscard]] std::string backup_request(const std::string& folder);
[[nodiscard]] std::string to_json_text(const BackupReport& report);

}  // namespace shelfcast::cli
