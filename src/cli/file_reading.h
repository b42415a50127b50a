#pragma once

/// \file cli/file_reading.h
/// How files of receipts are read, and which stores are made of unknown codes: the same flags on
/// every command that asks, the same members in every job's request.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "pipelines/ingest/import_source.h"

namespace CLI {
class App;
}

namespace shelfcast::cli {

struct FileReadingFlags {
    std::string format;                ///< Empty: by name and content.
    std::vector<std::string> columns;  ///< "FIELD=COLUMN" each.
    ingest::StoreCreation new_stores;
};

void add_store_creation_flags(CLI::App& command, ingest::StoreCreation& creation);
/// Those of store creation included.
void add_file_reading_flags(CLI::App& command, FileReadingFlags& flags);

/// Error: kInvalidInput for an unknown format, a column that is no pair, or a field given twice.
[[nodiscard]] Result<ingest::FileReading> file_reading_of(const FileReadingFlags& flags);

/// {"create_stores":bool,"time_zone":"…","currency":"…"}.
[[nodiscard]] nlohmann::json to_json(const ingest::StoreCreation& creation);
/// {"format":"csv"?,"columns":{…}} and the members of store creation.
[[nodiscard]] nlohmann::json to_json(const ingest::FileReading& reading);

/// From an object with such members, each of which may be missing. Throws nlohmann::json::exception
/// for a value of the wrong JSON type.
[[nodiscard]] ingest::StoreCreation store_creation_from(const nlohmann::json& request);
/// The same; error: kInvalidInput for an unknown format.
[[nodiscard]] Result<ingest::FileReading> file_reading_from(const nlohmann::json& request);

}  // namespace shelfcast::cli
