#include "schedule/plan.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace shelfcast::schedule {
namespace {

constexpr std::int64_t kMinuteUs = 60'000'000;
constexpr std::int64_t kHourUs = 60 * kMinuteUs;

std::int64_t utc_us(int year, unsigned month, unsigned day, int hour, int minute = 0) {
    return std::int64_t{retail::days_from_civil(year, month, day)} * 24 * kHourUs + hour * kHourUs +
           minute * kMinuteUs;
}

Plan plan(std::string_view cron, std::string_view zone) {
    return {Cron::parse(cron).value(), *retail::TimeZone::load(zone).value()};
}

/// "DATE due at UTC" of every occurrence after `from` up to `to`, from both directions.
std::vector<std::string> between(const Plan& plan, std::int64_t from, std::int64_t to) {
    std::vector<std::string> found;
    for (Occurrence at = plan.next_after(from); at.at_us <= to; at = plan.next_after(at.at_us)) {
        found.push_back(
            fmt::format("{} at {}", at.logical_date, retail::format_utc_ms(at.at_us / 1000)));
        EXPECT_EQ(plan.last_until(at.at_us), at);
        EXPECT_EQ(plan.last_until(at.at_us + 1), at);
        EXPECT_LT(plan.last_until(at.at_us - 1).at_us, at.at_us);
    }
    return found;
}

using Times = std::vector<std::string>;

TEST(Plan, ADateIsTheLocalDay) {
    EXPECT_EQ(between(plan("0 2 * * *", "Asia/Shanghai"), utc_us(2026, 11, 21, 0),
                      utc_us(2026, 11, 22, 20)),
              (Times{"2026-11-22 at 2026-11-21T18:00:00.000Z",
                     "2026-11-23 at 2026-11-22T18:00:00.000Z"}));
    EXPECT_EQ(between(plan("0 2 * * *", "UTC"), utc_us(2026, 11, 21, 2), utc_us(2026, 11, 22, 20)),
              (Times{"2026-11-22 at 2026-11-22T02:00:00.000Z"}));
}

TEST(Plan, ATimeInTheSpringGapIsDueRightAfterIt) {
    // London, 2026-03-29: 01:00 becomes 02:00 at 01:00 UTC.
    EXPECT_EQ(between(plan("30 1 * * *", "Europe/London"), utc_us(2026, 3, 28, 12),
                      utc_us(2026, 3, 30, 12)),
              (Times{"2026-03-29 at 2026-03-29T01:00:00.000Z",
                     "2026-03-30 at 2026-03-30T00:30:00.000Z"}));
    // New York, 2026-03-08: 02:00 becomes 03:00 at 07:00 UTC.
    EXPECT_EQ(between(plan("15 2 * * *", "America/New_York"), utc_us(2026, 3, 7, 12),
                      utc_us(2026, 3, 9, 12)),
              (Times{"2026-03-08 at 2026-03-08T07:00:00.000Z",
                     "2026-03-09 at 2026-03-09T06:15:00.000Z"}));
}

TEST(Plan, AnAmbiguousAutumnTimeIsDueTheFirstTimeOnly) {
    // London, 2026-10-25: 02:00 becomes 01:00 at 01:00 UTC.
    EXPECT_EQ(between(plan("30 1 * * *", "Europe/London"), utc_us(2026, 10, 24, 12),
                      utc_us(2026, 10, 26, 12)),
              (Times{"2026-10-25 at 2026-10-25T00:30:00.000Z",
                     "2026-10-26 at 2026-10-26T01:30:00.000Z"}));
    // New York, 2026-11-01: 02:00 becomes 01:00 at 06:00 UTC.
    EXPECT_EQ(between(plan("45 1 * * *", "America/New_York"), utc_us(2026, 10, 31, 12),
                      utc_us(2026, 11, 2, 12)),
              (Times{"2026-11-01 at 2026-11-01T05:45:00.000Z",
                     "2026-11-02 at 2026-11-02T06:45:00.000Z"}));
}

TEST(Plan, WhoWakesUpInTheSecondPassFindsTheFirstOnesTimes) {
    // 01:05 of the second pass in London: 01:50 was due 15 minutes ago.
    const Plan late = plan("50 1 * * *", "Europe/London");
    EXPECT_EQ(late.last_until(utc_us(2026, 10, 25, 1, 5)),
              (Occurrence{"2026-10-25", utc_us(2026, 10, 25, 0, 50)}));
    EXPECT_EQ(late.last_until(utc_us(2026, 10, 25, 0, 49)).logical_date, "2026-10-24");
}

TEST(Plan, MoreThanDailyPlansHaveTimesInTheirDates) {
    EXPECT_EQ(between(plan("*/30 * * * *", "Europe/London"), utc_us(2026, 3, 29, 0, 15),
                      utc_us(2026, 3, 29, 1, 30)),
              (Times{"2026-03-29T00:30 at 2026-03-29T00:30:00.000Z",
                     "2026-03-29T02:00 at 2026-03-29T01:00:00.000Z",
                     "2026-03-29T02:30 at 2026-03-29T01:30:00.000Z"}));
}

TEST(Plan, ADayThatAZoneSkipsIsDueAtItsEnd) {
    // Samoa left 2011-12-30 out, at 2011-12-30T10:00:00Z.
    EXPECT_EQ(
        between(plan("0 12 30 12 *", "Pacific/Apia"), utc_us(2011, 1, 1, 0), utc_us(2012, 1, 1, 0)),
        (Times{"2011-12-30 at 2011-12-30T10:00:00.000Z"}));
}

TEST(Plan, EveryDayOfAYearIsOneDate) {
    for (const char* zone :
         {"Europe/London", "America/New_York", "Australia/Lord_Howe", "UTC", "Pacific/Chatham"}) {
        for (const char* cron : {"30 1 * * *", "30 2 * * *", "0 0 * * *"}) {
            const Plan daily = plan(cron, zone);
            std::set<std::string> dates;
            Occurrence at = daily.next_after(utc_us(2026, 1, 1, 0));
            const std::int64_t end = at.at_us + 365 * 24 * kHourUs;
            for (; at.at_us < end; at = daily.next_after(at.at_us)) {
                EXPECT_TRUE(dates.insert(at.logical_date).second) << zone << at.logical_date;
            }
            EXPECT_EQ(dates.size(), 365U) << zone << " " << cron;
        }
    }
}

TEST(Plan, DatesOfPeopleAreChecked) {
    const Plan daily = plan("0 2 * * *", "America/New_York");
    const Plan often = plan("@hourly", "UTC");
    const std::int64_t now = utc_us(2026, 11, 22, 3);            // Still the 21st in New York.
    const Plan weekly = plan("0 23 * * 6", "America/New_York");  // Saturdays, late.
    EXPECT_EQ(daily.parse_date("2026-11-21", now), "2026-11-21");
    EXPECT_EQ(weekly.parse_date("2026-11-14", now), "2026-11-14");
    const Plan half = plan("0,30 * * * *", "Europe/London");
    EXPECT_EQ(half.parse_date("2026-03-29T02:00", now), "2026-03-29T02:00");
    EXPECT_EQ(daily.parse_date("2024-02-29", now), "2024-02-29");
    EXPECT_EQ(often.parse_date("2026-11-22T03:00", now), "2026-11-22T03:00");
    for (const auto& [from, text] : std::vector<std::pair<const Plan*, std::string>>{
             {&daily, "2026-11-22"},
             {&weekly, "2026-11-21"},  // Not due before 23:00: marking it done would skip it.
             {&weekly, "2026-11-20"},
             {&half, "2026-03-29T01:30"},  // In the spring gap: one occurrence, named 02:00.
             {&daily, "2025-02-29"},
             {&daily, "2026-11-21T02:00"},
             {&daily, "2026/11/21"},
             {&daily, "20261121"},
             {&daily, "yesterday"},
             {&daily, ""},
             {&daily, "2026-1--21"},
             {&often, "2026-11-22"},
             {&often, "2026-11-22T03:01"},
             {&often, "2026-11-21T24:00"},
             {&often, "2026-11-21 23:00"},
             {&often, "2026-11-21T2:000"},
         }) {
        const auto parsed = from->parse_date(text, now);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().kind, ErrorKind::kInvalidInput);
        EXPECT_NE(parsed.error().message.find(text), std::string::npos) << parsed.error().message;
    }
}

}  // namespace
}  // namespace shelfcast::schedule
