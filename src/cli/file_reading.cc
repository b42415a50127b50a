#include "cli/file_reading.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace shelfcast::cli {
namespace {

using nlohmann::json;

/// The format of that name; none for an empty one.
Result<std::optional<ingest::FileFormat>> format_of(const std::string& name) {
    if (name.empty()) {
        return std::nullopt;
    }
    for (const auto format :
         {ingest::FileFormat::kCsv, ingest::FileFormat::kNdjson, ingest::FileFormat::kParquet}) {
        if (ingest::to_string(format) == name) {
            return format;
        }
    }
    return fail(ErrorKind::kInvalidInput, "format \"{}\" is none of csv, ndjson, parquet", name);
}

Result<ingest::ColumnNames> columns_of(const std::vector<std::string>& pairs) {
    ingest::ColumnNames names;
    for (const std::string& pair : pairs) {
        const std::size_t equals = pair.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == pair.size()) {
            return fail(ErrorKind::kInvalidInput,
                        "--column \"{}\" is not FIELD=COLUMN, like event_time=InvoiceDate", pair);
        }
        const std::string field = pair.substr(0, equals);
        if (!names.emplace(field, pair.substr(equals + 1)).second) {
            return fail(ErrorKind::kInvalidInput, "--column gives field {} twice", field);
        }
    }
    return names;
}

}  // namespace

void add_store_creation_flags(CLI::App& command, ingest::StoreCreation& creation) {
    command.add_flag("--create-stores", creation.wanted, "Unknown store codes become stores");
    command.add_option("--time-zone", creation.time_zone, "Of created stores: Europe/London");
    command.add_option("--currency", creation.currency, "Of created stores: GBP");
}

void add_file_reading_flags(CLI::App& command, FileReadingFlags& flags) {
    command
        .add_option("--format", flags.format,
                    "csv, ndjson or parquet; default: by name and content")
        ->check(CLI::IsMember({"csv", "ndjson", "parquet"}));
    command
        .add_option("--column", flags.columns,
                    "FIELD=COLUMN where the file names it otherwise: event_time=InvoiceDate; "
                    "once per field")
        ->allow_extra_args(false);
    add_store_creation_flags(command, flags.new_stores);
}

Result<ingest::FileReading> file_reading_of(const FileReadingFlags& flags) {
    ingest::FileReading reading{.new_stores = flags.new_stores};
    SHELFCAST_ASSIGN(reading.format, format_of(flags.format));
    SHELFCAST_ASSIGN(reading.columns, columns_of(flags.columns));
    return reading;
}

json to_json(const ingest::StoreCreation& creation) {
    return {{"create_stores", creation.wanted},
            {"time_zone", creation.time_zone},
            {"currency", creation.currency}};
}

json to_json(const ingest::FileReading& reading) {
    json request = to_json(reading.new_stores);
    request["columns"] = reading.columns;
    if (reading.format) {
        request["format"] = ingest::to_string(*reading.format);
    }
    return request;
}

ingest::StoreCreation store_creation_from(const json& request) {
    return {.wanted = request.value("create_stores", false),
            .time_zone = request.value("time_zone", ""),
            .currency = request.value("currency", "")};
}

Result<ingest::FileReading> file_reading_from(const json& request) {
    ingest::FileReading reading{.new_stores = store_creation_from(request)};
    reading.columns = request.value("columns", reading.columns);
    SHELFCAST_ASSIGN(reading.format, format_of(request.value("format", "")));
    return reading;
}

}  // namespace shelfcast::cli
