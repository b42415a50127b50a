#pragma once

/// \file retail/event.h
/// A till receipt line or stock movement as the rest of the program sees it: checked, typed, exact.
///
/// Pure data. Strings are views into the message they were read from and live as long as it does.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "retail/decimal.h"

namespace shelfcast::retail {

enum class TransactionType : std::int8_t { kSale = 1, kReturn = 2, kRestock = 3 };

[[nodiscard]] std::string_view to_string(TransactionType type) noexcept;

/// The 128 bits of a ULID or UUID, high half first. All zero: the event has none.
struct EventUuid {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    auto operator<=>(const EventUuid&) const = default;
    [[nodiscard]] bool present() const noexcept { return (high | low) != 0; }
};

/// A checked event of topic `retail_events`.
struct Event {
    std::int64_t event_time_ms = 0;  ///< UTC, milliseconds since 1970.
    std::int32_t business_date = 0;  ///< Store-local date, days since 1970-01-01.
    std::int64_t hour_start_s = 0;   ///< Start of the store-local hour, as UTC seconds.
    StoreId store_id;
    TransactionType type = TransactionType::kSale;
    Quantity quantity;
    UnitPrice unit_price;
    std::string_view product_id;
    std::string_view category;
    EventUuid event_id;
    std::string_view register_id;
    std::string_view customer_id;
    std::string_view basket_id;
    std::string_view promotion_id;
    std::optional<UnitPrice> unit_cost;
    std::optional<UnitPrice> discount;

    /// Quantity x price: plus for SALE, minus for RETURN, none for RESTOCK.
    [[nodiscard]] Revenue revenue() const noexcept;
};

/// Why a message was not accepted. The numbers are stored: append only.
enum class RejectReason : std::uint8_t {
    kNone = 0,
    kBrokenJson = 1,
    kBadUtf8 = 2,
    kTooLong = 3,
    kMissingField = 4,
    kUnknownField = 5,
    kRepeatedField = 6,
    kWrongType = 7,
    kBadTime = 8,
    kTimeInDstGap = 9,
    kTimeTooOld = 10,
    kTimeInFuture = 11,
    kBadStore = 12,
    kUnknownStore = 13,
    kBadText = 14,
    kUnknownTransactionType = 15,
    kBadNumber = 16,
    kTooManyDigits = 17,
    kOutOfRange = 18,
    kBadEventId = 19,
    kDuplicate = 20,
    kBadDeadLetter = 21,
    kUnknownWord = 22,
};

/// The stable lower-case word for a reason: `broken_json`, `duplicate` …
[[nodiscard]] std::string_view to_string(RejectReason reason) noexcept;

/// The reason with that word; kNone if there is none.
[[nodiscard]] RejectReason reject_reason_from(std::string_view word) noexcept;

/// A refusal: the reason and a detail that names the field and the value.
struct Rejection {
    RejectReason reason = RejectReason::kNone;
    std::string detail;
};

}  // namespace shelfcast::retail
