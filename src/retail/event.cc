#include "retail/event.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace shelfcast::retail {
namespace {

// By number, so that a word can neither move nor be left out.
constexpr std::array<std::string_view, 23> kReasonWords = {
    "none",          "broken_json",     "bad_utf8",       "too_long",
    "missing_field", "unknown_field",   "repeated_field", "wrong_type",
    "bad_time",      "time_in_dst_gap", "time_too_old",   "time_in_future",
    "bad_store",     "unknown_store",   "bad_text",       "unknown_transaction_type",
    "bad_number",    "too_many_digits", "out_of_range",   "bad_event_id",
    "duplicate",     "bad_dead_letter", "unknown_word",
};
static_assert(kReasonWords.size() == static_cast<std::size_t>(RejectReason::kUnknownWord) + 1);

}  // namespace

std::string_view to_string(TransactionType type) noexcept {
    switch (type) {
        case TransactionType::kSale:
            return "SALE";
        case TransactionType::kReturn:
            return "RETURN";
        case TransactionType::kRestock:
            return "RESTOCK";
    }
    return "unknown";
}

Revenue Event::revenue() const noexcept {
    switch (type) {
        case TransactionType::kSale:
            return quantity * unit_price;
        case TransactionType::kReturn:
            return {-(quantity * unit_price).ten_millionths};
        case TransactionType::kRestock:
            return {};
    }
    return {};
}

std::string_view to_string(RejectReason reason) noexcept {
    const auto number = static_cast<std::size_t>(reason);
    return number < kReasonWords.size() ? kReasonWords[number] : "unknown";
}

RejectReason reject_reason_from(std::string_view word) noexcept {
    const auto* const found = std::ranges::find(kReasonWords, word);
    return found == kReasonWords.end() ? RejectReason::kNone
                                       : static_cast<RejectReason>(found - kReasonWords.begin());
}

}  // namespace shelfcast::retail
