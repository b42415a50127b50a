#pragma once

/// \file tests/simulation/table_text.h
/// Rows of the warehouse and the lake in the oracle's words, to compare the two.

#include <map>
#include <optional>
#include <string>

#include "retail/column_block.h"
#include "retail/tables.h"

namespace shelfcast::simulation {

/// The block's rows by key, as expected_tables() writes them.
[[nodiscard]] std::map<std::string, std::string> table_text(const retail::OperatorTable& table,
                                                            const retail::ColumnBlock& block);

/// The first key at which they differ, with both rows; nothing when they are equal.
[[nodiscard]] std::optional<std::string> first_difference(
    const std::map<std::string, std::string>& expected,
    const std::map<std::string, std::string>& found);

}  // namespace shelfcast::simulation
