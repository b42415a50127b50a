#include "cli/jobs.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "cli/app.h"
#include "cli/file_reading.h"
#include "retail/event.h"

namespace shelfcast::cli {
namespace {

using nlohmann::json;

json reasons_of(const ports::Tally& tally) {
    json reasons = json::object();
    for (std::size_t i = 1; i < ports::Tally::kReasons; ++i) {
        if (tally.rejected_by_reason[i] > 0) {
            const auto reason = static_cast<retail::RejectReason>(i);
            reasons[std::string(retail::to_string(reason))] = tally.rejected_by_reason[i];
        }
    }
    return reasons;
}

json to_json(const ingest::ImportReport& report) {
    json files = json::array();
    for (const ingest::FileReport& file : report.files) {
        files.push_back({{"path", file.path},
                         {"format", ingest::to_string(file.format)},
                         {"outcome", ingest::to_string(file.outcome)},
                         {"rows", file.record.rows_done - file.record.first_row},
                         {"accepted", file.tally.accepted},
                         {"rejected", file.tally.rejected()},
                         {"ignored_columns", file.ignored_columns}});
    }
    return {{"files", std::move(files)},
            {"accepted", report.tally.accepted},
            {"rejected", report.tally.rejected()},
            {"reasons", reasons_of(report.tally)},
            {"stores_created", report.stores_created}};
}

json to_json(const batch::EpochReport& report) {
    return {{"epoch", report.epoch.value},
            {"accepted", report.accepted},
            {"rejected", report.rejected},
            {"duplicates", report.duplicates},
            {"lake_files", report.lake_files},
            {"lake_bytes", report.lake_bytes},
            {"differing_keys", report.differing_keys},
            {"differences", differences_json(report.differences)},
            {"elapsed_ms", report.elapsed_us / 1000}};
}

Result<ingest::ImportOptions> import_options_from(const std::string& text) {
    const json request = json::parse(text, nullptr, false);
    if (!request.is_object() || !request.contains("files") || !request["files"].is_array()) {
        return fail(ErrorKind::kInvalidInput, "an import job is an object with a list of files");
    }
    ingest::ImportOptions options;
    try {
        options.files = request["files"].get<std::vector<std::string>>();
        SHELFCAST_ASSIGN(options.reading, file_reading_from(request));
    } catch (const json::exception& broken) {
        return fail(ErrorKind::kInvalidInput, "import job: {}", broken.what());
    }
    return options;
}

// The table that an import job names, if any. The text was parsed before.
Result<std::optional<ingest::ReferenceTable>> reference_table_from(const std::string& text) {
    const json request = json::parse(text);
    if (!request.contains("table")) {
        return std::optional<ingest::ReferenceTable>();
    }
    const std::string name =
        request["table"].is_string() ? request["table"].get<std::string>() : "";
    const auto table = ingest::reference_table(name);
    if (!table) {
        return fail(ErrorKind::kInvalidInput, "table \"{}\" is none of {}", name,
                    fmt::join(ingest::reference_table_names(), ", "));
    }
    return table;
}

Result<std::string> import_reference_files(App& app, ingest::ReferenceTable table,
                                           const ingest::ImportOptions& options,
                                           const std::stop_token& stop) {
    json files = json::array();
    std::uint64_t rows = 0;
    std::uint64_t changed = 0;
    for (const std::string& path : options.files) {
        SHELFCAST_ASSIGN(const ingest::ReferenceReport report,
                         app.import_reference(table, path, options.reading.format, stop));
        files.push_back({{"path", path},
                         {"rows", report.rows},
                         {"changed", report.changed},
                         {"ignored_columns", report.ignored_columns}});
        rows += report.rows;
        changed += report.changed;
    }
    return json{{"table", ingest::to_string(table)},
                {"files", std::move(files)},
                {"rows", rows},
                {"changed", changed}}
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

json differences_json(std::span<const ports::Difference> differences) {
    json list = json::array();
    for (const ports::Difference& one : differences) {
        list.push_back({{"table", one.table},
                        {"epoch", one.epoch.value},
                        {"key", one.key},
                        {"speed", one.speed},
                        {"batch", one.batch}});
    }
    return list;
}

json epochs_json(std::span<const batch::EpochReport> reports) {
    json epochs = json::array();
    std::uint64_t differing = 0;
    for (const batch::EpochReport& report : reports) {
        epochs.push_back(to_json(report));
        differing += report.differing_keys;
    }
    return {{"epochs", std::move(epochs)}, {"differing_keys", differing}};
}

std::string import_request(const ingest::ImportOptions& options,
                           std::optional<ingest::ReferenceTable> table) {
    json request = to_json(options.reading);
    request["files"] = options.files;
    if (table) {
        request["table"] = ingest::to_string(*table);
    }
    return request.dump(-1, ' ', false, json::error_handler_t::replace);
}

api::Job import_job(App& app) {
    return [&app](const std::string& text, const api::JobProgress& progress,
                  const std::stop_token& stop) -> Result<std::string> {
        SHELFCAST_ASSIGN(const ingest::ImportOptions options, import_options_from(text));
        SHELFCAST_ASSIGN(const auto table, reference_table_from(text));
        if (table) {
            return import_reference_files(app, *table, options, stop);
        }
        const auto report_progress = [&](const ingest::ImportProgress& at) {
            progress(json{{"file", at.file},
                          {"rows", at.rows_done},
                          {"done", at.bytes_done},
                          {"total", at.bytes}}
                         .dump(-1, ' ', false, json::error_handler_t::replace));
        };
        SHELFCAST_ASSIGN(const ingest::ImportReport report,
                         app.import(options, report_progress, stop));
        return to_json(report).dump(-1, ' ', false, json::error_handler_t::replace);
    };
}

batch::ReportProgress batch_progress(const api::JobProgress& progress) {
    if (!progress) {
        return {};
    }
    return [progress](const batch::BatchProgress& at) {
        progress(json{{"file", fmt::format("epoch {}", at.epoch.value)},
                      {"rows", at.done_steps / 2},
                      {"done", at.done_steps},
                      {"total", at.steps}}
                     .dump());
    };
}

api::Job batch_job(App& app) {
    return [&app](const std::string&, const api::JobProgress& progress,
                  const std::stop_token& stop) -> Result<std::string> {
        SHELFCAST_ASSIGN(const std::vector<batch::EpochReport> reports,
                         app.close_epochs(stop, batch_progress(progress)));
        return epochs_json(reports).dump(-1, ' ', false, json::error_handler_t::replace);
    };
}

std::string replay_request(const ReplayRequest& request) {
    json text = to_json(request.options.new_stores);
    text.update({{"reason", request.reason},
                 {"from", request.from},
                 {"to", request.to},
                 {"limit", request.limit},
                 {"dry_run", request.options.dry_run}});
    return text.dump(-1, ' ', false, json::error_handler_t::replace);
}

api::Job replay_job(App& app) {
    return [&app](const std::string& text, const api::JobProgress& progress,
                  const std::stop_token& stop) -> Result<std::string> {
        ReplayRequest request;
        try {
            const json from = json::parse(text);
            request.reason = from.value("reason", request.reason);
            request.from = from.value("from", request.from);
            request.to = from.value("to", request.to);
            request.limit = from.value("limit", request.limit);
            request.options.dry_run = from.value("dry_run", false);
            request.options.new_stores = store_creation_from(from);
        } catch (const json::exception& broken) {
            return fail(ErrorKind::kInvalidInput, "replay job: {}", broken.what());
        }
        SHELFCAST_ASSIGN(const ingest::ReplayReport report, app.replay(request, progress, stop));
        return json{{"accepted", report.tally.accepted},
                    {"rejected", report.tally.rejected()},
                    {"reasons", reasons_of(report.tally)},
                    {"replayed_before", report.earlier},
                    {"stores_created", report.stores_created}}
            .dump();
    };
}

std::string backup_request(const std::string& folder) {
    return json{{"folder", folder}}.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string to_json_text(const BackupReport& report) {
    return json{
        {"files", report.files}, {"bytes", report.bytes}, {"open_epoch", report.open_epoch.value}}
        .dump();
}

api::Job backup_job(App& app) {
    return [&app](const std::string& text, const api::JobProgress& progress,
                  const std::stop_token& stop) -> Result<std::string> {
        const json request = json::parse(text, nullptr, false);
        if (!request.is_object() || !request.contains("folder") || !request["folder"].is_string()) {
            return fail(ErrorKind::kInvalidInput, "a backup job is an object with a folder");
        }
        const auto report_progress = [&](std::uint64_t done, std::uint64_t total) {
            progress(json{{"file", "backup"}, {"done", done}, {"total", total}}.dump());
        };
        SHELFCAST_ASSIGN(const BackupReport report,
                         app.back_up(request["folder"].get<std::string>(), report_progress, stop));
        return to_json_text(report);
    };
}

}  // namespace shelfcast::cli
