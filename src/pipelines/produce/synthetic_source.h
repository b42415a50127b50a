#pragma once

/// \file pipelines/produce/synthetic_source.h
/// Till receipts of a chain that does not exist: baskets come as a Poisson process shaped by
/// opening hours, weekday and hour of day, a few come back, and shelves are filled before they run
/// empty.
///
/// Everything follows from the seed and the times given. One owner, not thread safe.

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipelines/produce/assortment.h"
#include "retail/event.h"
#include "retail/store_catalog.h"
#include "retail/time_zone.h"
#include "synthetic/random.h"

namespace shelfcast::produce {

struct SourceOptions {
    std::uint64_t seed = 1;
    /// Where the simulated clock begins, UTC milliseconds.
    std::int64_t start_ms = 0;
    /// Mean of the simulated clock's events over a week.
    double events_per_second = 25;
};

class SyntheticSource {
public:
    /// Errors: kInvalidInput for no stores, an unknown time zone, a rate that is not above 0.
    [[nodiscard]] static Result<SyntheticSource> create(const SourceOptions& options,
                                                        const std::vector<retail::Store>& stores);

    /// Appends the next message of the simulated clock, without a line end. Stores are closed from
    /// 21 to 9 o'clock local time.
    void append_next(std::string& out);

    /// Appends the next message as if it happened now (UTC milliseconds). So that a demonstration
    /// lives at any hour, stores trade a little at night too.
    void append_next_at(std::int64_t now_ms, std::string& out);

    /// The simulated clock, UTC milliseconds.
    [[nodiscard]] std::int64_t simulated_ms() const noexcept {
        return static_cast<std::int64_t>(simulated_ms_);
    }

private:
    struct Line {
        std::size_t store = 0;
        std::size_t product = 0;
        retail::TransactionType type = retail::TransactionType::kSale;
        std::uint32_t units = 1;
        std::int64_t price_pence = 0;
        std::int64_t discount_pence = 0;    ///< Per unit; with a promotion only.
        std::uint64_t basket = 0;           ///< 0: none.
        std::uint32_t register_number = 0;  ///< 0: none.
        std::uint32_t customer = 0;         ///< 0: unknown.
        std::int64_t before_ms = 0;         ///< This long before the basket.
    };
    struct Shop {
        StoreId id;
        const retail::TimeZone* zone = nullptr;
        double size = 1;
        std::uint32_t registers = 1;
        std::vector<std::uint32_t> shelf;  ///< Units on it, by product.
        std::vector<Line> sold;            ///< The last ones, that may come back.
        std::size_t next_sold = 0;
    };

    SyntheticSource(const SourceOptions& options, std::vector<Shop> shops);

    /// Sets weights_ to each shop's business in that hour; returns their sum.
    double weigh_shops(std::int64_t at_ms, double night);
    [[nodiscard]] std::size_t pick_shop(double sum);
    [[nodiscard]] std::size_t pick_product();
    void fill_basket(std::size_t shop, std::int64_t at_ms);
    void add_sale(Line line, std::int64_t at_ms);
    void add_return(Shop& shop, Line line);
    void append_line(const Line& line, std::int64_t at_ms, std::string& out);

    SourceOptions options_;
    synthetic::Random random_;
    std::vector<Shop> shops_;
    std::vector<double> weights_;
    std::vector<std::uint32_t> popularity_;  ///< Cumulative.
    std::deque<Line> lines_;                 ///< Of the basket at the till.
    double simulated_ms_;
    std::int64_t basket_ms_ = 0;
    std::string price_text_;
    std::string cost_text_;
    std::string discount_text_;
};

}  // namespace shelfcast::produce
