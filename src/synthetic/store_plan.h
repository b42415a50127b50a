#pragma once

/// \file synthetic/store_plan.h
/// A store's week: what it carries, at which prices, and how much of each is wanted on an average
/// day. Prices, promotions and assortments change on Mondays only.
///
/// One owner, not thread safe; the chain must outlive it.

#include <cstdint>
#include <vector>

#include "synthetic/chain.h"

namespace shelfcast::synthetic {

/// Prices in ten-thousandths of the store's currency; vectors by product.
struct WeekPlan {
    std::int32_t week = 0;
    std::vector<float> lines;              ///< Wanted receipt lines per average day; 0: not sold.
    std::vector<std::int64_t> price;       ///< To be paid.
    std::vector<std::int64_t> list_price;  ///< Above `price` while on offer.
    std::vector<double> lines_of_kind;     ///< Sum of `lines` by kind.
    double revenue = 0;  ///< Expected of an average day, ten-thousandths of the currency.
};

class StorePlan {
public:
    StorePlan(const Chain& chain, std::uint32_t store);

    /// The plan of that week; valid until the next call.
    [[nodiscard]] const WeekPlan& at_week(std::int32_t week);
    /// Ten-thousandths of the store's currency.
    [[nodiscard]] std::int64_t unit_cost(std::uint32_t product) const;

private:
    struct Offer {
        double depth = 0;   ///< Share of the list price taken off.
        double demand = 1;  ///< Factor beside the price's own effect.
    };
    [[nodiscard]] Offer offer_of(std::uint32_t product, std::int32_t week) const;
    [[nodiscard]] double promotion_start(std::uint32_t product, std::int32_t week) const;
    void plan_product(std::uint32_t product, double season, double trend);

    const Chain& chain_;
    std::uint32_t store_;
    double rate_;              ///< Units of the store's currency per pound.
    std::vector<float> base_;  ///< Lines on an average day of an average year; 0: not carried.
    WeekPlan plan_;
};

/// Mean units (or kilograms) of a receipt line of that kind.
[[nodiscard]] double mean_line_units(const Kind& kind) noexcept;

}  // namespace shelfcast::synthetic
