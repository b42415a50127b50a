#pragma once

/// \file replenishment/proposals/two_echelon.h
/// A distribution centre and the stores that it delivers to: what the centre must expect, and who
/// gets what when it has less than they ask for. Plain values, thread safe.
///
/// Sources: Clark, Scarf, Optimal policies for a multi-echelon inventory problem, Management
/// Science 6 (1960): the centre plans for the whole chain's stock and demand; Eppen, Schrage,
/// Centralized ordering policies in a multi-warehouse system (1981): what is short is shared so
/// that every store is equally likely to run out.

#include <span>
#include <string_view>
#include <vector>

#include "replenishment/proposals/proposal.h"

namespace shelfcast::replenishment {

/// Day by day, what all stores sell together: the centre's demand is their orders, which follow it.
/// Stores are taken to be independent. As long as the longest; a shorter one repeats its last week.
[[nodiscard]] std::vector<CountDemand> joint_demand(
    std::span<const std::span<const CountDemand>> stores);

/// What a store asks of the centre.
struct ShareClaim {
    std::string_view key;  ///< Unlike any other's; decides ties.
    Proposal* proposal = nullptr;
    const Terms* terms = nullptr;
    DemandPath path;
};

/// Where the stores ask for more than `available`, brings their quantities down to it: pack by pack
/// to the store whose stock is the most standard deviations below its expected protection demand.
void share_out(std::span<const ShareClaim> claims, Quantity available);

}  // namespace shelfcast::replenishment
