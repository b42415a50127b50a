#pragma once

/// \file replenishment/proposals/marginal.h
/// Scarce things given out step by step to whoever gains most from the next step: budget, the stock
/// of a distribution centre, the top-up to a supplier's minimum. Greedy by falling gain is optimal
/// for concave gains up to one step (Fox, Discrete optimization via marginal analysis, Management
/// Science 13, 1966). Plain values, thread safe.

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "retail/decimal.h"

namespace shelfcast::replenishment {

/// Somebody who wants up to `wanted`: first `first_step` at once, then more in steps of `step`,
/// whole ones only.
struct Claim {
    std::string_view key;  ///< Of two with equal gain the lesser comes first; no two are the same.
    retail::Quantity wanted{};
    retail::Quantity first_step{};
    retail::Quantity step{};
    /// What the next step, from `given` to `given + more`, is worth per unit of what is scarce.
    std::function<double(retail::Quantity given, retail::Quantity more)> gain;
    /// How much of what is scarce so much takes; grows with it.
    std::function<retail::Int128(retail::Quantity given)> cost;
};

/// What each is given; all costs together are at most `available`. A claim whose next step costs
/// more than is left gets no more; others go on. With more than `kMostSteps` steps a claim takes
/// several at once.
[[nodiscard]] std::vector<retail::Quantity> give_out(std::span<const Claim> claims,
                                                     retail::Int128 available);

inline constexpr std::int64_t kMostSteps = 64;

}  // namespace shelfcast::replenishment
