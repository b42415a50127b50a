#pragma once

/// \file replenishment/proposals/budget.h
/// What to order when money is short, and what to add when a supplier wants a larger order: packs
/// ranked by what they return per currency unit. Plain values, thread safe.

#include <optional>
#include <span>
#include <string_view>

#include "replenishment/proposals/proposal.h"

namespace shelfcast::replenishment {

/// One product's line of a store's order. The proposal is the caller's, as is all that is referred
/// to.
struct OrderLine {
    std::string_view key;  ///< Unlike any other's; decides ties.
    Proposal* proposal = nullptr;
    const Terms* terms = nullptr;
    DemandPath path;
    double margin_share = 0.3;  ///< Profit as a share of unit_cost, where no price is known.
};

/// The lines' value, at what is known of their costs.
[[nodiscard]] retail::Revenue value_of(std::span<const OrderLine> lines);

/// Brings the lines within the budget, at scale 7 of the currency: the packs whose expected profit
/// over the protection period is most per unit of money stay. Lines whose cost is unknown are not
/// limited.
void keep_to_budget(std::span<const OrderLine> lines, retail::Revenue budget);

/// Where lines of one supplier are ordered for less than its minimum: adds packs in order of
/// return, no line beyond `cover_days` of mean demand over its order_up_to nor its room; where that
/// is not enough, none is ordered now. What a line of unknown cost is worth does not count.
void meet_supplier_minimum(std::span<const OrderLine> lines, retail::Revenue minimum,
                           double cover_days);

/// Orders none of them now where they are worth less than the minimum.
void postpone_below_minimum(std::span<const OrderLine> lines, retail::Revenue minimum);

}  // namespace shelfcast::replenishment
