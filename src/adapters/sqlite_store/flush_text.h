#pragma once

/// \file adapters/sqlite_store/flush_text.h
/// The parts of a flush that have no fixed number, as short readable texts: a flush is one row.
/// Ranges: `retail_events 0:100-200 3:5-9;dead-letters 0:1-2`. Rows: `events=12 rejections=1`.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/operational_store.h"

namespace shelfcast::adapters::sqlite_store {

/// Whether a topic or table name can stand in these texts: letters, digits, '.', '_', '-'; not
/// empty.
[[nodiscard]] bool is_plain_name(std::string_view name) noexcept;

[[nodiscard]] std::string format_ranges(const std::vector<ports::LogRange>& ranges);
[[nodiscard]] std::string format_rows(const std::map<std::string, std::uint64_t>& rows);

/// Error: kCorrupted for anything that the formatters do not write.
[[nodiscard]] Result<std::vector<ports::LogRange>> parse_ranges(std::string_view text);
[[nodiscard]] Result<std::map<std::string, std::uint64_t>> parse_rows(std::string_view text);

}  // namespace shelfcast::adapters::sqlite_store
