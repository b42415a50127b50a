#include "retail/decimal.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/check.h"

namespace shelfcast::retail {
namespace {

// The most significant digits that an int64 holds whatever they are.
constexpr std::int64_t kMaxDigits = 18;
// No exponent beyond this changes the answer, and sums with text lengths cannot overflow.
constexpr std::int64_t kMaxExponent = 1'000'000'000'000;

constexpr auto kPowersOfTen = [] {
    std::array<std::int64_t, kMaxDigits + 1> powers{};
    powers[0] = 1;
    for (std::size_t exponent = 1; exponent < powers.size(); ++exponent) {
        powers[exponent] = powers[exponent - 1] * 10;
    }
    return powers;
}();

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The parts of a number text, still as text.
struct NumberParts {
    bool negative = false;
    std::string_view integer;
    std::string_view fraction;
    std::int64_t exponent = 0;
};

std::string_view take_digits(std::string_view text, std::size_t& at) {
    const std::size_t begin = at;
    while (at < text.size() && is_digit(text[at])) {
        ++at;
    }
    return text.substr(begin, at - begin);
}

bool take_exponent(std::string_view text, std::size_t& at, std::int64_t& exponent) {
    ++at;  // 'e' or 'E'
    const bool negative = at < text.size() && text[at] == '-';
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) {
        ++at;
    }
    const std::string_view digits = take_digits(text, at);
    if (digits.empty()) {
        return false;
    }
    for (const char digit : digits) {
        exponent = std::min(kMaxExponent, exponent * 10 + (digit - '0'));
    }
    exponent = negative ? -exponent : exponent;
    return true;
}

/// The JSON number grammar; `allow_plus` also takes a leading '+'. False: the text is no number.
bool split_number(std::string_view text, bool allow_plus, NumberParts& parts) {
    std::size_t at = 0;
    if (!text.empty() && (text[0] == '-' || (allow_plus && text[0] == '+'))) {
        parts.negative = text[0] == '-';
        ++at;
    }
    parts.integer = take_digits(text, at);
    if (parts.integer.empty() || (parts.integer.size() > 1 && parts.integer[0] == '0')) {
        return false;
    }
    if (at < text.size() && text[at] == '.') {
        ++at;
        parts.fraction = take_digits(text, at);
        if (parts.fraction.empty()) {
            return false;
        }
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E') &&
        !take_exponent(text, at, parts.exponent)) {
        return false;
    }
    return at == text.size();
}

/// The digits of a number without leading and trailing zeros: mantissa * 10^trailing_zeros.
/// Past kMaxDigits digits only the counts go on.
struct Significant {
    std::int64_t mantissa = 0;
    std::int64_t digits = 0;
    std::int64_t trailing_zeros = 0;

    void append(std::string_view text) {
        for (const char c : text) {
            if (c == '0') {
                trailing_zeros += digits == 0 ? 0 : 1;
                continue;
            }
            digits += trailing_zeros + 1;
            if (digits <= kMaxDigits) {
                mantissa = mantissa * kPowersOfTen[static_cast<std::size_t>(trailing_zeros + 1)] +
                           (c - '0');
            }
            trailing_zeros = 0;
        }
    }
};

/// Reads digits with at most one point among them, as nearly every number is written. False:
/// anything else, also what is out of range; the full reading finds the fault.
bool read_plain(std::string_view text, int scale, std::int64_t max, std::int64_t& value) {
    const bool leading_zero = text.size() > 1 && text[0] == '0' && text[1] != '.';
    if (text.empty() || text.size() > kMaxDigits || text[0] == '.' || text.back() == '.' ||
        leading_zero) {
        return false;
    }
    std::int64_t mantissa = 0;
    std::size_t point = text.size();
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (is_digit(text[at])) {
            mantissa = mantissa * 10 + (text[at] - '0');
        } else if (text[at] == '.' && point == text.size()) {
            point = at;
        } else {
            return false;
        }
    }
    const auto decimals =
        static_cast<std::int64_t>(point == text.size() ? 0 : text.size() - point - 1);
    const std::int64_t missing = scale - decimals;
    if (missing < 0 || static_cast<std::int64_t>(text.size()) + missing > kMaxDigits) {
        return false;
    }
    mantissa *= kPowersOfTen[static_cast<std::size_t>(missing)];
    if (mantissa > max) {
        return false;
    }
    value = mantissa;
    return true;
}

}  // namespace

DecimalFault parse_decimal(std::string_view text, int scale, std::int64_t max,
                           std::int64_t& value) noexcept {
    if (read_plain(text, scale, max, value)) [[likely]] {
        return DecimalFault::kNone;
    }
    NumberParts parts;
    if (!split_number(text, true, parts)) {
        return DecimalFault::kNotANumber;
    }
    Significant number;
    number.append(parts.integer);
    number.append(parts.fraction);
    if (number.digits == 0) {
        value = 0;
        return DecimalFault::kNone;
    }
    // The number is mantissa * 10^power, so mantissa * 10^shift at `scale`.
    const std::int64_t power =
        parts.exponent - static_cast<std::int64_t>(parts.fraction.size()) + number.trailing_zeros;
    const std::int64_t shift = power + scale;
    if (shift < 0) {
        return DecimalFault::kTooManyDigits;
    }
    if (number.digits + shift > kMaxDigits) {
        return DecimalFault::kOutOfRange;
    }
    const std::int64_t magnitude = number.mantissa * kPowersOfTen[static_cast<std::size_t>(shift)];
    if (magnitude > max) {
        return DecimalFault::kOutOfRange;
    }
    value = parts.negative ? -magnitude : magnitude;
    return DecimalFault::kNone;
}

bool is_json_number(std::string_view text) noexcept {
    NumberParts parts;
    return split_number(text, false, parts);
}

void append_decimal(std::string& out, Int128 value, int scale, bool trim) {
    SHELFCAST_CHECK(scale >= 0 && scale <= 38);
    __extension__ using Magnitude = unsigned __int128;
    // Negated as unsigned: the smallest Int128 has no positive counterpart.
    auto rest = static_cast<Magnitude>(value);
    if (value < 0) {
        out += '-';
        rest = Magnitude{0} - rest;
    }
    // 39 digits of a 128-bit integer, a point and a leading zero; filled from the right.
    std::array<char, 44> digits{};
    std::size_t at = digits.size();
    int written = 0;
    bool trimming = trim;
    while (rest != 0 || written <= scale) {
        const auto digit = static_cast<int>(rest % 10);
        rest /= 10;
        const bool fractional = written < scale;
        trimming = trimming && fractional && digit == 0;
        if (!trimming) {
            digits[--at] = static_cast<char>('0' + digit);
        }
        ++written;
        if (written == scale && at != digits.size()) {
            digits[--at] = '.';
        }
    }
    out.append(digits.data() + at, digits.size() - at);
}

std::optional<Int128> read_formatted_decimal(std::string_view text, int scale) noexcept {
    const bool negative = text.starts_with('-');
    text.remove_prefix(negative ? 1 : 0);
    const std::size_t point = std::min(text.find('.'), text.size());
    const std::size_t decimals = point == text.size() ? 0 : text.size() - point - 1;
    const bool lone_point = point != text.size() && decimals == 0;
    constexpr std::size_t kMostDigits = 38;
    if (point == 0 || lone_point || decimals > static_cast<std::size_t>(scale) ||
        point + static_cast<std::size_t>(scale) > kMostDigits) {
        return std::nullopt;
    }
    Int128 value = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i == point) {
            continue;
        }
        if (text[i] < '0' || text[i] > '9') {
            return std::nullopt;
        }
        value = value * 10 + (text[i] - '0');
    }
    for (std::size_t missing = decimals; missing < static_cast<std::size_t>(scale); ++missing) {
        value *= 10;
    }
    return negative ? -value : value;
}

std::string format_decimal(Int128 value, int scale, bool trim) {
    std::string out;
    append_decimal(out, value, scale, trim);
    return out;
}

}  // namespace shelfcast::retail
