#pragma once

/// \file adapters/clickhouse/row_text.h
/// Rows of the small tables as their statements take and give them: the manifest, the stores. Pure,
/// thread safe.

#include <array>
#include <string>
#include <string_view>

#include "adapters/clickhouse/query_client.h"
#include "base/result.h"
#include "ports/warehouse.h"
#include "retail/column_block.h"
#include "retail/store_catalog.h"

namespace shelfcast::adapters::clickhouse {

/// What core/manifest_read.sql gives.
inline constexpr std::array kManifestColumns = {
    retail::ColumnSpec{"generation", retail::ColumnType::kUInt32},
    retail::ColumnSpec{"closed_epoch", retail::ColumnType::kUInt32},
    retail::ColumnSpec{"lake_version", retail::ColumnType::kUInt64},
    retail::ColumnSpec{"row_tables", retail::ColumnType::kText},
    retail::ColumnSpec{"row_counts", retail::ColumnType::kText},
    retail::ColumnSpec{"hash_tables", retail::ColumnType::kText},
    retail::ColumnSpec{"hashes", retail::ColumnType::kText},
    retail::ColumnSpec{"closed_at", retail::ColumnType::kDateTime64Us},
};

/// Whether the text is letters, digits, '_', '-' and '.', and not empty.
[[nodiscard]] bool is_plain_word(std::string_view text);

/// The values of core/manifest_insert.sql. Error: kInvalidInput (a name or hash is no plain word).
[[nodiscard]] Result<QueryParameters> manifest_values(const ports::ManifestRow& row);

/// The one row of core/manifest_read.sql. Error: kCorrupted, naming the server.
[[nodiscard]] Result<ports::ManifestRow> manifest_row(const retail::ColumnBlock& rows,
                                                      const std::string& address);

/// The lines of core/stores_insert.sql, TabSeparated.
[[nodiscard]] std::string store_lines(const retail::StoreCatalog& catalog);

}  // namespace shelfcast::adapters::clickhouse
