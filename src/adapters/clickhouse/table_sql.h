#pragma once

/// \file adapters/clickhouse/table_sql.h
/// Fills the {{name}} places of the statements in sql/core with text made from the descriptions of
/// the operator tables: compile-time constants, never input. Pure, thread safe.

#include <map>
#include <string>
#include <string_view>

#include "retail/tables.h"

namespace shelfcast::adapters::clickhouse {

using Places = std::map<std::string_view, std::string>;

/// The template with each {{name}} replaced; a name without a text is a broken invariant.
[[nodiscard]] std::string expand(std::string_view text, const Places& places);

/// Every place that a statement about a table may have.
[[nodiscard]] Places places_of(const retail::OperatorTable& table);

/// The statement sql/core/NAME.sql about that table.
[[nodiscard]] std::string core_statement(std::string_view name, const retail::OperatorTable& table);

/// The statement sql/core/NAME.sql that has no places.
[[nodiscard]] std::string_view core_statement(std::string_view name);

/// How a column is stored in Parquet: readers other than the engine want plain texts.
struct ParquetColumn {
    std::string name;       ///< "raw_base64" for arbitrary bytes, else the column's own.
    std::string_view type;  ///< The ClickHouse type of the stored form.
    std::string to_stored;  ///< Expression from the column to the stored form.
    std::string to_column;  ///< Expression from the stored form to the column.
};

[[nodiscard]] ParquetColumn parquet_column(std::string_view name, retail::ColumnType type);

/// The text as a literal between single quotes.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace shelfcast::adapters::clickhouse
