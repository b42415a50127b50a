#include "retail/event_time.h"

#include <gtest/gtest.h>

#include <string>

namespace shelfcast::retail {
namespace {

/// The time in UTC, or the word of the reason.
std::string read(std::string_view text, std::string_view zone_name = "Europe/London") {
    const auto zone = TimeZone::load(zone_name);
    EXPECT_TRUE(zone);
    std::int64_t utc_ms = 0;
    const RejectReason reason = parse_event_time(text, **zone, utc_ms);
    return reason == RejectReason::kNone ? format_utc_ms(utc_ms) : std::string(to_string(reason));
}

TEST(EventTime, WithoutAnOffsetIsTheStoresTime) {
    EXPECT_EQ(read("2025-07-01 16:00:00"), "2025-07-01T15:00:00.000Z");
    EXPECT_EQ(read("2025-07-01T16:00:00"), "2025-07-01T15:00:00.000Z");
    EXPECT_EQ(read("2025-12-01 16:00:00"), "2025-12-01T16:00:00.000Z");
    EXPECT_EQ(read("2025-07-01 16:00:00", "Asia/Shanghai"), "2025-07-01T08:00:00.000Z");
    EXPECT_EQ(read("2025-07-01 16:00:00", "Asia/Kolkata"), "2025-07-01T10:30:00.000Z");
}

TEST(EventTime, FractionsAreCutToMilliseconds) {
    EXPECT_EQ(read("2025-12-01 16:00:00.1"), "2025-12-01T16:00:00.100Z");
    EXPECT_EQ(read("2025-12-01 16:00:00.123"), "2025-12-01T16:00:00.123Z");
    EXPECT_EQ(read("2025-12-01 16:00:00.123999999"), "2025-12-01T16:00:00.123Z");
    EXPECT_EQ(read("2025-12-01 16:00:00.1234567890"), "bad_time");
    EXPECT_EQ(read("2025-12-01 16:00:00."), "bad_time");
    EXPECT_EQ(read("2025-12-01 16:00:00.Z"), "bad_time");
}

TEST(EventTime, AnOffsetSaysIt) {
    EXPECT_EQ(read("2025-07-01T16:00:00Z"), "2025-07-01T16:00:00.000Z");
    EXPECT_EQ(read("2025-07-01t16:00:00z"), "2025-07-01T16:00:00.000Z");
    EXPECT_EQ(read("2025-07-01 16:00:00.5+05:30"), "2025-07-01T10:30:00.500Z");
    EXPECT_EQ(read("2025-07-01T16:00:00-08:00"), "2025-07-02T00:00:00.000Z");
    EXPECT_EQ(read("2025-07-01T16:00:00-00:00"), "2025-07-01T16:00:00.000Z");
    // With an offset no hour is missing or ambiguous.
    EXPECT_EQ(read("2025-03-30T01:30:00Z"), "2025-03-30T01:30:00.000Z");
    for (const char* text :
         {"2025-07-01T16:00:00+5:30", "2025-07-01T16:00:00+0530", "2025-07-01T16:00:00+24:00",
          "2025-07-01T16:00:00+05:60", "2025-07-01T16:00:00+05", "2025-07-01T16:00:00 Z",
          "2025-07-01T16:00:00ZZ", "2025-07-01T16:00:00 +05:30", "2025-07-01T16:00:00UTC"}) {
        EXPECT_EQ(read(text), "bad_time") << text;
    }
}

TEST(EventTime, TheCalendarIsChecked) {
    EXPECT_EQ(read("2024-02-29 00:00:00"), "2024-02-29T00:00:00.000Z");
    EXPECT_EQ(read("2000-02-29 00:00:00"), "2000-02-29T00:00:00.000Z");
    EXPECT_EQ(read("9999-12-31 23:59:59.999"), "9999-12-31T23:59:59.999Z");
    EXPECT_EQ(read("0000-01-01 00:00:00Z"), "0000-01-01T00:00:00.000Z");
    for (const char* text : {"2025-02-29 00:00:00", "2100-02-29 00:00:00", "2025-04-31 00:00:00",
                             "2025-00-01 00:00:00", "2025-13-01 00:00:00", "2025-01-00 00:00:00",
                             "2025-01-32 00:00:00", "2025-01-01 24:00:00", "2025-01-01 00:60:00",
                             "2016-12-31 23:59:60", "2025-01-01 00:00:61"}) {
        EXPECT_EQ(read(text), "bad_time") << text;
    }
}

TEST(EventTime, OtherFormsAreRefused) {
    for (const char* text :
         {"", "2025-01-01", "2025-01-01 00:00", "25-01-01 00:00:00", "2025/01/01 00:00:00",
          "2025-01-01_00:00:00", "2025-1-1 0:0:0", " 2025-01-01 00:00:00", "2025-01-01 00:00:00 ",
          "1764259200", "yesterday", "2025-01-01 0a:00:00", "+025-01-01 00:00:00",
          "2025-01-01 00-00-00", "20250101T000000Z"}) {
        EXPECT_EQ(read(text), "bad_time") << text;
    }
}

TEST(EventTime, TheSkippedHourIsNamedAsSuch) {
    EXPECT_EQ(read("2025-03-30 01:30:00"), "time_in_dst_gap");
    EXPECT_EQ(read("2025-10-26 01:30:00"), "2025-10-26T00:30:00.000Z");
}

}  // namespace
}  // namespace shelfcast::retail
