#pragma once

/// \file benchmarks/detection_shop.h
/// Stores whose sales pass before the detectors: keeps the sums that the product asks its warehouse
/// for, and turns what the detectors say at a look into incidents. One owner, not thread safe.

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "detection/incidents.h"
#include "detection/prices.h"
#include "detection/product_sales.h"
#include "detection/store_history.h"
#include "detection/tills.h"
#include "retail/event.h"
#include "retail/time_zone.h"

namespace shelfcast::benchmarks {

inline constexpr std::int64_t kDayMs = 86'400'000;
inline constexpr std::int64_t kHourMs = 3'600'000;
inline constexpr std::int64_t kLookMs = kHourMs / 2;

struct ShopStore {
    std::string country;
    const retail::TimeZone* zone = nullptr;
};

struct ShopProduct {
    std::string product_id;
    std::string category;
};

/// A receipt line, or goods that came in.
struct ShopLine {
    std::int64_t time_ms = 0;
    std::uint32_t store = 0;    ///< Index.
    std::uint32_t product = 0;  ///< Index.
    std::uint32_t till = 0;     ///< 0: not known; register_id is "R1" of 1.
    retail::TransactionType type = retail::TransactionType::kSale;
    std::int64_t quantity = 0;  ///< Thousandths.
    double price = 0;
    bool discounted = false;
    bool new_basket = false;  ///< The first of its basket, at a till.
};

class Shop {
public:
    /// A store's id is its index and 1.
    Shop(std::vector<ShopStore> stores, std::vector<ShopProduct> products);

    /// A product in a store.
    struct Series {
        static constexpr std::int32_t kDays = 64;
        std::array<std::uint16_t, kDays> lines{};  ///< By date, as day_of() has it.
        std::array<std::uint16_t, kDays> returns{};
        std::array<float, kDays> price_sum{};
        std::int64_t book = 0;  ///< Thousandths, as the ledger has it.
        std::int32_t in_stock_date = 0;
        std::int64_t last_sale_ms = 0;
        double price = 0;
        double price_before = 0;
        std::int64_t price_ms = 0;
        bool discounted = false;
    };
    [[nodiscard]] static std::size_t day_of(std::int32_t date) {
        return static_cast<std::size_t>(date) % Series::kDays;
    }
    [[nodiscard]] Series& at(std::uint32_t store, std::uint32_t product) {
        return series_[std::size_t{store} * products_.size() + product];
    }
    [[nodiscard]] const std::vector<ShopStore>& stores() const { return stores_; }
    [[nodiscard]] const std::vector<ShopProduct>& products() const { return products_; }
    [[nodiscard]] std::uint32_t product_of(const std::string& product_id) const {
        return product_of_.at(product_id);
    }
    [[nodiscard]] std::int32_t date() const { return date_; }
    /// Sale lines a day in the weeks before that date.
    [[nodiscard]] double lines_a_day(std::uint32_t store, std::uint32_t product);

    /// Learns what was usual before that business date.
    void begin_day(std::int32_t date);
    /// Of the day begun, in order of time.
    void add(const ShopLine& line);
    /// Goods came in: from the next day on the books have them all day.
    void receive(Series& one, std::int64_t quantity) const;
    /// The incidents that are new at that moment (UTC).
    [[nodiscard]] std::vector<detection::Incident> look(std::int64_t now_ms);

private:
    struct Till {
        std::map<std::int32_t, double> baskets;            ///< By date.
        std::map<std::int32_t, std::vector<double>> runs;  ///< Of the others' baskets, by date.
        double last_number = 0;
        std::int64_t last_ms = 0;
    };
    struct StoreTills {
        double baskets = 0;
        std::int64_t newest_ms = 0;
        std::map<std::int32_t, double> by_date;
        std::map<std::uint32_t, Till> tills;
    };

    void count_basket(const ShopLine& line);
    [[nodiscard]] detection::ProductUsual usual_of(std::uint32_t store, std::uint32_t product);
    void learn_tills();
    [[nodiscard]] std::vector<detection::StoreClock> clocks(std::int64_t now_ms) const;
    [[nodiscard]] std::vector<detection::ProductRecent> recent();
    [[nodiscard]] std::vector<detection::TillState> tills_now() const;
    [[nodiscard]] std::vector<detection::PriceAsked> prices_asked();
    [[nodiscard]] std::vector<detection::ShelfState> shelf_states(
        std::span<const detection::Silence> silences);

    std::vector<ShopStore> stores_;
    std::vector<ShopProduct> products_;
    std::int32_t date_ = 0;
    std::vector<Series> series_;
    std::vector<StoreTills> tills_;
    std::vector<std::tuple<std::uint32_t, std::uint32_t, detection::TillState>> usual_tills_;
    std::unordered_map<std::string, std::uint32_t> product_of_;
    detection::StoreHistory history_;
    std::map<StoreId, std::int64_t> last_sales_;
    detection::ProductBook book_{{}, 0};
    std::vector<std::size_t> asked_;
    std::vector<detection::Incident> open_;
};

}  // namespace shelfcast::benchmarks
