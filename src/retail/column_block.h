#pragma once

/// \file retail/column_block.h
/// Rows of one table, column by column: what the operator writes and lake and warehouse carry.
///
/// Plain data, one owner, not thread safe. Layouts equal ClickHouse's Native format, so that the
/// warehouse adapter copies whole columns.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "retail/decimal.h"

namespace shelfcast::retail {

/// The column types in use. The comment gives the C++ vector that holds the values.
enum class ColumnType : std::uint8_t {
    kUInt8,                ///< std::uint8_t
    kUInt32,               ///< std::uint32_t
    kUInt64,               ///< std::uint64_t
    kInt64,                ///< std::int64_t
    kDate,                 ///< std::uint16_t, days since 1970-01-01
    kDateTime,             ///< std::uint32_t, UTC seconds
    kDateTime64Ms,         ///< std::int64_t, UTC milliseconds
    kDateTime64Us,         ///< std::int64_t, UTC microseconds
    kDecimal12s3,          ///< std::int64_t, thousandths
    kDecimal14s4,          ///< std::int64_t, ten-thousandths
    kNullableDecimal14s4,  ///< NullableInt64
    kDecimal38s3,          ///< Int128, thousandths
    kDecimal38s7,          ///< Int128, ten-millionths
    kTransactionType,      ///< std::int8_t: Enum8('SALE' = 1, 'RETURN' = 2, 'RESTOCK' = 3)
    kUuid,                 ///< Uuid
    kText,                 ///< TextColumn: UTF-8 (in `raw` columns: any bytes)
};

/// The ClickHouse name of a type: "DateTime64(3, 'UTC')".
[[nodiscard]] std::string_view clickhouse_name(ColumnType type) noexcept;

struct Uuid {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    auto operator<=>(const Uuid&) const = default;
};

/// Texts of a column in one buffer: text i is bytes [ends[i-1], ends[i]).
struct TextColumn {
    std::string bytes;
    std::vector<std::uint64_t> ends;

    void push_back(std::string_view text) {
        bytes.append(text);
        ends.push_back(bytes.size());
    }
    [[nodiscard]] std::string_view operator[](std::size_t row) const {
        const std::uint64_t begin = row == 0 ? 0 : ends[row - 1];
        return std::string_view(bytes).substr(begin, ends[row] - begin);
    }
    [[nodiscard]] std::size_t size() const noexcept { return ends.size(); }
    bool operator==(const TextColumn&) const = default;
};

struct NullableInt64 {
    std::vector<std::int64_t> values;  ///< 0 where null.
    std::vector<std::uint8_t> nulls;   ///< 1 where null.
    void push_back(std::int64_t value) {
        values.push_back(value);
        nulls.push_back(0);
    }
    void push_null() {
        values.push_back(0);
        nulls.push_back(1);
    }
    [[nodiscard]] std::size_t size() const noexcept { return values.size(); }
    bool operator==(const NullableInt64&) const = default;
};

using ColumnData =
    std::variant<std::vector<std::uint8_t>, std::vector<std::uint32_t>, std::vector<std::uint64_t>,
                 std::vector<std::int64_t>, std::vector<std::uint16_t>, std::vector<Int128>,
                 std::vector<std::int8_t>, std::vector<Uuid>, TextColumn, NullableInt64>;

struct ColumnSpec {
    std::string_view name;
    ColumnType type;
};

struct Column {
    std::string name;
    ColumnType type;
    ColumnData data;

    [[nodiscard]] std::size_t size() const;
    bool operator==(const Column&) const = default;
};

/// An empty ColumnData of the alternative that `type` holds.
[[nodiscard]] ColumnData make_column_data(ColumnType type);

struct ColumnBlock {
    std::vector<Column> columns;

    [[nodiscard]] std::size_t rows() const { return columns.empty() ? 0 : columns.front().size(); }
    [[nodiscard]] bool empty() const { return rows() == 0; }
    /// The column of that name; a missing one is a broken invariant.
    [[nodiscard]] const Column& column(std::string_view name) const;
    [[nodiscard]] Column& column(std::string_view name);
    template <typename Data>
    [[nodiscard]] Data& data(std::string_view name) {
        return std::get<Data>(column(name).data);
    }
    template <typename Data>
    [[nodiscard]] const Data& data(std::string_view name) const {
        return std::get<Data>(column(name).data);
    }
    bool operator==(const ColumnBlock&) const = default;
};

/// An empty block with those columns.
[[nodiscard]] ColumnBlock make_block(std::span<const ColumnSpec> columns);

/// Appends row `row` of `from` to `to`; both have the same columns.
void append_row(ColumnBlock& to, const ColumnBlock& from, std::size_t row);

/// A 128-bit hash (XXH3) of names, types and values: equal for equal rows in equal order.
[[nodiscard]] std::array<std::uint64_t, 2> content_hash(const ColumnBlock& block);

}  // namespace shelfcast::retail
