#pragma once

/// \file adapters/clickhouse/native_format.h
/// ColumnBlock to ClickHouse's Native format and back. Pure, thread safe.
///
/// Native: per block the numbers of columns and rows as varints; per column its name and type as
/// varint-prefixed texts, then the values in memory layout (texts varint-prefixed; a null map ahead
/// of nullable values).

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "retail/column_block.h"

namespace shelfcast::adapters::clickhouse {

/// A column with the same value in every row, written ahead of the block's own.
struct ConstantColumn {
    std::string_view name;
    retail::ColumnType type;  ///< kUInt32, kUInt64 or kDateTime64Us.
    std::uint64_t value;
};

/// One Native block of the constants and the block's columns.
[[nodiscard]] std::string encode_native(const retail::ColumnBlock& block,
                                        std::span<const ConstantColumn> constants = {});

/// All blocks of `bytes`, one after the other, which must have exactly those columns in that order.
/// Error: kCorrupted, naming the place, for anything else.
[[nodiscard]] Result<retail::ColumnBlock> decode_native(
    std::string_view bytes, std::span<const retail::ColumnSpec> columns);

}  // namespace shelfcast::adapters::clickhouse
