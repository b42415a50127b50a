#pragma once

/// \file api/csv_text.h
/// CSV that a spreadsheet takes for data only. Pure, thread safe.

#include <cstddef>
#include <string>
#include <string_view>

namespace shelfcast::api {

/// Takes RFC 4180 text whose texts are quoted and whose numbers are not, in pieces, and puts an
/// apostrophe in front of each quoted field that a spreadsheet would take for a formula: one that
/// begins with =, +, -, @, a tab, a carriage return or a line feed, or with a full-width form of
/// the first four. One owner, not thread safe.
class FormulaGuard {
public:
    /// What is certain by now.
    [[nodiscard]] std::string take(std::string_view piece);
    /// The rest, after the last piece.
    [[nodiscard]] std::string rest();

private:
    [[nodiscard]] std::string pass(std::size_t end);

    std::string held_;  ///< What follows a quote decides about it.
    bool in_quotes_ = false;
};

}  // namespace shelfcast::api
