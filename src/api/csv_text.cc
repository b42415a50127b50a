#include "api/csv_text.h"

#include <array>

namespace shelfcast::api {
namespace {

constexpr std::array<std::string_view, 11> kFormulaStarts = {
    "=", "+", "-", "@", "\t", "\r", "\n",
    // Full-width =, +, -, @: some programs fold them.
    "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};

/// Bytes after a quote that decide about it: one more quote, or the longest of those.
constexpr std::size_t kLookAhead = 4;

bool begins_a_formula(std::string_view field) {
    for (const std::string_view start : kFormulaStarts) {
        if (field.starts_with(start)) {
            return true;
        }
    }
    return false;
}

}  // namespace

std::string FormulaGuard::take(std::string_view piece) {
    held_ += piece;
    return pass(held_.size() < kLookAhead ? 0 : held_.size() - kLookAhead);
}

std::string FormulaGuard::rest() { return pass(held_.size()); }

std::string FormulaGuard::pass(std::size_t end) {
    std::string out;
    out.reserve(end);
    std::size_t at = 0;
    while (at < end) {
        out.push_back(held_[at]);
        if (held_[at] == '"') {
            if (in_quotes_ && at + 1 < held_.size() && held_[at + 1] == '"') {
                out.push_back('"');
                ++at;
            } else {
                in_quotes_ = !in_quotes_;
                if (in_quotes_ && begins_a_formula(std::string_view(held_).substr(at + 1))) {
                    out.push_back('\'');
                }
            }
        }
        ++at;
    }
    held_.erase(0, at);
    return out;
}

}  // namespace shelfcast::api
