#pragma once

/// \file ports/table_file_reader.h
/// Files of typed columns (Parquet) as rows of text, for imports.
///
/// A reader may be used by any thread; a file and a row stream belong to one thread at a time.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "retail/column_block.h"

namespace shelfcast::ports {

/// What a column says about time zones.
enum class TimestampKind : std::uint8_t {
    kNone,   ///< No timestamp.
    kNaive,  ///< Without a zone. Texts: "2026-11-22 10:00:00.123" (more digits if the file has
             ///< them).
    kUtc,    ///< An instant. Texts: "2026-11-22T10:00:00.123Z".
};

struct FileColumn {
    std::string name;
    std::string type;  ///< ClickHouse's name of it: "Nullable(Float64)".
    TimestampKind timestamp = TimestampKind::kNone;
    bool operator==(const FileColumn&) const = default;
};

/// The texts of one column of some rows; a null is an empty text with its flag set.
///
/// Numbers are the shortest decimal that reads back as the same double ("0.1", "1e-7", "1e21",
/// "nan"); decimals have no trailing zeros; booleans are true and false; dates YYYY-MM-DD.
struct TextCells {
    retail::TextColumn texts;
    std::vector<std::uint8_t> nulls;  ///< 1 where null.
};

struct TextRows {
    std::uint64_t first_row = 0;     ///< Number of the first one in the file, from 0.
    std::vector<TextCells> columns;  ///< In the order asked for.

    [[nodiscard]] std::size_t rows() const {
        return columns.empty() ? 0 : columns.front().texts.size();
    }
};

class TextRowStream {
public:
    virtual ~TextRowStream() = default;
    /// The next rows, in file order (some ten thousand); nothing after the last one.
    /// Errors: kInvalidInput (the file is broken there), kConflict (it changed since it was
    /// opened), kUnavailable (stopped, or the reading process failed).
    [[nodiscard]] virtual Result<std::optional<TextRows>> next(const std::stop_token& stop) = 0;
};

class TableFile {
public:
    virtual ~TableFile() = default;
    [[nodiscard]] virtual const std::vector<FileColumn>& columns() const = 0;
    [[nodiscard]] virtual std::uint64_t rows() const = 0;
    /// The rows from number `first_row` on. `columns` names at least one column of the file; the
    /// file must outlive the stream. Errors: kNotFound (no such column), kInvalidInput (a timestamp
    /// that does not say whether it is an instant), kUnavailable.
    [[nodiscard]] virtual Result<std::unique_ptr<TextRowStream>> read(
        std::span<const std::string> columns, std::uint64_t first_row) = 0;
};

class TableFileReader {
public:
    virtual ~TableFileReader() = default;
    /// Opens one file; the path is never taken for a pattern. Errors: kNotFound, kForbidden,
    /// kInvalidInput (not such a file, or cut off), kUnavailable.
    [[nodiscard]] virtual Result<std::unique_ptr<TableFile>> open(const std::string& path) = 0;
};

}  // namespace shelfcast::ports
