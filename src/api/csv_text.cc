#include "api/csv_text.h"

#include <array>

namespace shelfcast::api {
namespace {

constexpr std::array<std::string_view, 11> kFormulaStarts = {
    "=", "+", "-", "@", "\t", "\r", "\n",
    // Full-width =, +, -, @: some programs fold them.
    "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};

bool begins_a_formula(std::string_view field) {
    for (const std::string_view start : kFormulaStarts) {
        if (field.starts_with(start)) {
            return true;
        }
    }
    return false;
}

}  // namespace

std::string without_formulas(std::string_view csv) {
    std::string out;
    out.reserve(csv.size());
    bool in_quotes = false;
    for (std::size_t i = 0; i < csv.size(); ++i) {
        out.push_back(csv[i]);
        if (csv[i] != '"') {
            continue;
        }
        if (in_quotes && i + 1 < csv.size() && csv[i + 1] == '"') {
            out.push_back('"');
            ++i;
            continue;
        }
        in_quotes = !in_quotes;
        if (in_quotes && begins_a_formula(csv.substr(i + 1))) {
            out.push_back('\'');
        }
    }
    return out;
}

}  // namespace shelfcast::api
