#include "adapters/sqlite_store/flush_text.h"

#include <gtest/gtest.h>

#include <limits>

namespace shelfcast::adapters::sqlite_store {
namespace {

using Ranges = std::vector<ports::LogRange>;
using Rows = std::map<std::string, std::uint64_t>;

TEST(FlushText, RangesComeBackInTheirOrder) {
    const Ranges ranges = {
        {"retail_events", PartitionId{3}, 5, 9},
        {"retail_events", PartitionId{0}, 100, 200},
        {"dead-letters", PartitionId{0}, 0, 1},
        {"retail_events", PartitionId{0}, 200, std::numeric_limits<std::int64_t>::max()}};
    const std::string text = format_ranges(ranges);
    EXPECT_EQ(text,
              "retail_events 3:5-9 0:100-200;dead-letters 0:0-1;"
              "retail_events 0:200-9223372036854775807");
    const auto parsed = parse_ranges(text);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(*parsed, ranges);
    EXPECT_EQ(parse_ranges(format_ranges({})).value(), Ranges{});
}

TEST(FlushText, RowsComeBack) {
    const Rows rows = {{"events", 0}, {"rejections", std::numeric_limits<std::uint64_t>::max()}};
    EXPECT_EQ(format_rows(rows), "events=0 rejections=18446744073709551615");
    EXPECT_EQ(parse_rows(format_rows(rows)).value(), rows);
    EXPECT_EQ(parse_rows(format_rows({})).value(), Rows{});
}

TEST(FlushText, ABrokenTextIsCorrupted) {
    for (const char* text :
         {"retail_events", "retail_events 0", "retail_events 0:1", " 0:1-2", "retail_events 0:1-x",
          "retail_events -1:1-2", "retail_events 0:1-2;;b 0:1-2", "retail_events 0:1-2  0:2-3",
          "retail_events 99999999999:1-2"}) {
        const auto parsed = parse_ranges(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().kind, ErrorKind::kCorrupted);
        EXPECT_NE(parsed.error().message.find(text), std::string::npos);
    }
    for (const char* text : {"events", "events=", "=1", "events=-1", "events=1 x", "a b=1"}) {
        const auto parsed = parse_rows(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().kind, ErrorKind::kCorrupted);
    }
}

TEST(FlushText, NamesThatWouldBreakTheTextAreNotPlain) {
    EXPECT_TRUE(is_plain_name("sales-transactions"));
    EXPECT_TRUE(is_plain_name("retail_events.v2"));
    for (const char* name : {"", "a b", "a;b", "a=b", "a:b", "ä", "a\n"}) {
        EXPECT_FALSE(is_plain_name(name)) << name;
    }
}

}  // namespace
}  // namespace shelfcast::adapters::sqlite_store
