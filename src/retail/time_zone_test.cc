#include "retail/time_zone.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>

#include "retail/posix_time_zone.h"

namespace shelfcast::retail {
namespace {

constexpr std::array kZones = {"Europe/London",       "Asia/Shanghai",       "Asia/Kolkata",
                               "Australia/Lord_Howe", "America/New_York",    "America/St_Johns",
                               "Africa/Casablanca",   "Asia/Gaza",           "Pacific/Apia",
                               "Europe/Dublin",       "America/Sao_Paulo",   "Asia/Kathmandu",
                               "Antarctica/Troll",    "America/Havana",      "Asia/Tehran",
                               "Pacific/Chatham",     "Australia/Melbourne", "UTC"};

const TimeZone& zone(std::string_view name) {
    const auto loaded = TimeZone::load(name);
    EXPECT_TRUE(loaded) << loaded.error().message;
    return **loaded;
}

/// Seconds since 1970 of a civil time, without a zone.
std::int64_t civil_s(int year, unsigned month, unsigned day, int hour = 0, int minute = 0,
                     int second = 0) {
    return std::int64_t{days_from_civil(year, month, day)} * 86'400 + hour * 3'600 + minute * 60 +
           second;
}

std::optional<std::int64_t> to_utc_s(std::string_view name, std::int64_t local_s) {
    std::int64_t utc_ms = 0;
    if (!zone(name).to_utc_ms(local_s * 1000, utc_ms)) {
        return std::nullopt;
    }
    return utc_ms / 1000;
}

/// The C library's answer: it reads the same files by code of its own.
class SystemZone {
public:
    explicit SystemZone(const char* name) {
        ::setenv("TZ", name, 1);
        ::tzset();
    }
    ~SystemZone() {
        ::unsetenv("TZ");
        ::tzset();
    }
    SystemZone(const SystemZone&) = delete;
    SystemZone& operator=(const SystemZone&) = delete;

    [[nodiscard]] std::int64_t offset_s(std::int64_t utc_s) const {
        const std::time_t at = utc_s;
        std::tm parts{};
        ::localtime_r(&at, &parts);
        return parts.tm_gmtoff;
    }

    /// The first instant with that wall-clock time, by trying every offset that exists.
    [[nodiscard]] std::optional<std::int64_t> first_instant(std::int64_t local_s) const {
        for (std::int64_t offset = 15 * 3'600; offset >= -15 * 3'600; offset -= 900) {
            if (offset_s(local_s - offset) == offset) {
                return local_s - offset;
            }
        }
        return std::nullopt;
    }
};

TEST(TimeZone, LondonsSpringHourDoesNotExist) {
    EXPECT_EQ(to_utc_s("Europe/London", civil_s(2025, 3, 30, 0, 59, 59)),
              civil_s(2025, 3, 30, 0, 59, 59));
    EXPECT_EQ(to_utc_s("Europe/London", civil_s(2025, 3, 30, 1, 0, 0)), std::nullopt);
    EXPECT_EQ(to_utc_s("Europe/London", civil_s(2025, 3, 30, 1, 59, 59)), std::nullopt);
    EXPECT_EQ(to_utc_s("Europe/London", civil_s(2025, 3, 30, 2, 0, 0)),
              civil_s(2025, 3, 30, 1, 0, 0));
}

TEST(TimeZone, AmbiguousAutumnHourTakesTheFirstPass) {
    EXPECT_EQ(to_utc_s("Europe/London", civil_s(2025, 10, 26, 1, 30)),
              civil_s(2025, 10, 26, 0, 30));
    EXPECT_EQ(to_utc_s("Europe/London", civil_s(2025, 10, 26, 2, 0)), civil_s(2025, 10, 26, 2, 0));
    EXPECT_EQ(to_utc_s("America/New_York", civil_s(2025, 11, 2, 1, 30)),
              civil_s(2025, 11, 2, 5, 30));
    EXPECT_EQ(to_utc_s("America/New_York", civil_s(2025, 3, 9, 2, 30)), std::nullopt);
}

TEST(TimeZone, LordHoweMovesByHalfAnHour) {
    EXPECT_EQ(to_utc_s("Australia/Lord_Howe", civil_s(2025, 10, 5, 2, 0)), std::nullopt);
    EXPECT_EQ(to_utc_s("Australia/Lord_Howe", civil_s(2025, 10, 5, 2, 29, 59)), std::nullopt);
    EXPECT_EQ(to_utc_s("Australia/Lord_Howe", civil_s(2025, 10, 5, 2, 30)),
              civil_s(2025, 10, 4, 15, 30));
    EXPECT_EQ(to_utc_s("Australia/Lord_Howe", civil_s(2025, 4, 6, 1, 45)),
              civil_s(2025, 4, 5, 14, 45));
}

TEST(TimeZone, HoursOfHalfHourZonesStartAtTheirOwnHalfHour) {
    const LocalDay day = zone("Asia/Kolkata").local_day(civil_s(2025, 1, 1, 10, 10) * 1000);
    EXPECT_EQ(day.hour_start_s, civil_s(2025, 1, 1, 9, 30));  // 15:00 in Kolkata
    EXPECT_EQ(day.business_date, days_from_civil(2025, 1, 1));
    EXPECT_EQ(zone("Asia/Kolkata").local_day(civil_s(2025, 1, 1, 18, 30) * 1000).business_date,
              days_from_civil(2025, 1, 2));
}

TEST(TimeZone, TheTwoPassesOfAnAutumnHourAreTwoHours) {
    const TimeZone& london = zone("Europe/London");
    EXPECT_EQ(london.local_day(civil_s(2025, 10, 26, 0, 30) * 1000).hour_start_s,
              civil_s(2025, 10, 26, 0, 0));
    EXPECT_EQ(london.local_day(civil_s(2025, 10, 26, 1, 30) * 1000).hour_start_s,
              civil_s(2025, 10, 26, 1, 0));
    // 02:00 at +11:00 becomes 01:30 at +10:30: the second half of the hour 01 is passed twice.
    const TimeZone& lord_howe = zone("Australia/Lord_Howe");
    EXPECT_EQ(lord_howe.local_day(civil_s(2025, 4, 5, 14, 59) * 1000).hour_start_s,
              civil_s(2025, 4, 5, 14, 0));
    EXPECT_EQ(lord_howe.local_day(civil_s(2025, 4, 5, 15, 10) * 1000).hour_start_s,
              civil_s(2025, 4, 5, 15, 0));
    EXPECT_EQ(lord_howe.local_day(civil_s(2025, 4, 5, 15, 30) * 1000).hour_start_s,
              civil_s(2025, 4, 5, 15, 30));
}

TEST(TimeZone, ADayThatAZoneSkippedDoesNotExist) {
    EXPECT_EQ(to_utc_s("Pacific/Apia", civil_s(2011, 12, 30, 12, 0)), std::nullopt);
    EXPECT_EQ(to_utc_s("Pacific/Apia", civil_s(2011, 12, 31, 0, 0)), civil_s(2011, 12, 30, 10, 0));
}

TEST(TimeZone, SummerTimeGoesOnAfterTheListedTransitions) {
    EXPECT_EQ(zone("Europe/London").offset_s(civil_s(2099, 7, 1) * 1000), 3'600);
    EXPECT_EQ(zone("Europe/London").offset_s(civil_s(2099, 12, 1) * 1000), 0);
    EXPECT_EQ(zone("Australia/Lord_Howe").offset_s(civil_s(2060, 7, 1) * 1000), 37'800);
    EXPECT_EQ(zone("Australia/Lord_Howe").offset_s(civil_s(2060, 1, 1) * 1000), 39'600);
}

TEST(TimeZone, AnUnknownNameIsAnErrorThatNamesIt) {
    for (const char* name : {"Europe/Lodnon", "", "../../etc/passwd", "GMT0BST,M3.5.0/1,M10.5.0"}) {
        const auto loaded = TimeZone::load(name);
        ASSERT_FALSE(loaded) << name;
        EXPECT_EQ(loaded.error().kind, ErrorKind::kInvalidInput);
        EXPECT_NE(loaded.error().message.find(name), std::string::npos);
    }
}

TEST(TimeZone, TheSameNameGivesTheSameObject) {
    EXPECT_EQ(&zone("Europe/London"), &zone("Europe/London"));
}

TEST(TimeZone, FarTimesAreAnswered) {
    for (const std::int64_t utc_ms : {civil_s(-1, 1, 1) * 1000, civil_s(10'000, 1, 1) * 1000}) {
        const TimeZone& london = zone("Europe/London");
        std::int64_t back = 0;
        ASSERT_TRUE(london.to_utc_ms(utc_ms + london.offset_s(utc_ms) * 1000, back));
        EXPECT_EQ(back, utc_ms);
    }
}

/// A UTC second of the years 1999 to 2100, often near a change of the clock.
std::int64_t arbitrary_utc_s(const SystemZone& system) {
    std::int64_t at = *rc::gen::inRange(civil_s(1999, 1, 2), civil_s(2100, 12, 31));
    if (*rc::gen::arbitrary<bool>()) {
        std::int64_t low = at;
        std::int64_t high = at + 300 * 86'400;
        const std::int64_t before = system.offset_s(low);
        if (system.offset_s(high) != before && high < civil_s(2100, 12, 31)) {
            while (high - low > 1) {
                const std::int64_t middle = low + (high - low) / 2;
                (system.offset_s(middle) == before ? low : high) = middle;
            }
            at = high + *rc::gen::inRange<std::int64_t>(-7'300, 7'300);
        }
    }
    return at;
}

RC_GTEST_PROP(TimeZone, OffsetsAreTheSystems, ()) {
    const char* const name = *rc::gen::elementOf(kZones);
    const SystemZone system(name);
    const std::int64_t utc_s = arbitrary_utc_s(system);
    RC_ASSERT(zone(name).offset_s(utc_s * 1000 + 999) == system.offset_s(utc_s));
}

RC_GTEST_PROP(TimeZone, LocalTimeIsTheFirstInstantWithThatWallClock, ()) {
    const char* const name = *rc::gen::elementOf(kZones);
    const SystemZone system(name);
    const std::int64_t utc_s = arbitrary_utc_s(system);
    const std::int64_t local_s =
        utc_s + system.offset_s(utc_s) + *rc::gen::inRange<std::int64_t>(-3'700, 3'700);
    RC_ASSERT(to_utc_s(name, local_s) == system.first_instant(local_s));
}

RC_GTEST_PROP(TimeZone, EveryInstantLiesInItsHourAndDay, ()) {
    const char* const name = *rc::gen::elementOf(kZones);
    const SystemZone system(name);
    const std::int64_t utc_s = arbitrary_utc_s(system);
    const LocalDay day = zone(name).local_day(utc_s * 1000);
    RC_ASSERT(day.hour_start_s <= utc_s);
    RC_ASSERT(day.hour_start_s > utc_s - 3'600);
    RC_ASSERT(day.business_date == (utc_s + system.offset_s(utc_s)) / 86'400);
    // The start of an hour belongs to that hour, that day, and has the same hour on the clock.
    const LocalDay start = zone(name).local_day(day.hour_start_s * 1000);
    RC_ASSERT(start.hour_start_s == day.hour_start_s);
    RC_ASSERT(start.business_date == day.business_date);
    RC_ASSERT((day.hour_start_s + system.offset_s(day.hour_start_s)) / 3'600 ==
              (utc_s + system.offset_s(utc_s)) / 3'600);
}

RC_GTEST_PROP(CivilDate, IsTheSystems, ()) {
    const std::int32_t days = *rc::gen::inRange(-700'000, 3'000'000);
    const std::time_t at = std::time_t{days} * 86'400;
    std::tm parts{};
    ::gmtime_r(&at, &parts);
    const CivilDate date = civil_from_days(days);
    RC_ASSERT(date.year == parts.tm_year + 1900);
    RC_ASSERT(date.month == static_cast<unsigned>(parts.tm_mon) + 1);
    RC_ASSERT(date.day == static_cast<unsigned>(parts.tm_mday));
    RC_ASSERT(days_from_civil(date.year, date.month, date.day) == days);
}

TEST(CivilDate, IsWrittenAsIso8601) {
    EXPECT_EQ(format_date(days_from_civil(2025, 11, 27)), "2025-11-27");
    EXPECT_EQ(format_utc_ms(1'764'259'200'250), "2025-11-27T16:00:00.250Z");
    EXPECT_EQ(format_utc_ms(-1), "1969-12-31T23:59:59.999Z");
}

TEST(PosixTimeZone, ReadsTheRulesOfTheFiles) {
    const auto london = PosixTimeZone::parse("GMT0BST,M3.5.0/1,M10.5.0");
    ASSERT_TRUE(london);
    EXPECT_EQ(london->transitions(2025).summer.begin_s, civil_s(2025, 3, 30, 1));
    EXPECT_EQ(london->transitions(2025).summer.offset_s, 3'600);
    EXPECT_EQ(london->transitions(2025).winter.begin_s, civil_s(2025, 10, 26, 1));

    const auto kolkata = PosixTimeZone::parse("IST-5:30");
    ASSERT_TRUE(kolkata);
    EXPECT_FALSE(kolkata->has_summer_time());
    EXPECT_EQ(kolkata->standard_offset_s(), 19'800);

    const auto lord_howe = PosixTimeZone::parse("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0");
    ASSERT_TRUE(lord_howe);
    EXPECT_EQ(lord_howe->transitions(2025).winter.begin_s, civil_s(2025, 4, 5, 15));
    EXPECT_EQ(lord_howe->transitions(2025).summer.offset_s, 39'600);

    // Days of the year, with and without 29 February, and a change before midnight.
    const auto counted = PosixTimeZone::parse("AAA3BBB,J60/-1,59/25:30:15");
    ASSERT_TRUE(counted);
    EXPECT_EQ(counted->transitions(2024).summer.begin_s, civil_s(2024, 3, 1, 2));
    EXPECT_EQ(counted->transitions(2025).summer.begin_s, civil_s(2025, 3, 1, 2));
    EXPECT_EQ(counted->transitions(2024).winter.begin_s, civil_s(2024, 3, 1, 3, 30, 15));
}

TEST(PosixTimeZone, RefusesOtherTexts) {
    for (const char* text :
         {"", "GMT", "A0", "GMT0BST", "GMT0BST,M3.5.0/1", "GMT0BST,M13.5.0,M10.5.0",
          "GMT0BST,M3.6.0,M10.5.0", "GMT0BST,M3.5.7,M10.5.0", "GMT0BST,M3.5.0,M10.5.0x", "<+10-10",
          "<>-10", "GMT168", "GMT0BST,J0,J1", "GMT0BST,366,1", "GMT0:60"}) {
        EXPECT_FALSE(PosixTimeZone::parse(text)) << text;
    }
}

TEST(Date, IsReadBackAsItWasWritten) {
    for (const std::int32_t days : {-719'528, -1, 0, 59, 20'779, 24'855, 65'535}) {
        EXPECT_EQ(parse_date(format_date(days)), days) << format_date(days);
    }
    for (const char* text :
         {"", "2026-11-2", "2026-11-222", "2026/11/22", "2026-13-01", "2026-02-29", "2026-00-10",
          "2026-04-31", "2026-01-00", "20261-1-01"}) {
        EXPECT_EQ(parse_date(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace shelfcast::retail
