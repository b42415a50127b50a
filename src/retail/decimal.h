#pragma once

/// \file retail/decimal.h
/// Exact money and quantities: fixed-point integers with a stated scale, never binary floats.
///
/// Pure, thread safe.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace shelfcast::retail {

/// Signed 128-bit integer; the compiler's own, as ClickHouse's Decimal128 has the same layout.
__extension__ using Int128 = __int128;

/// A quantity in thousandths of the product's unit: goods are also sold by weight. Decimal(12,3).
struct Quantity {
    static constexpr int kScale = 3;
    static constexpr std::int64_t kMax = 999'999'999'999;
    std::int64_t thousandths = 0;
    auto operator<=>(const Quantity&) const = default;
};

/// A price per unit in ten-thousandths of the store's currency. Decimal(14,4).
struct UnitPrice {
    static constexpr int kScale = 4;
    static constexpr std::int64_t kMax = 99'999'999'999'999;
    std::int64_t ten_thousandths = 0;
    auto operator<=>(const UnitPrice&) const = default;
};

/// An amount of money at scale 7, the exact product of a Quantity and a UnitPrice. Decimal(38,7).
struct Revenue {
    static constexpr int kScale = 7;
    Int128 ten_millionths = 0;
    auto operator<=>(const Revenue&) const = default;
    Revenue& operator+=(Revenue other) {
        ten_millionths += other.ten_millionths;
        return *this;
    }
};

[[nodiscard]] constexpr Revenue operator*(Quantity quantity, UnitPrice price) {
    return {static_cast<Int128>(quantity.thousandths) * price.ten_thousandths};
}

/// Why a text is no decimal of the wanted type.
enum class DecimalFault : std::uint8_t {
    kNone,
    kNotANumber,     ///< Empty, NaN, infinity, letters, two points …
    kTooManyDigits,  ///< More digits after the point than the scale holds (trailing zeros are
                     ///< fine).
    kOutOfRange,     ///< Fits the scale, but its magnitude is beyond `max`.
};

/// Reads a decimal text (optional sign, digits, point, optional exponent: the JSON number grammar,
/// plus a leading '+') exactly into `value` at `scale` (0 to 18). |value| may be at most `max`.
/// `value` is set only on kNone. Time is linear in the text, whatever the exponent.
[[nodiscard]] DecimalFault parse_decimal(std::string_view text, int scale, std::int64_t max,
                                         std::int64_t& value) noexcept;

/// Whether the text is a JSON number (RFC 8259): no leading '+' or zeros, no NaN.
[[nodiscard]] bool is_json_number(std::string_view text) noexcept;

/// "12.345" from 12345 at scale 3 (0 to 38); trailing zeros after the point are dropped when
/// `trim`.
[[nodiscard]] std::string format_decimal(Int128 value, int scale, bool trim = false);

/// The number that format_decimal() wrote at `scale`, trimmed or not; nothing for any other text.
[[nodiscard]] std::optional<Int128> read_formatted_decimal(std::string_view text,
                                                           int scale) noexcept;

/// Appends the same text to `out` without allocating for itself.
void append_decimal(std::string& out, Int128 value, int scale, bool trim = false);

}  // namespace shelfcast::retail
