#pragma once

/// \file cli/jobs.h
/// Jobs as JSON in and out, so that a command does the same whether it runs them itself or asks the
/// owner of the data directory to.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>

#include "api/jobs_handler.h"
#include "base/result.h"
#include "cli/backup.h"
#include "pipelines/batch/batch_layer.h"
#include "pipelines/ingest/import.h"
#include "pipelines/ingest/reference_import.h"
#include "pipelines/ingest/replay.h"

namespace shelfcast::cli {

class App;

/// {"files":[…],"format":"csv"?,"columns":{…}?,"create_stores":bool,"time_zone":"…","currency":"…"}
/// to {"files":[{…}],"accepted":n,"rejected":n,"reasons":{…},"stores_created":n}.
[[nodiscard]] api::Job import_job(App& app);
/// With "table":"products|stores|…" in it (ingest::reference_table_names()): the files are of that
/// table, and the answer is
/// {"table":"…","files":[{"path":"…","rows":n,"changed":n,"ignored_columns":[…]}],"rows":n,
/// "changed":n}.
[[nodiscard]] std::string import_request(const ingest::ImportOptions& options,
                                         std::optional<ingest::ReferenceTable> table = {});

/// Says how far a batch is, for the same readers; nothing if nobody listens.
[[nodiscard]] batch::ReportProgress batch_progress(const api::JobProgress& progress);

/// {} to {"epochs":[{…}],"differing_keys":n}.
[[nodiscard]] api::Job batch_job(App& app);

/// {"deep":bool} to {"findings":[{"check":"…","level":"OK","found":"…","remedy":""}]}.
[[nodiscard]] api::Job doctor_job(App& app);

/// The keys at which layers or generations differ, as a JSON list.
[[nodiscard]] nlohmann::json differences_json(std::span<const ports::Difference> differences);
/// {"epochs":[{…}],"differing_keys":n}.
[[nodiscard]] nlohmann::json epochs_json(std::span<const batch::EpochReport> reports);
/// Which dead letters to replay, and how.
struct ReplayRequest {
    ingest::ReplayOptions options;
    std::string reason;               ///< Empty: every reason.
    std::string from = "1970-01-01";  ///< UTC dates of arrival, both included.
    std::string to = "2149-06-06";
    std::uint64_t limit = 0;  ///< At most so many letters are tried; 0: all.
    /// Only this one, with these bytes, which a person may have corrected.
    std::optional<ingest::ReplayLetter> only{};
};

/// The members of ReplayRequest and its options to {"accepted":n,"rejected":n,"reasons":{…},
/// "replayed_before":n,"stores_created":n}.
[[nodiscard]] api::Job replay_job(App& app);
[[nodiscard]] std::string replay_request(const ReplayRequest& request);

/// {"folder":"…"} to {"files":n,"bytes":n,"open_epoch":n}.
[[nodiscard]] api::Job backup_job(App& app);
[[nodiscard]] std::string backup_request(const std::string& folder);
[[nodiscard]] std::string to_json_text(const BackupReport& report);

}  // namespace shelfcast::cli
