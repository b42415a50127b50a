#pragma once

/// \file retail/float_columns.h
/// Floats and instants that may be null, as columns of decimals with four places: the warehouse
/// converts them to its table's types (ports/derived_tables.h).

#include <cstdint>
#include <optional>
#include <string_view>

#include "retail/column_block.h"

namespace shelfcast::retail {

inline constexpr ColumnType kFloatColumn = ColumnType::kDecimal14s4;
inline constexpr ColumnType kNullableFloatColumn = ColumnType::kNullableDecimal14s4;
inline constexpr ColumnType kNullableInstantColumn = ColumnType::kNullableDecimal14s4;

/// Ten-thousandths, rounded; what the decimal cannot hold becomes the greatest that it can.
[[nodiscard]] std::int64_t float_to_decimal(double value);
[[nodiscard]] double decimal_to_float(std::int64_t value) noexcept;

// Append to a column of that name.
void push_float(ColumnBlock& rows, std::string_view column, double value);
void push_float(ColumnBlock& rows, std::string_view column, const std::optional<double>& value);
void push_instant(ColumnBlock& rows, std::string_view column,
                  const std::optional<std::int64_t>& utc_ms);

// Read one back.
[[nodiscard]] std::optional<double> float_at(const ColumnBlock& rows, std::string_view column,
                                             std::size_t row);
/// UTC milliseconds.
[[nodiscard]] std::optional<std::int64_t> instant_at(const ColumnBlock& rows,
                                                     std::string_view column, std::size_t row);

}  // namespace shelfcast::retail
