#include "pipelines/produce/assortment.h"

#include <array>

namespace shelfcast::produce {
namespace {

constexpr std::array<Product, 25> kProducts = {{
    {"Laptop Aero 13", "Electronics", 89'900, 71'000, 3, 6},
    {"Laptop Aero 15", "Electronics", 109'900, 87'500, 2, 6},
    {"Laptop Home 14", "Electronics", 54'900, 45'000, 4, 8},
    {"Laptop Studio 16", "Electronics", 189'900, 152'000, 1, 4},
    {"Laptop Student 11", "Electronics", 27'900, 22'900, 5, 10},
    {"T-Shirt Basic Black", "Clothing", 999, 380, 40, 72},
    {"T-Shirt Basic White", "Clothing", 999, 380, 44, 72},
    {"T-Shirt Organic Navy", "Clothing", 1'799, 720, 22, 48},
    {"T-Shirt Striped", "Clothing", 1'499, 590, 26, 48},
    {"T-Shirt Graphic", "Clothing", 1'999, 760, 20, 48},
    {"Coffee Maker Drip 12", "Home", 3'999, 2'350, 10, 16},
    {"Coffee Maker French Press", "Home", 2'499, 1'260, 14, 24},
    {"Coffee Maker Moka 6", "Home", 2'999, 1'540, 9, 20},
    {"Coffee Maker Capsule", "Home", 8'900, 5'900, 6, 12},
    {"Coffee Maker Espresso", "Home", 18'900, 12'900, 3, 8},
    {"Novel The Salt Road", "Books", 899, 450, 46, 80},
    {"Novel Winter Harbour", "Books", 999, 500, 38, 80},
    {"Novel A Quiet Ledger", "Books", 849, 425, 30, 60},
    {"Novel The Glass Orchard", "Books", 1'099, 550, 26, 60},
    {"Novel Northbound", "Books", 1'499, 780, 18, 40},
    {"Yoga Mat Basic 4 mm", "Sports", 1'499, 690, 18, 30},
    {"Yoga Mat Comfort 8 mm", "Sports", 2'499, 1'150, 14, 30},
    {"Yoga Mat Travel", "Sports", 1'999, 940, 10, 24},
    {"Yoga Mat Cork", "Sports", 3'999, 2'050, 7, 20},
    {"Yoga Mat Pro", "Sports", 5'999, 3'200, 5, 16},
}};

struct Place {
    std::string_view code;
    std::string_view name;
    std::string_view city;
    std::string_view region;
    std::string_view country;
    std::string_view type;
    std::uint32_t square_feet;
    double latitude;
    double longitude;
    double size;
};

constexpr std::array<Place, 10> kPlaces = {{
    {"LON-01", "London Oxford Street", "London", "London", "England", "flagship", 42'000, 51.5154,
     -0.1410, 2.2},
    {"LON-02", "London Stratford", "London", "London", "England", "mall", 24'000, 51.5430, -0.0056,
     1.4},
    {"MAN-01", "Manchester Arndale", "Manchester", "North West", "England", "mall", 26'000, 53.4834,
     -2.2396, 1.2},
    {"BHM-01", "Birmingham Bullring", "Birmingham", "West Midlands", "England", "mall", 25'000,
     52.4776, -1.8944, 1.1},
    {"LDS-01", "Leeds Trinity", "Leeds", "Yorkshire and the Humber", "England", "mall", 18'000,
     53.7968, -1.5443, 0.9},
    {"BRS-01", "Bristol Cabot Circus", "Bristol", "South West", "England", "high street", 15'000,
     51.4585, -2.5856, 0.7},
    {"GLA-01", "Glasgow Buchanan Street", "Glasgow", "Scotland", "Scotland", "high street", 17'000,
     55.8617, -4.2533, 0.8},
    {"EDI-01", "Edinburgh Princes Street", "Edinburgh", "Scotland", "Scotland", "high street",
     16'000, 55.9520, -3.1960, 0.7},
    {"CDF-01", "Cardiff St David's", "Cardiff", "Wales", "Wales", "mall", 13'000, 51.4796, -3.1753,
     0.5},
    {"BFS-01", "Belfast Victoria Square", "Belfast", "Northern Ireland", "Northern Ireland", "mall",
     12'000, 54.5981, -5.9263, 0.5},
}};

}  // namespace

std::span<const Product> demo_products() noexcept { return kProducts; }

const std::vector<retail::Store>& demo_stores() {
    static const std::vector<retail::Store> kStores = [] {
        std::vector<retail::Store> stores;
        for (const Place& place : kPlaces) {
            retail::Store store;
            store.id = StoreId{static_cast<std::uint32_t>(stores.size() + 1)};
            store.code = place.code;
            store.name = place.name;
            store.city = place.city;
            store.region = place.region;
            store.country = place.country;
            store.store_type = place.type;
            store.square_footage = place.square_feet;
            store.time_zone = "Europe/London";
            store.currency = "GBP";
            store.latitude = place.latitude;
            store.longitude = place.longitude;
            stores.push_back(std::move(store));
        }
        return stores;
    }();
    return kStores;
}

double demo_store_size(std::size_t index) noexcept { return kPlaces[index % kPlaces.size()].size; }

}  // namespace shelfcast::produce
