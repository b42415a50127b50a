#include "cli/jobs.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "cli/app.h"
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
        options.create_stores = request.value("create_stores", false);
        options.time_zone = request.value("time_zone", "");
        options.currency = request.value("currency", "");
        if (request.contains("columns")) {
            options.columns = request["columns"].get<ingest::ColumnNames>();
        }
        if (const std::string format = request.value("format", ""); !format.empty()) {
            SHELFCAST_ASSIGN(options.format, file_format_from(format));
        }
    } catch (const json::exception& broken) {
        return fail(ErrorKind::kInvalidInput, "import job: {}", broken.what());
    }
    return options;
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

Result<ingest::FileFormat> file_format_from(const std::string& name) {
    for (const auto format :
         {ingest::FileFormat::kCsv, ingest::FileFormat::kNdjson, ingest::FileFormat::kParquet}) {
        if (ingest::to_string(format) == name) {
            return format;
        }
    }
    return fail(ErrorKind::kInvalidInput, "format \"{}\" is none of csv, ndjson, parquet", name);
}

std::string import_request(const ingest::ImportOptions& options) {
    json request = {{"files", options.files},
                    {"create_stores", options.create_stores},
                    {"time_zone", options.time_zone},
                    {"currency", options.currency},
                    {"columns", options.columns}};
    if (options.format) {
        request["format"] = ingest::to_string(*options.format);
    }
    return request.dump(-1, ' ', false, json::error_handler_t::replace);
}

api::Job import_job(App& app) {
    return [&app](const std::string& text, const api::JobProgress& progress,
                  const std::stop_token& stop) -> Result<std::string> {
        SHELFCAST_ASSIGN(const ingest::ImportOptions options, import_options_from(text));
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

api::Job batch_job(App& app) {
    return [&app](const std::string&, const api::JobProgress&,
                  const std::stop_token& stop) -> Result<std::string> {
        SHELFCAST_ASSIGN(const std::vector<batch::EpochReport> reports, app.close_epochs(stop));
        return epochs_json(reports).dump(-1, ' ', false, json::error_handler_t::replace);
    };
}

}  // namespace shelfcast::cli
