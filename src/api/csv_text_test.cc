#include "api/csv_text.h"

#include <gtest/gtest.h>

namespace shelfcast::api {
namespace {

std::string without_formulas(std::string_view csv, std::size_t piece = 1'000) {
    FormulaGuard guard;
    std::string out;
    for (std::size_t at = 0; at < csv.size(); at += piece) {
        out += guard.take(csv.substr(at, piece));
    }
    return out + guard.rest();
}

TEST(CsvText, ItDoesNotMatterWhereItIsCut) {
    const std::string csv = "\"a\",\"=1\"\n\"say \"\"=2\"\"\",\"\xef\xbc\x9d\",-5\n\"\",\"@x\"";
    const std::string whole = without_formulas(csv);
    EXPECT_EQ(whole, "\"a\",\"'=1\"\n\"say \"\"=2\"\"\",\"'\xef\xbc\x9d\",-5\n\"\",\"'@x\"");
    for (std::size_t piece = 1; piece < csv.size(); ++piece) {
        EXPECT_EQ(without_formulas(csv, piece), whole) << piece;
    }
}

TEST(CsvText, TextsThatWouldBeFormulasAreMadeTexts) {
    EXPECT_EQ(without_formulas("\"name\",\"units\"\n\"=1+2\",-5\n\"-x\",3.5\n"),
              "\"name\",\"units\"\n\"'=1+2\",-5\n\"'-x\",3.5\n");
    for (const std::string start : {"=", "+", "-", "@", "\t", "\r", "\n", "\xef\xbc\x9d"}) {
        EXPECT_EQ(without_formulas("\"" + start + "cmd\""), "\"'" + start + "cmd\"") << start;
    }
}

TEST(CsvText, EverythingElseStaysAsItIs) {
    for (const std::string same :
         {"", "1,-2,+3\n", "\"a=b\",\"a-b\"", "\"\",\"\"\"=1\",\"say \"\"=2\"\" now\"",
          "\"two\nlines,=3\"", "\"\xf0\x9f\x8d\x8e\",\"\xd7\xa9\""}) {
        EXPECT_EQ(without_formulas(same), same);
    }
}

}  // namespace
}  // namespace shelfcast::api
