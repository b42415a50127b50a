#pragma once

/// \file adapters/memory/table_rows.h
/// Rows of operator tables by their keys, as texts: sums, contents, order. Pure.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "retail/column_block.h"
#include "retail/tables.h"

namespace shelfcast::adapters::memory {

/// Key columns (or the others) of a row: "business_date=20414 store_id=3".
[[nodiscard]] std::string text_of_columns(const retail::OperatorTable& table,
                                          const retail::ColumnBlock& rows, std::size_t row,
                                          bool keys);

[[nodiscard]] std::uint64_t hash_text(std::string_view text);

/// Rows of a roll-up, summed per key, in the order of their keys' texts.
class Sums {
public:
    explicit Sums(const retail::OperatorTable& table) : table_(&table) {}
    void add(const retail::ColumnBlock& rows);
    [[nodiscard]] retail::ColumnBlock block() const;

private:
    struct Entry {
        retail::ColumnBlock keys;
        std::vector<retail::Int128> measures;
    };
    const retail::OperatorTable* table_;
    std::map<std::string, Entry> entries_;
};

/// Payload texts per key; a row that is there twice has two.
using Contents = std::map<std::string, std::vector<std::string>>;

[[nodiscard]] Contents contents_of(const retail::OperatorTable& table,
                                   const retail::ColumnBlock& rows);
/// The payload at a key, for people; empty: no such row.
[[nodiscard]] std::string difference_text(const Contents& contents, const std::string& key);

[[nodiscard]] retail::ColumnBlock in_key_order(const retail::OperatorTable& table,
                                               const retail::ColumnBlock& rows);
/// What rows of the table `source` sum to in a roll-up.
[[nodiscard]] retail::ColumnBlock rollup_of(const retail::OperatorTable& table,
                                            const retail::OperatorTable& source,
                                            const retail::ColumnBlock& rows);
void append_rows(retail::ColumnBlock& to, const retail::ColumnBlock& from);

}  // namespace shelfcast::adapters::memory
