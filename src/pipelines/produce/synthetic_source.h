#pragma once

/// \file pipelines/produce/synthetic_source.h
/// Till receipts of the synthetic chain as they come in: the goods, prices and offers of the week
/// that the clock shows, in baskets that come as a Poisson process shaped by opening hours,
/// weekday, holidays and hour of day. A few lines come back, and shelves are filled before they run
/// empty.
///
/// Everything follows from the seed, the chain and the times given. One owner, not thread safe; the
/// chain must outlive it.

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipelines/produce/floor_messages.h"
#include "retail/event.h"
#include "retail/time_zone.h"
#include "synthetic/chain.h"
#include "synthetic/chain_stock.h"
#include "synthetic/random.h"
#include "synthetic/store_plan.h"

namespace shelfcast::produce {

struct SourceOptions {
    std::uint64_t seed = 1;
    /// Where the simulated clock begins, UTC milliseconds.
    std::int64_t start_ms = 0;
    /// Mean of the simulated clock's events over a week.
    double events_per_second = 25;
    bool other_topics = false;  ///< Makes the messages of the other topics too.
};

class SyntheticSource {
public:
    /// `stock`: what lies on the shelves at the beginning; empty: nothing, each product's first
    /// sale is preceded by its delivery. Errors: kInvalidInput for a rate that is not above 0, a
    /// stock of another chain.
    [[nodiscard]] static Result<SyntheticSource> create(const SourceOptions& options,
                                                        const synthetic::Chain& chain,
                                                        const synthetic::ChainStock& stock = {});

    /// Appends the next message of the simulated clock, without a line end. Stores keep their
    /// opening hours.
    void append_next(std::string& out);

    /// Appends the next message as if it happened now (UTC milliseconds). So that a demonstration
    /// lives at any hour, stores trade a little while they are closed too.
    void append_next_at(std::int64_t now_ms, std::string& out);

    /// What the other topics have to tell of the messages so far, one message per line, by topic;
    /// each is given once. Empty unless the options want it.
    [[nodiscard]] std::map<std::string_view, std::string> take_other_messages();

    /// What lies on the shelves once the messages so far have happened.
    [[nodiscard]] synthetic::ChainStock stock() const;

    /// The simulated clock, UTC milliseconds.
    [[nodiscard]] std::int64_t simulated_ms() const noexcept {
        return static_cast<std::int64_t>(simulated_ms_);
    }

private:
    struct Line {
        std::uint32_t store = 0;
        std::uint32_t product = 0;
        retail::TransactionType type = retail::TransactionType::kSale;
        std::int64_t quantity = 0;  ///< Thousandths.
        std::int64_t price = 0;     ///< Ten-thousandths of the store's currency.
        std::int64_t discount = 0;  ///< Per unit; with a promotion only.
        std::int32_t week = 0;
        std::uint64_t basket = 0;           ///< 0: none.
        std::uint32_t register_number = 0;  ///< 0: none.
        std::uint32_t customer = 0;         ///< 0: unknown.
        std::int64_t before_ms = 0;         ///< This long before the basket.
    };
    struct Shop {
        synthetic::StorePlan store_plan;
        const synthetic::WeekPlan* plan = nullptr;
        std::vector<double> popularity;       ///< Cumulative lines of the plan.
        std::vector<std::int64_t> shelf;      ///< Thousandths, by product.
        std::vector<Line> coming_back;        ///< Sold, and one day returned.
        std::vector<std::uint32_t> reserved;  ///< One unit each, by product.
        std::int64_t counted_ms = 0;          ///< What happens now happens after the last count.
    };

    SyntheticSource(const SourceOptions& options, const synthetic::Chain& chain,
                    std::vector<std::unique_ptr<Shop>> shops);

    static void go_to_week(Shop& shop, std::int32_t week);
    [[nodiscard]] double weight_at(std::uint32_t shop, std::int64_t at_ms, double closed) const;
    /// Sets weights_ (cumulative) to the shops' business in that hour; returns their sum.
    double weigh_shops(std::int64_t at_ms, double closed);
    [[nodiscard]] std::uint32_t pick_shop(double sum);
    [[nodiscard]] std::uint32_t pick_product(const Shop& shop);
    void fill_basket(std::uint32_t shop);
    void add_sale(Line line);
    void add_return(Line line);
    void hand_out_line(std::int64_t at_ms, std::string& out);
    void append_line(const Line& line, std::int64_t time_ms, std::string& out);
    void tell_others(const Line& line, std::int64_t time_ms, std::string_view message);
    void tell_of_shelf(const Line& line, std::int64_t time_ms);

    SourceOptions options_;
    const synthetic::Chain& chain_;
    synthetic::Random random_;
    std::vector<std::unique_ptr<Shop>> shops_;
    double mean_weight_ = 0;  ///< Of all shops together, over the first week.
    std::vector<double> weights_;
    std::int64_t weighed_hour_ = -1;
    std::deque<Line> lines_;  ///< Of the basket at the till.
    std::uint32_t basket_lines_ = 0;
    std::optional<FloorMessages> floor_;
    double simulated_ms_;
    std::int64_t basket_ms_ = 0;
    std::string price_text_;
    std::string cost_text_;
    std::string discount_text_;
    std::string quantity_text_;
};

}  // namespace shelfcast::produce
