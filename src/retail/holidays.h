#pragma once

/// \file retail/holidays.h
/// Public holidays, computed from each country's rules: fixed dates, weekdays of a month, Easter
/// (Gregorian computus: Meeus, Astronomical Algorithms, 1991, ch. 8), days off that stand in for a
/// holiday at a weekend, and, for China and Japan, the lunar calendar and the sun.
///
/// Sources of the rules: the holiday acts of each country as its government publishes them (gov.uk,
/// opm.gov, gesetze-im-internet.de, legifrance.gouv.fr, boe.es, gov.cn, cao.go.jp and so on). Only
/// what holds in the whole country, and Scotland as a region with a set of its own. Not in it:
/// China's working weekends and bridge days, which are decreed from year to year. Days decreed
/// after 2026 are not foreseen. Pure, thread safe.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shelfcast::retail {

inline constexpr int kFirstHolidayYear = 2000;
inline constexpr int kLastHolidayYear = 2039;

/// Raise it with each change of the rules: readers take the rows of the greatest version.
inline constexpr std::uint32_t kHolidayRulesVersion = 1;

struct Holiday {
    std::string_view country_code;  ///< ISO 3166-1 alpha-2.
    std::string_view country_name;  ///< English.
    std::string_view region;        ///< Empty: the whole country. Else all of the region's own set.
    std::uint16_t date = 0;         ///< Days since 1970-01-01.
    std::string name;               ///< English. Two on one day: "Ascension Day / May Day".
    bool operator==(const Holiday&) const = default;
};

/// The holidays of every known country in those years, by country, region and date; at most one per
/// date. AT, AU, BE, CA, CH, CN, DE, ES, FR, GB, IE, IT, JP, NL, PL, SE, US.
[[nodiscard]] std::vector<Holiday> public_holidays();

}  // namespace shelfcast::retail
