#pragma once

/// \file queries/row_reader.h
/// The cells of an answer, by column and row, as the typed queries want them. A column must have
/// the type that the method names.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "retail/column_block.h"
#include "retail/stock_board.h"

namespace shelfcast::queries {

class RowReader {
public:
    explicit RowReader(const retail::ColumnBlock& rows) : rows_(rows) {}

    [[nodiscard]] std::size_t size() const { return rows_.rows(); }
    /// Column store_id.
    [[nodiscard]] StoreId store(std::size_t row) const {
        return StoreId{cell<std::uint32_t>("store_id", row)};
    }
    /// Columns store_id and product_id.
    [[nodiscard]] retail::StockKey key(std::size_t row) const {
        return {store(row), text("product_id", row)};
    }
    [[nodiscard]] std::string text(std::string_view column, std::size_t row) const {
        return std::string(rows_.data<retail::TextColumn>(column)[row]);
    }
    /// Int64.
    [[nodiscard]] std::int64_t number(std::string_view column, std::size_t row) const {
        return cell<std::int64_t>(column, row);
    }
    /// Int64 that stands for a fraction: divided by `scale`.
    [[nodiscard]] double scaled(std::string_view column, std::size_t row, double scale) const {
        return static_cast<double>(number(column, row)) / scale;
    }
    /// UInt64.
    [[nodiscard]] double count(std::string_view column, std::size_t row) const {
        return static_cast<double>(cell<std::uint64_t>(column, row));
    }
    /// UInt8.
    [[nodiscard]] std::uint8_t small(std::string_view column, std::size_t row) const {
        return cell<std::uint8_t>(column, row);
    }
    /// Date, in days since 1970-01-01.
    [[nodiscard]] std::int32_t date(std::string_view column, std::size_t row) const {
        return cell<std::uint16_t>(column, row);
    }

    template <typename Cell>
    [[nodiscard]] Cell cell(std::string_view column, std::size_t row) const {
        return rows_.data<std::vector<Cell>>(column)[row];
    }

private:
    const retail::ColumnBlock& rows_;
};

}  // namespace shelfcast::queries
