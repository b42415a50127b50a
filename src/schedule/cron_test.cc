#include "schedule/cron.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "retail/time_zone.h"

namespace shelfcast::schedule {
namespace {

std::int64_t at(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
    return std::int64_t{retail::days_from_civil(year, month, day)} * 1440 + hour * 60 + minute;
}

std::string text_of(std::int64_t minute) {
    const std::int64_t day = minute / 1440;
    return fmt::format("{} {:02}:{:02}", retail::format_date(static_cast<std::int32_t>(day)),
                       minute % 1440 / 60, minute % 60);
}

/// The next occurrences after 2026-11-22 12:00, a Sunday.
std::vector<std::string> next(std::string_view text, int count) {
    const Cron cron = Cron::parse(text).value();
    std::vector<std::string> found;
    std::int64_t minute = at(2026, 11, 22, 12);
    for (int i = 0; i < count; ++i) {
        minute = cron.next_after(minute);
        found.push_back(text_of(minute));
    }
    return found;
}

using Times = std::vector<std::string>;

TEST(Cron, FieldsMeanWhatCrontabSays) {
    EXPECT_EQ(next("0 2 * * *", 2), (Times{"2026-11-23 02:00", "2026-11-24 02:00"}));
    EXPECT_EQ(next("*/20 12,13 * * *", 4), (Times{"2026-11-22 12:20", "2026-11-22 12:40",
                                                  "2026-11-22 13:00", "2026-11-22 13:20"}));
    EXPECT_EQ(next("5/25 23 * * *", 3),
              (Times{"2026-11-22 23:05", "2026-11-22 23:30", "2026-11-22 23:55"}));
    EXPECT_EQ(next("0 8-18/5 * * Mon-Fri", 4), (Times{"2026-11-23 08:00", "2026-11-23 13:00",
                                                      "2026-11-23 18:00", "2026-11-24 08:00"}));
    EXPECT_EQ(next("30 1 1 JAN,jul *", 2), (Times{"2027-01-01 01:30", "2027-07-01 01:30"}));
    EXPECT_EQ(next("0 0 29 2 *", 2), (Times{"2028-02-29 00:00", "2032-02-29 00:00"}));
    EXPECT_EQ(next("0 0 31 * *", 2), (Times{"2026-12-31 00:00", "2027-01-31 00:00"}));
    EXPECT_EQ(next("\t0  4 *  * 7 ", 1), (Times{"2026-11-29 04:00"}));
    EXPECT_EQ(next("0 4 * * FRI-SUN", 3),
              (Times{"2026-11-27 04:00", "2026-11-28 04:00", "2026-11-29 04:00"}));
}

TEST(Cron, ADayThatFitsEitherDayFieldIsTaken) {
    EXPECT_EQ(next("0 0 1 * MON", 3),
              (Times{"2026-11-23 00:00", "2026-11-30 00:00", "2026-12-01 00:00"}));
    EXPECT_EQ(next("0 0 */10 * MON", 1), (Times{"2026-12-21 00:00"}));
}

TEST(Cron, MacrosStandForFields) {
    EXPECT_EQ(next("@hourly", 1), (Times{"2026-11-22 13:00"}));
    EXPECT_EQ(next("@daily", 1), next("@midnight", 1));
    EXPECT_EQ(next("@Weekly", 1), (Times{"2026-11-29 00:00"}));
    EXPECT_EQ(next("@monthly", 1), (Times{"2026-12-01 00:00"}));
    EXPECT_EQ(next("@yearly", 1), next("@annually", 1));
    EXPECT_EQ(next("@yearly", 1), (Times{"2027-01-01 00:00"}));
}

TEST(Cron, LeapYearsAreSkippedAsTheCenturySays) {
    const Cron cron = Cron::parse("0 0 29 2 *").value();
    EXPECT_EQ(text_of(cron.next_after(at(2096, 3, 1))), "2104-02-29 00:00");
    EXPECT_EQ(text_of(cron.last_until(at(2104, 2, 28))), "2096-02-29 00:00");
}

TEST(Cron, WhatIsWrongIsNamed) {
    const std::vector<std::pair<std::string, std::string>> wrong = {
        {"", "five fields"},
        {"0 2 * *", "five fields"},
        {"0 2 * * * *", "five fields"},
        {"@reboot", "five fields"},
        {"60 2 * * *", "minute \"60\" is not within 0 to 59"},
        {"-1 2 * * *", "minute \"\""},
        {"0 24 * * *", "hour \"24\""},
        {"0 2 0 * *", "day \"0\""},
        {"0 2 * 13 *", "month \"13\""},
        {"0 2 * * 8", "weekday \"8\""},
        {"0 2 * * someday", "weekday \"someday\""},
        {"0 mon * * *", "hour \"mon\""},
        {"1,,2 2 * * *", "minute \"\""},
        {"30-10 2 * * *", "minute \"30-10\" ends before it begins"},
        {"*/0 2 * * *", "step \"0\""},
        {"*/61 2 * * *", "step \"61\""},
        {"*/x 2 * * *", "step \"x\""},
        {"0x1 2 * * *", "minute \"0x1\""},
        {"0 2 30 2 *", "fits no day"},
        {"0 2 31 4,6,9,11 *", "fits no day"},
    };
    for (const auto& [text, named] : wrong) {
        const auto parsed = Cron::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().kind, ErrorKind::kInvalidInput);
        EXPECT_NE(parsed.error().message.find(named), std::string::npos) << parsed.error().message;
    }
}

TEST(Cron, OnlyOneMinuteADayIsAtMostDaily) {
    EXPECT_TRUE(Cron::parse("0 2 * * *")->at_most_daily());
    EXPECT_TRUE(Cron::parse("@weekly")->at_most_daily());
    EXPECT_FALSE(Cron::parse("0 2,3 * * *")->at_most_daily());
    EXPECT_FALSE(Cron::parse("@hourly")->at_most_daily());
}

// A second opinion, minute by minute.
TEST(Cron, StepsForwardAndBackMeetAtTheSameMinutes) {
    constexpr unsigned kSeed = 20'261'122;
    SCOPED_TRACE(fmt::format("seed {}", kSeed));
    std::mt19937 chance(kSeed);
    const std::vector<std::string> minutes = {"*", "7", "*/13", "10-20", "0,30,59"};
    const std::vector<std::string> hours = {"*", "0", "23", "*/7", "3-5"};
    const std::vector<std::string> days = {"*", "31", "1,15", "*/9"};
    const std::vector<std::string> months = {"*", "2", "feb-apr"};
    const std::vector<std::string> weekdays = {"*", "0", "mon,wed"};
    const auto pick = [&](const std::vector<std::string>& from) {
        return from[chance() % from.size()];
    };
    for (int round = 0; round < 200; ++round) {
        const std::string text = fmt::format("{} {} {} {} {}", pick(minutes), pick(hours),
                                             pick(days), pick(months), pick(weekdays));
        const auto parsed = Cron::parse(text);
        if (!parsed) {
            EXPECT_NE(text.find(" 31 2 "), std::string::npos) << text;
            continue;
        }
        const std::int64_t from = at(2026, 1, 1) + static_cast<std::int64_t>(chance() % 1'000'000);
        const std::int64_t next = parsed->next_after(from);
        const std::int64_t after = parsed->next_after(next);
        EXPECT_GT(next, from) << text;
        EXPECT_EQ(parsed->last_until(next), next) << text;
        EXPECT_LE(parsed->last_until(next - 1), from) << text;
        EXPECT_EQ(parsed->last_until(after - 1), next) << text;
    }
}

}  // namespace
}  // namespace shelfcast::schedule
