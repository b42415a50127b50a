#include "retail/zone_country.h"

#include <fstream>
#include <map>
#include <sstream>

namespace shelfcast::retail {
namespace {

using Countries = std::map<std::string, std::string, std::less<>>;

// Lines of "CC<tab>coordinates<tab>Zone/Name[<tab>comment]"; # begins a comment.
Countries read_countries() {
    Countries countries;
    std::ifstream file("/usr/share/zoneinfo/zone.tab");
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        std::string country;
        std::string coordinates;
        std::string zone;
        if (!line.starts_with('#') && fields >> country >> coordinates >> zone) {
            countries.emplace(zone, country);
        }
    }
    return countries;
}

}  // namespace

std::string country_of_zone(std::string_view zone) {
    static const Countries kCountries = read_countries();
    const auto found = kCountries.find(zone);
    return found == kCountries.end() ? std::string() : found->second;
}

}  // namespace shelfcast::retail
