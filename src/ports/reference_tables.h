#pragma once

/// \file ports/reference_tables.h
/// The warehouse's copies of reference data, beside the events: products, sales targets, holidays,
/// the ledger's rules.
/// The truth is the operational store's (or the program's own, for holidays
/// and rules); a copy can be made
/// again at any time. Adapter: clickhouse. Thread safe.

#include <string_view>

#include "base/result.h"
#include "retail/column_block.h"

namespace shelfcast::ports {

class ReferenceTables {
public:
    virtual ~ReferenceTables() = default;
    /// Inserts rows into a table of retail/reference_rows.h, durably. Rows of a greater version
    /// win; repeating is harmless, and no rows change nothing.
    [[nodiscard]] virtual Status put_reference(std::string_view table,
                                               const retail::ColumnBlock& rows) = 0;
};

}  // namespace shelfcast::ports
