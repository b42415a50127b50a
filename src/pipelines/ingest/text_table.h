#pragma once

/// \file pipelines/ingest/text_table.h
/// A small file (CSV, NDJSON or Parquet) read whole, as rows of texts. Plain data.

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "pipelines/ingest/import_source.h"
#include "ports/table_file_reader.h"

namespace shelfcast::ingest {

/// Something wrong with a row: what people are told.
struct RowFault {
    std::uint64_t row = 0;  ///< From 1; a CSV header is none.
    std::string detail;
};

struct TextTable {
    struct Row {
        std::uint64_t number = 0;  ///< From 1; a CSV header is none.
        /// One per column, well-formed UTF-8. Empty: nothing there, or null. Absent: the line of
        /// NDJSON does not speak of it.
        std::vector<std::optional<std::string>> cells;
    };
    std::vector<std::string> columns;  ///< Of NDJSON: every name that a line has.
    std::vector<Row> rows;             ///< Those that could be read.
    std::vector<RowFault> faults;      ///< The others.
};

/// Files with more rows are for `import` without --table.
inline constexpr std::uint64_t kMaxTableRows = 2'000'000;

/// `format` absent: by name and content. Errors: those of the file; kInvalidInput: more than
/// kMaxTableRows, a repeated column; kUnavailable: stopped.
[[nodiscard]] Result<TextTable> read_text_table(const std::string& path,
                                                std::optional<FileFormat> format,
                                                ports::TableFileReader& tables,
                                                const std::stop_token& stop);

}  // namespace shelfcast::ingest
