#pragma once

/// \file ports/table_source.h
/// Named SQL asked of the warehouse, for answers that go to a caller as they are. Implemented by
/// the ClickHouse adapter. Thread safe.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ports/query_runner.h"

namespace shelfcast::ports {

enum class TableFormat : std::uint8_t {
    /// One JSON object a line. Decimals are texts, other numbers numbers; times are
    /// "2026-03-08T10:00:00.000Z".
    kJsonLines,
    kCsv,  ///< RFC 4180 with a header; texts are quoted, numbers are not.
    kParquet,
};

/// Takes a piece of an answer; false ends it.
using TableSink = std::function<bool(std::string_view piece)>;

class TableSource {
public:
    virtual ~TableSource() = default;

    /// The rows of a select. Errors: kUnavailable (the warehouse is away, or took too long),
    /// kInvalidInput (it refuses).
    [[nodiscard]] virtual Result<std::string> read_table(std::string_view sql,
                                                         const QueryValues& values,
                                                         TableFormat format) = 0;

    /// The same, handed to `sink` as it comes: memory holds a piece of it. An answer that breaks
    /// off is an error, even after the sink has seen its beginning.
    [[nodiscard]] virtual Status stream_table(std::string_view sql, const QueryValues& values,
                                              TableFormat format, const TableSink& sink) = 0;
};

}  // namespace shelfcast::ports
