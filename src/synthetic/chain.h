#pragma once

/// \file synthetic/chain.h
/// A retail chain that does not exist: its stores, products, suppliers, plans and what is planted
/// to go wrong in it. StoreSimulation plays its days.
///
/// Everything follows from the options: the same ones make the same chain on every machine of one
/// C library. Immutable once created, shared read-only between threads.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "retail/product.h"
#include "retail/store_catalog.h"
#include "synthetic/calendar.h"
#include "synthetic/catalogue.h"

namespace shelfcast::synthetic {

struct ChainOptions {
    std::uint32_t stores = 10;
    std::uint32_t products = 56;
    std::int32_t first_date = 20'089;  ///< Days since 1970-01-01; 2025-01-01.
    std::uint32_t days = 365;          ///< For so long things are planted and products born.
    std::uint64_t seed = 1;
    bool operator==(const ChainOptions&) const = default;
};

/// "stores=10 products=56 first_date=2025-01-01 days=365 seed=1": the setting `synthetic_chain`.
[[nodiscard]] std::string format_chain_options(const ChainOptions& options);
/// Reads that text. Error: kInvalidInput for anything else.
[[nodiscard]] Result<ChainOptions> parse_chain_options(std::string_view text);

/// What goes wrong on purpose. The names are stored with the ground truth.
enum class PlantedKind : std::uint8_t {
    kStoreSpike,    ///< All demand of a store times `size` for a day.
    kStoreDrop,     ///< The same, below 1.
    kProductSpike,  ///< Demand for a product in a store times `size`.
    kProductDrop,   ///< A product is not to be found: no demand, stock on the shelf.
    kPriceError,    ///< The till asks `size` times the price.
    kPhantomStock,  ///< The shelf is emptied; the books keep the stock and nothing is ordered.
    kTheft,         ///< `size` of the stock of a store's most stolen goods is gone overnight.
    kSilentTill,    ///< A register sends nothing for `size` hours; the others take its customers.
};
/// store_spike, store_drop, product_spike, product_drop, price_error, phantom_stock, theft,
/// silent_till.
[[nodiscard]] std::string_view to_string(PlantedKind kind) noexcept;

inline constexpr std::uint32_t kNoProduct = 0xFFFF'FFFF;

struct PlantedEvent {
    PlantedKind kind = PlantedKind::kStoreSpike;
    std::uint32_t store = 0;             ///< Index of stores().
    std::uint32_t product = kNoProduct;  ///< Index of products().
    std::uint32_t register_number = 0;   ///< 0: none.
    std::int32_t first_date = 0;
    std::int32_t last_date = 0;
    int first_hour = 0;  ///< Local; of a silent till.
    int end_hour = 24;
    double size = 1;
};

/// What the simulation knows of a store beside its reference data; same index as it.
struct StoreProfile {
    std::uint8_t city = 0;     ///< Index of cities().
    std::uint8_t country = 0;  ///< Index of countries().
    const retail::TimeZone* zone = nullptr;
    double size = 1;  ///< How busy it is; 1: an average shop.
    std::uint32_t registers = 2;
    double growth_per_year = 0;
};

class Chain {
public:
    /// Error: kInvalidInput for 0 or more than 5,000 stores, 0 or more than 100,000 products, more
    /// than 7,300 days, a first date before 2001 or after 2090.
    [[nodiscard]] static Result<Chain> create(const ChainOptions& options);

    [[nodiscard]] const ChainOptions& options() const noexcept { return options_; }
    /// Numbered from 1. The first ten are the same in every chain and trade in one currency.
    [[nodiscard]] const std::vector<retail::Store>& stores() const noexcept { return stores_; }
    [[nodiscard]] const std::vector<StoreProfile>& profiles() const noexcept { return profiles_; }
    /// Costs in pounds sterling.
    [[nodiscard]] const std::vector<retail::Product>& products() const noexcept {
        return catalogue_.products;
    }
    [[nodiscard]] const std::vector<ProductTraits>& traits() const noexcept {
        return catalogue_.traits;
    }
    [[nodiscard]] const std::vector<Supplier>& suppliers() const noexcept {
        return catalogue_.suppliers;
    }
    /// Ordered by store, then first date.
    [[nodiscard]] const std::vector<PlantedEvent>& planted() const noexcept { return planted_; }

    [[nodiscard]] OpeningHours opening_hours(std::uint32_t store, std::int32_t date) const noexcept;
    /// The store's demand on that date as a multiple of an average day's, weather and chance aside;
    /// 0 when closed.
    [[nodiscard]] double day_factor(std::uint32_t store, std::int32_t date) const noexcept;
    /// What the store is to take each day from `first_date` on; closed days have no target. Shaped
    /// like its expected revenue, a little above.
    [[nodiscard]] std::vector<retail::SalesTarget> sales_targets(std::uint32_t store) const;

private:
    explicit Chain(const ChainOptions& options) : options_(options) {}

    ChainOptions options_;
    std::vector<retail::Store> stores_;
    std::vector<StoreProfile> profiles_;
    Catalogue catalogue_;
    std::vector<PlantedEvent> planted_;
};

}  // namespace shelfcast::synthetic
