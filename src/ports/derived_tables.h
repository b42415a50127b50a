#pragma once

/// \file ports/derived_tables.h
/// The warehouse's tables that are made from its others: daily stock, risks, alerts, anomalies,
/// data quality. Each row can be made again; of several with one key the greatest version holds.
/// Adapter: clickhouse. Thread safe.

#include <string>
#include <string_view>

#include "base/result.h"
#include "ports/query_runner.h"
#include "retail/column_block.h"

namespace shelfcast::ports {

class DerivedTables {
public:
    virtual ~DerivedTables() = default;

    /// Runs a statement of `sql/derived`, which inserts what it selects, durably. Errors:
    /// kUnavailable (its fate is unknown: repeat), kInvalidInput (the warehouse refuses it).
    [[nodiscard]] virtual Status compute(std::string_view sql, const QueryValues& values) = 0;

    /// The rows of a select over them as one Parquet file (zstd). Errors as for compute().
    [[nodiscard]] virtual Result<std::string> read_parquet(std::string_view sql,
                                                           const QueryValues& values) = 0;

    /// Inserts rows, durably; no rows change nothing. The warehouse converts a column to its
    /// table's type: a decimal to a float, or seconds with a fraction to an instant.
    [[nodiscard]] virtual Status put_derived(std::string_view table,
                                             const retail::ColumnBlock& rows) = 0;
};

}  // namespace shelfcast::ports
