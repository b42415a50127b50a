#pragma once

/// \file api/csv_text.h
/// CSV that a spreadsheet takes for data only. Pure, thread safe.

#include <string>
#include <string_view>

namespace shelfcast::api {

/// RFC 4180 text whose texts are quoted and whose numbers are not, with an apostrophe in front of
/// each quoted field that a spreadsheet would take for a formula: one that begins with =, +, -, @,
/// a tab, a carriage return or a line feed, or with a full-width form of the first four.
[[nodiscard]] std::string without_formulas(std::string_view csv);

}  // namespace shelfcast::api
