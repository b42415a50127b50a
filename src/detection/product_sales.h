#pragma once

/// \file detection/product_sales.h
/// Products that sell unusually much or not at all in one store, or come back unusually often.
/// Pure.
///
/// A product's usual share of its store's receipt lines, times the lines of the store meanwhile, is
/// what is expected: closed days, holidays, weather and a busy store fall out of it. What the
/// product does in the other stores of the country is taken off too (offers, new prices, seasons,
/// goods that come and go). Counts are negative binomial; their size follows from how far the weeks
/// differ and how few lines the share is known from.

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detection/finding.h"
#include "detection/store_history.h"

namespace shelfcast::detection {

inline constexpr std::size_t kHistoryWeeks = 8;
inline constexpr std::size_t kRecentDays = 3;
/// With fewer days of sales a product's prices say little.
inline constexpr double kFewestPriceDays = 4;

/// How a product usually sells in a store: of the 8 weeks before a date.
struct ProductUsual {
    StoreId store;
    std::string product_id;
    std::string category;
    std::array<double, kHistoryWeeks> weeks{};  ///< Sale lines; weeks[0] are the last 7 days.
    double most_a_day = 0;                      ///< Sale lines of its best day.
    double returns = 0;                         ///< Return lines.
    std::int32_t first_date = 0;                ///< Of its sales in these weeks.
    std::int32_t last_date = 0;
    double price_days = 0;  ///< Days with sales.
    /// Of its days' mean prices: the 5th, 50th and 95th percentile. 0: none.
    double low_price = 0;
    double usual_price = 0;
    double high_price = 0;
};

/// What it sold lately: element i of today and the i days before.
struct ProductRecent {
    StoreId store;
    std::string product_id;
    std::array<double, kRecentDays> lines{};
    std::array<double, kRecentDays> other_lines{};  ///< Of the country's other stores.
    double returns = 0;                             ///< Return lines of today.
    double price = 0;                               ///< Mean price of today's lines; 0: unknown.
};

/// How far a store's prices reach from the usual one, both ways, as factors: of 19 in 20 of its
/// products.
struct PriceRoom {
    double low = 1;
    double high = 1;
};

/// All products' usual sales before one date, and where to find them.
class ProductBook {
public:
    ProductBook(std::vector<ProductUsual> usual, std::int32_t date);

    [[nodiscard]] std::int32_t date() const noexcept { return date_; }
    [[nodiscard]] std::span<const ProductUsual> all() const noexcept { return usual_; }
    [[nodiscard]] const ProductUsual* find(StoreId store, std::string_view product_id) const;
    /// In all stores.
    [[nodiscard]] std::span<const ProductUsual> of_product(std::string_view product_id) const;
    /// Products that the store sells.
    [[nodiscard]] double products_of(StoreId store) const;
    [[nodiscard]] PriceRoom price_room(StoreId store) const;

private:
    std::vector<ProductUsual> usual_;  ///< By product, then store.
    std::map<StoreId, double> products_;
    std::map<StoreId, PriceRoom> rooms_;
    std::int32_t date_;
};

/// The lines that each store sold, as the judgements below need them; made once per look.
struct StoreLines {
    std::array<double, kHistoryWeeks> weeks{};     ///< As of ProductBook's date.
    std::array<double, kRecentDays> recent{};      ///< As of the store's clock.
    std::array<double, kHistoryDays + 1> since{};  ///< Element i: of today and the i days before.
    std::int32_t date = 0;
    std::int64_t midnight_ms = 0;
    std::string country;
};
using LinesByStore = std::map<StoreId, StoreLines>;
[[nodiscard]] LinesByStore lines_by_store(const StoreHistory& history,
                                          std::span<const StoreClock> clocks, std::int32_t date);

[[nodiscard]] std::vector<Finding> judge_product_spikes(const ProductBook& book,
                                                        const LinesByStore& stores,
                                                        std::span<const ProductRecent> recent);

/// Return lines of stores, and of products in them.
[[nodiscard]] std::vector<Finding> judge_returns(const StoreHistory& history,
                                                 std::span<const StoreClock> clocks,
                                                 const ProductBook& book,
                                                 std::span<const ProductRecent> recent);

/// A product that may have stopped selling: worth a question.
struct Silence {
    const ProductUsual* usual = nullptr;
    double expected = 0;    ///< Lines since its last day of sales.
    double size = 1;        ///< Of the law of that count.
    std::int32_t days = 0;  ///< Days since, on which the store traded.
};
/// In order of the book.
[[nodiscard]] std::vector<Silence> find_silences(const ProductBook& book,
                                                 const LinesByStore& stores);

/// The days, today included, of which `other_lines` is asked.
inline constexpr std::int32_t kSilenceDays = 4;
/// What is known of such a product.
struct ShelfState {
    double on_hand_units = 0;  ///< By the books.
    /// From this day on the books have had stock all day; 0: since before the last sale.
    std::int32_t in_stock_date = 0;
    bool sold_since = false;  ///< After the book's date.
    double other_lines = 0;   ///< Of the country's other stores in the last kSilenceDays days.
    std::int64_t last_sale_ms = 0;  ///< 0: not known.
};

/// Drops while the books say that there is stock, and phantom stock: a drop that has lasted for
/// more than kPhantomDays days of trade. `states[i]` is of `silences[i]`.
inline constexpr std::int32_t kPhantomDays = 10;
[[nodiscard]] std::vector<Finding> judge_silences(const ProductBook& book,
                                                  const LinesByStore& stores,
                                                  std::span<const Silence> silences,
                                                  std::span<const ShelfState> states);

}  // namespace shelfcast::detection
