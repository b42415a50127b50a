#include "synthetic/chain.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include "retail/time_zone.h"
#include "synthetic/places.h"
#include "synthetic/planted.h"
#include "synthetic/random.h"
#include "synthetic/store_plan.h"

namespace shelfcast::synthetic {
namespace {

constexpr std::uint32_t kMostStores = 5'000;
constexpr std::uint32_t kMostProducts = 100'000;
constexpr std::uint32_t kMostDays = 7'300;

constexpr std::array<std::string_view, 12> kStreets = {
    "Market",  "Station", "Riverside", "North Gate", "Park",    "Cathedral",
    "Harbour", "West",    "Old Town",  "University", "Gardens", "South"};

std::string_view type_of(double size) {
    return size >= 1.9   ? "flagship"
           : size >= 1.1 ? "mall"
           : size >= 0.6 ? "high street"
                         : "convenience";
}

/// The shops after the founding ones: a city by its share, a size by chance.
FoundingShop later_shop(std::uint8_t city, std::uint32_t number, Random& random) {
    constexpr double kSpread = 0.45;
    constexpr double kSquareFeet = 19'000;
    constexpr double kCityDegrees = 0.03;  // Within some three kilometres of the centre.
    const City& place = cities()[city];
    const double size = std::clamp(std::exp(kSpread * random.normal() - 0.1), 0.35, 2.6);
    return {
        .city = city,
        .street = kStreets[number % kStreets.size()],
        .store_type = type_of(size),
        .square_footage = static_cast<std::uint32_t>(std::llround(kSquareFeet * size / 100) * 100),
        .latitude = std::round((place.latitude + kCityDegrees * (random.unit() - 0.5)) * 1e4) / 1e4,
        .longitude =
            std::round((place.longitude + kCityDegrees * (random.unit() - 0.5)) * 1e4) / 1e4,
        .size = size};
}

retail::Store to_store(const FoundingShop& shop, std::uint32_t id, std::uint32_t number_in_city) {
    const City& city = cities()[shop.city];
    retail::Store store;
    store.id = StoreId{id};
    store.code = fmt::format("{}-{:02}", city.code, number_in_city);
    store.name = fmt::format("{} {}", city.name, shop.street);
    if (number_in_city > kStreets.size()) {
        store.name += fmt::format(" {}", number_in_city);
    }
    store.city = city.name;
    store.region = city.region;
    store.country = countries()[city.country].name;
    store.store_type = shop.store_type;
    store.square_footage = shop.square_footage;
    store.time_zone = city.time_zone;
    store.currency = countries()[city.country].currency;
    store.latitude = shop.latitude;
    store.longitude = shop.longitude;
    return store;
}

Status check(const ChainOptions& options) {
    if (options.stores == 0 || options.stores > kMostStores) {
        return fail(ErrorKind::kInvalidInput, "synthetic chain: {} stores is not from 1 to {}",
                    options.stores, kMostStores);
    }
    if (options.products == 0 || options.products > kMostProducts) {
        return fail(ErrorKind::kInvalidInput, "synthetic chain: {} products is not from 1 to {}",
                    options.products, kMostProducts);
    }
    if (options.days > kMostDays) {
        return fail(ErrorKind::kInvalidInput, "synthetic chain: {} days is more than {}",
                    options.days, kMostDays);
    }
    if (options.first_date < retail::days_from_civil(2001, 1, 1) ||
        options.first_date > retail::days_from_civil(2090, 1, 1)) {
        return fail(ErrorKind::kInvalidInput,
                    "synthetic chain: first date {} is not from 2001-01-01 to 2090-01-01",
                    retail::format_date(options.first_date));
    }
    return {};
}

template <typename Number>
bool parse_number(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

bool parse_date(std::string_view text, std::int32_t& date) {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    if (text.size() != 10 || !parse_number(text.substr(0, 4), year) ||
        !parse_number(text.substr(5, 2), month) || !parse_number(text.substr(8, 2), day)) {
        return false;
    }
    date = retail::days_from_civil(year, month, day);
    return retail::format_date(date) == text;
}

bool set_option(std::string_view name, std::string_view value, ChainOptions& options) {
    return name == "stores"       ? parse_number(value, options.stores)
           : name == "products"   ? parse_number(value, options.products)
           : name == "first_date" ? parse_date(value, options.first_date)
           : name == "days"       ? parse_number(value, options.days)
           : name == "seed"       ? parse_number(value, options.seed)
                                  : false;
}

}  // namespace

std::string format_chain_options(const ChainOptions& options) {
    return fmt::format("stores={} products={} first_date={} days={} seed={}", options.stores,
                       options.products, retail::format_date(options.first_date), options.days,
                       options.seed);
}

Result<ChainOptions> parse_chain_options(std::string_view text) {
    ChainOptions options;
    std::string_view left = text;
    while (!left.empty()) {
        const std::size_t end = std::min(left.find(' '), left.size());
        const std::string_view word = left.substr(0, end);
        const std::size_t equals = std::min(word.find('='), word.size());
        if (equals == word.size() ||
            !set_option(word.substr(0, equals), word.substr(equals + 1), options)) {
            break;
        }
        left.remove_prefix(std::min(end + 1, left.size()));
    }
    // All five, in order, and nothing else.
    if (format_chain_options(options) != text) {
        return fail(ErrorKind::kInvalidInput, "synthetic chain: \"{}\" is not like \"{}\"", text,
                    format_chain_options({}));
    }
    return options;
}

std::string_view to_string(PlantedKind kind) noexcept {
    constexpr std::array<std::string_view, 8> kNames = {
        "store_spike", "store_drop",    "product_spike", "product_drop",
        "price_error", "phantom_stock", "theft",         "silent_till"};
    return kNames[static_cast<std::size_t>(kind)];
}

Result<Chain> Chain::create(const ChainOptions& options) {
    SHELFCAST_TRY(check(options));
    Chain chain(options);
    std::vector<double> shares;
    for (const City& city : cities()) {
        shares.push_back(city.weight);
    }
    const auto founding = static_cast<std::uint32_t>(founding_shops().size());
    const std::vector<std::uint8_t> later =
        spread(shares, options.stores - std::min(options.stores, founding));
    std::map<std::uint8_t, std::uint32_t> in_city;
    for (std::uint32_t i = 0; i < options.stores; ++i) {
        Random random(mix({options.seed, 0x5702E, i}));
        FoundingShop shop{};
        if (i < founding) {
            shop = founding_shops()[i];
        } else {
            const std::uint8_t city = later[i - founding];
            shop = later_shop(city, in_city[city], random);
        }
        StoreProfile profile;
        profile.city = shop.city;
        profile.country = cities()[shop.city].country;
        SHELFCAST_ASSIGN(profile.zone, retail::TimeZone::load(cities()[shop.city].time_zone));
        profile.size = shop.size;
        profile.registers = 2 + static_cast<std::uint32_t>(3 * shop.size);
        profile.growth_per_year = 0.02 + 0.04 * random.normal();
        chain.stores_.push_back(to_store(shop, i + 1, ++in_city[shop.city]));
        chain.profiles_.push_back(profile);
    }
    chain.catalogue_ =
        make_catalogue(options.seed, options.products, options.first_date, options.days);
    chain.planted_ = plant_events(chain);
    return chain;
}

OpeningHours Chain::opening_hours(std::uint32_t store, std::int32_t date) const noexcept {
    const Country& country = countries()[profiles_[store].country];
    if (is_holiday(country.name, date)) {
        const retail::CivilDate civil = retail::civil_from_days(date);
        const bool all_shut = (civil.month == 12 && civil.day == 25) ||
                              (civil.month == 1 && civil.day == 1 && country.currency != "USD");
        return all_shut ? OpeningHours{} : country.sunday;
    }
    const int weekday = weekday_of(date);
    return weekday == 6 ? country.sunday : weekday == 5 ? country.saturday : country.weekday;
}

double Chain::day_factor(std::uint32_t store, std::int32_t date) const noexcept {
    if (!opening_hours(store, date).open()) {
        return 0;
    }
    return kWeekdayShape[static_cast<std::size_t>(weekday_of(date))] *
           holiday_lift(countries()[profiles_[store].country].name, date);
}

std::vector<retail::SalesTarget> Chain::sales_targets(std::uint32_t store) const {
    constexpr double kAmbition = 1.04;
    constexpr std::int64_t kStep = 10 * 10'000;  // Whole tens of the currency.
    std::vector<retail::SalesTarget> targets;
    StorePlan plan(*this, store);
    for (std::uint32_t day = 0; day < options_.days; ++day) {
        const std::int32_t date = options_.first_date + static_cast<std::int32_t>(day);
        const double expected =
            plan.at_week(week_of(date)).revenue * day_factor(store, date) * kAmbition;
        if (expected > 0) {
            targets.push_back({.store = stores_[store].id,
                               .business_date = date,
                               .revenue = std::llround(expected / kStep) * kStep});
        }
    }
    return targets;
}

}  // namespace shelfcast::synthetic
