#include "retail/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace shelfcast::retail {
namespace {

TEST(Utf8, KnowsTheBordersOfEachLength) {
    EXPECT_EQ(utf8_character_bytes("\x7f"), 1U);
    EXPECT_EQ(utf8_character_bytes("\xc2\x80"), 2U);
    EXPECT_EQ(utf8_character_bytes("\xdf\xbf"), 2U);
    EXPECT_EQ(utf8_character_bytes("\xe0\xa0\x80"), 3U);
    EXPECT_EQ(utf8_character_bytes("\xed\x9f\xbf"), 3U);
    EXPECT_EQ(utf8_character_bytes("\xef\xbf\xbf"), 3U);
    EXPECT_EQ(utf8_character_bytes("\xf0\x90\x80\x80"), 4U);
    EXPECT_EQ(utf8_character_bytes("\xf4\x8f\xbf\xbf"), 4U);
}

TEST(Utf8, RefusesWhatIsNotWellFormed) {
    for (const std::string_view bad :
         {"", "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf",
          "\xe2\x82", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf0\x9f\x98", "\xf4\x90\x80\x80",
          "\xf5\x80\x80\x80", "\xff"}) {
        EXPECT_EQ(utf8_character_bytes(bad), 0U) << printable(bad);
    }
}

TEST(Utf8, EveryScalarValueIsWrittenAndReadBack) {
    for (char32_t code_point = 0; code_point <= 0x10ffff; ++code_point) {
        if (code_point >= 0xd800 && code_point <= 0xdfff) {
            continue;
        }
        std::string text;
        append_utf8(text, code_point);
        ASSERT_EQ(utf8_character_bytes(text), text.size()) << static_cast<unsigned>(code_point);
    }
}

TEST(Utf8, NamesTheFirstBadByte) {
    EXPECT_EQ(first_bad_utf8("caf\xc3\xa9 \xff"), 6U);
    EXPECT_EQ(first_bad_utf8("caf\xc3\xa9"), 5U);
}

TEST(Utf8, PrintableEscapesAndStaysWithinItsLimit) {
    using namespace std::string_view_literals;
    EXPECT_EQ(printable("caf\xc3\xa9"), "caf\xc3\xa9");
    EXPECT_EQ(printable("a\0b\n\x7f\xff"sv), R"(a\u0000b\u000a\u007f\xff)");
    EXPECT_EQ(printable("12345678", 8), "12345678");
    EXPECT_EQ(printable("123456789", 8), "12345...");
    EXPECT_EQ(printable("1234\xf0\x9f\x98\x80xyz", 8), "1234...");  // The character does not fit.
    EXPECT_EQ(printable(std::string(1000, '\xff')).size(), 79U);    // 19 escapes and the points.
}

}  // namespace
}  // namespace shelfcast::retail
