#pragma once

/// \file retail/zone_country.h
/// The country of a time zone, for stores of which nothing else is known. Thread safe; reads the
/// system's time zone database once.

#include <string>
#include <string_view>

namespace shelfcast::retail {

/// "DE" for "Europe/Berlin" (ISO 3166-1 alpha-2, from zone.tab of the tz database); empty for a
/// zone that is no country's (UTC) or unknown.
[[nodiscard]] std::string country_of_zone(std::string_view zone);

}  // namespace shelfcast::retail
