#pragma once

/// \file queries/row_reader.h
/// The cells of an answer, by column and row, as the typed queries want them. A column must have
/// the type that the method names.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "ports/query_runner.h"
#include "retail/column_block.h"
#include "retail/stock_board.h"
#include "sql_text.h"

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

/// The rows of the answer to the query of that file, each as make(reader, row) gives it: a Row, or
/// a Result of one. Errors: the runner's, the first of make.
template <typename Row, typename Make>
[[nodiscard]] Result<std::vector<Row>> read_each(ports::QueryRunner& runner, std::string_view file,
                                                 std::span<const retail::ColumnSpec> columns,
                                                 const ports::QueryValues& values,
                                                 const Make& make) {
    SHELFCAST_ASSIGN(const retail::ColumnBlock rows,
                     runner.read_rows(sql_text(file), columns, values));
    const RowReader reader(rows);
    std::vector<Row> found;
    found.reserve(reader.size());
    for (std::size_t row = 0; row < reader.size(); ++row) {
        if constexpr (std::is_same_v<std::invoke_result_t<Make, const RowReader&, std::size_t>,
                                     Row>) {
            found.push_back(make(reader, row));
        } else {
            SHELFCAST_ASSIGN(Row made, make(reader, row));
            found.push_back(std::move(made));
        }
    }
    return found;
}

}  // namespace shelfcast::queries
