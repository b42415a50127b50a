#pragma once

/// \file pipelines/forecast/file_rows.h
/// Rows of a CSV or Parquet file, streamed, as texts of the columns asked for. One owner.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipelines/ingest/row_reader.h"
#include "ports/table_file_reader.h"

namespace shelfcast::forecast {

class FileRows {
public:
    virtual ~FileRows() = default;

    /// Every column of the file.
    [[nodiscard]] virtual const std::vector<std::string>& columns() const = 0;
    /// Before the first row: which columns rows have from now on. Each is one of the file's.
    [[nodiscard]] virtual Status select(std::vector<std::string> columns) = 0;
    /// Moves to the next row; false behind the last one. Errors: those of the file; kInvalidInput
    /// (a row that is none, naming it).
    [[nodiscard]] virtual Result<bool> next(const std::stop_token& stop) = 0;
    /// Number of the row, from 1; a CSV header is none.
    [[nodiscard]] virtual std::uint64_t number() const = 0;
    /// The row's cells in the order of select, valid until the next call; empty: null or nothing.
    [[nodiscard]] virtual std::span<const std::string_view> cells() const = 0;
};

/// Opens a file by its name and first bytes. Errors: those of the file; kInvalidInput (neither CSV
/// nor Parquet, a column that is there twice).
[[nodiscard]] Result<std::unique_ptr<FileRows>> open_rows(const std::string& path,
                                                          ports::TableFileReader& tables);

}  // namespace shelfcast::forecast
