#include "synthetic/places.h"

namespace shelfcast::synthetic {
namespace {

constexpr OpeningHours kClosed{};

constexpr std::array kCountries = {
    Country{"United Kingdom", "GBP", 1.0, {9, 21}, {9, 21}, {11, 17}},
    Country{"Ireland", "EUR", 1.22, {9, 20}, {9, 20}, {11, 18}},
    Country{"France", "EUR", 1.18, {9, 20}, {9, 20}, {9, 13}},
    Country{"Germany", "EUR", 1.15, {8, 20}, {8, 20}, kClosed},
    Country{"Spain", "EUR", 1.08, {10, 22}, {10, 22}, {11, 20}},
    Country{"Netherlands", "EUR", 1.17, {9, 20}, {9, 19}, {12, 18}},
    Country{"Poland", "PLN", 4.6, {8, 21}, {8, 21}, kClosed},
    Country{"Sweden", "SEK", 13.2, {9, 20}, {9, 19}, {10, 18}},
    Country{"United States", "USD", 1.3, {8, 22}, {8, 22}, {9, 20}},
};

enum CountryIndex : std::uint8_t { kGb, kIe, kFr, kDe, kEs, kNl, kPl, kSe, kUs };

constexpr std::array kCities = {
    City{"LON", "London", "London", kGb, "Europe/London", 51.5074, -0.1278, 6},
    City{"MAN", "Manchester", "North West", kGb, "Europe/London", 53.4808, -2.2426, 2},
    City{"BHM", "Birmingham", "West Midlands", kGb, "Europe/London", 52.4862, -1.8904, 2},
    City{"LDS", "Leeds", "Yorkshire and the Humber", kGb, "Europe/London", 53.8008, -1.5491, 2},
    City{"BRS", "Bristol", "South West", kGb, "Europe/London", 51.4545, -2.5879, 1},
    City{"GLA", "Glasgow", "Scotland", kGb, "Europe/London", 55.8642, -4.2518, 2},
    City{"EDI", "Edinburgh", "Scotland", kGb, "Europe/London", 55.9533, -3.1883, 1},
    City{"CDF", "Cardiff", "Wales", kGb, "Europe/London", 51.4816, -3.1791, 1},
    City{"BFS", "Belfast", "Northern Ireland", kGb, "Europe/London", 54.5973, -5.9301, 1},
    City{"LPL", "Liverpool", "North West", kGb, "Europe/London", 53.4084, -2.9916, 1},
    City{"NCL", "Newcastle upon Tyne", "North East", kGb, "Europe/London", 54.9783, -1.6178, 1},
    City{"SHF", "Sheffield", "Yorkshire and the Humber", kGb, "Europe/London", 53.3811, -1.4701, 1},
    City{"NOT", "Nottingham", "East Midlands", kGb, "Europe/London", 52.9548, -1.1581, 1},
    City{"DUB", "Dublin", "Leinster", kIe, "Europe/Dublin", 53.3498, -6.2603, 3},
    City{"ORK", "Cork", "Munster", kIe, "Europe/Dublin", 51.8985, -8.4756, 1},
    City{"GWY", "Galway", "Connacht", kIe, "Europe/Dublin", 53.2707, -9.0568, 1},
    City{"PAR", "Paris", "Île-de-France", kFr, "Europe/Paris", 48.8566, 2.3522, 4},
    City{"LYS", "Lyon", "Auvergne-Rhône-Alpes", kFr, "Europe/Paris", 45.7640, 4.8357, 2},
    City{"MRS", "Marseille", "Provence-Alpes-Côte d'Azur", kFr, "Europe/Paris", 43.2965, 5.3698, 2},
    City{"LIL", "Lille", "Hauts-de-France", kFr, "Europe/Paris", 50.6292, 3.0573, 1},
    City{"BOD", "Bordeaux", "Nouvelle-Aquitaine", kFr, "Europe/Paris", 44.8378, -0.5792, 1},
    City{"BER", "Berlin", "Berlin", kDe, "Europe/Berlin", 52.5200, 13.4050, 4},
    City{"HAM", "Hamburg", "Hamburg", kDe, "Europe/Berlin", 53.5511, 9.9937, 2},
    City{"MUC", "Munich", "Bavaria", kDe, "Europe/Berlin", 48.1351, 11.5820, 3},
    City{"CGN", "Cologne", "North Rhine-Westphalia", kDe, "Europe/Berlin", 50.9375, 6.9603, 2},
    City{"FRA", "Frankfurt", "Hesse", kDe, "Europe/Berlin", 50.1109, 8.6821, 2},
    City{"MAD", "Madrid", "Community of Madrid", kEs, "Europe/Madrid", 40.4168, -3.7038, 3},
    City{"BCN", "Barcelona", "Catalonia", kEs, "Europe/Madrid", 41.3874, 2.1686, 2},
    City{"VLC", "Valencia", "Valencian Community", kEs, "Europe/Madrid", 39.4699, -0.3763, 1},
    City{"LPA", "Las Palmas", "Canary Islands", kEs, "Atlantic/Canary", 28.1235, -15.4363, 1},
    City{"AMS", "Amsterdam", "North Holland", kNl, "Europe/Amsterdam", 52.3676, 4.9041, 3},
    City{"RTM", "Rotterdam", "South Holland", kNl, "Europe/Amsterdam", 51.9244, 4.4777, 2},
    City{"UTC", "Utrecht", "Utrecht", kNl, "Europe/Amsterdam", 52.0907, 5.1214, 1},
    City{"WAW", "Warsaw", "Masovia", kPl, "Europe/Warsaw", 52.2297, 21.0122, 3},
    City{"KRK", "Kraków", "Lesser Poland", kPl, "Europe/Warsaw", 50.0647, 19.9450, 2},
    City{"GDN", "Gdańsk", "Pomerania", kPl, "Europe/Warsaw", 54.3520, 18.6466, 1},
    City{"STO", "Stockholm", "Stockholm", kSe, "Europe/Stockholm", 59.3293, 18.0686, 3},
    City{"GOT", "Gothenburg", "Västra Götaland", kSe, "Europe/Stockholm", 57.7089, 11.9746, 2},
    City{"NYC", "New York", "New York", kUs, "America/New_York", 40.7128, -74.0060, 4},
    City{"BOS", "Boston", "Massachusetts", kUs, "America/New_York", 42.3601, -71.0589, 2},
    City{"CHI", "Chicago", "Illinois", kUs, "America/Chicago", 41.8781, -87.6298, 3},
    City{"DFW", "Dallas", "Texas", kUs, "America/Chicago", 32.7767, -96.7970, 2},
    City{"DEN", "Denver", "Colorado", kUs, "America/Denver", 39.7392, -104.9903, 1},
    City{"PHX", "Phoenix", "Arizona", kUs, "America/Phoenix", 33.4484, -112.0740, 1},
    City{"LAX", "Los Angeles", "California", kUs, "America/Los_Angeles", 34.0522, -118.2437, 3},
    City{"SEA", "Seattle", "Washington", kUs, "America/Los_Angeles", 47.6062, -122.3321, 1},
};

constexpr std::array kFoundingShops = {
    FoundingShop{0, "Oxford Street", "flagship", 42'000, 51.5154, -0.1410, 2.2},
    FoundingShop{0, "Stratford", "mall", 24'000, 51.5430, -0.0056, 1.4},
    FoundingShop{1, "Arndale", "mall", 26'000, 53.4834, -2.2396, 1.2},
    FoundingShop{2, "Bullring", "mall", 25'000, 52.4776, -1.8944, 1.1},
    FoundingShop{3, "Trinity", "mall", 18'000, 53.7968, -1.5443, 0.9},
    FoundingShop{4, "Cabot Circus", "mall", 15'000, 51.4585, -2.5856, 0.7},
    FoundingShop{5, "Buchanan Street", "high street", 17'000, 55.8617, -4.2533, 0.8},
    FoundingShop{6, "Princes Street", "high street", 16'000, 55.9520, -3.1960, 0.7},
    FoundingShop{7, "St David's", "mall", 13'000, 51.4796, -3.1753, 0.5},
    FoundingShop{8, "Victoria Square", "mall", 12'000, 54.5981, -5.9263, 0.5},
};

}  // namespace

std::span<const Country> countries() noexcept { return kCountries; }

std::span<const City> cities() noexcept { return kCities; }

std::span<const FoundingShop> founding_shops() noexcept { return kFoundingShops; }

}  // namespace shelfcast::synthetic
