#pragma once

/// \file ports/table_source.h
/// Named SQL asked of the warehouse, for answers that go to a caller as they are. Implemented by
/// the ClickHouse adapter. Thread safe.

#include <cstdint>
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

class TableSource {
public:
    virtual ~TableSource() = default;

    /// The rows of a select. Errors: kUnavailable (the warehouse is away, or took too long),
    /// kInvalidInput (it refuses).
    [[nodiscard]] virtual Result<std::string> read_table(std::string_view sql,
                                                         const QueryValues& values,
                                                         TableFormat format) = 0;
};

}  // namespace shelfcast::ports
