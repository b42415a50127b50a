#pragma once

/// \file ports/query_runner.h
/// Named SQL asked of the warehouse, for `src/queries`. Implemented by the ClickHouse adapter.
/// Thread safe.

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "retail/column_block.h"

namespace shelfcast::ports {

/// Values of a statement's `{name:Type}` places, as plain text, by name.
using QueryValues = std::map<std::string, std::string>;

class QueryRunner {
public:
    virtual ~QueryRunner() = default;

    /// The rows of a select, whose columns must have these names and types in this order. Errors:
    /// kUnavailable (the warehouse is away), kInvalidInput (it refuses), kCorrupted (other
    /// columns).
    [[nodiscard]] virtual Result<retail::ColumnBlock> read_rows(
        std::string_view sql, std::span<const retail::ColumnSpec> columns,
        const QueryValues& values) = 0;
};

}  // namespace shelfcast::ports
