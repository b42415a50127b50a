#include "retail/decimal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>
#include <regex>
#include <string>
#include <vector>

namespace shelfcast::retail {
namespace {

struct Parsed {
    DecimalFault fault;
    std::int64_t value;
    bool operator==(const Parsed&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Parsed& parsed) {
    return out << "fault " << static_cast<int>(parsed.fault) << " value " << parsed.value;
}

Parsed parse(std::string_view text, int scale, std::int64_t max) {
    Parsed parsed{DecimalFault::kNone, 0};
    parsed.fault = parse_decimal(text, scale, max, parsed.value);
    return parsed;
}

Parsed quantity(std::string_view text) { return parse(text, Quantity::kScale, Quantity::kMax); }

/// An independent reader: writes the number out in full and moves the point in the text.
Parsed parse_naively(const std::string& text, std::size_t scale, std::int64_t max) {
    static const std::regex kNumber(
        R"(([+-]?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?)");
    std::smatch parts;
    if (!std::regex_match(text, parts, kNumber)) {
        return {DecimalFault::kNotANumber, 0};
    }
    std::string digits = parts.str(2) + parts.str(3);
    long point = static_cast<long>(parts.length(2));
    point += parts.length(4) == 0 ? 0 : std::stol(parts.str(4));
    if (point < 0) {
        digits.insert(0, static_cast<std::size_t>(-point), '0');
        point = 0;
    }
    if (static_cast<std::size_t>(point) > digits.size()) {
        digits.append(static_cast<std::size_t>(point) - digits.size(), '0');
    }
    std::string whole = digits.substr(0, static_cast<std::size_t>(point));
    std::string fraction = digits.substr(static_cast<std::size_t>(point));
    while (!fraction.empty() && fraction.back() == '0') {
        fraction.pop_back();
    }
    if (fraction.size() > scale) {
        return {DecimalFault::kTooManyDigits, 0};
    }
    fraction.append(scale - fraction.size(), '0');
    whole += fraction;
    whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
    const std::string limit = std::to_string(max);
    if (whole.size() > limit.size() || (whole.size() == limit.size() && whole > limit)) {
        return {DecimalFault::kOutOfRange, 0};
    }
    const std::int64_t magnitude = whole.empty() ? 0 : std::stoll(whole);
    return {DecimalFault::kNone, parts.str(1) == "-" ? -magnitude : magnitude};
}

/// The product of two digit texts by long multiplication, without leading zeros.
std::string multiply_on_paper(const std::string& left, const std::string& right) {
    std::vector<int> sums(left.size() + right.size(), 0);
    for (std::size_t i = 0; i < left.size(); ++i) {
        for (std::size_t j = 0; j < right.size(); ++j) {
            sums[i + j + 1] += (left[i] - '0') * (right[j] - '0');
        }
    }
    for (std::size_t i = sums.size() - 1; i > 0; --i) {
        sums[i - 1] += sums[i] / 10;
        sums[i] %= 10;
    }
    std::string product;
    for (const int digit : sums) {
        product += static_cast<char>('0' + digit);
    }
    return product.substr(std::min(product.find_first_not_of('0'), product.size() - 1));
}

rc::Gen<std::string> digit_text(int longest) {
    return rc::gen::mapcat(rc::gen::inRange(0, longest + 1), [](int length) {
        return rc::gen::container<std::string>(static_cast<std::size_t>(length),
                                               rc::gen::elementOf(std::string("00001234567899")));
    });
}

TEST(Decimal, ReadsExactly) {
    EXPECT_EQ(quantity("5"), (Parsed{DecimalFault::kNone, 5'000}));
    EXPECT_EQ(quantity("0.001"), (Parsed{DecimalFault::kNone, 1}));
    EXPECT_EQ(quantity("-1.250000"), (Parsed{DecimalFault::kNone, -1'250}));
    EXPECT_EQ(quantity("+7"), (Parsed{DecimalFault::kNone, 7'000}));
    EXPECT_EQ(quantity("1e2"), (Parsed{DecimalFault::kNone, 100'000}));
    EXPECT_EQ(quantity("12500E-4"), (Parsed{DecimalFault::kNone, 1'250}));
    EXPECT_EQ(quantity("999999999.999"), (Parsed{DecimalFault::kNone, Quantity::kMax}));
    EXPECT_EQ(quantity("0e999999999999999999999"), (Parsed{DecimalFault::kNone, 0}));
    EXPECT_EQ(quantity("0.000000000000000000000005e24"), (Parsed{DecimalFault::kNone, 5'000}));
    EXPECT_EQ(quantity("-0.0"), (Parsed{DecimalFault::kNone, 0}));
    // Not representable as a double: 0.1 + 0.2 style errors would show here.
    EXPECT_EQ(parse("1234567890.1233", 4, UnitPrice::kMax),
              (Parsed{DecimalFault::kNone, 12'345'678'901'233}));
}

TEST(Decimal, NamesTheFault) {
    for (const char* text :
         {"",    "-",   "+",        ".",   "5.", ".5", "05",    "-01",  "1e",  "1e+",
          "NaN", "nan", "Infinity", "1,5", "1 ", " 1", "1.2.3", "0x10", "--1", "1e1.5"}) {
        EXPECT_EQ(quantity(text).fault, DecimalFault::kNotANumber) << text;
    }
    EXPECT_EQ(quantity("0.0001").fault, DecimalFault::kTooManyDigits);
    EXPECT_EQ(quantity("1e-400").fault, DecimalFault::kTooManyDigits);
    EXPECT_EQ(quantity("1000000000").fault, DecimalFault::kOutOfRange);
    EXPECT_EQ(quantity("1e400").fault, DecimalFault::kOutOfRange);
    EXPECT_EQ(quantity("-1e99999999999999999999999999").fault, DecimalFault::kOutOfRange);
    EXPECT_EQ(quantity(std::string(60'000, '9')).fault, DecimalFault::kOutOfRange);
    EXPECT_EQ(quantity("1e-99999999999999999999999999").fault, DecimalFault::kTooManyDigits);
}

RC_GTEST_PROP(Decimal, AgreesWithANaiveReader, ()) {
    const std::string sign = *rc::gen::element<std::string>("", "", "-", "+");
    const std::string whole = *digit_text(22);
    const std::string fraction = *digit_text(9);
    std::string text = sign + whole;
    if (!fraction.empty()) {
        text += "." + fraction;
    }
    if (*rc::gen::arbitrary<bool>()) {
        text += *rc::gen::element<std::string>("e", "E", "e+", "e-", "E-");
        text += std::to_string(*rc::gen::inRange(0, 30));
    }
    const int scale = *rc::gen::inRange(0, 8);
    const std::int64_t max = *rc::gen::element<std::int64_t>(9, Quantity::kMax, UnitPrice::kMax,
                                                             999'999'999'999'999'999);
    RC_ASSERT(parse(text, scale, max) == parse_naively(text, static_cast<std::size_t>(scale), max));
}

RC_GTEST_PROP(Decimal, JudgesAnyTextLikeTheNaiveReader, ()) {
    const auto text =
        *rc::gen::container<std::string>(rc::gen::elementOf(std::string("0123456789+-.eE x")));
    // The naive reader takes no exponent beyond a long.
    RC_PRE(text.size() < 12);
    const std::size_t exponent = text.find_first_of("eE");
    RC_PRE(exponent == std::string::npos || text.size() - exponent < 6);
    RC_ASSERT(quantity(text) == parse_naively(text, Quantity::kScale, Quantity::kMax));
    RC_ASSERT(is_json_number(text) ==
              (quantity(text).fault != DecimalFault::kNotANumber && text.front() != '+'));
}

RC_GTEST_PROP(Decimal, WhatIsWrittenIsReadBack, ()) {
    const auto value = *rc::gen::inRange<std::int64_t>(-UnitPrice::kMax, UnitPrice::kMax + 1);
    const int scale = *rc::gen::inRange(0, 8);
    for (const bool trim : {false, true}) {
        const std::string text = format_decimal(value, scale, trim);
        RC_ASSERT(parse(text, scale, UnitPrice::kMax) == (Parsed{DecimalFault::kNone, value}));
        RC_ASSERT(!trim || scale == 0 || text.find('.') == std::string::npos || text.back() != '0');
    }
}

RC_GTEST_PROP(Decimal, RevenueIsTheExactProduct, ()) {
    const auto thousandths = *rc::gen::inRange<std::int64_t>(1, Quantity::kMax + 1);
    const auto ten_thousandths = *rc::gen::inRange<std::int64_t>(0, UnitPrice::kMax + 1);
    const Revenue revenue = Quantity{thousandths} * UnitPrice{ten_thousandths};
    RC_ASSERT(format_decimal(revenue.ten_millionths, 0) ==
              multiply_on_paper(std::to_string(thousandths), std::to_string(ten_thousandths)));
}

TEST(Decimal, RevenueOfTheLargestEventIsExact) {
    const Revenue revenue = Quantity{Quantity::kMax} * UnitPrice{UnitPrice::kMax};
    EXPECT_EQ(format_decimal(revenue.ten_millionths, Revenue::kScale),
              "9999999999989900000.0000001");
}

TEST(Decimal, WritesSignPointAndZeros) {
    EXPECT_EQ(format_decimal(12'345, 3), "12.345");
    EXPECT_EQ(format_decimal(12'300, 3, true), "12.3");
    EXPECT_EQ(format_decimal(12'000, 3, true), "12");
    EXPECT_EQ(format_decimal(-5, 3), "-0.005");
    EXPECT_EQ(format_decimal(0, 7), "0.0000000");
    EXPECT_EQ(format_decimal(0, 7, true), "0");
    EXPECT_EQ(format_decimal(42, 0), "42");
    EXPECT_EQ(format_decimal(1200, 0, true), "1200");
    const Int128 smallest = static_cast<Int128>(1) << 126;
    EXPECT_EQ(format_decimal(-smallest - smallest, 0), "-170141183460469231731687303715884105728");
    EXPECT_EQ(format_decimal(-smallest - smallest, 38),
              "-1.70141183460469231731687303715884105728");
}

RC_GTEST_PROP(FormattedDecimal, IsReadBack, (std::int64_t high, std::uint64_t low, bool trim)) {
    // Up to 38 digits at scale 7.
    const Int128 value = (static_cast<Int128>(high % 1'000'000'000'000) << 64U) + low;
    const auto read = read_formatted_decimal(format_decimal(value, 7, trim), 7);
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == value);
}

TEST(FormattedDecimal, OtherTextsAreNone) {
    for (const char* text : {"", "-", ".", "1.", ".5", "1.12345678", "1e3", "+1", " 1", "1.2.3",
                             "99999999999999999999999999999999999999"}) {
        EXPECT_FALSE(read_formatted_decimal(text, 7)) << text;
    }
}

}  // namespace
}  // namespace shelfcast::retail
