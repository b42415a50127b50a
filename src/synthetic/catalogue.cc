#include "synthetic/catalogue.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>

#include "base/result.h"
#include "synthetic/random.h"

namespace shelfcast::synthetic {
namespace {

constexpr std::array<std::string_view, 14> kBrands = {
    "Aldermoor", "Brightwell", "Casa Verde", "Dunmore", "Eastgate",  "Fjordal", "Grünwald",
    "Hollin",    "Isola",      "Juniper",    "Kestrel", "Lindqvist", "Marlow",  "Nordic Field"};
constexpr std::array<std::string_view, 6> kVariants = {"Classic", "Plus",   "Light",
                                                       "Family",  "Select", "Everyday"};
constexpr std::array<std::string_view, 5> kTrades = {"Trading", "Foods", "Supply", "Wholesale",
                                                     "Brothers"};
constexpr std::uint32_t kSuppliersPerCategory = 4;

std::vector<std::string_view> words_of(const Kind& kind) {
    std::vector<std::string_view> words;
    std::string_view left = kind.words;
    while (!left.empty()) {
        const std::size_t end = std::min(left.find('|'), left.size());
        words.push_back(left.substr(0, end));
        left.remove_prefix(std::min(end + 1, left.size()));
    }
    return words;
}

Supplier make_supplier(const Kind& kind, std::uint32_t number, Random& random) {
    Supplier supplier;
    const bool fresh = kind.shelf_days > 0;
    supplier.name = fmt::format("{} {}", kBrands[(number * 5 + 3) % kBrands.size()],
                                kTrades[number % kTrades.size()]);
    supplier.lead_time_days = fresh ? 1 : 2 + random.below(9);
    supplier.review_days = fresh ? 1 : 7;
    supplier.late_share = 0.03 + 0.15 * random.unit();
    supplier.short_share = 0.01 + 0.05 * random.unit();
    return supplier;
}

/// Some are born within the days simulated; each dies some day, ten years on average.
void give_life(ProductTraits& traits, std::int32_t first_date, std::uint32_t days, Random& random) {
    constexpr double kNewShare = 0.12;
    constexpr double kMeanLifeDays = 3650;
    constexpr std::int32_t kShortestLifeDays = 90;
    std::int32_t from = first_date;
    if (random.chance(kNewShare) && days > 14) {
        from += static_cast<std::int32_t>(random.below(days));
        traits.born = monday_of(week_of(from) + 1);
    }
    const auto life = static_cast<std::int32_t>(random.exponential(kMeanLifeDays));
    traits.dies = monday_of(week_of(from + kShortestLifeDays + life));
}

retail::Product make_product(const ProductTraits& traits, std::uint32_t number,
                             const Supplier& supplier, Random& random) {
    const Kind& kind = kinds()[traits.kind];
    const std::vector<std::string_view> words = words_of(kind);
    retail::Product product;
    product.product_id = fmt::format("{}-{:04}", kind.code, number);
    product.brand = kBrands[random.below(kBrands.size())];
    product.name = fmt::format("{} {} {} {}", product.brand, words[number % words.size()],
                               kVariants[random.below(kVariants.size())], number);
    product.category = kind.category;
    product.sub_category = kind.sub_category;
    product.supplier = supplier.name;
    const double cost = traits.base_price * (1 - kind.margin) * (0.9 + 0.2 * random.unit());
    product.unit_cost = std::max<std::int64_t>(1, std::llround(cost * 100)) * 100;
    product.shelf_life_days = kind.shelf_days;
    product.pack_size = kind.pack_size;
    product.lead_time_days = supplier.lead_time_days;
    return product;
}

ProductTraits make_traits(std::uint8_t kind_number, Random& random) {
    constexpr double kSpread = 1.1;  // Few sell much, most sell little.
    const Kind& kind = kinds()[kind_number];
    ProductTraits traits;
    traits.kind = kind_number;
    const double along = std::pow(random.unit(), 1.5);
    traits.base_price = kind.low_price * std::pow(kind.high_price / kind.low_price, along);
    traits.popularity = std::exp(kSpread * random.normal() - kSpread * kSpread / 2);
    if (kind.shelf_days > 0) {
        // What would spoil on the shelf is not kept for long.
        constexpr double kSlowestFresh = 0.4;
        traits.popularity = std::max(traits.popularity, kSlowestFresh);
    }
    traits.elasticity = 1.1 + 1.3 * random.unit();
    return traits;
}

}  // namespace

std::vector<std::uint8_t> spread(std::span<const double> shares, std::uint32_t count) {
    const double all = std::accumulate(shares.begin(), shares.end(), 0.0);
    std::vector<double> owed(shares.size(), 0);
    std::vector<std::uint8_t> picks;
    picks.reserve(count);
    while (picks.size() < count) {
        for (std::size_t i = 0; i < owed.size(); ++i) {
            owed[i] += shares[i] / all;
        }
        const auto most = std::ranges::max_element(owed);
        *most -= 1;
        picks.push_back(static_cast<std::uint8_t>(most - owed.begin()));
    }
    return picks;
}

std::int64_t price_point(double amount) noexcept {
    constexpr std::int64_t kCent = 100;  // In ten-thousandths.
    const double cents = std::max(9.0, std::round(amount * 100));
    if (cents < 200) {
        return (static_cast<std::int64_t>(std::ceil(cents / 10)) * 10 - 1) * kCent;
    }
    if (cents < 2'000) {
        return (static_cast<std::int64_t>(std::ceil(cents / 50)) * 50 - 1) * kCent;
    }
    if (cents < 10'000) {
        return (static_cast<std::int64_t>(std::ceil(cents / 100)) * 100 - 1) * kCent;
    }
    return (static_cast<std::int64_t>(std::ceil(cents / 1000)) * 1000 - 100) * kCent;
}

Catalogue make_catalogue(std::uint64_t seed, std::uint32_t products, std::int32_t first_date,
                         std::uint32_t days) {
    Catalogue catalogue;
    std::map<std::string_view, std::uint16_t> first_supplier;
    Random suppliers(mix({seed, 0x5099}));
    for (const Kind& kind : kinds()) {
        if (first_supplier.emplace(kind.category, catalogue.suppliers.size()).second) {
            for (std::uint32_t i = 0; i < kSuppliersPerCategory; ++i) {
                const auto number = static_cast<std::uint32_t>(catalogue.suppliers.size());
                catalogue.suppliers.push_back(make_supplier(kind, number, suppliers));
            }
        }
    }
    std::vector<std::uint32_t> made(kinds().size(), 0);
    std::vector<double> shares;
    for (const Kind& kind : kinds()) {
        shares.push_back(kind.share);
    }
    for (const std::uint8_t kind : spread(shares, products)) {
        const std::uint32_t number = ++made[kind];
        // A product depends on its own number alone, not on how many there are.
        Random random(mix({seed, 0xCA7A, kind, number}));
        ProductTraits traits = make_traits(kind, random);
        traits.supplier = static_cast<std::uint16_t>(first_supplier[kinds()[kind].category] +
                                                     random.below(kSuppliersPerCategory));
        give_life(traits, first_date, days, random);
        catalogue.products.push_back(
            make_product(traits, number, catalogue.suppliers[traits.supplier], random));
        catalogue.traits.push_back(traits);
    }
    return catalogue;
}

}  // namespace shelfcast::synthetic
