#pragma once

/// \file adapters/memory/cells.h
/// Single values of a ColumnBlock, whatever their type: as text, as a number, copied. Pure.

#include <cstddef>
#include <string>

#include "retail/column_block.h"

namespace shelfcast::adapters::memory {

/// Numbers in their stored scale, nulls as "null".
[[nodiscard]] std::string cell_text(const retail::Column& column, std::size_t row);

/// The value of a measure, in its stored scale. Only for columns of numbers.
[[nodiscard]] retail::Int128 cell_number(const retail::Column& column, std::size_t row);

/// Puts a number into a column of numbers, behind the last row.
void append_number(retail::Column& column, retail::Int128 value);

/// Appends one cell of a column to another of the same type.
void append_cell(retail::Column& to, const retail::Column& from, std::size_t row);

}  // namespace shelfcast::adapters::memory
