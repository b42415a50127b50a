#pragma once

/// \file cli/jobs.h
/// Jobs as JSON in and out, so that a command does the same whether it runs them itself or asks the
/// owner of the data directory to.

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "api/jobs_handler.h"
#include "base/result.h"
#include "pipelines/batch/batch_layer.h"
#include "pipelines/ingest/import.h"

namespace shelfcast::cli {

class App;

/// {"files":[…],"format":"csv"?,"columns":{…}?,"create_stores":bool,"time_zone":"…","currency":"…"}
/// to {"files":[{…}],"accepted":n,"rejected":n,"reasons":{…},"stores_created":n}.
[[nodiscard]] api::Job import_job(App& app);
[[nodiscard]] std::string import_request(const ingest::ImportOptions& options);

/// {} to {"epochs":[{…}],"differing_keys":n}.
[[nodiscard]] api::Job batch_job(App& app);

/// {"deep":bool} to {"findings":[{"check":"…","level":"OK","found":"…","remedy":""}]}.
[[nodiscard]] api::Job doctor_job(App& app);

/// The keys at which layers or generations differ, as a JSON list.
[[nodiscard]] nlohmann::json differences_json(std::span<const ports::Difference> differences);
/// {"epochs":[{…}],"differing_keys":n}.
[[nodiscard]] nlohmann::json epochs_json(std::span<const batch::EpochReport> reports);
/// The format of that name; kInvalidInput for another word.
[[nodiscard]] Result<ingest::FileFormat> file_format_from(const std::string& name);

}  // namespace shelfcast::cli
