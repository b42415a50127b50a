#pragma once

/// \file synthetic/shelf.h
/// One product's stock in one store: what lies on the shelf, what the books say, what is on order,
/// and when it spoils. Quantities in thousandths. One owner, not thread safe.

#include <cstdint>
#include <vector>

#include "retail/product.h"
#include "synthetic/catalogue.h"
#include "synthetic/random.h"

namespace shelfcast::synthetic {

struct PurchaseOrder {
    std::int64_t ordered = 0;    ///< 0: nothing is on order.
    std::int64_t delivered = 0;  ///< What will come.
    std::int32_t ordered_on = 0;
    std::int32_t promised_for = 0;
    std::int32_t comes_on = 0;  ///< On the first open day from then on.
};

class Shelf {
public:
    [[nodiscard]] std::int64_t on_hand() const noexcept { return on_hand_; }
    [[nodiscard]] const PurchaseOrder& order() const noexcept { return order_; }
    /// Whether the store has ever had it.
    [[nodiscard]] bool launched() const noexcept { return launched_; }
    [[nodiscard]] bool due(std::int32_t date) const noexcept {
        return order_.ordered > 0 && order_.comes_on <= date;
    }

    /// Takes in what is on order. Goods that spoil are good for `fresh_days`, this one included;
    /// 0: they do not.
    void receive(std::int32_t date, std::uint32_t fresh_days);
    /// Takes back what a customer brings.
    void take_back(std::int64_t quantity) noexcept;
    /// Sells at most `wanted`; returns what was sold.
    [[nodiscard]] std::int64_t sell(std::int64_t wanted) noexcept;
    /// Loses at most `quantity` without the books knowing; returns what was lost.
    [[nodiscard]] std::int64_t lose(std::int64_t quantity) noexcept;
    /// Throws away what is no longer good after that day; returns how much.
    [[nodiscard]] std::int64_t spoil(std::int32_t date);
    /// Throws everything away and orders nothing more; returns how much.
    [[nodiscard]] std::int64_t withdraw();
    /// Somebody counts: the books follow the shelf.
    void count() noexcept { book_ = on_hand_; }
    /// The day's sale becomes part of what the store expects to sell, unless the shelf was empty.
    void learn(std::int64_t sold) noexcept;

    /// The first order of all, delivered on `date`.
    void launch(std::int32_t date, double expected_units, const Supplier& supplier,
                const retail::Product& product);
    /// Orders by reorder point and order-up-to level if the books say it is time.
    /// `expected_units`: what the plan expects per day.
    void review(std::int32_t date, double expected_units, const Supplier& supplier,
                const retail::Product& product, Random& random);

private:
    struct Batch {
        std::int32_t good_until = 0;  ///< The last day on which it may be sold.
        std::int64_t quantity = 0;
    };
    struct Levels {
        double reorder_units = 0;
        double up_to_units = 0;
    };
    [[nodiscard]] Levels levels(double expected_units, const Supplier& supplier,
                                const retail::Product& product) const noexcept;
    void use_up(std::int64_t quantity);

    std::int64_t on_hand_ = 0;
    std::int64_t book_ = 0;
    double sold_per_day_ = -1;  ///< Units, smoothed; below 0: not known yet.
    PurchaseOrder order_;
    std::vector<Batch> batches_;   ///< Of goods that spoil, oldest first.
    std::int64_t used_today_ = 0;  ///< To be taken off the oldest batches.
    bool launched_ = false;
};

}  // namespace shelfcast::synthetic
