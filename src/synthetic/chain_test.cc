#include "synthetic/chain.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "synthetic/chain_stock.h"
#include "synthetic/places.h"
#include "synthetic/rows.h"

namespace shelfcast::synthetic {
namespace {

using retail::days_from_civil;

Chain chain_of(const ChainOptions& options) {
    auto chain = Chain::create(options);
    EXPECT_TRUE(chain) << chain.error().message;
    return std::move(*chain);
}

TEST(ChainOptions, TextReadsBack) {
    const ChainOptions options{.stores = 100,
                               .products = 2000,
                               .first_date = 20'454,
                               .days = 90,
                               .seed = 18'446'744'073ULL};
    EXPECT_EQ(format_chain_options(options),
              "stores=100 products=2000 first_date=2026-01-01 days=90 seed=18446744073");
    const auto read = parse_chain_options(format_chain_options(options));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, options);
}

TEST(ChainOptions, OtherTextIsRefused) {
    for (const std::string_view text :
         {"", "stores=1", "stores=1 products=1 first_date=2025-02-30 days=1 seed=1",
          "stores=-1 products=1 first_date=2025-01-01 days=1 seed=1",
          "stores=1 products=1 first_date=2025-01-01 days=1 seed=1 more=1",
          "stores=99999999999 products=1 first_date=2025-01-01 days=1 seed=1",
          "stores=1 products=1 first_date=2025-01-01 days=1 seed=1x"}) {
        const auto read = parse_chain_options(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().kind, ErrorKind::kInvalidInput);
    }
}

TEST(ChainStock, TextReadsBackForItsOwnChainOnly) {
    const ChainOptions options{.stores = 2, .products = 3};
    const ChainStock stock{{0, 1000, 725}, {5, 0, 12'000}};
    const std::string text = format_chain_stock(options, stock);
    EXPECT_EQ(text, format_chain_options(options) + "\n0 1000 725\n5 0 12000");
    EXPECT_EQ(parse_chain_stock(options, text).value(), stock);
    EXPECT_TRUE(parse_chain_stock(options, "").value().empty());
    EXPECT_TRUE(parse_chain_stock({.stores = 2, .products = 3, .seed = 2}, text).value().empty());
    for (const std::string& broken :
         {text + " 1", text + "\n1 2 3", text.substr(0, text.rfind('\n')), text + "x",
          text.substr(0, text.rfind(' ')) + " -1"}) {
        EXPECT_EQ(parse_chain_stock(options, broken).error().kind, ErrorKind::kInvalidInput)
            << broken;
    }
}

TEST(Chain, SenselessOptionsAreRefused) {
    for (const ChainOptions& options :
         {ChainOptions{.stores = 0}, ChainOptions{.stores = 5001}, ChainOptions{.products = 0},
          ChainOptions{.products = 100'001}, ChainOptions{.first_date = 0},
          ChainOptions{.days = 7301}}) {
        EXPECT_EQ(Chain::create(options).error().kind, ErrorKind::kInvalidInput);
    }
}

TEST(Chain, SameOptionsMakeTheSameChain) {
    const ChainOptions options{.stores = 30, .products = 300, .seed = 5};
    const Chain one = chain_of(options);
    const Chain other = chain_of(options);
    EXPECT_EQ(one.products(), other.products());
    EXPECT_EQ(planted_block(one), planted_block(other));
    EXPECT_EQ(one.sales_targets(7), other.sales_targets(7));
    const Chain another = chain_of({.stores = 30, .products = 300, .seed = 6});
    EXPECT_NE(one.products(), another.products());
}

TEST(Chain, StoresAreADirectoryOfRealPlaces) {
    const Chain chain = chain_of({.stores = 300, .products = 1});
    const auto catalog = retail::StoreCatalog::build(CatalogVersion{1}, chain.stores());
    ASSERT_TRUE(catalog) << catalog.error().message;
    std::set<std::string> names;
    std::set<std::string> countries_seen;
    for (std::size_t i = 0; i < chain.stores().size(); ++i) {
        const retail::Store& store = chain.stores()[i];
        const City& city = cities()[chain.profiles()[i].city];
        names.insert(store.name);
        countries_seen.insert(store.country);
        EXPECT_EQ(store.city, city.name);
        EXPECT_NEAR(store.latitude, city.latitude, 0.1) << store.name;
        EXPECT_NEAR(store.longitude, city.longitude, 0.15) << store.name;
        EXPECT_GT(store.square_footage, 5'000U);
    }
    EXPECT_EQ(names.size(), chain.stores().size());
    EXPECT_EQ(countries_seen.size(), countries().size());
}

TEST(Chain, FirstTenStoresAreTheSameInEveryChainAndTradeInPounds) {
    const Chain small = chain_of({.stores = 10, .products = 5, .seed = 1});
    const Chain large = chain_of({.stores = 100, .products = 50, .seed = 2});
    for (std::size_t i = 0; i < small.stores().size(); ++i) {
        EXPECT_EQ(small.stores()[i].code, large.stores()[i].code);
        EXPECT_EQ(small.stores()[i].currency, "GBP");
    }
    EXPECT_EQ(small.stores().front().code, "LON-01");
}

TEST(Chain, ProductsAreOfEveryCategoryAndCostLessThanTheyBring) {
    const Chain chain = chain_of({.stores = 1, .products = 500});
    std::set<std::string> ids;
    std::map<std::string, int> categories;
    std::set<std::string> suppliers;
    for (const Supplier& supplier : chain.suppliers()) {
        suppliers.insert(supplier.name);
    }
    EXPECT_EQ(suppliers.size(), chain.suppliers().size());
    int born_later = 0;
    int dying = 0;
    for (std::size_t i = 0; i < chain.products().size(); ++i) {
        const retail::Product& product = chain.products()[i];
        const ProductTraits& traits = chain.traits()[i];
        ids.insert(product.product_id);
        ++categories[product.category];
        EXPECT_TRUE(suppliers.contains(product.supplier));
        EXPECT_GT(product.unit_cost, 0);
        EXPECT_LT(static_cast<double>(product.unit_cost), traits.base_price * 10'000 + 100);
        EXPECT_GE(product.lead_time_days, 1U);
        EXPECT_GE(product.pack_size, 1U);
        const std::int32_t end = chain.options().first_date + 365;
        born_later += traits.born > chain.options().first_date && traits.born < end ? 1 : 0;
        dying += traits.dies < end ? 1 : 0;
    }
    EXPECT_EQ(ids.size(), 500U);
    EXPECT_EQ(categories.size(), 10U);
    EXPECT_GT(born_later, 20);
    EXPECT_LT(born_later, 100);
    EXPECT_GT(dying, 10);
    EXPECT_LT(dying, 80);
}

TEST(Chain, SmallChainSellsOfEveryKind) {
    const Chain chain = chain_of({});
    std::set<std::uint8_t> seen;
    for (const ProductTraits& traits : chain.traits()) {
        seen.insert(traits.kind);
    }
    EXPECT_EQ(seen.size(), kinds().size());
}

TEST(Chain, EveryKindOfTroubleIsPlantedWithinTheDays) {
    const Chain chain = chain_of({.stores = 40, .products = 200, .days = 182});
    std::map<PlantedKind, int> kinds_seen;
    for (const PlantedEvent& event : chain.planted()) {
        ++kinds_seen[event.kind];
        EXPECT_GE(event.first_date, chain.options().first_date);
        EXPECT_LE(event.first_date, event.last_date);
        EXPECT_LT(event.last_date, chain.options().first_date + 182);
        EXPECT_TRUE(chain.opening_hours(event.store, event.first_date).open());
    }
    EXPECT_EQ(kinds_seen.size(), 8U);
    // 26 a year and store are tried.
    EXPECT_GT(chain.planted().size(), 40U * 9);
    EXPECT_LT(chain.planted().size(), 40U * 15);
    EXPECT_EQ(planted_block(chain).rows(), chain.planted().size());
}

TEST(Chain, TargetsAreForOpenDays) {
    const Chain chain = chain_of({.stores = 60, .products = 100, .days = 365});
    const auto german = static_cast<std::uint32_t>(
        std::ranges::find(chain.stores(), "Germany", &retail::Store::country) -
        chain.stores().begin());
    const std::vector<retail::SalesTarget> targets = chain.sales_targets(german);
    EXPECT_GT(targets.size(), 295U);
    EXPECT_LT(targets.size(), 310U);
    for (const retail::SalesTarget& target : targets) {
        EXPECT_NE(weekday_of(target.business_date), 6) << retail::format_date(target.business_date);
        EXPECT_GT(target.revenue, 0);
        EXPECT_EQ(target.store, chain.stores()[german].id);
    }
}

TEST(Calendar, HolidaysAreKnown) {
    EXPECT_TRUE(is_holiday("United Kingdom", days_from_civil(2026, 4, 6)));   // Easter Monday
    EXPECT_TRUE(is_holiday("France", days_from_civil(2024, 4, 1)));           // the same
    EXPECT_TRUE(is_holiday("United States", days_from_civil(2025, 11, 27)));  // Thanksgiving
    EXPECT_FALSE(is_holiday("United Kingdom", days_from_civil(2025, 11, 27)));
    EXPECT_TRUE(is_holiday("Germany", days_from_civil(2025, 10, 3)));
    EXPECT_TRUE(is_holiday("Sweden", days_from_civil(2025, 12, 25)));
    EXPECT_GT(holiday_lift("Germany", days_from_civil(2025, 12, 24)), 1.2);
    EXPECT_EQ(holiday_lift("Germany", days_from_civil(2025, 7, 24)), 1);
}

TEST(Calendar, WeeksBeginOnMondays) {
    const std::int32_t monday = days_from_civil(2025, 11, 24);
    EXPECT_EQ(weekday_of(monday), 0);
    EXPECT_EQ(weekday_of(monday - 1), 6);
    EXPECT_EQ(monday_of(week_of(monday + 6)), monday);
    EXPECT_EQ(monday_of(week_of(monday)), monday);
}

TEST(PricePoint, EndsAsPricesDo) {
    EXPECT_EQ(price_point(0.01), 900);
    EXPECT_EQ(price_point(1.12), 11'900);
    EXPECT_EQ(price_point(14.02), 144'900);
    EXPECT_EQ(price_point(55.5), 559'900);
    EXPECT_EQ(price_point(893), 8'990'000);
}

}  // namespace
}  // namespace shelfcast::synthetic
