#include "retail/holidays.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <set>

#include "base/result.h"
#include "retail/zone_country.h"

namespace shelfcast::retail {
namespace {

std::string text_of(std::uint16_t date) {
    const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::days{date}}};
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                       static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

// The holidays of a country in a year: "01-01 04-18 …".
std::string dates_in(std::string_view country, std::string_view in_year,
                     std::string_view region = "") {
    std::string dates;
    for (const Holiday& holiday : public_holidays()) {
        const std::string date = text_of(holiday.date);
        if (holiday.country_code == country && holiday.region == region &&
            date.starts_with(in_year)) {
            dates += (dates.empty() ? "" : " ") + date.substr(5);
        }
    }
    return dates;
}

std::string name_on(std::string_view country, std::string_view date) {
    for (const Holiday& holiday : public_holidays()) {
        if (holiday.country_code == country && holiday.region.empty() &&
            text_of(holiday.date) == date) {
            return holiday.name;
        }
    }
    return "";
}

// gov.uk/bank-holidays, with the days off that stand in for those at weekends.
TEST(Holidays, UnitedKingdomAsPublished) {
    EXPECT_EQ(dates_in("GB", "2002"), "01-01 03-29 04-01 05-06 06-03 06-04 08-26 12-25 12-26");
    EXPECT_EQ(dates_in("GB", "2010"),
              "01-01 04-02 04-05 05-03 05-31 08-30 12-25 12-26 12-27 12-28");
    EXPECT_EQ(dates_in("GB", "2020"), "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-26 12-28");
    EXPECT_EQ(dates_in("GB", "2022"),
              "01-01 01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-25 12-26 12-27");
    EXPECT_EQ(name_on("GB", "2022-12-27"), "Christmas Day (day off)");
    EXPECT_EQ(dates_in("GB", "2025", "Scotland"),
              "01-01 01-02 04-18 05-05 05-26 08-04 11-30 12-01 12-25 12-26");
}

// opm.gov, federal holidays; a day observed on Friday or Monday comes beside the date itself.
TEST(Holidays, UnitedStatesAsPublished) {
    EXPECT_EQ(dates_in("US", "2020"),
              "01-01 01-20 02-17 05-25 07-03 07-04 09-07 10-12 11-11 11-26 12-25");
    EXPECT_EQ(dates_in("US", "2021"),
              "01-01 01-18 02-15 05-31 06-18 06-19 07-04 07-05 09-06 10-11 11-11 11-25 12-24 "
              "12-25 12-31");
    EXPECT_EQ(name_on("US", "2021-12-31"), "New Year's Day (day off)");
}

TEST(Holidays, EuropeAsPublished) {
    EXPECT_EQ(dates_in("DE", "2024"), "01-01 03-29 04-01 05-01 05-09 05-20 10-03 12-25 12-26");
    EXPECT_EQ(dates_in("DE", "2017"),
              "01-01 04-14 04-17 05-01 05-25 06-05 10-03 10-31 12-25 12-26");
    EXPECT_EQ(dates_in("FR", "2008"),
              "01-01 03-24 05-01 05-08 05-12 07-14 08-15 11-01 11-11 12-25");
    EXPECT_EQ(name_on("FR", "2008-05-01"), "Ascension Day / Labour Day");
    EXPECT_EQ(dates_in("IT", "2026"),
              "01-01 01-06 04-05 04-06 04-25 05-01 06-02 08-15 10-04 11-01 12-08 12-25 12-26");
    EXPECT_EQ(dates_in("ES", "2025"),
              "01-01 01-06 04-18 05-01 08-15 10-12 11-01 12-06 12-08 12-25");
    EXPECT_EQ(dates_in("NL", "2025"),
              "01-01 04-20 04-21 04-26 05-05 05-29 06-08 06-09 12-25 12-26");
    EXPECT_EQ(dates_in("BE", "2024"),
              "01-01 04-01 05-01 05-09 05-20 07-21 08-15 11-01 11-11 12-25");
    EXPECT_EQ(dates_in("AT", "2023"),
              "01-01 01-06 04-10 05-01 05-18 05-29 06-08 08-15 10-26 11-01 12-08 12-25 12-26");
    EXPECT_EQ(dates_in("CH", "2024"), "01-01 05-09 08-01 12-25");
    EXPECT_EQ(dates_in("IE", "2023"),
              "01-01 01-02 02-06 03-17 04-10 05-01 06-05 08-07 10-30 12-25 12-26");
    EXPECT_EQ(dates_in("PL", "2025"),
              "01-01 01-06 04-20 04-21 05-01 05-03 06-08 06-19 08-15 11-01 11-11 12-24 12-25 "
              "12-26");
    EXPECT_EQ(dates_in("SE", "2024"),
              "01-01 01-06 03-29 03-31 04-01 05-01 05-09 05-19 06-06 06-22 11-02 12-25 12-26");
}

TEST(Holidays, CanadaAndAustraliaAsPublished) {
    EXPECT_EQ(dates_in("CA", "2024"),
              "01-01 03-29 05-20 07-01 09-02 09-30 10-14 11-11 12-25 12-26");
    EXPECT_EQ(dates_in("CA", "2018"),
              "01-01 03-30 05-21 07-01 07-02 09-03 10-08 11-11 11-12 "
              "12-25 12-26");
    EXPECT_EQ(dates_in("AU", "2022"),
              "01-01 01-03 01-26 04-15 04-18 04-25 09-22 12-25 12-26 12-27");
    EXPECT_EQ(dates_in("AU", "2025"), "01-01 01-27 04-18 04-21 04-25 12-25 12-26");
}

// gov.cn: the statutory days, without bridge days.
TEST(Holidays, ChinaAsPublished) {
    EXPECT_EQ(dates_in("CN", "2024"),
              "01-01 02-10 02-11 02-12 04-04 05-01 06-10 09-17 10-01 10-02 "
              "10-03");
    EXPECT_EQ(dates_in("CN", "2025"),
              "01-01 01-28 01-29 01-30 01-31 04-04 05-01 05-02 05-31 10-01 "
              "10-02 10-03 10-06");
    EXPECT_EQ(dates_in("CN", "2007"),
              "01-01 02-18 02-19 02-20 05-01 05-02 05-03 10-01 10-02 10-03");
}

// cao.go.jp: years with moved days, substitutes and days between two holidays.
TEST(Holidays, JapanAsPublished) {
    EXPECT_EQ(dates_in("JP", "2019"),
              "01-01 01-14 02-11 03-21 04-29 04-30 05-01 05-02 05-03 05-04 05-05 05-06 07-15 08-11 "
              "08-12 09-16 09-23 10-14 10-22 11-03 11-04 11-23");
    EXPECT_EQ(dates_in("JP", "2021"),
              "01-01 01-11 02-11 02-23 03-20 04-29 05-03 05-04 05-05 07-22 07-23 08-08 08-09 09-20 "
              "09-23 11-03 11-23");
    EXPECT_EQ(dates_in("JP", "2026"),
              "01-01 01-12 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06 07-20 08-11 09-21 09-22 "
              "09-23 10-12 11-03 11-23");
    EXPECT_EQ(name_on("JP", "2026-09-22"), "Citizens' Holiday");
}

TEST(Holidays, ACountryIsFoundByItsTimeZone) {
    EXPECT_EQ(country_of_zone("Europe/London"), "GB");
    EXPECT_EQ(country_of_zone("Asia/Shanghai"), "CN");
    EXPECT_EQ(country_of_zone("America/Chicago"), "US");
    EXPECT_EQ(country_of_zone("UTC"), "");
}

TEST(Holidays, EveryCountryHasEveryYearAndNoDateTwice) {
    std::map<std::pair<std::string_view, std::string_view>, std::set<std::string>> years;
    const std::vector<Holiday> all = public_holidays();
    for (std::size_t i = 0; i < all.size(); ++i) {
        years[{all[i].country_code, all[i].region}].insert(text_of(all[i].date).substr(0, 4));
        EXPECT_FALSE(all[i].name.empty() || all[i].country_name.empty());
        if (i > 0 && all[i].country_code == all[i - 1].country_code &&
            all[i].region == all[i - 1].region) {
            EXPECT_LT(all[i - 1].date, all[i].date) << all[i].country_code;
        }
    }
    EXPECT_EQ(years.size(), 18U);
    for (const auto& [place, seen] : years) {
        EXPECT_EQ(seen.size(), 40U) << place.first << place.second;
    }
}

}  // namespace
}  // namespace shelfcast::retail
